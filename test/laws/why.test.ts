// Laws of why: it begins with the last write, whatever the field and the history; it answers about any page and field of any
// shipped scenario, in rows that lead to where they say; and what is no text writes nothing that the table of writers does not say.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Piece, position, type Target, touching } from '../../src/debugger/index.ts';
import { type Loaded, loadScenario } from '../../src/session/load.ts';
import { Session } from '../../src/session/session.ts';
import { type Answer, why } from '../../src/session/why/index.ts';
import { Past } from '../../src/session/why/past.ts';
import { Slicer } from '../../src/session/why/slice.ts';
import { writesField } from '../../src/session/why/writers.ts';
import { shippedFiles } from '../support/shipped.ts';
import { rowsLead } from '../support/why-rows.ts';
import { generated, law, SEED, share, smallMachine, WHOLE } from './support.ts';

/** A session at the end of its history, or `part` of the way there. */
function opened(loaded: Loaded, part = 1): Session {
  const session = new Session(loaded);
  while (session.time.grow(0));
  const at = position(Math.floor(session.time.end(0) * part));
  session.change((draft) => {
    draft.cursor = { ...draft.cursor, at };
  });
  return session;
}

/** The answer to a question, not interrupted. */
function asked(session: Session, text: string): Answer | string {
  const work = why(session, text, { depth: 5, rows: 40 });
  let next = work.next(false);
  while (next.done !== true) next = work.next(false);
  return next.value;
}

const EXPRESSIONS = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: 0, max: 0x2ffff }),
      fc.constantFrom('flags', 'private', '_refcount', 'lru_next', 'page_type'),
    )
    .map(([pfn, field]) => ({ text: `page(${pfn}).${field}`, target: { struct: 'page', at: pfn, field } })),
  fc.integer({ min: 0, max: 0x17f }).map((block) => ({
    text: `pb[${block}].migratetype`,
    target: { struct: 'pageblock', at: block, field: 'migratetype' },
  })),
  fc
    .tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom('managed_pages', 'nr_free_pages', 'contiguous', 'present_pages'),
    )
    .map(([zid, field]) => ({ text: `zone(0, ${zid}).${field}`, target: { struct: 'zone', at: zid, field } })),
  fc
    .constantFrom('first_deferred_pfn', 'node_spanned_pages', 'nr_zones')
    .map((field) => ({ text: `node(0).${field}`, target: { struct: 'pglist_data', at: 0, field } })),
  fc
    .constantFrom('nr_initialised', 'totalram_pages', 'kho_scratch_cnt', 'deferred_struct_pages')
    .map((field) => ({ text: field, target: { struct: 'var', at: 0, field } })),
);

/** The position of the last write, found by running all turns again: -1 when there was none in this boot. */
function lastWrite(session: Session, target: Target): number {
  const { at } = session.state.cursor;
  const from = session.bootStarts(0).findLast((start) => start.at <= at.at)?.at ?? 0;
  let found = -1;
  for (let here = from; here < at.at; ) {
    const piece: Piece | null = session.time.pieceFrom(0, position(here));
    if (piece === null) break;
    for (const access of touching(piece, target))
      if (access.rw === 'w' && piece.start.at + access.op < at.at) found = Math.max(found, piece.start.at + access.op);
    here = piece.end;
  }
  return found;
}

/** Where the first row of an answer leads; -1: nowhere. */
const firstOf = ({ results }: Answer): number => results.rows[0]?.at?.at ?? -1;

describe('why', () => {
  test('begins with the last write', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        smallMachine,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        EXPRESSIONS,
        (small, part, { text, target }) => {
          const session = opened(generated(small), part);
          const last = lastWrite(session, target);
          const answer = asked(session, text);
          if (typeof answer === 'string') return;
          expect(firstOf(answer), `${text} ${answer.lines.join('\n')}`).toBe(last);
        },
      ),
      law(40),
    );
  });

  test.each(share(shippedFiles(), 240))(
    `answers about anything in %s, and its rows lead to where they say (seed ${SEED})`,
    { timeout: 60_000 },
    (file) => {
      const loaded = loadScenario(file);
      if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
      for (const part of WHOLE ? [0.05, 1] : [1]) {
        const session = opened(loaded.loaded, part);
        for (const text of [
          '',
          ...fc.sample(EXPRESSIONS, { numRuns: WHOLE ? 8 : 4, seed: SEED }).map((one) => one.text),
        ]) {
          const answer = asked(session, text);
          if (typeof answer !== 'string') rowsLead(session, answer.results.rows);
        }
      }
    },
  );
});

/** Structs that only what is no text knows: lists as a whole, arrays of pointers, what lies in pages. */
const OUTSIDE: ReadonlySet<string> = new Set(['memblock', 'xarray', 'phys']);

test.each(share(shippedFiles(), 240))(
  `what is no text writes only what the table of writers says: %s (seed ${SEED})`,
  (name) => {
    const loaded = loadScenario(name);
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    const work = Past.open(opened(loaded.loaded));
    let next = work.next(false);
    while (next.done !== true) next = work.next(false);
    const past = next.value;
    const slicer = new Slicer(past);
    const seen = new Set<number>();
    const wrong = new Set<string>();
    for (let i = 0; i < past.columns.length; i++) {
      const code = past.columns.codeAt(i);
      if (seen.has(code) || !past.accesses(i).some(({ rw }) => rw === 'w')) continue;
      seen.add(code);
      for (const { op, accesses } of slicer.stepsOf(i)) {
        if (op[0] !== 'mem' && op[0] !== 'range') continue;
        for (const { rw, struct, field } of accesses)
          if (rw === 'w' && !OUTSIDE.has(struct) && !writesField(op, struct, String(field)))
            wrong.add(`${op[2]}: ${struct}.${field}`);
      }
    }
    expect([...wrong]).toEqual([]);
    expect(seen.size).toBeGreaterThan(40);
  },
);
