import {
  type KTable,
  type Serde,
  type SessionWindowedKStream,
  SessionWindows,
  type SlidingWindowedKStream,
  SlidingWindows,
  TimeWindows,
  UnlimitedWindows,
  type Windows,
} from '../../../streams/index.js';
import type { Operation, WindowsSpec } from '../case-file.js';
import { aggregator, reducer } from '../functions/aggregators.js';
import { NotBuilt } from '../not-built.js';
import { type Declared, type DeclaredOf, table, windowed } from './declared.js';
import { historyOf, idOf, serdesOf, storeOf } from './options.js';

/** Declares an operation of a grouped stream, windowed or not. */
export function ofGroup(from: DeclaredOf<'group' | 'windowed'>, operation: Operation): Declared {
  if (operation.op !== 'windowedBy') return table(aggregate(from, operation));
  if (from.kind !== 'group') throw new Error(`${idOf(operation)}: windows of windows`);
  if (operation.windows?.type === 'session') {
    const sessions = from.group.windowedBy(SessionWindows.of(operation.windows));
    return {
      kind: 'sessions',
      sessions: operation.emit === undefined ? sessions : sessions.emitStrategy(operation.emit),
    };
  }
  if (operation.windows?.type === 'sliding') {
    const { diff: timeDifference, grace } = operation.windows;
    const sliding = from.group.windowedBy(SlidingWindows.of({ timeDifference, grace }));
    return { kind: 'sliding', sliding: operation.emit === undefined ? sliding : sliding.emitStrategy(operation.emit) };
  }
  const byWindow = from.group.windowedBy(windowsOf(operation.windows));
  return windowed(operation.emit === undefined ? byWindow : byWindow.emitStrategy(operation.emit));
}

function aggregate(from: DeclaredOf<'group' | 'windowed'>, operation: Operation): KTable<unknown, unknown> {
  const { retention } = operation;
  const named = { as: storeOf(operation), ...serdesOf(operation) };
  const store = { ...named, ...historyOf(operation) };
  const windowStore = retention === undefined ? named : { ...named, retention };
  switch (operation.op) {
    case 'count': {
      const valueSerde = store.valueSerde as Serde<number>;
      return from.kind === 'group'
        ? from.group.count({ ...store, valueSerde })
        : from.windowed.count({ ...windowStore, valueSerde });
    }
    case 'reduce': {
      const fn = reducer(operation.fn);
      return from.kind === 'group' ? from.group.reduce(fn, store) : from.windowed.reduce(fn, windowStore);
    }
    case 'aggregate': {
      const aggregation = { initializer: (): unknown => operation.init, aggregator: aggregator(operation.fn) };
      return from.kind === 'group'
        ? from.group.aggregate(aggregation, store)
        : from.windowed.aggregate(aggregation, windowStore);
    }
    default:
      throw new NotBuilt(`${operation.op} of a grouped stream is not built yet`);
  }
}

/** Declares an aggregation of sliding windows. */
export function ofSliding(from: SlidingWindowedKStream<unknown, unknown>, operation: Operation): Declared {
  const { op, retention } = operation;
  const named = { as: storeOf(operation), ...serdesOf(operation) };
  const store = retention === undefined ? named : { ...named, retention };
  if (op === 'count') return table(from.count({ ...store, valueSerde: store.valueSerde as Serde<number> }));
  if (op === 'reduce') return table(from.reduce(reducer(operation.fn), store));
  const aggregation = { initializer: (): unknown => operation.init, aggregator: aggregator(operation.fn) };
  return table(from.aggregate(aggregation, store));
}

/** Declares an aggregation of sessions. */
export function ofSessions(from: SessionWindowedKStream<unknown, unknown>, operation: Operation): Declared {
  const { op, retention } = operation;
  const named = { as: storeOf(operation), ...serdesOf(operation) };
  const store = retention === undefined ? named : { ...named, retention };
  if (op === 'count') return table(from.count({ ...store, valueSerde: store.valueSerde as Serde<number> }));
  if (op === 'reduce') return table(from.reduce(reducer(operation.fn), store));
  const merge = reducer(operation.merge);
  return table(
    from.aggregate(
      {
        initializer: (): unknown => operation.init,
        aggregator: aggregator(operation.fn),
        merger: (_key, left, right) => merge(left, right),
      },
      store,
    ),
  );
}

/** The windows of the case. */
export function windowsOf(windows: WindowsSpec | undefined): Windows {
  switch (windows?.type) {
    case 'tumbling':
      return TimeWindows.of({ size: windows.size, grace: windows.grace });
    case 'hopping':
      return TimeWindows.of({ size: windows.size, advanceBy: windows.advance, grace: windows.grace });
    case 'unlimited':
      return UnlimitedWindows.of({ startOn: windows.start });
    default:
      throw new NotBuilt(`${windows?.type} windows are not built yet`);
  }
}
