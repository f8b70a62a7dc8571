import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'mocha';
import { AllowedHosts, parseHosts } from '../../streams/network/allowed-hosts.js';

describe('the hosts under which a server may be asked', () => {
  const hosts = new AllowedHosts('db.example', ['topology-1:8081', 'Proxy.Example.com', '[2001:db8::7]:80']);

  for (const host of [
    undefined,
    'localhost',
    'localhost:8081',
    'LOCALHOST:1',
    'localhost.',
    'db.example:8081',
    'topology-1',
    'topology-1:9999',
    'proxy.example.com',
    '127.0.0.1:8081',
    '10.11.12.13',
    '[::1]:8081',
    '[2001:db8::1]',
  ]) {
    it(`are those that are listed, its own, localhost and IP addresses, with any port: ${host}`, () => {
      assert.equal(hosts.allows(host), true);
    });
  }

  for (const host of [
    '',
    'evil.example',
    'evil.example:8081',
    'localhost.evil.example',
    'xlocalhost',
    '127.0.0.1.evil.example',
    '127.0.0.1.',
    '2130706433',
    '127.1',
    'localhost:0',
    'localhost:99999',
    'localhost:8081, evil.example',
    'me@localhost',
    'localhost/x',
    '::1',
    '[localhost]',
  ]) {
    it(`are no others: ${JSON.stringify(host)}`, () => assert.equal(hosts.allows(host), false));
  }

  for (const everything of ['0.0.0.0', '::']) {
    it(`have the name of this machine where it listens on ${everything}`, () => {
      assert.equal(new AllowedHosts(everything, []).allows(`${hostname()}:8080`), true);
      assert.equal(new AllowedHosts('127.0.0.1', []).allows('not-this-machine'), false);
    });
  }

  it('are listed with commas, with a port or without', () => {
    assert.deepEqual(parseHosts('a, b.example:80 ,[::1]:1,'), ['a', 'b.example:80', '[::1]:1']);
    for (const wrong of ['a b', 'http://a', 'a:0', 'a/b', '*', 'a,*.b']) assert.equal(parseHosts(wrong), undefined);
  });
});
