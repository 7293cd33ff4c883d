// The columns of a history say what its turns did, and the record of accesses, from which they are made, misses no write: what
// an access does not cover has not changed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Columns,
  FLAG,
  PARTS,
  type Piece,
  position,
  type Target,
  Timeline,
  touching,
} from '../../src/debugger/index.ts';
import { type Machine, type Page, type PageFields, runHash, runSet, runs } from '../../src/machine/index.ts';
import { type Loaded, lastBoot } from '../../src/session/load.ts';
import { generated, law, runOut, SEED, SHIPPED, type Small, share, shipped, smallMachine, WHOLE } from './support.ts';

const SMALL: Small = {
  sizes: [256, 128],
  cpus: 2,
  debug: false,
  stale: false,
  patched: false,
  preserved: [[3, 7]],
  free: false,
};

function ranOut(loaded: Loaded): Timeline {
  const time = new Timeline(lastBoot(loaded).kernel.linked, loaded.first, undefined, { recent: 2000, every: 16 });
  runOut(time);
  return time;
}

const wholeTurn = (time: Timeline, branch: number, i: number): Piece => {
  const piece = time.pieceFrom(branch, position(time.columns(branch).at(i)));
  if (piece === null) throw new Error(`no turn ${i}`);
  return piece;
};

const plain = ({ trace }: Piece) =>
  (trace.accesses ?? []).map(({ op: _op, end, ...access }) =>
    end === undefined || end === (access.at as number) + 1 ? access : { ...access, end },
  );

function expectTurn(time: Timeline, branch: number, i: number): void {
  const columns = time.columns(branch);
  const piece = wholeTurn(time, branch, i);
  const top = piece.before.threads[piece.thread]?.top;
  expect(columns.thread(i)).toBe(piece.thread);
  expect(columns.place(i)).toEqual({ boot: piece.before.boot, fn: top?.fn, pc: top?.pc });
  expect(columns.code(piece.before.boot, top?.fn ?? '', top?.pc ?? 0)).toBe(columns.codeAt(i));
  expect(columns.accesses(i)).toEqual(plain(piece));
  const flags = columns.flags(i);
  expect((flags & FLAG.statement) !== 0).toBe(time.atStatement(piece.before, piece.thread));
  expect((flags & FLAG.returned) !== 0).toBe(piece.trace.returned !== null);
  for (const [k, part] of PARTS.entries())
    expect((columns.parts(i) & (1 << k)) !== 0, part).toBe(piece.before.machine[part] !== piece.after.machine[part]);
}

/** The pages of `was` with what accesses of the turn wrote put in. */
function withWrites(was: Machine, now: Machine, piece: Piece): Machine['memmap'] {
  let { memmap } = was;
  for (const { struct, rw, at, end } of piece.trace.accesses ?? []) {
    if (struct !== 'page' || rw !== 'w') continue;
    for (const run of [...runs(now.memmap, at as number, end ?? (at as number) + 1)])
      memmap = runSet(memmap, run.start, run.end, run.value);
  }
  return memmap;
}

const WORD: Readonly<Record<string, string>> = { compound_info: 'lru_next', _mapcount: 'page_type' };

/** Fields of the pages that a turn wrote one by one that changed without being named. */
function unnamed(piece: Piece): string[] {
  const named = new Map<number, Set<string>>();
  for (const { struct, rw, at, end, field } of piece.trace.accesses ?? []) {
    if (struct !== 'page' || rw !== 'w') continue;
    for (let pfn = at as number; pfn < Math.min(end ?? (at as number) + 1, (at as number) + 4); pfn++)
      named.set(pfn, (named.get(pfn) ?? new Set()).add(WORD[field] ?? String(field)));
  }
  const out: string[] = [];
  for (const [pfn, fields] of named) {
    if (fields.has('*')) continue;
    const [was, now] = [piece.before, piece.after].map(
      ({ machine }) => [...runs(machine.memmap, pfn, pfn + 1)][0]?.value,
    );
    for (const field of Object.keys(now ?? {}) as (keyof PageFields & keyof Page)[])
      if ((field as string) !== 'hash' && was?.[field] !== now?.[field] && !fields.has(field))
        out.push(`${pfn}.${field}`);
  }
  return out;
}

