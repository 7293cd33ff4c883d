// Who read, wrote or changed a place in memory, in the history of a branch: one row for each statement and field. Reads the
// history; moves nobody.
import {
  covers,
  describeAccess,
  holdsSame,
  type Piece,
  type Position,
  position,
  type Target,
  touching,
  valueAt,
} from '../debugger/index.ts';
import type { Recorded } from '../vm/index.ts';
import { formatValue } from './format.ts';
import { bootOf } from './load.ts';
import { runOn } from './positions.ts';
import { firstAtLeast, type Listing, type Row, rowText } from './rows.ts';
import type { Session } from './session.ts';

/** r: reads, w: writes, c: writes after which it holds something else. */
export type Mode = 'r' | 'w' | 'c' | 'rw';

/** Turns between two chances to interrupt: run again, scanned, recorded. */
const PAUSE = 1024;
const SCANNED = 262_144;
const GROWN = 4096;

/** The part of a place that an access touched: for several structs or fields, those of the access. */
function partOf(target: Target, access: Recorded): Target {
  if (typeof target.at !== 'number' || typeof access.at !== 'number' || access.struct !== target.struct) return target;
  const at = Math.max(target.at, access.at);
  const end = Math.min(target.end ?? target.at + 1, access.end ?? access.at + 1);
  return { struct: target.struct, at, end, field: target.field === '*' ? access.field : target.field };
}

/** `r`, `w` or `rw`, as statements did both. */
const letters = (list: readonly Recorded[]): string => [...new Set(list.map(({ rw }) => rw))].sort().join('');

interface Part {
  readonly part: Target;
  readonly list: Recorded[];
}

/** The parts of a place that accesses touched as asked. */
function partsOf(accesses: readonly Recorded[], target: Target, mode: Mode): Part[] {
  const parts = new Map<string, Part>();
  for (const access of accesses) {
    if (mode === 'r' ? access.rw !== 'r' : mode !== 'rw' && access.rw !== 'w') continue;
    const part = partOf(target, access);
    const key = `${part.at} ${part.end} ${part.field}`;
    const known = parts.get(key);
    if (known === undefined) parts.set(key, { part, list: [access] });
    else known.list.push(access);
  }
  return [...parts.values()];
}

/** The rows of one turn: for each part that was touched as asked, how, and what it held before and after. */
function rowsOf(session: Session, piece: Piece, target: Target, mode: Mode): Row[] {
  const { before, after, thread, start } = piece;
  const out: Row[] = [];
  for (const { part, list } of partsOf(touching(piece, target), target, mode)) {
    if (mode === 'c' && holdsSame(before, after, part)) continue;
    const frame = before.threads[thread]?.top;
    const fn = frame == null ? undefined : bootOf(session.loaded, before).kernel.linked.program.fns[frame.fn];
    const where = frame == null ? '' : `${frame.fn}:${fn?.pos[frame.pc]?.[0] ?? 0}`;
    const words = [letters(list).padEnd(2), where, named(piece, part, target, list[0]), held(piece, part, list)];
    out.push({ at: start.at, text: rowText(before, thread, start.at, words.filter((one) => one !== '').join('  ')) });
  }
  return out;
}

/** Names the part where the place is more than one field. */
function named({ before }: Piece, part: Target, target: Target, access: Recorded | undefined): string {
  if (target.field !== '*' || access === undefined) return '';
  const pfn = (access.at as number) * 2 ** before.machine.config.pageblockOrder;
  if (access.struct === 'pageblock') return `pageblock(0x${pfn.toString(16)}).${access.field}`;
  const touched = describeAccess(access, part.at as number, part.end);
  return touched.replace(/^(?:read|write) of /, '');
}

function held({ before, after }: Piece, part: Target, list: readonly Recorded[]): string {
  const [old, now] = [valueAt(before, part), valueAt(after, part)].map((one) => formatValue(one, String(part.field)));
  if (part.field === '*' || (part.end ?? 0) > (part.at as number) + 1) return '';
  return list.some(({ rw }) => rw === 'w') ? `${old} → ${now}` : (old ?? '');
}

const RW: Readonly<Record<Mode, 'r' | 'w' | undefined>> = { r: 'r', w: 'w', c: 'w', rw: undefined };

