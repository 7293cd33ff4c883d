// RunMap against a plain array: same content whatever was done to it, one shape and hash for one content, maximal runs.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hashNumber,
  type RunMap,
  runDiff,
  runFind,
  runGet,
  runGrown,
  runHash,
  runMap,
  runSet,
  runs,
  runUpdate,
} from '../../src/machine/index.ts';
import { law } from './support.ts';

const SIZE = 256;
const kind = { same: (a: number, b: number) => a === b, hash: hashNumber };

type Change =
  | { readonly k: 'set'; readonly start: number; readonly end: number; readonly value: number }
  | { readonly k: 'add'; readonly start: number; readonly end: number; readonly value: number };

const change: fc.Arbitrary<Change> = fc.record({
  k: fc.constantFrom('set', 'add'),
  start: fc.nat(SIZE),
  end: fc.nat(SIZE),
  value: fc.nat(2),
});

function changed(map: RunMap<number>, { k, start, end, value }: Change): RunMap<number> {
  return k === 'set' ? runSet(map, start, end, value) : runUpdate(map, start, end, (old) => (old + value) % 3);
}

function changeArray(array: number[], { k, start, end, value }: Change): void {
  for (let i = start; i < end; i++) array[i] = k === 'set' ? value : ((array[i] ?? 0) + value) % 3;
}

const asArray = (map: RunMap<number>) => Array.from({ length: SIZE }, (_, i) => runGet(map, i));

describe('RunMap', () => {
  test('equals an array under any sets and updates', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const array = new Array<number>(SIZE).fill(0);
        let map = runMap(SIZE, 0, kind);
        for (const one of changes) {
          const before = asArray(map);
          const next = changed(map, one);
          expect(asArray(map)).toEqual(before);
          changeArray(array, one);
          map = next;
        }
        expect(asArray(map)).toEqual(array);
      }),
      law(2000),
    );
  });

  test('has one shape and one hash for one content, whatever order it was made in', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(1_000_000), (changes, salt) => {
        const one = changes.reduce(changed, runMap(SIZE, 0, kind));
        const content = asArray(one);
        const order = content.map((_, i) => i).sort((a, b) => ((a * 7919 + salt) % 509) - ((b * 7919 + salt) % 509));
        let other = runMap(SIZE, 2, kind);
        for (const i of order) other = runSet(other, i, i + 1, content[i] as number);
        expect(other.root).toEqual(one.root);
        expect(runHash(other)).toBe(runHash(one));
      }),
      law(1000),
    );
  });

  test('gives its hash away when one value changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(SIZE - 1), (changes, at) => {
        const one = changes.reduce(changed, runMap(SIZE, 0, kind));
        const other = runSet(one, at, at + 1, runGet(one, at) + 1);
        expect(runHash(other)).not.toBe(runHash(one));
      }),
      law(1000),
    );
  });

  test('lists maximal runs of any part, and finds the first value that passes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(SIZE), fc.nat(SIZE), (changes, from, to) => {
        const map = changes.reduce(changed, runMap(SIZE, 0, kind));
        const array = asArray(map);
        const expected: { start: number; end: number; value: number }[] = [];
        for (let i = from; i < to; i++) {
          const last = expected.at(-1);
          if (last !== undefined && last.value === array[i]) last.end = i + 1;
          else expected.push({ start: i, end: i + 1, value: array[i] as number });
        }
        expect([...runs(map, from, to)]).toEqual(expected);
        const found = array.findIndex((value, i) => i >= from && value === 1);
        expect(runFind(map, from, Math.max(from, to), (value) => value === 1)).toBe(
          found < 0 || found >= to ? Math.max(from, to) : found,
        );
      }),
      law(2000),
    );
  });

  test('comes back as the same object when nothing changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(SIZE), fc.nat(SIZE), (changes, from, to) => {
        const map = changes.reduce(changed, runMap(SIZE, 0, kind));
        expect(runUpdate(map, from, to, (value) => value)).toBe(map);
      }),
      law(500),
    );
  });

  test('runDiff gives the maximal stretches in which two maps differ, also when one was made larger', () => {
    const maps = fc.tuple(fc.array(change, { maxLength: 20 }), fc.array(change, { maxLength: 6 }), fc.nat(2));
    fc.assert(
      fc.property(maps, ([shared, own, fill]) => {
        const a = runGrown(shared.reduce(changed, runMap(SIZE, 0, kind)), 12, fill);
        const b = own.reduce(changed, a);
        expect(Array.from({ length: 4 * SIZE }, (_, i) => runGet(a, SIZE + i)).every((v) => v === fill)).toBe(true);
        const found = [...runDiff(a, b)];
        const covered = new Set<number>();
        found.forEach(({ start, end, was, now }, n) => {
          const last = found[n - 1];
          expect(last?.end === start && last.was === was && last.now === now).toBe(false);
          for (let i = start; i < end; i++) {
            covered.add(i);
            expect([runGet(a, i), runGet(b, i)]).toEqual([was, now]);
          }
        });
        for (let i = 0; i < 2 * SIZE; i++) expect(covered.has(i)).toBe(runGet(a, i) !== runGet(b, i));
      }),
      law(500),
    );
  });
});
