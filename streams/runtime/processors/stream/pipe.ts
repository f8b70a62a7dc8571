import type { PipeNode } from '../../../dsl/graph/node.js';
import type { KeyValue } from '../../../dsl/options/key-value.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import { Processor } from '../processor.js';
import type { Compile } from '../site.js';
import type { TaskContext } from '../task-context.js';

export const compilePipe: Compile<PipeNode> = (node, site) => site.place(new PipeProcessor(node, site.context));

/**
 * A chain of operators of another library. It runs within the push, so its results have the timestamp of the pushed
 * record.
 */
class PipeProcessor extends Processor {
  readonly #push: (record: KeyValue<unknown, unknown>) => void;
  #timestamp = 0;
  #headers: Headers = NO_HEADERS;

  constructor(node: PipeNode, context: TaskContext) {
    super(node.name, context);
    this.#push = node.operators.mount(record =>
      this.processorNode.forward(
        synchronous(record.key, 'an operator'),
        synchronous(record.value, 'an operator'),
        this.#timestamp,
        this.#headers,
      ),
    );
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.#timestamp = timestamp;
    this.#headers = headers;
    this.#push({ key, value });
  }
}
