import { int8, int32, RawConnection, type RawReader, text } from './raw-connection.js';

const DESCRIBE_CONFIGS = { key: 32, version: 1 } as const;
const INCREMENTAL_ALTER_CONFIGS = { key: 44, version: 0 } as const;
const TOPIC = int8(2);
const SET = int8(0);
const FALSE = int8(0);

/** One setting of a topic, its own or the broker's. */
export async function topicSetting(address: string, topic: string, name: string): Promise<string> {
  return await asked(address, async connection => {
    const { key, version } = DESCRIBE_CONFIGS;
    const body = [int32(1), TOPIC, text(topic), int32(1), text(name), FALSE];
    const answer = await connection.request(key, version, body);
    expectResource(answer, topic);
    answer.int32();
    answer.text();
    return answer.text() ?? '';
  });
}

/** Changes one setting of a topic. */
export async function setTopicSetting(address: string, topic: string, name: string, value: string): Promise<void> {
  await asked(address, async connection => {
    const { key, version } = INCREMENTAL_ALTER_CONFIGS;
    const body = [int32(1), TOPIC, text(topic), int32(1), text(name), SET, text(value), FALSE];
    expectResource(await connection.request(key, version, body), topic);
  });
}

/** What both answers begin with. */
function expectResource(answer: RawReader, topic: string): void {
  answer.int32();
  answer.int32();
  const [code, message] = [answer.int16(), answer.text()];
  if (code !== 0) throw new Error(`the settings of ${topic}: error ${code} ${message}`);
  answer.int8();
  answer.text();
}

async function asked<T>(address: string, ask: (connection: RawConnection) => Promise<T>): Promise<T> {
  const connection = await RawConnection.open(address);
  try {
    return await ask(connection);
  } finally {
    connection.close();
  }
}