/** Turns that touch a place, and how many rows each has; the rows are made by running a turn again. */
class Touched implements Listing {
  readonly turns: number[] = [];
  /** rows before each turn */
  private readonly sums: number[] = [];
  length = 0;

  constructor(
    private readonly session: Session,
    private readonly branch: number,
    private readonly target: Target,
    private readonly mode: Mode,
  ) {}

  add(turn: number, rows: number): void {
    if (rows === 0) return;
    this.turns.push(turn);
    this.sums.push(this.length);
    this.length += rows;
  }

  before(here: number): number {
    const columns = this.session.time.columns(this.branch);
    const i = firstAtLeast(this.turns, (turn) => columns.at(turn) >= here);
    return this.sums[i] ?? this.length;
  }

  rowsAt(turn: number): Row[] {
    return rowsOfTurn(this.session, this.branch, turn, this.target, this.mode);
  }

  rows(first: number, count: number): Row[] {
    const from = firstAtLeast(this.sums, (sum) => sum > first) - 1;
    const out: Row[] = [];
    for (let i = Math.max(0, from); i < this.turns.length && (this.sums[i] as number) < first + count; i++)
      out.push(...this.rowsAt(this.turns[i] as number));
    const skipped = first - (this.sums[Math.max(0, from)] ?? 0);
    return out.slice(skipped, skipped + count);
  }
}

function rowsOfTurn(session: Session, branch: number, turn: number, target: Target, mode: Mode): Row[] {
  const piece = session.time.pieceFrom(branch, position(session.time.columns(branch).at(turn)));
  return piece === null ? [] : rowsOf(session, piece, target, mode);
}

/** Do the columns tell how many rows a turn has? Not whether something changed, nor which region of a list was written. */
const isCountable = (target: Target, mode: Mode): boolean => mode !== 'c' && !target.struct.startsWith('memblock');

/** All accesses of the branch one stands in, run on to its end. Yields now and then; send true to interrupt. */
export function* accessesTo(
  session: Session,
  target: Target,
  mode: Mode,
  enough: (found: Listing) => boolean = () => false,
): Generator<Position, Listing | null, boolean | undefined> {
  const { branch } = session.state.cursor;
  const columns = session.time.columns(branch);
  const found = new Touched(session, branch, target, mode);
  const countable = isCountable(target, mode);
  let looked = 0;
  for (let from = 0; ; ) {
    const to = Math.min(columns.length, from + SCANNED);
    for (const i of columns.touching([target], { from, to, rw: RW[mode] })) {
      const touched = () => columns.accesses(i).filter((access) => covers(access, target));
      found.add(i, countable ? partsOf(touched(), target, mode).length : found.rowsAt(i).length);
      if (enough(found)) return found;
      if (!countable && ++looked % PAUSE === 0 && (yield position(columns.at(i))) === true) return null;
    }
    from = to;
    if (from < columns.length) {
      if ((yield position(columns.at(from))) === true) return null;
    } else if (!(yield* runOn(session, columns.at(columns.length) + GROWN))) return null;
    else if (from === columns.length) return found;
  }
}

/** The first access of the branch one stands in, as a list of one; empty when there is none. */
export function* firstAccess(
  session: Session,
  target: Target,
  mode: Mode,
): Generator<Position, readonly Row[] | null, boolean | undefined> {
  const found = yield* accessesTo(session, target, mode, ({ length }) => length > 0);
  return found?.rows(0, 1) ?? null;
}

/** The newest access before where one stands, as a list of one; empty when there is none. */
export function* lastAccess(
  session: Session,
  target: Target,
  mode: Mode,
): Generator<Position, Row[] | null, boolean | undefined> {
  const { branch, at } = session.state.cursor;
  const columns = session.time.columns(branch);
  // the turn in which one stands, as far as it has come
  const part = session.time.pieceBefore(branch, at);
  if (part === null) return [];
  const rows = rowsOf(session, part, target, mode);
  if (rows.length > 0) return rows.slice(-1);
  const to = part.start.at >= columns.at(columns.length) ? columns.length : columns.turnAt(part.start.at);
  let looked = 0;
  for (const i of columns.touching([target], { to, rw: RW[mode], backwards: true })) {
    const older = rowsOfTurn(session, branch, i, target, mode);
    if (older.length > 0) return older.slice(-1);
    if (++looked % PAUSE === 0 && (yield position(columns.at(i))) === true) return null;
  }
  return [];
}
