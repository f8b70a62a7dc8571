import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { scram } from '../../../streams/kafka/fetch/sasl.js';

/** The exchange of RFC 7677, section 3. */
const RFC_7677 = {
  user: { username: 'user', password: 'pencil' },
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  client: [
    'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  ],
  server: [
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  ],
} as const;

describe('SASL with SCRAM', () => {
  const exchange = async (server: readonly string[]): Promise<string[]> => {
    const sent: string[] = [];
    const answers = [...server];
    await scram(
      RFC_7677.user,
      'sha256',
      async message => {
        sent.push(message.toString());
        return Buffer.from(answers.shift() ?? '');
      },
      RFC_7677.nonce,
    );
    return sent;
  };

  it('proves the password as RFC 7677 does', async () => {
    assert.deepEqual(await exchange(RFC_7677.server), RFC_7677.client);
  });

  it('refuses a broker that does not know the password, or answers another challenge', async () => {
    const [challenge, signature] = RFC_7677.server;
    await assert.rejects(exchange([challenge, 'v=AAAA']), /does not know the password/);
    await assert.rejects(exchange([challenge, 'e=other-error']), /does not know the password/);
    await assert.rejects(exchange([challenge.replace('rOpr', 'xOpr'), signature]), /malformed challenge/);
    await assert.rejects(exchange(['', signature]), /malformed challenge/);
  });
});
