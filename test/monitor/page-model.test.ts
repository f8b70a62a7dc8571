import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import type { ProcessView, Snapshot } from '../../monitor/snapshot.js';
import { usersTopology } from '../../topology/users.js';
import { CHECKOUT } from '../broker/checkout.js';
import { AT, auditTotals, deadProcess, runningProcess, snapshotAt, steadyHistory } from './page-events.js';

type Column = (number | null)[];

interface FlowModule {
  readonly FlowHistory: new () => {
    replace(history: object): void;
    add(snapshot: Snapshot): void;
    columns(): { readonly at: number[]; readonly produced: Column; readonly processed: Column; readonly lag: Column };
  };
}

interface DescribedNode {
  readonly name: string;
  readonly kind: string;
  readonly topics: readonly string[];
  readonly stores: readonly string[];
  readonly successors: readonly string[];
  readonly predecessors: readonly string[];
}

interface DescriptionModule {
  parseDescription(text: string): { readonly id: string; readonly nodes: readonly DescribedNode[] }[];
  shortName(name: string, limit?: number): string;
}

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
}

interface Graph {
  readonly nodes: readonly { readonly id: string; readonly kind: string; readonly title: string }[];
  readonly edges: readonly Edge[];
}

interface GraphModule {
  drawnGraph(subTopologies: unknown): Graph;
  edgeRate(edge: Edge, figures: Snapshot['nodes']): number | null;
  nodeRates(
    node: unknown,
    graph: Graph,
    figures: Snapshot['nodes'],
  ): { received: number | null; forwarded: number | null };
}

interface ProblemsModule {
  readonly DownTimes: new () => { update(snapshot: Snapshot): void };
  problemsOf(state: object): { readonly what: string; readonly reason: string | null; readonly since: unknown }[];
  unaccounted(count: number): string;
}

interface FormatModule {
  number(value: number | null): string;
  rate(value: number | null): string;
  percent(part: number, total: number): string;
  clockTime(at: number, now?: number): string;
}

interface FoldModule {
  fold<Item>(
    items: readonly Item[],
    limit: number,
  ): { readonly shown: readonly Item[]; readonly rest: readonly Item[] };
  thinOut<Row>(rows: readonly Row[], limit: number): readonly Row[];
}

/** The page is served as it is written: it is not compiled, so its modules are not beside this one. */
async function pageModule<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(path.join(CHECKOUT, 'monitor', 'page', name)).href)) as Module;
}

