import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ConfigError } from '../../streams/kafka/config-error.js';
import { failOnError } from '../../streams/runtime/errors.js';
import { type StreamsOptions, streamsConfig } from '../../streams/runtime/streams-config.js';

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
      maxTimestampAheadMs: Number.POSITIVE_INFINITY,
      cacheMaxEntries: 100_000,
      standbyReplicas: 0,
      deadLetterTopic: undefined,
      deserializationExceptionHandler: failOnError,
      processingExceptionHandler: failOnError,
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

  it('cannot be changed', () => {
    assert.ok(Object.isFrozen(streamsConfig({ applicationId: 'users' })));
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
    cacheMaxEntries: { cacheMaxEntries: 1.5 },
    deadLetterTopic: { deadLetterTopic: 'a/b' },
    deserializationExceptionHandler: { deserializationExceptionHandler: 'resume' },
    processingExceptionHandler: { processingExceptionHandler: {} },
    productionExceptionHandler: { productionExceptionHandler: null },
  };

  for (const [option, options] of Object.entries(wrong)) {
    it(`that is wrong is told in one line that names the option: ${option}`, () => {
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
