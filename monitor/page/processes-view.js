/** The processes of the application, and what their tasks are doing. */
import { byId, element, setAttribute, setText, setTime, syncChildren } from './elements.js';
import { counted, number } from './format.js';

/** @typedef {import('../snapshot.js').ProcessView} ProcessView */
/** @typedef {import('../snapshot.js').TaskView} TaskView */

const HEADS = ['task', 'state', 'processed', 'late', 'stream time'];

/** @returns {(processes: readonly ProcessView[], now: number) => void} */
export function processesView() {
  const [list, note, empty] = [byId('processes'), byId('processes-note'), byId('processes-empty')];
  return (processes, now) => {
    empty.hidden = processes.length > 0;
    const tasks = processes.reduce((sum, process) => sum + process.tasks.length, 0);
    setText(
      note,
      processes.length === 0
        ? ''
        : `${counted(processes.length, 'process', 'processes')}, ${counted(tasks, 'task', 'tasks')}`,
    );
    syncChildren(
      list,
      processes,
      ({ host }) => host,
      ({ host }) => {
        const heads = HEADS.map(text => element('th', { scope: 'col' }, text));
        const head = element('thead', {}, element('tr', {}, ...heads));
        const tasksTable = element('table', { class: 'numbers tasks' }, head, element('tbody'));
        return element(
          'article',
          { class: 'process' },
          element('h3', {}, host),
          element('p', { class: 'process-state' }),
          element('p', { class: 'process-note' }),
          element('div', { class: 'table-scroll' }, tasksTable),
        );
      },
      (article, process) => updateProcess(article, process, now),
    );
  };
}

/** @param {HTMLElement} article @param {ProcessView} process @param {number} now */
function updateProcess(article, { up, reason, state, instance, tasks }, now) {
  const [, stateLine, note] = article.children;
  const table = article.querySelector('table');
  if (stateLine === undefined || note === undefined || table === null) return;
  setAttribute(article, 'data-state', up ? (state ?? 'unknown') : 'down');
  setText(stateLine, up ? (state ?? 'state unknown') : 'does not answer');
  const named = instance === null ? '' : `instance ${instance}`;
  setText(
    note,
    [named, reason ?? (up && tasks.length === 0 ? 'no tasks' : '')].filter(text => text !== '').join(' · '),
  );
  table.hidden = tasks.length === 0;
  const [body] = table.tBodies;
  if (body !== undefined)
    syncChildren(
      body,
      tasks,
      ({ id }) => id,
      taskRow,
      (row, task) => updateTask(row, task, now),
    );
}

/** @param {TaskView} task */
function taskRow({ id }) {
  const progress = element('progress', { max: '1', 'aria-label': `${id} restored` });
  const time = element('td', {}, element('time'), element('span'));
  const state = element('td', { class: 'task-state' }, element('span'), progress);
  return element(
    'tr',
    {},
    element('th', { class: 'task', scope: 'row' }, id),
    state,
    element('td'),
    element('td'),
    time,
  );
}

/** @param {HTMLTableRowElement} row @param {TaskView} task @param {number} now */
function updateTask(row, { state, restored, processed, late, streamTime }, now) {
  const [, stateCell, processedCell, lateCell, timeCell] = row.cells;
  const progress = row.querySelector('progress');
  const time = row.querySelector('time');
  const [text, noTime] = [stateCell?.querySelector('span'), timeCell?.querySelector('span')];
  if (!text || !noTime || !progress || !time || processedCell === undefined || lateCell === undefined) return;
  const restoring = state === 'RESTORING';
  // Rounded down: 100 % appears only when it is done.
  setText(text, restoring ? `restoring ${Math.floor(100 * restored)}\u202f%` : state.toLowerCase());
  progress.hidden = !restoring;
  progress.value = restored;
  setText(processedCell, number(processed));
  setText(lateCell, number(late));
  time.hidden = streamTime < 0;
  if (streamTime >= 0) setTime(time, streamTime, now);
  setText(noTime, streamTime < 0 ? 'no record yet' : '');
}
