// Folds over run maps against plain arrays: the same value whatever was remembered, and after a change only what changed is asked.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Fold,
  hashNumber,
  type RunMap,
  runDiff,
  runFold,
  runGet,
  runMap,
  runSet,
} from '../../src/machine/index.ts';
import { CellMemo, perCell } from '../../src/session/views/cell-memo.ts';
import { law } from './support.ts';

const SIZE = 256;
const kind = { same: (a: number, b: number) => a === b, hash: hashNumber };

const change = fc.record({ which: fc.nat(1), start: fc.nat(SIZE), end: fc.nat(SIZE), value: fc.nat(2) });
const stretch = fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

/** The pairs of values that occur, as letters: `*` from the second one on. */
function letters(): Fold<readonly [number, number], string> {
  return {
    leaf: ([a, b]) => String(3 * a + b),
    join: (x, y) => (x === y || y === '' ? x : x === '' ? y : '*'),
    full: (value) => value === '*',
    memo: new WeakMap(),
  };
}

function byPage(maps: readonly [RunMap<number>, RunMap<number>], start: number, end: number): string {
  const fold = letters();
  let out = '';
  for (let at = start; at < end; at++) {
    const one = fold.leaf([runGet(maps[0], at), runGet(maps[1], at)], at);
    out = fold.join(out, one);
  }
  return out;
}

describe('runFold', () => {
  test('gives what each page gives, with what it remembers of the maps before', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(change, stretch), { maxLength: 30 }), (steps) => {
        const fold = letters();
        let maps = [runMap(SIZE, 0, kind), runMap(SIZE, 0, kind)] as const;
        for (const [{ which, start, end, value }, [from, to]] of steps) {
          const [a, b] = maps;
          maps = which === 0 ? [runSet(a, start, end, value), b] : [a, runSet(b, start, end, value)];
          expect(runFold(maps, from, to, fold, '')).toBe(byPage(maps, from, to));
          expect(runFold(maps, 0, SIZE, fold, '')).toBe(byPage(maps, 0, SIZE));
        }
      }),
      law(500),
    );
  });

  test('asks for no more than a path after a page has changed, however large the map', () => {
    let asked = 0;
    const sums: Fold<readonly [number], number> = {
      leaf: ([value]) => {
        asked++;
        return value;
      },
      join: Math.max,
      full: () => false,
      memo: new WeakMap(),
    };
    const size = 2 ** 28;
    let map = runMap(size, 0, kind);
    for (let i = 0; i < 20_000; i++) map = runSet(map, i * 10_007, i * 10_007 + 1, 1 + (i % 7));
    expect(runFold([map] as const, 0, size, sums, 0)).toBe(7);
    expect(asked).toBeGreaterThan(100_000);
    asked = 0;
    expect(runFold([runSet(map, 123_456_789, 123_456_790, 9)] as const, 0, size, sums, 0)).toBe(9);
    expect(asked).toBeLessThanOrEqual(16 * 7);
    asked = 0;
    expect(runFold([map] as const, 1_000_000, size, sums, 0)).toBe(7);
    expect(asked).toBeLessThan(16 * 7 * 2);
  });

  test('does not look into trees of which everything is known', () => {
    const never: Fold<readonly [number, number], string> = {
      leaf: () => 'looked',
      known: ([a, b]) => (a === b ? 'same' : undefined),
      join: (a, b) => (a === b ? a : 'mixed'),
      full: () => false,
      memo: new WeakMap(),
    };
    const map = runSet(runMap(SIZE, 0, kind), 3, 77, 1);
    expect(runFold([map, map] as const, 0, SIZE, never, '')).toBe('same');
  });
});

test('runDiff of a stretch is the diff of all, cut at its ends', () => {
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 12 }),
      fc.array(change, { maxLength: 6 }),
      stretch,
      (first, then, [from, to]) => {
        let a = runMap(SIZE, 0, kind);
        for (const { start, end, value } of first) a = runSet(a, start, end, value);
        let b = a;
        for (const { start, end, value } of then) b = runSet(b, start, end, value);
        const cut = [...runDiff(a, b)].flatMap((run) => {
          const [start, end] = [Math.max(run.start, from), Math.min(run.end, to)];
          return start < end ? [{ ...run, start, end }] : [];
        });
        expect([...runDiff(a, b, from, to)]).toEqual(cut);
      },
    ),
    law(500),
  );
});

test('cells that are kept are those that would be worked out, whatever changed and whatever strip was asked for before', () => {
  const strip = fc.record({
    start: fc.nat(100),
    per: fc.integer({ min: 1, max: 24 }),
    count: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(
      fc.array(strip, { minLength: 1, maxLength: 3 }),
      fc.array(change, { maxLength: 20 }),
      (strips, changes) => {
        const memo = new CellMemo<string>();
        let maps = [runMap(SIZE, 0, kind), runMap(SIZE, 0, kind)] as const;
        for (const [i, { which, start, end, value }] of changes.entries()) {
          const [a, b] = maps;
          maps = which === 0 ? [runSet(a, start, end, value), b] : [a, runSet(b, start, end, value)];
          const { start: from, per, count } = strips[i % strips.length] ?? { start: 0, per: 1, count: 1 };
          const one = { start: from, per, count, end: Math.min(SIZE, from + per * count) };
          const of = (low: number, high: number) => byPage(maps, low, high);
          expect(memo.get(one, maps, of)).toEqual(perCell(one, of));
        }
      },
    ),
    law(500),
  );
});

test('cells in which nothing changed are not asked for again', () => {
  const memo = new CellMemo<number>();
  const strip = { start: 0, end: 2 ** 20, per: 2 ** 14, count: 64 };
  const map = runSet(runMap(2 ** 20, 0, kind), 5000, 70_000, 1);
  const asked: number[] = [];
  const of = (from: number) => asked.push(from);
  memo.get(strip, [map], of);
  expect(asked).toHaveLength(64);
  memo.get(strip, [runSet(map, 40_000, 40_001, 2)], of);
  expect(asked.slice(64)).toEqual([2 * 2 ** 14]);
});
