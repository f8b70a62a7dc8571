import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ConfigError } from '../../streams/kafka/config-error.js';
import type { Duration } from '../../streams/kafka/duration.js';
import { failOnError } from '../../streams/runtime/errors.js';
import { type ProcessingGuarantee, type StreamsOptions, streamsConfig } from '../../streams/runtime/streams-config.js';

describe('the configuration of an application', () => {
  it('needs a name, and has defaults for the rest', () => {
    assert.deepEqual(streamsConfig({ applicationId: 'users' }), {
      applicationId: 'users',
      applicationServer: undefined,
      stateDir: './state',
      processingGuarantee: 'exactly_once_v2',
      groupProtocol: 'classic',
      commitIntervalMs: 100,
      idleTimeoutMs: 5000,
      metadataMaxAgeMs: 30_000,
      maxTimestampAheadMs: Number.POSITIVE_INFINITY,
      inputBufferMaxBytes: 67_108_864,
      caching: true,
      uncommittedMaxBytes: 67_108_864,
      standbyReplicas: 0,
      windowstoreChangelogAdditionalRetentionMs: 604_800_000,
      deadLetterTopic: undefined,
      deserializationExceptionHandler: failOnError,
      processingExceptionHandler: failOnError,
      processingExceptionHandlerGlobalEnabled: false,
      productionExceptionHandler: failOnError,
    });
  });

  it('commits every 30 s by default with at_least_once', () => {
    const config = streamsConfig({ applicationId: 'users', processingGuarantee: 'at_least_once' });
    assert.equal(config.commitIntervalMs, 30_000);
  });

  it('takes durations as text or milliseconds', () => {
    const config = streamsConfig({ applicationId: 'users', commitInterval: '2s', idleTimeout: 250 });
    assert.deepEqual([config.commitIntervalMs, config.idleTimeoutMs], [2000, 250]);
  });

  it('commits as seldom as its interval says, but with exactly_once_v2 before a broker ends the transaction', () => {
    const every = (processingGuarantee: ProcessingGuarantee, commitInterval: Duration): number =>
      streamsConfig({ applicationId: 'users', processingGuarantee, commitInterval }).commitIntervalMs;
    assert.equal(every('exactly_once_v2', '5m'), 300_000);
    assert.equal(every('at_least_once', '1h'), 3_600_000);
    assert.throws(() => every('exactly_once_v2', 300_001), /^ConfigError: commitInterval: must be at most 300000 ms/);
  });

  it('caches nothing with 0 bytes, and bounds what is uncommitted all the same', () => {
    const { caching, uncommittedMaxBytes } = streamsConfig({ applicationId: 'users', cacheMaxBytes: 0 });
    assert.deepEqual([caching, uncommittedMaxBytes], [false, 67_108_864]);
    assert.equal(streamsConfig({ applicationId: 'users', cacheMaxBytes: 1000 }).uncommittedMaxBytes, 1000);
  });

  it('cannot be changed', () => {
    assert.ok(Object.isFrozen(streamsConfig({ applicationId: 'users' })));
  });

  it('takes nothing but host:port for the server that others ask', () => {
    for (const applicationServer of ['a:80', '10.0.0.1:80', '[::1]:80']) {
      assert.equal(streamsConfig({ applicationId: 'users', applicationServer }).applicationServer, applicationServer);
    }
    for (const applicationServer of ['a:0', 'a:65536', 'a?b:80', 'a#b:80', 'http:80:80']) {
      assert.throws(
        () => streamsConfig({ applicationId: 'users', applicationServer }),
        /applicationServer: must be host:port/,
      );
    }
  });

  const wrong: Record<string, Record<string, unknown>> = {
    applicationId: { applicationId: 'no spaces' },
    applicationServer: { applicationServer: 'no port' },
    stateDir: { stateDir: '' },
    processingGuarantee: { processingGuarantee: 'exactly_once' },
    groupProtocol: { groupProtocol: 'eager' },
    commitInterval: { commitInterval: 'soon' },
    idleTimeout: { idleTimeout: -1 },
    maxTimestampAhead: { maxTimestampAhead: 'far' },
    inputBufferMaxBytes: { inputBufferMaxBytes: 0 },
    cacheMaxBytes: { cacheMaxBytes: 1.5 },
    deadLetterTopic: { deadLetterTopic: 'a/b' },
    deserializationExceptionHandler: { deserializationExceptionHandler: 'resume' },
    processingExceptionHandler: { processingExceptionHandler: {} },
    productionExceptionHandler: { productionExceptionHandler: null },
  };

  for (const [option, options] of Object.entries(wrong)) {
    it(`that is wrong is reported in one line that names the option: ${option}`, () => {
      assert.throws(
        () => streamsConfig({ applicationId: 'users', ...options } as StreamsOptions),
        (error: Error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, new RegExp(`^${option}: .+$`));
          return true;
        },
      );
    });
  }

  it('without a name is wrong', () => {
    assert.throws(() => streamsConfig({} as StreamsOptions), /^ConfigError: applicationId: .+$/);
  });

  it('with an option that there is not is wrong, and names it', () => {
    const options = { applicationId: 'users', commitIntervall: 5 } as StreamsOptions;
    assert.throws(() => streamsConfig(options), /^ConfigError: .*commitIntervall/);
  });
});
