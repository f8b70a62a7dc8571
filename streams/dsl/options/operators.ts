/**
 * A chain of operators of another library, for `KStream.pipe`. `operators` of the entry `tributary/pipe` makes a chain
 * of operators of the npm package kafka-streams.
 *
 * Extension: Java Kafka Streams does not have this.
 */
export interface Operators<In, Out> {
  /**
   * Builds the chain. It is called once for each task. The function that it returns processes one value: it calls
   * `sink` with each result before it returns, and it keeps nothing for the next value. It throws what an operator or
   * `sink` throws.
   */
  mount(sink: (value: Out) => void): (value: In) => void;
}
