/** The case needs something that the library does not have yet; the message says what, and nothing of the case. */
export class NotBuilt extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotBuilt';
  }
}
