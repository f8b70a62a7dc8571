import type { ValueAndTimestamp } from '../../../../stores/encoding/timestamped.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { TableJoinNode } from '../../../dsl/graph/node.js';
import { synchronous } from '../../../dsl/options/synchronous.js';
import type { Headers } from '../../../kafka/record.js';
import { NodeProcessor, type Processor } from '../processor.js';
import type { Compile, TableView } from '../site.js';
import { ForwardProcessor } from '../stream/forward.js';
import type { TaskContext } from '../task-context.js';
import { isStored, placeResults } from './stored-results.js';

type Side = 'left' | 'right';

export const compileTableJoin: Compile<TableJoinNode> = (node, site) => {
  const [left, right] = node.parents;
  const [leftView, rightView] = [site.viewOf(left), site.viewOf(right)];
  const [leftFeeder, rightFeeder] = site.feeders;
  if (leftView === undefined || rightView === undefined || leftFeeder === undefined || rightFeeder === undefined) {
    throw new Error(`${node.name}: a parent has no rows`);
  }
  const { sendsOldValues } = site;
  const sides: Processor[] = [
    new JoinSide(node, 'left', leftView, rightView, sendsOldValues, site.context),
    new JoinSide(node, 'right', rightView, leftView, sendsOldValues, site.context),
  ];
  for (const [index, feeder] of [leftFeeder, rightFeeder].entries()) {
    const side = sides[index];
    if (side !== undefined) site.insert(side, feeder);
  }
  if (isStored(node)) {
    // Between two commits both sides may change. The old value of an update is then no row that was ever sent.
    const isCached = node.store.cached && site.caching;
    placeResults(node, sides, site, { oldValues: isCached ? 'ofStore' : 'ofUpdate', skipsAbsent: false });
    return;
  }
  site.place(new ForwardProcessor(node.name, site.context), { after: sides });
  site.showTable(joinedView(node, leftView, rightView));
};

/** True if the side gives a result without a row on the other side. */
function isOuter({ joinType }: TableJoinNode, side: Side): boolean {
  return joinType === 'outer' || (joinType === 'left' && side === 'left');
}

function joined(node: TableJoinNode, side: Side, key: unknown, own: unknown, other: unknown): unknown {
  const result = side === 'left' ? node.joiner(own, other, key) : node.joiner(other, own, key);
  return synchronous(result, 'the joiner') ?? null;
}

/**
 * One side of a join (Java: `KTableKTableInnerJoin`, `KTableKTableLeftJoin`, `KTableKTableRightJoin`,
 * `KTableKTableOuterJoin`): joins its updates with the row of the other side.
 */
class JoinSide extends NodeProcessor<TableJoinNode> {
  readonly #side: Side;
  readonly #other: TableView;
  readonly #isVersioned: boolean;
  readonly #sendsOldValues: boolean;

  constructor(
    node: TableJoinNode,
    side: Side,
    own: TableView,
    other: TableView,
    sendsOldValues: boolean,
    context: TaskContext,
  ) {
    super(node, context);
    this.#isVersioned = own.getAsOf !== undefined;
    this.#side = side;
    this.#other = other;
    this.#sendsOldValues = sendsOldValues;
  }

  override get isDescribed(): boolean {
    return false;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue, isOutOfOrder } = value as Change<unknown>;
    if (this.#isVersioned && isOutOfOrder) return;
    const other = this.#other.get(key);
    // Without the other row there is nothing to send, unless this side has, or had, a result by itself.
    if (other === null && !(isOuter(this.node, this.#side) && (newValue !== null || oldValue !== null))) return;
    const latest = other === null ? timestamp : Math.max(timestamp, other.timestamp);
    const change = {
      newValue: this.#join(key, newValue, other),
      oldValue: this.#sendsOldValues ? this.#join(key, oldValue, other) : null,
    };
    this.processorNode.forward(key, change, latest, headers);
  }

  #join(key: unknown, own: unknown, other: ValueAndTimestamp<unknown> | null): unknown {
    const otherSide: Side = this.#side === 'left' ? 'right' : 'left';
    const isThere = own !== null || (other !== null && isOuter(this.node, otherSide));
    return isThere ? joined(this.node, this.#side, key, own, other?.value ?? null) : null;
  }
}

/** The rows of a join without a store: joined again for each look-up, as in Java. */
function joinedView(node: TableJoinNode, left: TableView, right: TableView): TableView {
  return {
    get(key) {
      const [own, other] = [left.get(key), right.get(key)];
      const isThere =
        (own !== null && (other !== null || isOuter(node, 'left'))) || (other !== null && isOuter(node, 'right'));
      if (!isThere) return null;
      const value = joined(node, 'left', key, own?.value ?? null, other?.value ?? null);
      return value === null ? null : { value, timestamp: Math.max(own?.timestamp ?? 0, other?.timestamp ?? 0) };
    },
  };
}
