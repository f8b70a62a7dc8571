import type { Json } from '../case-file.js';
import { type Draft, REFUSED } from './draft.js';
import { isScalar, type Scalar, type ValueShape } from './shapes.js';

const STRINGS = ['', 'a', 'b', 'c', 'e', 'ab', 'bc', 'bbb', 'a x', 'c c', 'e f g', 'a:2', 'b:1', 'c:3', '12', '-3'];
/** Keys, few of them so that records meet. */
const NAMES = ['a', 'b', 'c', 'e', 'i'];
/** Their order by UTF-8 is not that by UTF-16, and upper case may be longer. */
const UNICODE = ['\u00e9', '\uff5e', '\u{1f600}', '\u00df', 'z\u0416', '\u6f22'];

/** Keys and values of the input of one case. */
export class ValuesOfInput {
  readonly #draft: Draft;
  readonly #names: readonly string[];
  readonly #strings: readonly string[];

  constructor(draft: Draft) {
    const { random, unicode } = draft;
    this.#draft = draft;
    const count = random.pick([2, 3, 4, 5]);
    const long = random.chance(0.3) ? ['a'.repeat(300)] : [];
    this.#names = unicode ? [...NAMES.slice(0, 3), ...UNICODE, ...long] : NAMES.slice(0, count);
    this.#strings = unicode ? [...STRINGS, ...UNICODE.slice(0, 3)] : STRINGS;
  }

  key(key: Scalar): Json {
    return this.#draft.random.pick<Json>(key === 'long' ? [0, 1, 2, 3, -1, 3] : this.#names);
  }

  /** A value. `refused` is how often it is the one that functions refuse; absent: as the draft demands. */
  value(value: ValueShape, refused?: number): Json {
    const { random, demands } = this.#draft;
    const probability = refused ?? (demands.refusedValues ? 0.12 : 0);
    if (isScalar(value) && random.chance(probability)) return REFUSED[value];
    switch (value) {
      case 'string':
        return random.pick(this.#strings);
      case 'long': {
        const drawn = random.integer(-3, 20);
        return probability > 0 && drawn === REFUSED.long ? drawn - 1 : drawn;
      }
      case 'double':
        return random.integer(-8, 40) / 4;
      default:
        return this.#document();
    }
  }

  #document(): Json {
    const { random } = this.#draft;
    return {
      ...(random.chance(0.9) && { id: random.pick(NAMES.slice(0, 4)) }),
      n: random.integer(0, 9),
      ...(random.chance(0.25) && { l: [random.integer(0, 3)] }),
    };
  }
}
