import fc from 'fast-check';

export type StoreAction =
  | { readonly kind: 'put'; readonly key: string; readonly value: string | null }
  | { readonly kind: 'expireBelow'; readonly key: string }
  | { readonly kind: 'stage' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'persist' }
  /** A record of the changelog, before the store is in use. */
  | { readonly kind: 'restore'; readonly key: string; readonly value: string }
  /** The process dies; the next one knows from its checkpoint what has expired. */
  | { readonly kind: 'crash'; readonly expired: string }
  | ScanAction;

/** Scans are open across other actions, several at a time. */
export type ScanAction =
  | { readonly kind: 'beginScan'; readonly from: string; readonly to: string; readonly reverse: boolean }
  /** `scan`: of those that are open. */
  | { readonly kind: 'stepScan' | 'endScan'; readonly scan: number };

/** Sequences that a task may run: what is staged ends before more is staged, and nothing is restored after a write. */
export function storeActions(keys: readonly string[]): fc.Arbitrary<readonly StoreAction[]> {
  const key = fc.constantFrom(...keys);
  const value = fc.string({ maxLength: 3 });
  const action: fc.Arbitrary<StoreAction> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('put'), key, value: fc.option(value, { freq: 3 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('expireBelow'), key }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('stage') }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollback') }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('persist') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restore'), key, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash'), expired: fc.constant('') }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('beginScan'),
        from: fc.oneof(fc.constant(''), key),
        to: fc.oneof(fc.constant('\uffff'), key),
        reverse: fc.boolean(),
      }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('stepScan'), scan: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('endScan'), scan: fc.nat(2) }) },
  );
  return fc.array(action, { maxLength: 40, size: 'max' }).map(legal);
}

function legal(actions: readonly StoreAction[]): StoreAction[] {
  const result: StoreAction[] = [];
  let staged = false;
  let fresh = true;
  let active = '';
  let inStage = '';
  let committed = '';
  for (const action of actions) {
    switch (action.kind) {
      case 'restore':
        if (fresh) result.push(action);
        continue;
      case 'put':
        fresh = false;
        // Nothing is written below what has expired: the window store drops it.
        if (action.key >= active) result.push(action);
        continue;
      case 'expireBelow':
        fresh = false;
        if (action.key > active) active = action.key;
        result.push(action);
        continue;
      case 'stage':
        fresh = false;
        if (staged) result.push({ kind: 'commit' });
        if (staged) committed = inStage;
        inStage = active;
        staged = true;
        result.push(action);
        continue;
      case 'commit':
        if (!staged) continue;
        committed = inStage;
        staged = false;
        result.push(action);
        continue;
      case 'rollback':
        staged = false;
        active = committed;
        result.push(action);
        continue;
      case 'persist':
      case 'beginScan':
      case 'stepScan':
      case 'endScan':
        fresh = false;
        result.push(action);
        continue;
      case 'crash':
        result.push({ kind: 'crash', expired: committed });
        active = committed;
        committed = '';
        staged = false;
        fresh = true;
    }
  }
  return result;
}
