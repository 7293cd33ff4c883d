// The free lists against a model of plain arrays: which blocks each list holds and in which order, both ways, counts, hash.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addFree,
  type Buddy,
  blockKind,
  deleteFree,
  freeBlocks,
  freeCount,
  listKey,
  runGet,
  runHash,
  runMap,
} from '../../src/machine/index.ts';
import { law } from './support.ts';

const PAGES = 64;
const EMPTY: Buddy = { blocks: runMap(PAGES, null, blockKind), lists: {} };

interface Move {
  readonly pfn: number;
  readonly zone: number;
  readonly order: number;
  readonly migratetype: number;
  readonly tail: boolean;
}

const move: fc.Arbitrary<Move> = fc.record({
  pfn: fc.nat(PAGES - 1),
  zone: fc.nat(1),
  order: fc.nat(1),
  migratetype: fc.nat(1),
  tail: fc.boolean(),
});

type Model = Map<string, number[]>;

const on = (model: Model, pfn: number) => [...model.values()].some((list) => list.includes(pfn));

/** A block that is free is taken off its list, another is put on one. */
function play(moves: readonly Move[]): { buddy: Buddy; model: Model } {
  let buddy = EMPTY;
  const model: Model = new Map();
  for (const { pfn, zone, order, migratetype, tail } of moves) {
    if (on(model, pfn)) {
      buddy = deleteFree(buddy, pfn);
      for (const [key, list] of model)
        model.set(
          key,
          list.filter((other) => other !== pfn),
        );
    } else {
      buddy = addFree(buddy, pfn, zone, order, migratetype, tail);
      const key = listKey(zone, order, migratetype);
      const list = model.get(key) ?? [];
      model.set(key, tail ? [...list, pfn] : [pfn, ...list]);
    }
  }
  return { buddy, model };
}

function backwards(buddy: Buddy, key: string): number[] {
  const out: number[] = [];
  for (let pfn = buddy.lists[key]?.last ?? -1; pfn >= 0; pfn = runGet(buddy.blocks, pfn)?.prev ?? -1) out.push(pfn);
  return out;
}

describe('free lists', () => {
  test('hold what a model of arrays holds, in its order, both ways', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const { buddy, model } = play(moves);
        for (let i = 0; i < 8; i++) {
          const [zone, order, mt] = [i >> 2, (i >> 1) & 1, i & 1];
          const key = listKey(zone, order, mt);
          const list = model.get(key) ?? [];
          expect(freeBlocks(buddy, zone, order, mt)).toEqual(list);
          expect(backwards(buddy, key)).toEqual(list.toReversed());
          expect(freeCount(buddy, zone, order, mt)).toBe(list.length);
          if (list.length === 0) expect(buddy.lists[key]).toBeUndefined();
        }
        for (let pfn = 0; pfn < PAGES; pfn++) expect(runGet(buddy.blocks, pfn) !== null).toBe(on(model, pfn));
      }),
      law(2000),
    );
  });

  test('have one hash for one set of blocks, whatever their order on the lists', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const { buddy, model } = play(moves);
        let other = EMPTY;
        for (const [key, list] of model) {
          const [zone, order, mt] = key.split('/').map(Number) as [number, number, number];
          for (const pfn of list.toSorted((a, b) => a - b)) other = addFree(other, pfn, zone, order, mt, false);
        }
        expect(runHash(other.blocks)).toBe(runHash(buddy.blocks));
      }),
      law(500),
    );
  });

  test('stay as they are when a block that is on none is taken off', () => {
    const { buddy } = play([{ pfn: 3, zone: 0, order: 1, migratetype: 0, tail: true }]);
    expect(deleteFree(buddy, 4)).toBe(buddy);
  });
});
