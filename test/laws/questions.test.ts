// Questions to the history are answered from its columns as they would be by going through all of it turn by turn.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsSame, type Piece, position, type Target, touching } from '../../src/debugger/index.ts';
import { accessesTo, firstAccess, lastAccess, type Mode } from '../../src/session/accesses.ts';
import { overMemory } from '../../src/session/commands/find.ts';
import { findBackward, findForward } from '../../src/session/finding.ts';
import { Session } from '../../src/session/session.ts';
import { generated, law, runOut, SEED, type Small, WHOLE } from './support.ts';

const SMALL: Small = {
  sizes: [264, 40],
  cpus: 2,
  debug: false,
  stale: false,
  patched: true,
  preserved: [
    [0, 7],
    [4, 31],
    [10, 40],
  ],
  free: true,
};

function answer<T>(question: Generator<unknown, T, boolean | undefined>): T {
  for (;;) {
    const next = question.next(false);
    if (next.done) return next.value;
  }
}

/** Every turn, with a record of its own. */
function piecesOf({ time }: Session): Piece[] {
  const columns = time.columns(0);
  return Array.from({ length: columns.length }, (_, i) => {
    const piece = time.pieceFrom(0, position(columns.at(i)));
    if (piece === null) throw new Error(`no turn ${i}`);
    return { ...piece, trace: { ...piece.trace, accesses: [...(piece.trace.accesses ?? [])] } };
  });
}

function stoodAt(session: Session, at: number): void {
  session.goto({ branch: 0, at: position(at), thread: 0, level: 0 }, session.state.stop);
}

const asked = (piece: Piece, target: Target, mode: Mode): boolean => {
  const touched = touching(piece, target).filter(({ rw }) =>
    mode === 'rw' ? true : rw === (mode === 'r' ? 'r' : 'w'),
  );
  return touched.length > 0 && (mode !== 'c' || !holdsSame(piece.before, piece.after, target));
};

const TARGETS: readonly Target[] = [
  { struct: 'page', at: 0x6007, field: 'flags' },
  { struct: 'page', at: 0x6000, end: 0x6400, field: '*' },
  { struct: 'zone', at: 1, field: 'managed_pages' },
  { struct: 'pageblock', at: 0x30, field: 'migratetype' },
  { struct: 'memblock_region', at: 2 ** 30 + 1, field: 'size' },
  { struct: 'memblock_type', at: 'reserved', field: 'cnt' },
];

const CONDITIONS = [
  'zone(0, DMA32).managed_pages > 0x2000',
  'zone(0, DMA32).managed_pages % 3 == 0',
  'zone(1, DMA32).managed_pages > 0 || zone(0, DMA32).managed_pages > 0x9000',
  'page(0x6007).private != 0 && page(0x6007).flags != 0',
  'memblock.reserved.cnt % 2 == 0',
  'memblock.reserved.regions[memblock.reserved.cnt - 1].size > 0x1000',
  'initialised(0x6007)',
  'pageblock(0x6007).migratetype == 1',
  'zone(0, DMA32).free_area[10].nr_free % 2 == 1',
  'node(0).first_deferred_pfn == 0x8000',
  'get_page_from_free_area(zone(0, DMA32), 10, 1)._refcount == 0',
];

describe('accesses', () => {
  test('are those of every turn', () => {
    const session = new Session(generated(SMALL), { recent: 3000 });
    runOut(session.time);
    const pieces = piecesOf(session);
    for (const target of TARGETS)
      for (const mode of ['r', 'w', 'c', 'rw'] as const) {
        const wanted = pieces.flatMap((piece) => (asked(piece, target, mode) ? [piece.start.at] : []));
        const found = answer(accessesTo(session, target, mode));
        const rows = found?.rows(0, found.length) ?? [];
        expect(rows.length).toBe(found?.length);
        expect([...new Set(rows.map(({ at }) => at))], `${JSON.stringify(target)} ${mode}`).toEqual(wanted);
        const middle = wanted[wanted.length >> 1] ?? 0;
        expect(found?.before(middle)).toBe(rows.filter(({ at }) => at < middle).length);
        expect(answer(firstAccess(session, target, mode))).toEqual(rows.slice(0, 1));
        stoodAt(session, middle);
        const before = rows.filter(({ at }) => at < middle);
        expect(answer(lastAccess(session, target, mode))).toEqual(before.slice(-1));
      }
  });
});

describe('find', () => {
  test('goes where a condition over memory begins to hold, both ways', () => {
    const loaded = generated(SMALL);
    const past = new Session(loaded, { recent: 3000 });
    const end = runOut(past.time);
    const pieces = piecesOf(past);
    const from = fc.integer({ min: 0, max: end });
    const places = fc.sample(from, { numRuns: WHOLE ? 12 : 3, seed: SEED });
    for (const text of CONDITIONS) {
      const condition = overMemory(past, text);
      if (condition === null) throw new Error(`${text} is not over memory`);
      const held = [condition.holds(loaded.first), ...pieces.map(({ after }) => condition.holds(after))];
      const begins = pieces.flatMap(({ end: to }, i) => (held[i + 1] && !held[i] ? [to] : []));
      for (const at of [0, end, ...places]) {
        const after = begins.find((to) => to > at);
        const before = begins.findLast((to) => to < at);
        stoodAt(past, at);
        expect(answer(findForward(past, condition)), `${text} after #${at}`).toEqual({
          at: after === undefined ? null : position(after),
        });
        const start = held[0] && at > 0 ? position(0) : null;
        expect(answer(findBackward(past, condition)), `${text} before #${at}`).toEqual({
          at: before === undefined ? start : position(before),
        });
        if (at !== 0) continue;
        const making = new Session(loaded);
        stoodAt(making, 0);
        expect(answer(findForward(making, condition)), `${text}, made on the way`).toEqual({
          at: after === undefined ? null : position(after),
        });
      }
    }
  });
});

test('answers come in rows nearest to where one stands', () => {
  const session = new Session(generated(SMALL));
  runOut(session.time);
  fc.assert(
    fc.property(fc.nat(400), fc.integer({ min: 1, max: 40 }), (first, count) => {
      const found = answer(accessesTo(session, { struct: 'page', at: 0x6000, end: 0x6400, field: '*' }, 'rw'));
      const every = found?.rows(0, found.length) ?? [];
      expect(found?.rows(first, count)).toEqual(every.slice(first, first + count));
    }),
    law(50),
  );
});
