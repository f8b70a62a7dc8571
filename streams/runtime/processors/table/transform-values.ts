import type { ValueAndTimestamp } from '../../../../stores/encoding/timestamped.js';
import type { Change } from '../../../dsl/graph/change.js';
import type { TableTransformValuesNode } from '../../../dsl/graph/node.js';
import type { Headers } from '../../../kafka/record.js';
import { NEVER } from '../../time/time.js';
import { NodeProcessor } from '../processor.js';
import type { Compile, Site, TableView } from '../site.js';
import { Transformer } from '../user/transformer.js';
import { isStored, placeResults } from './stored-results.js';

export const compileTableTransformValues: Compile<TableTransformValuesNode> = (node, site) => {
  const [feeder] = site.feeders;
  if (isStored(node) && feeder !== undefined) {
    const transformer = new TransformValuesProcessor(node, site, false);
    site.insert(transformer, feeder);
    placeResults(node, [transformer], site, { oldValues: 'ofStore', skipsAbsent: false });
    return;
  }
  const processor = new TransformValuesProcessor(node, site, site.sendsOldValues);
  site.place(processor);
  const view = site.viewOf(node.parents[0]);
  if (view !== undefined) site.showTable(transformedView(view, processor.transformerOfView(site), node.hidesHistory));
};

/** Java: `KTableTransformValues`. Old values are transformed only if an operator after it uses them. */
class TransformValuesProcessor extends NodeProcessor<TableTransformValuesNode> {
  readonly #sendsOldValues: boolean;
  readonly #transformer: Transformer;
  readonly #all: Transformer[];

  constructor(node: TableTransformValuesNode, site: Site, sendsOldValues: boolean) {
    super(node, site.context);
    this.#sendsOldValues = sendsOldValues;
    this.#transformer = this.#made(site);
    this.#all = [this.#transformer];
  }

  /** Look-ups have a transformer of their own, as in Java. */
  transformerOfView(site: Site): Transformer {
    const transformer = this.#made(site);
    this.#all.push(transformer);
    return transformer;
  }

  #made(site: Site): Transformer {
    return new Transformer(this.node, site, (intervalMs, type, punctuator, startTime) =>
      this.schedule(intervalMs, type, punctuator, startTime),
    );
  }

  override async init(): Promise<void> {
    for (const transformer of this.#all) await transformer.init();
  }

  process(key: unknown, value: unknown, timestamp: number, headers: Headers): void {
    const { newValue, oldValue, isOutOfOrder } = value as Change<unknown>;
    const change = {
      newValue: this.#transformer.updated(key, newValue, timestamp, headers),
      oldValue: this.#sendsOldValues ? this.#transformer.updated(key, oldValue, timestamp, headers) : null,
    };
    this.processorNode.forward(key, isOutOfOrder ? { ...change, isOutOfOrder } : change, timestamp, headers);
  }

  override stop(): void {
    for (const transformer of this.#all) transformer.stop();
  }

  override close(): void {
    for (const transformer of this.#all) transformer.close();
  }
}

function transformedView(view: TableView, transformer: Transformer, hidesHistory: boolean): TableView {
  const transformed = (key: unknown, row: ValueAndTimestamp<unknown> | null): ValueAndTimestamp<unknown> | null => {
    const timestamp = row?.timestamp ?? NEVER;
    const value = transformer.lookedUp(key, row?.value ?? null, timestamp);
    return value === null ? null : { value, timestamp };
  };
  const get: TableView['get'] = key => transformed(key, view.get(key));
  const { getAsOf } = view;
  if (getAsOf === undefined || hidesHistory) return { get };
  return { get, getAsOf: (key, time) => transformed(key, getAsOf(key, time)) };
}
