// Where C and JavaScript would differ the virtual machine traps with a message; elsewhere it computes as both do.
import { describe, expect, test } from 'vitest';
import { deathOf, returned } from './tiny.ts';

const main = (body: string, params = '') => `function main(${params}): int {\n${body}\n}`;

describe('what C and JavaScript do differently', () => {
  test.each([
    ['return x | 0;', [2 ** 31], /\| on numbers is for 0…2\^31-1/],
    ['return x & 255;', [-1], /& on numbers is for 0…2\^31-1/],
    ['return x >> 1;', [2 ** 32], />> on numbers is for/],
    ['return x << 20;', [4096], /4096 << 20 does not fit 31 bits/],
    ['return x + 1;', [Number.MAX_SAFE_INTEGER], /leaves 2\^53/],
    ['return x * x;', [2 ** 30], /leaves 2\^53/],
    ['return x / 2;', [3], /3 \/ 2 is not a whole number; use div\(\)/],
    ['return x / 0;', [3], /divide error/],
    ['return ~x;', [3], /~ is for 64-bit values/],
    ['return x + 1n;', [3], /\+ of number and bigint/],
    ['return x === 3n ? 1 : 0;', [3], /=== of number and bigint/],
    ['return x < "3" ? 1 : 0;', [3], /< of number and string/],
    ['return x - 4n;', [3n], /leaves 64 bits/],
    ['return x << 63n;', [2n], /leaves 64 bits/],
    ['return x >> 64n;', [2n], /undefined for 64 bits/],
    ['return -x;', [1n], /leaves 64 bits/],
    ['return x % 0n;', [1n], /divide error/],
  ] as const)('traps in %j', (body, args, what) => {
    const death = deathOf(main(body, 'x: int'), args);
    expect(death?.kind).toBe('trap');
    expect(death?.what).toMatch(what);
    expect(death?.line).toBe(2);
  });

  test.each([
    ['return x & 12;', [0x7fff_ffff], 12],
    ['return ~x;', [0n], 2n ** 64n - 1n],
    ['return x << 63n;', [1n], 2n ** 63n],
    ['return x % 5;', [13], 3],
    ['return -x;', [0], 0],
    ['return x === null ? 1 : 0;', [null], 1],
    ['return x >>> 4;', [0x100], 0x10],
    ['return x ^ 3n;', [5n], 6n],
    ['return x - 5;', [3], -2],
  ] as const)('agrees in %j', (body, args, value) => {
    expect(returned(main(body, 'x: int'), args)).toBe(value);
  });
});