describe('the model of the live page', () => {
  describe('rates', () => {
    let flow: FlowModule;
    before(async () => {
      flow = await pageModule('flow-history.js');
    });

    it('are records a second, from the totals of the history and of the snapshots after it', () => {
      const history = new flow.FlowHistory();
      history.replace(steadyHistory(20));
      history.add(snapshotAt(0, { audit: auditTotals({ produced: 10_500, lag: 1500 }) }));
      const { at, produced, processed, lag } = history.columns();
      assert.equal(at.length, 21);
      assert.deepEqual([produced[0], produced[19], processed[19], lag[20]], [null, 100, 90, 1500]);
      // The last 5 seconds: 400 by the history, and 600 by the snapshot.
      assert.equal(produced[20], 200);
    });

    it('are not known while the cluster does not answer, and right again after that', () => {
      const history = new flow.FlowHistory();
      const totals = (produced: number): object => ({ audit: auditTotals({ produced, lag: 0 }) });
      const down = { cluster: { up: false, reason: 'away', since: AT } };
      history.add(snapshotAt(0, totals(100)));
      history.add(snapshotAt(1, totals(200)));
      history.add(snapshotAt(2, { ...totals(200), ...down }));
      history.add(snapshotAt(3, totals(900)));
      history.add(snapshotAt(4, totals(1000)));
      const { produced, lag } = history.columns();
      assert.deepEqual(produced, [null, 100, null, null, 100]);
      assert.deepEqual(lag, [0, 0, null, 0, 0]);
    });

    it('break off at a gap, and at totals that begin anew', () => {
      const history = new flow.FlowHistory();
      history.replace({ at: [0, 1000, 61_000, 62_000, 63_000], produced: [0, 10, 20, 30, 5], processed: [], lag: [] });
      const { at, produced } = history.columns();
      assert.deepEqual(at, [0, 1000, 31_000, 61_000, 62_000, 63_000]);
      assert.deepEqual(produced, [null, 10, null, null, 10, null]);
    });

    it('are of the last 15 minutes', () => {
      const history = new flow.FlowHistory();
      for (let second = 0; second <= 1000; second++) history.add(snapshotAt(second));
      const { at } = history.columns();
      assert.deepEqual([at.length, at[0], at.at(-1)], [901, AT + 100_000, AT + 1_000_000]);
    });

    it('never fail, whatever arrays come: columns fit each other, time rises, no rate is negative', () => {
      const value = fc.oneof(fc.integer({ min: -5, max: 1e6 }), fc.constantFrom(null, 'x', Number.NaN, undefined));
      const column = fc.oneof(fc.array(value), fc.constantFrom(undefined, null, {}, 3));
      const event = fc.record({ at: column, produced: column, processed: column, lag: column });
      fc.assert(
        fc.property(event, fc.array(fc.nat(1e7)), (given, times) => {
          const history = new flow.FlowHistory();
          history.replace(given);
          for (const at of times) history.add({ ...snapshotAt(0), at });
          const { at, produced, processed, lag } = history.columns();
          assert.deepEqual([produced.length, processed.length, lag.length], [at.length, at.length, at.length]);
          at.slice(1).forEach((time, index) => {
            assert.equal(time > (at[index] ?? time), true);
          });
          for (const rate of [...produced, ...processed]) assert.equal(rate === null || rate >= 0, true);
        }),
      );
    });
  });

  describe('the topology', () => {
    let description: DescriptionModule;
    let graphs: GraphModule;
    let users: Graph;
    before(async () => {
      description = await pageModule('description.js');
      graphs = await pageModule('topology-graph.js');
      const text = usersTopology({ windowSize: '60s', windowGrace: '10s' }).describe();
      users = graphs.drawnGraph(description.parseDescription(text));
    });
    const edgeOf = (from: string, to: string): Edge => {
      const idOf = (title: string): string | undefined => users.nodes.find(node => node.title === title)?.id;
      const edge = users.edges.find(candidate => candidate.from === idOf(from) && candidate.to === idOf(to));
      assert.ok(edge, `no edge from ${from} to ${to}`);
      return edge;
    };

    it('is read from what Java prints: several topics, patterns, global stores', () => {
      const text = `Topologies:
   Sub-topology: 0
    Source: a (topics: [one, two])
      --> KSTREAM-JOIN-0000000002
    Source: b (topicPattern: t-.*)
      --> KSTREAM-JOIN-0000000002
    Processor: KSTREAM-JOIN-0000000002 (stores: [left, right])
      --> out
      <-- a, b
    Sink: out (extractor class: org.example.Topics@1)
      <-- KSTREAM-JOIN-0000000002

  Sub-topology: 1 for global store (will not generate tasks)
    Source: g (topics: [global])
      --> none
`;
      const [first, second] = description.parseDescription(text);
      assert.deepEqual(
        first?.nodes.map(({ name, topics, stores }) => [name, topics, stores]),
        [
          ['a', ['one', 'two'], []],
          ['b', ['topicPattern: t-.*'], []],
          ['KSTREAM-JOIN-0000000002', [], ['left', 'right']],
          ['out', ['extractor class: org.example.Topics@1'], []],
        ],
      );
      assert.deepEqual(first?.nodes[2]?.predecessors, ['a', 'b']);
      assert.equal(second?.id, '1 for global store (will not generate tasks)');
      assert.deepEqual(second?.nodes[0]?.successors, []);
    });

    it('reads back any graph in this format', () => {
      const name = fc.stringMatching(/^[\w.-]{1,30}$/).filter(text => text !== 'none');
      const nodes = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });
      fc.assert(
        fc.property(nodes, fc.infiniteStream(fc.nat(3)), (names, dice) => {
          const successors = names.map((_name, index) => names.slice(index + 1).filter(() => dice.next().value === 0));
          const lines = names.flatMap((node, index) => [
            `    Processor: ${node} (stores: [${node}-store])`,
            `      --> ${successors[index]?.join(', ') || 'none'}`,
          ]);
          const [read] = description.parseDescription(['Topologies:', '   Sub-topology: 0', ...lines].join('\n'));
          assert.deepEqual(
            read?.nodes.map(node => [node.name, node.successors, node.stores]),
            names.map((node, index) => [node, successors[index], [`${node}-store`]]),
          );
        }),
      );
    });

    it('draws the sink and the source of a repartition as one topic, and each store once', () => {
      const count = (kind: string): number => users.nodes.filter(node => node.kind === kind).length;
      assert.deepEqual(['source', 'sink', 'repartition', 'store'].map(count), [1, 4, 5, 7]);
      assert.equal(users.edges.filter(({ kind }) => kind === 'topic').length, 0);
      assert.equal(edgeOf('first-of-each', 'seen-users').kind, 'store');
    });

    it('links sub-topologies by the topic between them', () => {
      const text = `Topologies:
   Sub-topology: 0
    Source: in (topics: [a])
      --> out
    Sink: out (topic: middle)
      <-- in
   Sub-topology: 1
    Source: again (topics: [middle])
      --> end
    Sink: end (topic: b)
      <-- again`;
      const { nodes, edges } = graphs.drawnGraph(description.parseDescription(text));
      assert.deepEqual(
        nodes.map(({ title }) => title),
        ['a', 'middle', 'middle', 'b'],
      );
      assert.deepEqual(
        edges.map(({ kind }) => kind),
        ['records', 'records', 'topic'],
      );
    });

    it('has on an edge what its end receives, or what its beginning sends if the end has other inputs', () => {
      const figures = {
        clean: { received: 50, forwarded: 45 },
        'of-gender': { received: 44, forwarded: 40 },
        'of-country': { received: 45, forwarded: 43 },
        'countries-and-genders': { received: 83, forwarded: 83 },
        'by-country': { received: 45, forwarded: 45 },
      };
      const rateOf = (from: string, to: string): number | null => graphs.edgeRate(edgeOf(from, to), figures);
      assert.equal(rateOf('user', 'clean'), 50);
      assert.equal(rateOf('of-country', 'countries-and-genders'), 43);
      assert.equal(rateOf('of-gender', 'countries-and-genders'), 40);
      // Nothing is told of the sink of a repartition: what goes there is what was sent on.
      assert.equal(rateOf('by-country', 'by-country-repartition'), 45);
      assert.equal(rateOf('by-country-repartition', 'count-countries'), null);
      const merge = users.nodes.find(({ title }) => title === 'countries-and-genders');
      assert.deepEqual(graphs.nodeRates(merge, users, figures), { received: 83, forwarded: 83 });
      const topic = users.nodes.find(({ title }) => title === 'by-country-repartition');
      assert.deepEqual(graphs.nodeRates(topic, users, figures), { received: 45, forwarded: null });
    });

    it('shortens names: generated ones to what they do, others in the middle', () => {
      assert.equal(description.shortName('KSTREAM-KEY-SELECT-0000000012'), 'key-select 12');
      assert.equal(description.shortName('clean'), 'clean');
      assert.equal(description.shortName('a-very-long-name-of-a-topic', 12), 'a-very-l…pic');
      fc.assert(
        fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 40 }), (name, limit) => {
          assert.equal([...description.shortName(name, limit)].length <= limit, true);
        }),
      );
    });
  });

  describe('problems', () => {
    let problems: ProblemsModule;
    before(async () => {
      problems = await pageModule('problems.js');
    });
    const live = { name: 'live', since: AT };
    const told = (snapshots: readonly Snapshot[], feed: object = live): unknown[] => {
      const downTimes = new problems.DownTimes();
      for (const snapshot of snapshots) downTimes.update(snapshot);
      const found = problems.problemsOf({ feed, snapshot: snapshots.at(-1) ?? null, downTimes });
      return found.map(({ what, reason, since }) => [what, reason, since]);
    };
    const processes = (...views: readonly ProcessView[]): object => ({ processes: views });

    it('are none while all is well, and before anything is known', () => {
      assert.deepEqual(told([snapshotAt(0)]), []);
      assert.deepEqual(told([], { name: 'connecting', since: AT }), []);
    });

    it('say since when a process does not answer, and when that may have begun before', () => {
      const what = 'The process at b:1 does not answer';
      const up = snapshotAt(0, processes(runningProcess('b:1')));
      const down = [1, 2].map(second => snapshotAt(second, processes(deadProcess('b:1', 'refused'))));
      assert.deepEqual(told([up, ...down]), [[what, 'refused', { at: AT + 1000, orEarlier: false }]]);
      assert.deepEqual(told(down), [[what, 'refused', { at: AT + 1000, orEarlier: true }]]);
      assert.deepEqual(told([...down, up]), []);
      assert.deepEqual(told([...down, up, ...down]), [[what, 'refused', { at: AT + 1000, orEarlier: false }]]);
    });

    it('tell of a partition that can not be read on, with the reason of the process', () => {
      const reason = "user-1 can't be read on from offset 40: the batch there is compressed with zstd";
      const stuck = { ...runningProcess('b:1'), unreadable: [reason] };
      assert.deepEqual(told([snapshotAt(0, processes(stuck))]), [['A partition is stuck', reason, null]]);
    });

    it('tell of partitions that were added and are not read, with the way out', () => {
      const unread = [{ topic: 'user', partitions: 6, read: 4 }];
      const [problem] = told([snapshotAt(0, { unread })]) as [string, string, null][];
      assert.equal(problem?.[0], 'user has 6 partitions, and only the first 4 are read');
      assert.match(problem?.[1] ?? '', /npm run reset/);
    });

    it('tell of a cluster that does not answer, of a process in ERROR, of a stream that broke', () => {
      const cluster = { up: false, reason: 'no broker', since: AT - 5 };
      assert.deepEqual(told([snapshotAt(0, { cluster })]), [
        ['The Kafka cluster does not answer', 'no broker', { at: AT - 5, orEarlier: false }],
      ]);
      const failed = { ...runningProcess('b:1'), state: 'ERROR' };
      assert.deepEqual(told([snapshotAt(0, processes(failed))]), [
        ['The process at b:1 is in state ERROR', null, null],
      ]);
      assert.deepEqual(told([], { name: 'broken', since: AT }), [
        ['The monitor does not answer', 'this page shows what it last said', { at: AT, orEarlier: false }],
      ]);
    });

    it('tell of records that are unaccounted for, in both directions', () => {
      const of = (unaccounted: number): unknown => told([snapshotAt(0, { audit: auditTotals({ unaccounted }) })])[0];
      assert.deepEqual(of(2), ['Records are unaccounted for', 'more were processed than came out', null]);
      assert.deepEqual(of(-2), ['Records are unaccounted for', 'more came out than were processed', null]);
      assert.equal(problems.unaccounted(0), 'nothing lost, nothing doubled');
      assert.equal(problems.unaccounted(1), '1 record was processed and never came out');
      assert.equal(problems.unaccounted(-3), '3 more came out than were processed');
    });
  });

  describe('texts', () => {
    let format: FormatModule;
    let folding: FoldModule;
    before(async () => {
      format = await pageModule('format.js');
      folding = await pageModule('fold.js');
    });

    it('have thin spaces between thousands, and a dash for what is not known', () => {
      assert.equal(format.number(1_234_567), '1\u202f234\u202f567');
      assert.equal(format.number(-1234), '-1\u202f234');
      assert.deepEqual([format.number(null), format.number(Number.NaN), format.rate(null)], ['–', '–', '–']);
      assert.deepEqual([0, 0.42, 9.96, 1234.4].map(format.rate), ['0/s', '0.4/s', '10/s', '1\u202f234/s']);
      assert.equal(format.percent(1, 0), '–');
      assert.equal(format.percent(1, 3), '33.3\u202f%');
    });

    it('tell the date of a time that is not today', () => {
      const [noon, nextDay] = [new Date(2026, 4, 6, 12).getTime(), new Date(2026, 4, 7, 12).getTime()];
      assert.equal(format.clockTime(noon, noon + 1000), '12:00:00');
      assert.equal(format.clockTime(noon, nextDay), '6 May 12:00:00');
      assert.equal(format.clockTime(noon, new Date(2027, 0, 1).getTime()), '6 May 2026 12:00:00');
      assert.equal(format.clockTime(1e300), '–');
    });

    it('fold a long list without losing anything, and never for a single one more', () => {
      assert.deepEqual(folding.fold([1, 2, 3], 2), { shown: [1, 2, 3], rest: [] });
      assert.deepEqual(folding.fold([1, 2, 3, 4], 2), { shown: [1, 2], rest: [3, 4] });
      fc.assert(
        fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 20 }), (items, limit) => {
          const { shown, rest } = folding.fold(items, limit);
          assert.deepEqual([...shown, ...rest], items);
          assert.notEqual(rest.length, 1);
          const thinned = folding.thinOut(items, limit);
          assert.equal(thinned.length <= limit, true);
          assert.equal(thinned.at(-1), items.at(-1));
        }),
      );
    });
  });
});
