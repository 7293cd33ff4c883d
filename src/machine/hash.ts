// Hashing of values for the keys of states: 52-bit numbers, mixed from two 32-bit lanes. Knows nothing of what it hashes.

/** A hash: an integer from 0 to 2^52 - 1. */
export type Hash = number;

const LIMIT = 2 ** 52;
const LANE = 2 ** 32;

/** Mixes a hash with a number (any 32-bit integer); not commutative. */
export function mix(hash: Hash, salt: number): Hash {
  let lo = Math.imul((hash >>> 0) ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  lo ^= lo >>> 13;
  let hi = Math.imul((hash / LANE) ^ lo, 0xc2b2ae35);
  hi ^= hi >>> 16;
  lo = Math.imul(lo ^ hi, 0x27d4eb2f);
  lo ^= lo >>> 15;
  return (hi & 0xfffff) * LANE + (lo >>> 0);
}

/** Adds two hashes: what is combined so is a set, its order does not count, and a member can be taken out again. */
export function plus(a: Hash, b: Hash): Hash {
  const sum = a + b;
  return sum >= LIMIT ? sum - LIMIT : sum;
}

/** Takes a member out of a set of hashes made with plus(). */
export function minus(a: Hash, b: Hash): Hash {
  return a >= b ? a - b : a - b + LIMIT;
}

/** Hash of a whole or fractional number; equal numbers hash equal. */
export function hashNumber(n: number): Hash {
  if ((n | 0) === n) return mix(n >>> 0, 1);
  return mix(mix(Math.abs(Math.floor(n)) % LIMIT, n < 0 ? 3 : 2), Math.floor(n / LIMIT));
}

/** Hash of a 64-bit unsigned (or any) bigint. */
export function hashBigint(n: bigint): Hash {
  if (n === 0n) return 1;
  return mix(Number(BigInt.asUintN(52, n)), Number(BigInt.asIntN(32, n >> 52n)) + 7);
}

/** Hash of a string, by UTF-16 unit. */
export function hashString(text: string): Hash {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h >>> 0, text.length);
}
