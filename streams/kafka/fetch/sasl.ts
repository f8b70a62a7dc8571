import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { SASL_AUTHENTICATE, SASL_HANDSHAKE } from './apis.js';
import type { Connection } from './connection.js';

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

export type SaslMechanism = (typeof MECHANISMS)[number];

export interface SaslSettings {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  readonly password: string;
}

/** undefined if the mechanism is not known here. */
export function saslMechanism(name: string): SaslMechanism | undefined {
  return MECHANISMS.find(mechanism => mechanism === name.toUpperCase());
}

/** Rejects with the reason of the broker. */
export async function authenticate(connection: Connection, sasl: SaslSettings): Promise<void> {
  const { mechanism } = sasl;
  const handshake = await connection.request(SASL_HANDSHAKE, writer => writer.string(mechanism));
  if (handshake.int16() !== 0) {
    const offered = handshake.array(() => handshake.string());
    throw new Error(`the broker does not take ${mechanism}, but ${offered.join(', ')}`);
  }
  const exchange = async (message: Buffer): Promise<Buffer> => {
    const response = await connection.request(SASL_AUTHENTICATE, writer => writer.byteArray(message));
    const code = response.int16();
    const reason = response.string();
    if (code !== 0) throw new Error(`SASL: ${reason === '' ? `error ${code}` : reason}`);
    return response.byteArray();
  };
  if (mechanism === 'PLAIN') await exchange(Buffer.from(`\0${sasl.username}\0${sasl.password}`));
  else await scram(sasl, mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', exchange);
}

/** RFC 5802, without channel binding. `nonce` is a parameter for tests with the vectors of RFC 7677. */
export async function scram(
  { username, password }: Pick<SaslSettings, 'username' | 'password'>,
  hash: 'sha256' | 'sha512',
  exchange: (message: Buffer) => Promise<Buffer>,
  nonce = randomBytes(24).toString('base64'),
): Promise<void> {
  const first = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  const serverFirst = (await exchange(Buffer.from(`n,,${first}`))).toString();
  const { r: serverNonce = '', s: salt = '', i: iterations = '' } = attributes(serverFirst);
  if (!serverNonce.startsWith(nonce) || salt === '' || !/^\d+$/.test(iterations)) {
    throw new Error('SASL: the broker has sent a malformed challenge');
  }
  const length = hash === 'sha256' ? 32 : 64;
  const salted = await promisify(pbkdf2)(password, Buffer.from(salt, 'base64'), Number(iterations), length, hash);
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash(hash).update(clientKey).digest();
  const final = `c=biws,r=${serverNonce}`;
  const signed = `${first},${serverFirst},${final}`;
  const proof = Buffer.from(hmac(storedKey, signed).map((byte, i) => byte ^ (clientKey[i] ?? 0)));
  const serverFinal = (await exchange(Buffer.from(`${final},p=${proof.toString('base64')}`))).toString();
  const signature = Buffer.from(attributes(serverFinal).v ?? '', 'base64');
  const expected = hmac(hmac(salted, 'Server Key'), signed);
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new Error('SASL: the broker does not know the password');
  }
}

/** `name=value` parts of a message, by name. */
function attributes(message: string): Readonly<Record<string, string>> {
  return Object.fromEntries(message.split(',').map(part => [part.slice(0, 1), part.slice(2)]));
}
