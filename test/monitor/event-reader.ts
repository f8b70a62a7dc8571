/** Listens to server-sent events as a page does. */
export class EventReader {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #closing: AbortController;
  readonly #decoder = new TextDecoder();
  #text = '';

  private constructor(response: Response, closing: AbortController) {
    this.response = response;
    this.#closing = closing;
    this.#reader = response.body?.getReader();
  }

  static async open(url: string): Promise<EventReader> {
    const closing = new AbortController();
    return new EventReader(await fetch(url, { signal: closing.signal }), closing);
  }

  /** The next ones: name and data. Rejects if the stream ends before. */
  async take(count: number): Promise<[string, unknown][]> {
    const events: [string, unknown][] = [];
    while (events.length < count) {
      const end = this.#text.indexOf('\n\n');
      if (end < 0) {
        if (!(await this.#readMore())) throw new Error(`the stream ended: ${this.#text}`);
        continue;
      }
      const [, name, data] = /^event: (\w+)\ndata: (.*)$/.exec(this.#text.slice(0, end)) ?? [];
      if (name === undefined || data === undefined) throw new Error(`no event: ${this.#text.slice(0, end)}`);
      events.push([name, JSON.parse(data)]);
      this.#text = this.#text.slice(end + 2);
    }
    return events;
  }

  /** Resolves with true when the server has ended the stream. */
  async ended(): Promise<boolean> {
    while (await this.#readMore());
    return true;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reader?.closed.catch(() => {});
  }

  async #readMore(): Promise<boolean> {
    const { done, value } = (await this.#reader?.read().catch(() => undefined)) ?? { done: true, value: undefined };
    if (value !== undefined) this.#text += this.#decoder.decode(value, { stream: true });
    return !done;
  }
}
