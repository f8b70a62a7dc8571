/** Which topics a stream reads: those whose whole names match (Java: `Pattern` of `StreamsBuilder.stream`). */
export class TopicPattern {
  readonly #declared: RegExp;
  readonly #wholeName: RegExp;

  constructor(pattern: RegExp) {
    this.#declared = pattern;
    // With the flags g or y, an expression goes on where its last match has ended.
    this.#wholeName = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ''));
  }

  /** The expression, as Java describes a pattern. */
  get source(): string {
    return this.#declared.source;
  }

  matches(topic: string): boolean {
    return this.#wholeName.test(topic);
  }

  equals(other: TopicPattern): boolean {
    return this.toString() === other.toString();
  }

  /** For messages. */
  toString(): string {
    return `/${this.source}/${this.#wholeName.flags}`;
  }
}