/** Fields of small structs that were there before and changed without an access that names them. */
function unnamedRows(piece: Piece): string[] {
  const [was, now] = [piece.before.machine.table, piece.after.machine.table];
  const writes = (piece.trace.accesses ?? []).filter(({ rw }) => rw === 'w');
  const out: string[] = [];
  for (const kind of Object.keys(now.kinds)) {
    if (was.kinds[kind] === now.kinds[kind]) continue;
    for (const [at, { fields }] of Object.entries(now.kinds[kind] ?? {})) {
      const old = was.kinds[kind]?.[at]?.fields;
      for (const field of Object.keys(fields)) {
        const same = old === undefined || old[field] === fields[field];
        const isNamed = writes.some(
          (w) => w.struct === kind && String(w.at) === at && [field, '*'].includes(String(w.field)),
        );
        if (!same && !isNamed) out.push(`${kind}(${at}).${field}`);
      }
    }
  }
  return out;
}

describe('the columns of a history', () => {
  test('say of each turn what the turn says when it is run again', () => {
    for (const name of share(SHIPPED, 9)) {
      const time = ranOut(shipped(name));
      const { length } = time.columns(0);
      const turns = fc.sample(fc.integer({ min: 0, max: length - 1 }), { numRuns: 300, seed: SEED });
      for (const i of [0, length - 1, ...turns]) expectTurn(time, 0, i);
      expect(length).toBe(time.branch(0).at.length - 1);
    }
  });

  test('of a branch begin with those of its parent and end with its own', () => {
    const time = ranOut(generated(SMALL));
    const columns = time.columns(0);
    let i = 0;
    while (columns.thread(i) === columns.thread(0)) i++;
    // in the middle of a turn of several micro-steps
    while (columns.at(i + 1) - columns.at(i) < 2) i++;
    const other = columns.thread(i) === 0 ? 1 : 0;
    const id = time.fork(0, columns.at(i) + 1, time.mover(0, columns.at(i), wholeTurn(time, 0, i).before));
    while (time.grow(id));
    expect(other).not.toBe(columns.thread(i));
    for (const k of [0, i - 1, i, i + 1, i + 2, time.columns(id).length - 1]) expectTurn(time, id, k);
    expectTurn(time, 0, i);
  });

  test('find every turn that touches a place', () => {
    const time = ranOut(generated(SMALL));
    const columns = time.columns(0);
    const pieces = Array.from({ length: columns.length }, (_, i) => {
      const piece = wholeTurn(time, 0, i);
      return { ...piece, trace: { ...piece.trace, accesses: [...(piece.trace.accesses ?? [])] } };
    });
    const some = fc.sample(fc.integer({ min: 0, max: columns.length - 1 }), { numRuns: 400, seed: SEED + 1 });
    const targets = some.flatMap((i): Target[] =>
      columns
        .accesses(i)
        .slice(0, 1)
        .map(({ rw: _rw, ...target }) => target),
    );
    for (const target of [...targets.slice(0, WHOLE ? 40 : 10), { struct: 'memblock_region', at: 1, field: 'base' }]) {
      const wanted = pieces.flatMap((piece, i) => (touching(piece, target).length > 0 ? [i] : []));
      const found = new Set(columns.touching([target]));
      expect(
        wanted.filter((i) => !found.has(i)),
        `${target.struct} ${target.at} ${target.field}`,
      ).toEqual([]);
      expect([...columns.touching([target], { backwards: true })].reverse()).toEqual([...found]);
    }
  });
});

function expectCovered(piece: Piece, what: string): void {
  const [was, now] = [piece.before.machine, piece.after.machine];
  if (piece.before.boot !== piece.after.boot) return;
  const wrote = (piece.trace.accesses ?? []).some(({ struct, rw }) => struct === 'page' && rw === 'w');
  if (was.memmap !== now.memmap && wrote) {
    expect(runHash(withWrites(was, now, piece)), what).toBe(runHash(now.memmap));
    expect(unnamed(piece), what).toEqual([]);
  }
  if (was.pageblocks !== now.pageblocks)
    expect(piece.trace.accesses?.map(({ struct }) => struct)).toContain('pageblock');
  expect(was.table === now.table ? [] : unnamedRows(piece), what).toEqual([]);
}

describe('the record of accesses', () => {
  test('names every field of a struct page, pageblock or small struct that changes', () => {
    fc.assert(
      fc.property(smallMachine, (small) => {
        const time = ranOut(generated(small));
        for (let i = 0; i < time.columns(0).length; i++) {
          const piece = wholeTurn(time, 0, i);
          expectCovered(piece, `#${piece.start.at} ${JSON.stringify(time.columns(0).place(i))}`);
        }
      }),
      law(20),
    );
  });
});

test('columns without turns answer nothing', () => {
  const columns = new Columns([0]);
  expect(columns.length).toBe(0);
  expect([...columns.touching([{ struct: 'page', at: 0, field: '*' }])]).toEqual([]);
});
