import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const PARTITION = /^(.+)-\d+$/;
const SEGMENT = /^\d{20}\.log$/;

/**
 * The bytes that were appended to topics, as the broker stores them: compressed, with the records' batches and the markers
 * of transactions. They are the sizes of the segments in the broker's own directory. Each segment counts with the greatest
 * size that was seen, so that what the broker compacts or deletes meanwhile still counts.
 */
export class WrittenBytes {
  readonly #directory: string;
  readonly #sizes = new Map<string, { readonly topic: string; readonly bytes: number }>();

  /** @param directory the only one of the broker's `log.dirs` */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Looks at the sizes of all segments that there are. */
  look(): void {
    for (const folder of listed(this.#directory)) {
      const topic = PARTITION.exec(folder)?.[1];
      if (topic === undefined) continue;
      for (const name of listed(path.join(this.#directory, folder))) {
        if (!SEGMENT.test(name)) continue;
        const segment = path.join(folder, name);
        const bytes = statSync(path.join(this.#directory, segment), { throwIfNoEntry: false })?.size ?? 0;
        if (bytes > (this.#sizes.get(segment)?.bytes ?? 0)) this.#sizes.set(segment, { topic, bytes });
      }
    }
  }

  /** The bytes of the topics that the condition names. */
  of(isMeant: (topic: string) => boolean): number {
    let sum = 0;
    for (const { topic, bytes } of this.#sizes.values()) if (isMeant(topic)) sum += bytes;
    return sum;
  }
}

/** Empty where the directory is gone: a topic may be deleted at any time. */
function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
