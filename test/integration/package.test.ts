import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeliveryProducer } from '../../streams/kafka/delivery-producer.js';
import { spawnGuarded } from '../broker/guarded-process.js';
import { readAll } from '../broker/read-all.js';
import { createTopic, deleteTopics, topicPartitions } from '../broker/topics.js';
import { PackedProject, pack } from '../package/packed-project.js';
import { describeOnBroker } from './on-broker.js';
import { until } from './until.js';

const TIMEOUT_MS = 60_000;

describeOnBroker('the package in a project of its own, on a real broker', { timeoutMs: 120_000 }, broker => {
  let directory: string;
  let project: PackedProject;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'tributary-package-'));
    project = await PackedProject.create((await pack(directory)).path);
    for (const topic of ['lines', 'word-count']) await createTopic(broker.address, topic, 2);
  });

  after(async () => {
    const topics = [...(await topicPartitions(broker.address)).keys()];
    await deleteTopics(
      broker.address,
      topics.filter(topic => topic === 'lines' || topic.startsWith('word-count')),
    );
    await project.remove();
    await rm(directory, { recursive: true, force: true });
  });

  it('runs the example of the README', async () => {
    await project.install(['pino']);
    await project.copy('examples/word-count.ts');
    assert.equal(await project.compile(), '');
    const producer = new DeliveryProducer({ cluster: { brokers: broker.address, clientId: 'test' } });
    await producer.connect();
    for (const line of ['To be, or', 'not to be']) producer.send('lines', null, Buffer.from(line), Date.now());
    await producer.flush();
    await producer.close();

    const logFile = path.join(project.directory, 'log');
    const example = await spawnGuarded(process.execPath, ['word-count.js'], {
      cwd: project.directory,
      env: { ...process.env, KAFKA_BROKERS: broker.address },
      logFile,
    });
    const counts = async () =>
      Object.fromEntries(
        (await readAll(broker.address, 'word-count')).map(({ key, value }) => [String(key), Number(value)]),
      );
    const isComplete = ({ be, not, or, to }: Record<string, number>) => be === 2 && not === 1 && or === 1 && to === 2;
    await until('the counts of all words', TIMEOUT_MS, counts, isComplete);
    example.signal('SIGINT');
    assert.equal(await example.exited, 0, await readFile(logFile, 'utf8'));
  });
});
