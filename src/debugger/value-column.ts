// What single fields held after they were written, in packed form: numbers, bigints of 64 bits and booleans; other values are
// not kept. Knows nothing of what the fields are.
import type { Value } from '../machine/index.ts';

const NONE = 0;
const NUMBER = 1;
const BIGINT = 2;
const BOOLEAN = 3;

/** A column of values, as long as the column of accesses beside it. */
export class ValueColumn {
  private kinds: Uint8Array;
  private numbers: Float64Array;
  private words: BigUint64Array;

  constructor(length: number) {
    this.kinds = new Uint8Array(length);
    this.numbers = new Float64Array(length);
    this.words = new BigUint64Array(this.numbers.buffer);
  }

  /** The same values in a column of its own. */
  copy(): ValueColumn {
    const out = new ValueColumn(0);
    out.kinds = this.kinds.slice();
    out.numbers = this.numbers.slice();
    out.words = new BigUint64Array(out.numbers.buffer);
    return out;
  }

  grow(length: number): void {
    const { kinds, numbers } = this;
    this.kinds = new Uint8Array(length);
    this.numbers = new Float64Array(length);
    this.words = new BigUint64Array(this.numbers.buffer);
    this.kinds.set(kinds);
    this.numbers.set(numbers);
  }

  set(i: number, value: Value | undefined): void {
    let kind = NONE;
    if (typeof value === 'number') {
      this.numbers[i] = value;
      kind = NUMBER;
    } else if (typeof value === 'bigint' && value >= 0n && value < 2n ** 64n) {
      this.words[i] = value;
      kind = BIGINT;
    } else if (typeof value === 'boolean') {
      this.numbers[i] = value ? 1 : 0;
      kind = BOOLEAN;
    }
    this.kinds[i] = kind;
  }

  /** The value, or undefined where none is kept. */
  get(i: number): Value | undefined {
    switch (this.kinds[i]) {
      case NUMBER:
        return this.numbers[i];
      case BIGINT:
        return this.words[i];
      case BOOLEAN:
        return this.numbers[i] === 1;
      default:
        return undefined;
    }
  }
}
