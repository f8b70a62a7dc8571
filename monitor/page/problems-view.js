/** The banner: what is wrong and since when. A screen reader reads it when a problem appears, not each second. */
import { byId, element, setText, setTime, svgElement, syncChildren } from './elements.js';

/** @typedef {import('./problems.js').Problem} Problem */

/** @returns {(problems: readonly Problem[], now: number) => void} */
export function problemsView() {
  const list = byId('problems');
  return (problems, now) => {
    syncChildren(
      list,
      problems,
      ({ key }) => key,
      () => {
        const sign = svgElement('path', { d: 'M8 1.8L15 14H1L8 1.8z M8 6.3v3.6 M8 11.9v.2' });
        const mark = svgElement('svg', { class: 'mark', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, sign);
        const since = element('span', { class: 'problem-since' }, element('span'), element('time'), element('span'));
        const text = element('p', {}, element('b'), since, element('span', { class: 'problem-reason' }));
        return element('li', { class: 'problem' }, mark, text);
      },
      (item, { what, reason, since }) => {
        const [whatText, sinceText, reasonText] = item.lastElementChild?.children ?? [];
        const [before, time, after] = sinceText?.children ?? [];
        if (!whatText || !reasonText || !before || !time || !after) return;
        setText(whatText, what);
        setText(before, since === null ? '' : ' since ');
        if (since !== null) setTime(time, since.at, now);
        setText(after, since?.orEarlier ? ' or earlier' : '');
        setText(reasonText, reason === null ? '' : `: ${reason}`);
      },
    );
  };
}
