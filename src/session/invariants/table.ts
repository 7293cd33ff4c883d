// The table of invariants, and what a turn newly breaks. Knows nothing of reports and stops.
import { type Position, position } from '../../debugger/index.ts';
import { type Access, didYouMean, type Program } from '../../vm/index.ts';
import { factsReader } from './facts.ts';
import { khoRows } from './kho-rows.ts';
import { memoryRows } from './memory-rows.ts';
import { pageRows } from './page-rows.ts';
import type { Invariant, Moment, Turn, Violation } from './types.ts';

/** Every invariant, in the order of reports. */
export const INVARIANTS: readonly Invariant[] = [...pageRows, ...khoRows, ...memoryRows];

/** Their names. */
export const INVARIANT_NAMES: readonly string[] = INVARIANTS.map(({ name }) => name);

/** Why a text is no invariant's name, to follow it in a message; null when it is one. */
export function invariantError(name: string): string | null {
  if (INVARIANT_NAMES.includes(name)) return null;
  return `is no invariant${didYouMean(name, INVARIANT_NAMES, `; invariants are ${INVARIANT_NAMES.join(', ')}`)}`;
}

/** A row that a turn broke: how, and before which micro-step, pages of a range operation counted in `sub`. */
export interface Breach {
  readonly row: Invariant;
  readonly violation: Violation;
  readonly at: Position;
}

/** `page(0x18000): expected initialised once, found never initialised` */
export const sentence = ({ place, expected, found }: Violation): string =>
  `${place}: expected ${expected}, found ${found}`;

function placeOf(start: Position, access: Access | null, { op, at }: Violation): Position {
  const step = op ?? access?.op ?? 0;
  const ranged = access?.struct === 'page' && access.end !== undefined && op === undefined;
  const done = ranged ? Math.max(0, at - (access.at as number)) : 0;
  return position(start.at + step, done + (step === 0 ? start.sub : 0));
}

/** Which rows an access concerns: found once for each struct and field. */
function watcherTable(rows: readonly Invariant[]): (access: Access) => readonly Invariant[] {
  type ByField = Map<string, readonly Invariant[]>;
  const known = { r: new Map<string, ByField>(), w: new Map<string, ByField>() };
  return (access) => {
    const { rw, struct, field } = access;
    // of memblock it counts which array is written
    if (struct === 'memblock' && rw === 'w') return rows.filter((row) => row.watches(access));
    const fields: ByField = known[rw].get(struct) ?? new Map();
    const key = typeof field === 'string' ? field : '';
    const found = fields.get(key);
    if (found !== undefined) return found;
    const made = rows.filter((row) => row.watches(access));
    known[rw].set(struct, fields.set(key, made));
    return made;
  };
}

/** Looks at the turns of one history for rows. It keeps facts of the boot, and nothing of the turns. */
export function turnReader(rows: readonly Invariant[], program: (turn: Turn) => Program) {
  const factsOf = factsReader();
  const watchersOf = watcherTable(rows);
  const always = rows.filter(({ sees }) => sees !== undefined);
  const none: readonly Breach[] = [];
  /** `watched` is told of each row that an access concerns */
  return (turn: Turn, start: Position, watched?: (row: Invariant) => void): readonly Breach[] => {
    const { accesses } = turn.trace;
    if ((accesses === null || accesses.length === 0) && !always.some((row) => row.sees?.(turn))) return none;
    let known: Moment | null = null;
    const moment = (): Moment => {
      const { before, after, thread, trace } = turn;
      known ??= { before, after, thread, trace, facts: factsOf(after.machine), program: program(turn) };
      return known;
    };
    const out: Breach[] = [];
    const add = (row: Invariant, violation: Violation | null, access: Access | null) => {
      if (violation !== null && !out.some((breach) => breach.row === row))
        out.push({ row, violation, at: placeOf(start, access, violation) });
    };
    for (const access of accesses ?? [])
      for (const row of watchersOf(access)) {
        watched?.(row);
        add(row, row.breaks(moment(), access), access);
      }
    for (const row of always) if (row.sees?.(turn)) add(row, row.returns?.(moment()) ?? null, null);
    return out;
  };
}
