/** The live page: takes the monitor's events and shows them. */
import { distinctChart, flowChart, lagChart } from './charts.js';
import { byId } from './elements.js';
import { EventFeed } from './event-feed.js';
import { figuresView } from './figures.js';
import { FlowHistory, latest } from './flow-history.js';
import { headerView } from './header-view.js';
import { partitionsView } from './partitions-view.js';
import { DownTimes, problemsOf } from './problems.js';
import { problemsView } from './problems-view.js';
import { processesView } from './processes-view.js';
import { readDescription, readSnapshot } from './read-event.js';
import { rejectedView } from './rejected-view.js';
import { StoresView } from './stores-view.js';
import { TopologyView } from './topology-view.js';
import { closedView, windowView } from './window-view.js';

/** @typedef {import('../snapshot.js').Snapshot} Snapshot */
/** @typedef {import('../snapshot.js').HistoryEvent} HistoryEvent */

const history = new FlowHistory();
const downTimes = new DownTimes();
/** @type {Snapshot | null} */
let snapshot = null;
let drawing = false;

const show = {
  header: headerView(),
  problems: problemsView(),
  figures: figuresView(),
  window: windowView(),
  closed: closedView(),
  distinct: distinctChart(),
  flow: flowChart(),
  lag: lagChart(),
  partitions: partitionsView(),
  processes: processesView(),
  rejected: rejectedView(),
  topology: new TopologyView(),
};

new StoresView();
const feed = new EventFeed({ url: 'events', take, changed: draw });
feed.open();
setInterval(() => feed.check(), 1000);
draw();

/** @param {'topology' | 'history' | 'snapshot'} event @param {unknown} data */
function take(event, data) {
  if (event === 'topology') show.topology.describe(readDescription(data));
  else if (event === 'history') history.replace(/** @type {HistoryEvent} */ (data));
  else {
    snapshot = readSnapshot(data);
    history.add(snapshot);
    downTimes.update(snapshot);
  }
  draw();
}

/** At most once a frame, and not at all while the page is hidden. */
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    showAll();
  });
}

function showAll() {
  const problems = problemsOf({ feed: feed.state, snapshot, downTimes });
  show.header({ feed: feed.state, snapshot, problems: problems.length });
  show.problems(problems, snapshot?.at ?? Date.now());
  const stale = feed.state.name !== 'live' || snapshot?.cluster.up === false;
  byId('main').toggleAttribute('data-stale', stale);
  if (snapshot === null) return;
  const { at, audit, window, closed, distinctUsers, lag, processes, rejected, nodes } = snapshot;
  const columns = history.columns();
  show.figures(audit, { produced: latest(columns.produced), processed: latest(columns.processed) }, stale);
  show.window(window, at);
  show.closed(closed, at);
  show.distinct(distinctUsers, at);
  show.flow(columns, at);
  show.lag(columns, at);
  show.partitions(lag);
  show.processes(processes, at);
  show.rejected(rejected, at);
  show.topology.update(nodes);
}
