import type { TopicConfig } from '../../streams/kafka/ports.js';

/** What an application has written. Bytes are hexadecimal. */
export interface RecordedState {
  /** Of the internal topics. */
  readonly settings: Readonly<Record<string, TopicConfig['config']>>;
  /** By topic: key and value of its records. */
  readonly changelogs: Readonly<Record<string, readonly (readonly [string | null, string | null])[]>>;
  /** By their key in LevelDB, which has a character for each byte. */
  readonly rows: Readonly<Record<string, string>>;
  /** Of its stores, as text in the checkpoint of its task. */
  readonly shapes: string;
}

/** Never to be changed: applications have state like this. */
export const RECORDED: RecordedState = {
  settings: {
    'app-table-changelog': {
      'message.timestamp.type': 'CreateTime',
      'cleanup.policy': 'compact',
      'delete.retention.ms': '86400000',
    },
    'app-counts-changelog': {
      'message.timestamp.type': 'CreateTime',
      'cleanup.policy': 'compact',
      'delete.retention.ms': '86400000',
    },
    'app-held-changelog': {
      'message.timestamp.type': 'CreateTime',
      'cleanup.policy': 'compact',
      'delete.retention.ms': '86400000',
    },
    'app-windows-changelog': {
      'message.timestamp.type': 'CreateTime',
      'cleanup.policy': 'compact,delete',
      'delete.retention.ms': '86400000',
      'retention.ms': '604860000',
    },
    'app-final-changelog': {
      'message.timestamp.type': 'CreateTime',
      'cleanup.policy': 'compact',
      'delete.retention.ms': '86400000',
    },
    'app-closing-changelog': {
      'message.timestamp.type': 'CreateTime',
      'cleanup.policy': 'compact,delete',
      'delete.retention.ms': '86400000',
      'retention.ms': '604815000',
    },
    'app-seen-changelog': {
      'message.timestamp.type': 'CreateTime',
      'cleanup.policy': 'delete',
      'retention.ms': '604815000',
    },
    'app-audit': {
      'message.timestamp.type': 'CreateTime',
      'cleanup.policy': 'compact',
      'delete.retention.ms': '86400000',
      'segment.bytes': '8388608',
    },
  },
  changelogs: {
    'app-table-changelog': [
      ['61', '0000000000000bb8227a22'],
      ['c3a4e282ac', '00000000000007d07b2279223a317d'],
      ['676f6e65', null],
    ],
    'app-counts-changelog': [
      ['c3a4e282ac', '00000000000007d031'],
      ['61', '0000000000000bb832'],
    ],
    'app-held-changelog': [
      ['c3a4e282ac', '00000000000007d000000000000007d0ffffffff0000000131ffffffff'],
      ['61', '0000000000000bb80000000000000bb8ffffffff0000000132ffffffff'],
    ],
    'app-windows-changelog': [
      ['0000000000000000c3a4e282ac', '00000000000007d031'],
      ['000000000000000061', '0000000000000bb832'],
      ['0000000000000000676f6e65', '0000000000000bb831'],
    ],
    'app-final-changelog': [
      ['c3a4e282ac0000000000000000', '000000000000271000000000000007d0ffffffff0000000131ffffffff'],
      ['610000000000000000', '00000000000027100000000000000bb8ffffffff0000000132ffffffff'],
      ['676f6e650000000000000000', '00000000000027100000000000000bb8ffffffff0000000131ffffffff'],
    ],
    'app-closing-changelog': [
      ['0000000000000000c3a4e282ac', '00000000000007d031'],
      ['000000000000000061', '0000000000000bb832'],
      ['0000000000000000676f6e65', '0000000000000bb831'],
    ],
    'app-seen-changelog': [
      [null, '000000090000000000000000610000000d0000000000000000c3a4e282ac0000000c0000000000000000676f6e65'],
    ],
  },
  rows: {
    'closing\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000a': '0000000000000bb832',
    'closing\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000gone': '0000000000000bb831',
    'closing\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u00c3\u00a4\u00e2\u0082\u00ac': '00000000000007d031',
    'counts\u0000a': '0000000000000bb832',
    'counts\u0000\u00c3\u00a4\u00e2\u0082\u00ac': '00000000000007d031',
    'final\u0000a\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000':
      '00000000000027100000000000000bb8ffffffff0000000132ffffffff',
    'final\u0000gone\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000':
      '00000000000027100000000000000bb8ffffffff0000000131ffffffff',
    'final\u0000\u00c3\u00a4\u00e2\u0082\u00ac\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000':
      '000000000000271000000000000007d0ffffffff0000000131ffffffff',
    'held\u0000a': '0000000000000bb80000000000000bb8ffffffff0000000132ffffffff',
    'held\u0000\u00c3\u00a4\u00e2\u0082\u00ac': '00000000000007d000000000000007d0ffffffff0000000131ffffffff',
    'seen\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000a': '01',
    'seen\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000gone': '01',
    'seen\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u00c3\u00a4\u00e2\u0082\u00ac': '01',
    'table\u0000a': '0000000000000bb8227a22',
    'table\u0000\u00c3\u00a4\u00e2\u0082\u00ac': '00000000000007d07b2279223a317d',
    'windows\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000a': '0000000000000bb832',
    'windows\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000gone': '0000000000000bb831',
    'windows\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u00c3\u00a4\u00e2\u0082\u00ac': '00000000000007d031',
  },
  shapes:
    '{"table":{"kind":"keyValue"},"counts":{"kind":"keyValue"},"held":{"kind":"suppressUntilTimeLimit"},"windows":{"kind":"window","sizeMs":10000,"advanceMs":10000,"graceMs":5000},"final":{"kind":"suppressUntilWindowCloses"},"closing":{"kind":"window","sizeMs":10000,"advanceMs":10000,"graceMs":5000},"seen":{"kind":"distinct","sizeMs":10000,"advanceMs":10000,"graceMs":5000}}',
};

/** The checkpoint that belongs to it. */
export const RECORDED_CHECKPOINT = {
  task: '0_0',
  host: null,
  counts: { in: { in: 4 }, out: { out: 8 }, rejected: 0, failedResults: 0, late: 0, dropped: 1 },
  offsets: { in: { begin: 0, next: 4 } },
  repartitionOffsets: {},
  streamTime: 3000,
  times: {
    'table/held': { released: 3000 },
    'counts/combiner': { streamTime: 3000 },
    'counts/combiner/held': { released: 3000 },
    'counts/held': { released: 3000 },
    held: { streamTime: 3000, released: 3000 },
    'windows/combiner': { streamTime: 3000 },
    'windows/combiner/held': { released: 3000 },
    windows: { streamTime: 3000, released: 3000, closedUpTo: -1, observedStart: 0 },
    final: { streamTime: 3000, released: 3000 },
    'closing/combiner': { streamTime: 3000 },
    'closing/combiner/held': { released: 3000 },
    closing: { streamTime: 3000, released: 3000, closedUpTo: -1, observedStart: 0 },
    seen: { streamTime: 3000, released: 3000, observedStart: 0 },
  },
  watermarks: {},
  stores: {
    table: { kind: 'keyValue' },
    counts: { kind: 'keyValue' },
    held: { kind: 'suppressUntilTimeLimit' },
    windows: { kind: 'window', sizeMs: 10000, advanceMs: 10000, graceMs: 5000 },
    final: { kind: 'suppressUntilWindowCloses' },
    closing: { kind: 'window', sizeMs: 10000, advanceMs: 10000, graceMs: 5000 },
    seen: { kind: 'distinct', sizeMs: 10000, advanceMs: 10000, graceMs: 5000 },
  },
  instance: 'test',
};
