import type { TableNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import type { InputSerdes } from '../../output/dead-letter.js';
import { NodeProcessor } from '../processor.js';
import type { Compile } from '../site.js';
import { StoredTableProcessor } from './stored-table.js';
import { placeTable, tableOutputOptions } from './table-output.js';
import { openRows, rowsView } from './table-rows.js';

export const compileTable: Compile<TableNode> = (node, site) => {
  if (!node.isStored) {
    site.place(new UnstoredTableProcessor(node, site.context));
    return;
  }
  const store = openRows(node.store, site);
  const output = tableOutputOptions(node, site);
  placeTable(new TableProcessor(node, store, output, site.context), node.store, site, output);
  site.showTable(rowsView(store));
};

/** A stream read as a table (Java: `KTableSource`). It also applies updates that are out of order. */
class TableProcessor extends StoredTableProcessor<TableNode> {
  protected override inputSerdes(): InputSerdes {
    return this.node.store;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) {
      this.context.dropped();
      return;
    }
    const row = this.store.stateKeyOf(key);
    const oldValue = this.output.sendsOldValues ? (this.store.getRow(row)?.value ?? null) : null;
    this.update(row, key, value ?? null, oldValue, timestamp, headers);
  }
}

/** A stream read as a table whose rows no operator needs. */
class UnstoredTableProcessor extends NodeProcessor<TableNode> {
  protected override inputSerdes(): InputSerdes {
    return this.node.store;
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    if (key === null || key === undefined) this.context.dropped();
    else this.processorNode.forward(key, { newValue: value ?? null, oldValue: null }, timestamp, headers);
  }
}
