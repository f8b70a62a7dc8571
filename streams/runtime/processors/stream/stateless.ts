import type {
  FilterNode,
  FlatMapNode,
  FlatMapValuesNode,
  MapNode,
  MapValuesNode,
  PeekNode,
  PipeNode,
  SplitNode,
} from '../../../dsl/graph/node.js';
import type { KeyValue } from '../../../dsl/options/key-value.js';
import { synchronous, synchronousElements } from '../../../dsl/options/synchronous.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import { Processor } from '../processor.js';
import type { TaskContext } from '../task-context.js';

/** A source, a merge or a branch: hands on what it gets. */
export class ForwardProcessor extends Processor {
  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.forward(key, value, timestamp, headers);
  }
}

export class FilterProcessor extends Processor {
  readonly #node: FilterNode;

  constructor(node: FilterNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const isMet = synchronous(this.#node.predicate(key, value), 'the predicate');
    if (isMet !== this.#node.negated) this.forward(key, value, timestamp, headers);
  }
}

export class MapProcessor extends Processor {
  readonly #node: MapNode;

  constructor(node: MapNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const mapped = synchronous(this.#node.mapper(key, value), 'the mapper');
    const { key: newKey, value: newValue } = mapped;
    this.forward(synchronous(newKey, 'the mapper'), synchronous(newValue, 'the mapper'), timestamp, headers);
  }
}

export class MapValuesProcessor extends Processor {
  readonly #node: MapValuesNode;

  constructor(node: MapValuesNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.forward(key, synchronous(this.#node.mapper(value, key), 'the mapper'), timestamp, headers);
  }
}

export class FlatMapProcessor extends Processor {
  readonly #node: FlatMapNode;

  constructor(node: FlatMapNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    for (const mapped of synchronousElements(this.#node.mapper(key, value), 'the mapper')) {
      const { key: newKey, value: newValue } = mapped;
      this.forward(synchronous(newKey, 'the mapper'), synchronous(newValue, 'the mapper'), timestamp, headers);
    }
  }
}

export class FlatMapValuesProcessor extends Processor {
  readonly #node: FlatMapValuesNode;

  constructor(node: FlatMapValuesNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    for (const mapped of synchronousElements(this.#node.mapper(value, key), 'the mapper')) {
      this.forward(key, synchronous(mapped, 'the mapper'), timestamp, headers);
    }
  }
}

export class PeekProcessor extends Processor {
  readonly #node: PeekNode;

  constructor(node: PeekNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    synchronous<unknown>(this.#node.action(key, value), 'the action');
    this.forward(key, value, timestamp, headers);
  }
}

/** Its children are the branches, in their order. */
export class SplitProcessor extends Processor {
  readonly #node: SplitNode;

  constructor(node: SplitNode, context: TaskContext) {
    super(node.name, context);
    this.#node = node;
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const index = this.#node.branches.findIndex(branch => synchronous(branch.predicate(key, value), 'a predicate'));
    if (index >= 0) this.forwardTo(index, key, value, timestamp, headers);
  }
}

/** A chain of operators of another library: it runs within the push, so what it emits has the timestamp of what was pushed. */
export class PipeProcessor extends Processor {
  readonly #push: (record: KeyValue<unknown, unknown>) => void;
  #timestamp = 0;
  #headers: Headers = NO_HEADERS;

  constructor(node: PipeNode, context: TaskContext) {
    super(node.name, context);
    this.#push = node.operators.mount(record =>
      this.forward(
        synchronous(record.key, 'an operator'),
        synchronous(record.value, 'an operator'),
        this.#timestamp,
        this.#headers,
      ),
    );
  }

  protected process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    this.#timestamp = timestamp;
    this.#headers = headers;
    this.#push({ key, value });
  }
}
