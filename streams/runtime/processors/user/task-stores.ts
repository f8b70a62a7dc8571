import type { ByteStore } from '../../../../stores/bytes/byte-store.js';
import type { Codec } from '../../../../stores/encoding/codec.js';
import { timestampedCodec } from '../../../../stores/encoding/timestamped.js';
import { headersCodec } from '../../../../stores/encoding/timestamped-with-headers.js';
import type { KeyValueKind } from '../../../../stores/kinds/key-value.js';
import type { RowFormat } from '../../../../stores/kinds/store-kind.js';
import { VersionedStore } from '../../../../stores/kinds/versioned.js';
import type { StateStore } from '../../../dsl/processor/state-stores.js';
import type { StoreSpec } from '../../../dsl/processor/store-spec.js';
import type { Access } from './access.js';
import { byKey, openByKey } from './open-by-key.js';
import type { OpenStore } from './open-store.js';
import { SessionFacade } from './session-facade.js';
import { StoreAccess } from './store-access.js';
import type { HighestTime } from './store-time.js';
import { VersionedFacade } from './versioned-facade.js';
import { WindowFacade } from './window-facade.js';

/** The newest versions of a store, and its history. */
type VersionedSpec = StoreSpec<KeyValueKind> & { readonly history: NonNullable<StoreSpec['history']> };

export interface TaskStoresOptions {
  readonly bytesOf: (store: StoreSpec) => ByteStore;
  /** A global store of the process. */
  readonly globalStore: (name: string) => OpenStore | undefined;
  /** True if an operator owns the rows of the store. */
  readonly isOfOperator: (store: StoreSpec) => boolean;
  /** Called once for each store that has a time of its own. */
  readonly onTime: (store: StoreSpec, time: HighestTime) => void;
}

/** The stores of a task for its processors. Each is opened once, because some keep things in memory. */
export class TaskStores {
  readonly #options: TaskStoresOptions;
  readonly #opened = new Map<string, OpenStore>();
  readonly #ready = new Set<OpenStore>();
  readonly #versioned = new Map<string, VersionedStore<unknown, unknown>>();

  constructor(options: TaskStoresOptions) {
    this.#options = options;
  }

  /** Opens the stores, once. Those of operators that processors can't use are left out. */
  open(specs: readonly StoreSpec[]): void {
    for (const spec of specs) {
      if (this.#opened.has(spec.name)) continue;
      const opened = this.#open(spec);
      if (opened === undefined) continue;
      this.#opened.set(spec.name, opened);
      if (opened.time !== undefined && !this.#options.isOfOperator(spec)) this.#options.onTime(spec, opened.time);
    }
  }

  /**
   * The versions of a versioned table, or of a store. Whoever reads them needs their highest time, so there is one store
   * for all.
   */
  versioned({ history, ...latest }: VersionedSpec): VersionedStore<unknown, unknown> {
    const known = this.#versioned.get(latest.name);
    if (known !== undefined) return known;
    const { bytesOf } = this.#options;
    const parts = {
      latest: { kind: latest.kind, bytes: bytesOf(latest) },
      history: { kind: history.kind, bytes: bytesOf(history) },
    };
    const versions = new VersionedStore<unknown, unknown>(parts, latest.keySerde, latest.valueSerde);
    this.#versioned.set(latest.name, versions);
    return versions;
  }

  /** Must be awaited before a store is used. */
  async init(specs: readonly StoreSpec[]): Promise<void> {
    for (const { name } of specs) {
      const opened = this.#opened.get(name);
      if (opened === undefined || this.#ready.has(opened)) continue;
      this.#ready.add(opened);
      await opened.init?.();
    }
  }

  /** A global store, to read. undefined if there is none with the name. */
  globalStore(name: string, access: Access): StateStore | undefined {
    return this.#options.globalStore(name)?.forProcessor(new StoreAccess(name, access, true));
  }

  /** The store for the processor of `access`. undefined if processors can't use it. */
  storeOf(spec: StoreSpec, access: Access): StateStore | undefined {
    const isReadOnly = this.#options.isOfOperator(spec);
    return this.#opened.get(spec.name)?.forProcessor(new StoreAccess(spec.name, access, isReadOnly));
  }

  #open(spec: StoreSpec): OpenStore | undefined {
    const { kind, keySerde, valueSerde, history } = spec;
    const bytes = this.#options.bytesOf(spec);
    switch (kind.kind) {
      case 'keyValue': {
        if (history === undefined) return openByKey({ ...spec, kind }, bytes);
        const versions = this.versioned({ ...spec, kind, history });
        return {
          forProcessor: access => new VersionedFacade(versions, access),
          time: { highest: () => versions.highest, resume: highest => versions.resume(highest) },
        };
      }
      case 'plainKeyValue':
      case 'keyValueWithHeaders':
        return openByKey({ ...spec, kind }, bytes);
      case 'lru': {
        const rows = kind.open<unknown, unknown>(bytes, keySerde, valueSerde);
        return { ...byKey(rows), init: () => rows.init() };
      }
      case 'processorWindow': {
        const windows = kind.open<unknown, unknown>(bytes, keySerde, rowCodec(kind.format, valueSerde));
        return {
          forProcessor: access => new WindowFacade(windows, kind.sizeMs, access),
          time: { highest: () => windows.observedStart, resume: highest => windows.resume(highest) },
        };
      }
      case 'processorSession': {
        const sessions = kind.open<unknown, unknown>(bytes, keySerde, rowCodec(kind.format, valueSerde));
        return {
          forProcessor: access => new SessionFacade(sessions, access),
          time: { highest: () => sessions.observedEnd, resume: highest => sessions.resume(highest) },
        };
      }
      default:
        return undefined;
    }
  }
}

/** The codec of what a store of the format has for a key. */
export function rowCodec(format: RowFormat, values: Codec<unknown>): Codec<unknown> {
  const codecs: Record<RowFormat, () => Codec<unknown>> = {
    plain: () => values,
    // What a processor puts is checked by the types of its store.
    timestamped: () => timestampedCodec(values) as Codec<unknown>,
    withHeaders: () => headersCodec(values) as Codec<unknown>,
  };
  return codecs[format]();
}
