import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { type StateDirectory, takeSlot } from '../../../streams/runtime/state/state-directory.js';
import { recordingLogger } from '../../http/served.js';

interface Holder {
  readonly process: ChildProcess;
  readonly instanceId: string;
  readonly location: string;
}

describe('the slots of a state directory', () => {
  let stateDir: string;
  let slots: StateDirectory[];
  let holders: Holder[];
  let log: string[];

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'tributary-slots-'));
    slots = [];
    holders = [];
    log = [];
  });

  afterEach(async () => {
    for (const { process } of holders) await kill(process);
    for (const slot of slots) await slot.release();
    await rm(stateDir, { recursive: true, force: true });
  });

  async function take(applicationId = 'app'): Promise<StateDirectory> {
    const slot = await takeSlot(stateDir, applicationId, recordingLogger(log));
    slots.push(slot);
    return slot;
  }

  async function takeInOtherProcess(): Promise<Holder> {
    const script = fileURLToPath(new URL('./slot-holder.js', import.meta.url));
    const child = spawn(process.execPath, [script, stateDir, 'app'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    const holder = { process: child, ...(JSON.parse(value) as { instanceId: string; location: string }) };
    holders.push(holder);
    return holder;
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  for (const file of ['CURRENT', 'MANIFEST', '.ldb']) {
    it(`get a new identity, and keep their state, where that of the old one is damaged: ${file}`, async () => {
      // Taken twice, it is in a table: LevelDB makes one of its log when it is opened.
      await (await take()).release();
      const first = await take();
      await mkdir(join(first.location, '0_0'));
      await first.release();
      const database = join(first.location, 'instance');
      const name = (await readdir(database)).find(found => found.startsWith(file) || found.endsWith(file)) ?? '';
      await truncate(join(database, name), 9);

      const [again, next] = [await take(), await take()];
      assert.deepEqual([again.location, again.application], [first.location, undefined]);
      assert.notEqual(again.instanceId, first.instanceId);
      assert.ok((await stat(join(first.location, '0_0'))).isDirectory());
      assert.equal(next.location, join(stateDir, 'app', '1'));
      assert.deepEqual(log, [`the identity of the instance in ${first.location} is damaged: it gets a new one`]);
    });
  }

  it('are repaired where a table is damaged that has no key that later ones lack', async () => {
    const tables = async (): Promise<string[]> => {
      const database = join(stateDir, 'app', '0', 'instance');
      const names = (await readdir(database)).filter(name => name.endsWith('.ldb'));
      return names.sort().map(name => join(database, name));
    };
    // Each time that it is taken, its log becomes a table.
    for (let n = 0; n < 4; n++) {
      const slot = await take();
      await slot.adopt({ id: `application ${n}`, offset: 0 });
      await slot.release();
    }
    const [, older, ...newer] = await tables();
    assert.ok(older !== undefined && newer.length > 0);
    await truncate(older, 55);
    // As often as it takes until LevelDB merges the tables.
    for (let n = 0; n < 4; n++) {
      const slot = await take();
      await slot.adopt({ id: 'application', offset: 0 });
      await slot.release();
    }
    assert.deepEqual(log, [
      `the identity of the instance in ${join(stateDir, 'app', '0')} is damaged: it gets a new one`,
    ]);
  });

  it('are repaired by one process, when several find the damage at the same time', async () => {
    const first = await take();
    await first.release();
    await truncate(join(first.location, 'instance', 'CURRENT'), 9);
    const found = await Promise.all([takeInOtherProcess(), takeInOtherProcess(), takeInOtherProcess()]);
    assert.equal(new Set(found.map(({ location }) => location)).size, 3);
    assert.equal(new Set(found.map(({ instanceId }) => instanceId)).size, 3);
  });

  it('are taken from 0 on, each with an identity of its own', async () => {
    const taken = [await take(), await take(), await take()];
    assert.deepEqual(
      taken.map(({ location }) => location),
      [0, 1, 2].map(n => join(stateDir, 'app', String(n))),
    );
    assert.equal(new Set(taken.map(({ instanceId }) => instanceId)).size, 3);
  });

  it('are those of one application', async () => {
    assert.equal((await take('a')).location, join(stateDir, 'a', '0'));
    assert.equal((await take('b')).location, join(stateDir, 'b', '0'));
  });

  it('keep their identity when they are given back and taken again; the lowest free one goes first', async () => {
    const first = await take();
    await take();
    await first.release();
    const again = await take();
    assert.equal(again.location, first.location);
    assert.equal(again.instanceId, first.instanceId);
  });

  it('keep the member id while the topics stay the same, and have another one for each other subscription', async () => {
    const first = await take();
    const { instanceId } = first;
    assert.equal(await first.memberId(['a', 'b']), instanceId);
    await first.release();
    const again = await take();
    assert.equal(await again.memberId(['b', 'a']), instanceId);
    assert.equal(await again.memberId(['a', 'b', 'c']), `${instanceId}-1`);
    assert.equal(await again.memberId(['a', 'b']), `${instanceId}-2`);
    await again.release();
    assert.equal(await (await take()).memberId(['a', 'b']), `${instanceId}-2`);
  });

  it('keep the member id where the member has subscribed to other topics within the group', async () => {
    const first = await take();
    const id = await first.memberId(['a']);
    await first.resubscribed(['c', 'a']);
    await first.release();
    const again = await take();
    assert.equal(await again.memberId(['a', 'c']), id);
    assert.equal(await again.memberId(['a']), `${id}-1`);
    await again.resubscribed(['b']);
    assert.equal(await again.memberId(['b']), `${id}-1`);
  });

  it('have another member id where it is not known whether the group has taken the subscription', async () => {
    const first = await take();
    const id = await first.memberId(['a', 'b']);
    await first.resubscribing();
    await first.release();
    const again = await take();
    assert.equal(await again.memberId(['a', 'b']), `${id}-1`);
    await again.resubscribing();
    await again.resubscribing();
    await again.resubscribed(['a']);
    assert.equal(await again.memberId(['a']), `${id}-1`);
  });

  it('have another member id if they were in use before member ids were kept', async () => {
    const first = await take();
    await first.adopt({ id: 'application', offset: 0 });
    await first.release();
    const again = await take();
    assert.equal(await again.memberId(['a']), `${first.instanceId}-1`);
  });

  it('are two for two processes', async () => {
    const other = await takeInOtherProcess();
    const here = await take();
    assert.deepEqual(
      [other.location, here.location],
      [0, 1].map(n => join(stateDir, 'app', String(n))),
    );
    assert.notEqual(other.instanceId, here.instanceId);
  });

  it('are free as soon as their process is killed: the next one has its place and its identity', async () => {
    const dead = await takeInOtherProcess();
    const alive = await takeInOtherProcess();
    await kill(dead.process);
    const here = await take();
    assert.deepEqual([here.location, here.instanceId], [dead.location, dead.instanceId]);
    assert.equal((await take()).location, join(stateDir, 'app', '2'));
    assert.equal(alive.location, join(stateDir, 'app', '1'));
  });

  it('are free when their process ends in order', async () => {
    const holder = await takeInOtherProcess();
    const exited = once(holder.process, 'exit');
    holder.process.stdin?.end();
    assert.deepEqual(await exited, [0, null]);
    assert.equal((await take()).instanceId, holder.instanceId);
  });

  it('keep the state of a task until it is wiped', async () => {
    const slot = await take();
    const level = slot.level('0_0');
    await level.open();
    const batch = level.batch();
    batch.put('a\u00ff', Buffer.from([0, 255]));
    await batch.write();
    await level.close();

    const again = slot.level('0_0');
    await again.open();
    assert.deepEqual(again.getSync('a\u00ff'), Buffer.from([0, 255]));
    await again.close();

    await slot.wipe('0_0');
    await assert.rejects(stat(join(slot.location, '0_0')), { code: 'ENOENT' });
    await slot.wipe('0_0');
  });

  it('cannot be where a file is', async () => {
    await writeFile(join(stateDir, 'app'), '');
    await assert.rejects(take(), { code: 'EEXIST' });
  });

  it('are reported, not skipped, when they cannot be used', async () => {
    await mkdir(join(stateDir, 'app', '0'), { recursive: true });
    await writeFile(join(stateDir, 'app', '0', 'instance'), 'a file in its place');
    await assert.rejects(take(), /state directory .* can't be used/);
  });

  it('are named when their group member cannot be read', async () => {
    const slot = await take();
    await slot.release();
    await assert.rejects(slot.memberId(['user']), {
      name: 'StreamsError',
      message: `state directory ${slot.location} can't be used: Database is not open`,
    });
  });
});
