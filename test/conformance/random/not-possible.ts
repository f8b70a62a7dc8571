/** A step is not possible on what the case has so far. The generator undoes it and takes another one. */
export class NotPossible extends Error {
  constructor() {
    super('the step is not possible here');
    this.name = 'NotPossible';
  }
}
