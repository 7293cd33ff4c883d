// C's operators on JavaScript values. Where C and JavaScript would differ, the operation traps with a message and never
// wraps unseen: bit operations outside 31 bits, results beyond 2^53 or 64 bits, mixed kinds, inexact divisions.
import { equal, isRef, trap, type Value } from '../machine/index.ts';

const MAX = 2n ** 64n;

function bits(op: string, x: number, y: number, result: number): number {
  if ((x | 0) !== x || (y | 0) !== y || x < 0 || y < 0) {
    throw trap(`${x} ${op} ${y}: ${op} on numbers is for 0…2^31-1; use u64() or ALIGN(), PFN_PHYS(), …`);
  }
  if (result < 0) throw trap(`${x} ${op} ${y} does not fit 31 bits; use u64()`);
  return result;
}

function shiftLeft(x: number, y: number): number {
  if ((x | 0) !== x || x < 0 || y < 0 || y > 30 || x * 2 ** y > 0x7fff_ffff) {
    throw trap(`${x} << ${y} does not fit 31 bits; use u64() or PFN_PHYS()`);
  }
  return x << y;
}

function whole(op: string, x: number, y: number, result: number): number {
  if (Number.isSafeInteger(result)) return result;
  if (op === '/' && y === 0) throw trap(`${x} / 0: divide error`);
  throw trap(
    Number.isInteger(result) ? `${x} ${op} ${y} leaves 2^53` : `${x} ${op} ${y} is not a whole number; use div()`,
  );
}

function word(op: string, x: bigint, y: bigint, result: bigint): bigint {
  if (result >= 0n && result < MAX) return result;
  throw trap(`0x${x.toString(16)} ${op} 0x${y.toString(16)} leaves 64 bits`);
}

function onNumbers(op: string, x: number, y: number): number {
  switch (op) {
    case '+':
      return whole(op, x, y, x + y);
    case '-':
      return whole(op, x, y, x - y);
    case '*':
      return whole(op, x, y, x * y);
    case '/':
      return whole(op, x, y, x / y);
    case '%':
      return whole(op, x, y, x % y);
    case '<<':
      return shiftLeft(x, y);
    case '>>':
    case '>>>':
      return bits(op, x, y, x >> y);
    case '&':
      return bits(op, x, y, x & y);
    case '|':
      return bits(op, x, y, x | y);
    default:
      return bits(op, x, y, x ^ y);
  }
}

function onBigints(op: string, x: bigint, y: bigint): bigint {
  switch (op) {
    case '+':
      return word(op, x, y, x + y);
    case '-':
      return word(op, x, y, x - y);
    case '*':
      return word(op, x, y, x * y);
    case '/':
    case '%':
      if (y === 0n) throw trap('divide error');
      return op === '/' ? x / y : x % y;
    case '<<':
      if (y > 63n) throw trap(`<< by ${y} is undefined for 64 bits`);
      return word(op, x, y, x << y);
    case '>>':
    case '>>>':
      if (y > 63n) throw trap(`>> by ${y} is undefined for 64 bits`);
      return x >> y;
    case '&':
      return x & y;
    case '|':
      return x | y;
    default:
      return x ^ y;
  }
}

const kindOf = (x: Value): string => (x === null ? 'NULL' : isRef(x) ? `struct ${x.struct}` : typeof x);

/** x op y for an arithmetic or bit operator; both of one kind. */
export function arithmetic(op: string, x: Value, y: Value): Value {
  if (typeof x === 'number' && typeof y === 'number') return onNumbers(op, x, y);
  if (typeof x === 'bigint' && typeof y === 'bigint') return onBigints(op, x, y);
  throw trap(`${op} of ${kindOf(x)} and ${kindOf(y)}; convert with u64() or num()`);
}

/** x < y and its relatives; numbers with numbers, bigints with bigints. */
export function compare(op: string, x: Value, y: Value): boolean {
  const plain = (typeof x === 'number' && typeof y === 'number') || (typeof x === 'bigint' && typeof y === 'bigint');
  if (!plain) throw trap(`${op} of ${kindOf(x)} and ${kindOf(y)}; convert with u64() or num()`);
  switch (op) {
    case '<':
      return x < y;
    case '<=':
      return x <= y;
    case '>':
      return x > y;
    default:
      return x >= y;
  }
}

/** x === y as C's ==. A number beside a bigint traps: C would convert, JavaScript says false. */
export function same(x: Value, y: Value): boolean {
  if (
    typeof x !== typeof y &&
    (typeof x === 'bigint' || typeof y === 'bigint') &&
    (typeof x === 'number' || typeof y === 'number')
  ) {
    throw trap(`=== of ${kindOf(x)} and ${kindOf(y)}; convert with u64() or num()`);
  }
  return equal(x, y);
}

/** -x and ~x. */
export function negate(op: string, x: Value): Value {
  if (op === '-') {
    if (typeof x === 'number') return x === 0 ? 0 : -x;
    throw trap(`- of ${kindOf(x)} leaves 64 bits`);
  }
  if (typeof x !== 'bigint') throw trap(`~ is for 64-bit values; use u64()`);
  return BigInt.asUintN(64, ~x);
}
