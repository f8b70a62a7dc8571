import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'mocha';
import { usersConfig } from '../../topology/environment.js';
import { CHECKOUT } from '../broker/checkout.js';

const text = (file: string): string => readFileSync(path.join(CHECKOUT, file), 'utf8');
const compose = text('docker-compose.yml');

/** The settings of the compose file with their defaults; empty where the program has one of its own. */
const settings = new Map(
  [...compose.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)].map(([, name = '', preset = '']) => [name, preset]),
);

/** Lines such as `# NAME=value`, each of which may be uncommented. */
const example = new Map(
  [...text('.env.example').matchAll(/^# ?([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);

describe('the settings of docker-compose.yml', () => {
  it('are all documented in .env.example, and no others are', () => {
    assert.deepEqual([...example.keys()].sort(), [...settings.keys()].sort());
  });

  it('have the defaults there that the compose file has', () => {
    for (const [name, preset] of settings) if (preset !== '') assert.equal(example.get(name), preset, name);
  });

  it('are values that the topology takes', () => {
    assert.doesNotThrow(() => usersConfig(Object.fromEntries(example)));
  });

  it('each have one default', () => {
    for (const name of settings.keys()) {
      const defaults = [...compose.matchAll(new RegExp(`\\$\\{${name}:-([^}]*)\\}`, 'g'))].map(match => match[1]);
      assert.equal(new Set(defaults).size, 1, name);
    }
  });

  it('reach the topology: what it knows is passed on, but for what its container fixes', () => {
    const [, topology = ''] = compose.split(/^ {2}topology:$/m);
    const [own = ''] = topology.split(/^ {2}\w+:$/m);
    const names = [...text('README.md').matchAll(/^\| (`[A-Z_`, ]+`) /gm)].flatMap(
      ([, cell = '']) => cell.match(/[A-Z_]+/g) ?? [],
    );
    assert.ok(names.length > 10, names.join());
    const fixed = new Set(['KAFKA_BROKERS', 'STATE_DIR', 'STREAM_PROCESSES', 'HTTP_ADVERTISED']);
    const missing = names.filter(name => !fixed.has(name) && !new RegExp(`^ {6}${name}: `, 'm').test(own));
    assert.deepEqual(missing, []);
  });

  it('publish ports on loopback only', () => {
    const ports = [...compose.matchAll(/^ {4}ports:\n((?: {6}- .*\n)+)/gm)].flatMap(([, list = '']) =>
      list.trim().split(/\n\s*/),
    );
    assert.equal(ports.length, 5);
    for (const port of ports) assert.match(port, /^- 127\.0\.0\.1:/);
  });

  it('build images on the version of Node that the Dockerfile names: 24', () => {
    assert.match(text('Dockerfile'), /^ARG NODE_VERSION=24$/m);
    assert.equal(settings.get('NODE_VERSION'), '24');
  });
});
