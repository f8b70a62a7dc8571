/** A key and its value have more bytes than the changelog of their store accepts. Nothing was written. */
export class EntryTooLargeError extends Error {
  constructor(store: string, bytes: number, maxBytes: number) {
    super(`entry of the store ${store} has ${bytes} bytes, more than ${maxBytes}`);
    this.name = 'EntryTooLargeError';
  }
}
