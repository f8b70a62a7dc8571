import assert from 'node:assert/strict';
import { type RunningCommand, runCommand } from '../topology/command.js';
import { KCAT_IS_INSTALLED, kcatLines, outputOf } from './kcat-lines.js';
import { until } from './until.js';

/** The embedded broker answers every search by time with the end of the partition. */
const byTime = (line: string): boolean => line.includes('-o s@');
const ends = (line: string): boolean => !line.includes('-o end') && !line.includes('kcat -P');

describe('the lines of docs/kcat.md, on the embedded broker of npm start', function () {
  this.timeout(120_000);
  if (!KCAT_IS_INSTALLED) {
    it.skip('skipped: kcat is not installed');
    return;
  }
  let command: RunningCommand;
  let lines: readonly string[];

  before(async () => {
    command = runCommand('topology/start', [], { WINDOW_SIZE: '2s', WINDOW_GRACE: '1s', IDLE_TIMEOUT: '1s' });
    const [, address = ''] = await command.seen(/Kafka on (\S+):/);
    lines = await kcatLines(address);
    const summaries = lines.find(line => line.includes('window-summary') && ends(line)) ?? '';
    await until(
      'all users are in closed windows',
      60_000,
      () => usersOf(summaries),
      users => users === 950,
    );
  });

  after(async () => {
    command.child.kill('SIGTERM');
    await command.ended;
  });

  it('show something', async () => {
    for (const line of lines.filter(line => ends(line) && !byTime(line))) {
      assert.notEqual((await outputOf(line)).length, 0, line);
    }
  });

  it('show nothing where they search by time, as the page says', async () => {
    const [line = '', ...others] = lines.filter(byTime);
    assert.deepEqual([await outputOf(line), others], [[], []]);
  });

  it('add a user', async () => {
    await outputOf(lines.find(line => line.includes('kcat -P')) ?? '');
    const cleaned = lines.find(line => line.includes('user-cleaned -o -20')) ?? '';
    await until(
      'she is cleaned',
      20_000,
      () => outputOf(cleaned),
      rows => rows.some(row => row.includes(' ada@example.com {')),
    );
  });
});

async function usersOf(summaries: string): Promise<number> {
  const rows = (await outputOf(summaries)).map(row => JSON.parse(row) as { readonly users: number });
  return rows.reduce((sum, { users }) => sum + users, 0);
}
