/**
 * A chain of operators of another library, for `KStream.pipe`. `operators` of the entry `tributary/pipe` makes one of the operators of
 * the npm package kafka-streams.
 */
export interface Operators<In, Out> {
  /**
   * Builds the chain; called once for each task. The function that it returns runs one value through the chain, and has called `sink`
   * with each result when it returns. It keeps nothing for the next value. What an operator or `sink` throws, it throws.
   */
  mount(sink: (value: Out) => void): (value: In) => void;
}
