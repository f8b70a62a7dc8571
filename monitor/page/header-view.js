/** The application, the state of the page's connection to the monitor, and the age of the figures. */
import { byId, setAttribute, setText, setTime } from './elements.js';

/** @typedef {import('../snapshot.js').Snapshot} Snapshot */
/** @typedef {import('./event-feed.js').FeedState} FeedState */

/** @type {Readonly<Record<FeedState['name'], string>>} */
const CONNECTION = {
  connecting: 'connecting',
  live: 'live',
  silent: 'connected, silent',
  broken: 'disconnected, trying again',
  unreadable: 'not understood',
};

/** @returns {(state: { readonly feed: FeedState, readonly snapshot: Snapshot | null, readonly problems: number }) => void} */
export function headerView() {
  const [application, connection] = [byId('application'), byId('connection')];
  const [text, label, time] = [byId('connection-text'), byId('as-of-label'), byId('as-of')];
  return ({ feed, snapshot, problems }) => {
    setText(text, CONNECTION[feed.name]);
    setAttribute(connection, 'data-state', feed.name);
    const name = snapshot?.applicationId ?? 'Tributary';
    setText(application, name);
    document.title = `${problems > 0 ? '⚠ ' : ''}${name} · Tributary monitor`;
    if (snapshot === null) return;
    const current = feed.name === 'live' && snapshot.cluster.up;
    setText(label, current ? 'as of' : 'last figures:');
    setTime(time, snapshot.at);
  };
}
