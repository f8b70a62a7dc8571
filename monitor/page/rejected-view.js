/** The last rejected users, each with its reason. */
import { byId, element, setAttribute, setText, setTime, syncChildren } from './elements.js';

/** @typedef {import('../snapshot.js').RejectedUser} RejectedUser */

/** @returns {(rejected: readonly RejectedUser[], now: number) => void} */
export function rejectedView() {
  const [list, empty] = [byId('rejected'), byId('rejected-empty')];
  return (rejected, now) => {
    empty.hidden = rejected.length > 0;
    list.hidden = rejected.length === 0;
    syncChildren(
      list,
      rejected,
      ({ partition, offset }) => `${partition}@${offset}`,
      () => {
        const reason = element('p', { class: 'rejected-reason' });
        const why = element('div', {}, reason, element('p', { class: 'rejected-source' }));
        return element(
          'li',
          { class: 'rejected-user' },
          element('time'),
          why,
          element('code', { class: 'rejected-value' }),
        );
      },
      (row, user) => updateUser(row, user, now),
    );
  };
}

/** @param {HTMLLIElement} row @param {RejectedUser} user @param {number} now */
function updateUser(row, { at, reason, value, source }, now) {
  const [time, why, valueText] = row.children;
  const [reasonLine, sourceLine] = why?.children ?? [];
  if (time === undefined || !reasonLine || !sourceLine || valueText === undefined) return;
  setTime(time, at, now);
  setText(reasonLine, reason ?? 'no reason given');
  setText(sourceLine, source === null ? '' : sourceText(source));
  setText(valueText, value === null ? 'no value' : value === '' ? 'empty value' : value);
  setAttribute(valueText, 'data-none', value === null || value === '' ? '' : null);
}

/** @param {NonNullable<RejectedUser['source']>} source */
function sourceText({ topic, partition, offset, timestamp }) {
  const place = `${topic}, partition ${partition}, offset ${offset}`;
  return timestamp === null ? place : `${place}, timestamp ${timestamp}`;
}
