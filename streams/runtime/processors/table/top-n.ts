import { keyToStateKey, type StateKey } from '../../../../stores/encoding/state-key.js';
import type { TimestampedKeyValueStore } from '../../../../stores/kinds/key-value.js';
import type { RankedRow, RankedStore } from '../../../../stores/kinds/ranked.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { TableTopNNode } from '../../../dsl/graph/node.js';
import type { Scored } from '../../../dsl/options/scored.js';
import type { Serde } from '../../../dsl/serde/serdes.js';
import { type Headers, NO_HEADERS } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import type { Compile, Site } from '../site.js';
import { StoredTableProcessor } from './stored-table.js';
import { placeTable } from './table-output.js';
import { openRows, rowsView, type TableRows } from './table-rows.js';

export const compileTableTopN: Compile<TableTopNNode> = (node, site) => {
  const lists = openRows(node.store, site);
  placeTable(new TableTopNProcessor(node, lists, site), node.store, site, {
    cached: true,
    sendsOldValues: site.sendsOldValues,
  });
  site.showTable(rowsView(lists));
};

/** A group whose rows have changed since the last commit. */
interface ChangedGroup {
  readonly key: unknown;
  /** The highest one of the changes. */
  timestamp: number;
}

/** Memory of a changed group beside its state key: that of an entry of `ChangeCache`. */
const GROUP_OVERHEAD_BYTES = 250;

/**
 * The rows of a group with the highest scores. A row may leave the list, and then one is needed that was not in it. So
 * all rows are kept in the order of their scores, and the list is read from there, at the commit: that waits for the
 * disk. The score of each row is kept too. So the place of the old row is found without its value.
 */
class TableTopNProcessor extends StoredTableProcessor<TableTopNNode> {
  readonly #ranked: RankedStore<unknown, unknown>;
  /** By group and row. */
  readonly #scores: TimestampedKeyValueStore<unknown, number>;
  #changed = new Map<StateKey, ChangedGroup>();
  #changedBytes = 0;

  constructor(node: TableTopNNode, lists: TableRows, site: Site) {
    super(node, lists, { cached: false, sendsOldValues: site.sendsOldValues }, site.context);
    const { ranked, scores } = node;
    this.#ranked = ranked.kind.open(site.bytesOf(ranked), ranked.keySerde, ranked.valueSerde);
    this.#scores = scores.kind.open(site.bytesOf(scores), scores.keySerde, scores.valueSerde as Serde<number>);
  }

  protected override inputSerdes(): InputSerdes {
    return { keySerde: this.node.store.keySerde };
  }

  /** What throws changes nothing: the row stays in the list as it was. */
  process(group: unknown, value: unknown, timestamp: number, _headers: Headers): void {
    const { newValue, row } = value as Change<unknown>;
    const rowKey = keyToStateKey(this.node.rowSerde, row);
    const before = this.#scores.get([group, row])?.value ?? null;
    const score = newValue === null ? null : this.node.score(group, newValue);
    if (score !== null) this.#ranked.put(group, { score, row: rowKey, value: newValue, timestamp });
    if (before !== null && before !== score) this.#ranked.delete(group, before, rowKey);
    if (before !== score) this.#scores.put([group, row], score, timestamp);
    this.#addChanged(group, timestamp);
  }

  #addChanged(key: unknown, timestamp: number): void {
    const group = this.store.stateKeyOf(key);
    const changed = this.#changed.get(group);
    if (changed === undefined) {
      this.#changed.set(group, { key, timestamp });
      this.#changedBytes += GROUP_OVERHEAD_BYTES + group.length;
    } else if (timestamp > changed.timestamp) changed.timestamp = timestamp;
  }

  override get keptBytes(): number {
    return this.#changedBytes;
  }

  /** Sends the lists in the order of their timestamps, as a cached table does. */
  override beforeCommit(): void {
    const groups = [...this.#changed.values()].sort((a, b) => a.timestamp - b.timestamp);
    this.#changed = new Map();
    this.#changedBytes = 0;
    for (const { key, timestamp } of groups) {
      const input = { key, value: null, timestamp, headers: NO_HEADERS };
      this.wait(
        input,
        () => this.#ranked.top(key, this.node.n),
        rows => this.#send(key, rows, timestamp),
      );
    }
  }

  /** A list that is as it was is not sent. */
  #send(key: unknown, rows: readonly RankedRow<unknown>[], changed: number): void {
    const list = rows.map(({ value, score, timestamp }): Scored<unknown> => ({ value, score, timestamp }));
    const row = this.store.stateKeyOf(key);
    const old = this.store.getRow(row);
    if (this.#isSame(old?.value ?? null, list)) return;
    const timestamp = old === null ? changed : Math.max(old.timestamp, changed);
    const oldValue = this.output.sendsOldValues ? (old?.value ?? null) : null;
    this.update(row, key, list.length === 0 ? null : list, oldValue, timestamp, NO_HEADERS);
  }

  #isSame(old: unknown, list: readonly Scored<unknown>[]): boolean {
    if (old === null || list.length === 0) return old === null && list.length === 0;
    const { valueSerde } = this.node.store;
    return valueSerde.serialize(old).equals(valueSerde.serialize(list));
  }
}
