// Who read, wrote or changed a place in memory, in the history of a branch: one row for each statement and field. Reads the
// history; moves nobody.
import {
  describeAccess,
  holdsSame,
  type Piece,
  type Position,
  position,
  type Target,
  touching,
  valueAt,
} from '../debugger/index.ts';
import type { Access } from '../vm/index.ts';
import { formatValue } from './format.ts';
import { bootOf } from './load.ts';
import { type Row, rowText } from './rows.ts';
import type { Session } from './session.ts';

/** r: reads, w: writes, c: writes after which it holds something else. */
export type Mode = 'r' | 'w' | 'c' | 'rw';

/** Turns between two chances to interrupt. */
const PAUSE = 1024;

/** The part of a place that an access touched: for several structs or fields, those of the access. */
function partOf(target: Target, access: Access): Target {
  if (typeof target.at !== 'number' || typeof access.at !== 'number' || access.struct !== target.struct) return target;
  const at = Math.max(target.at, access.at);
  const end = Math.min(target.end ?? target.at + 1, access.end ?? access.at + 1);
  return { struct: target.struct, at, end, field: target.field === '*' ? access.field : target.field };
}

/** `r`, `w` or `rw`, as statements did both. */
const letters = (list: readonly Access[]): string => [...new Set(list.map(({ rw }) => rw))].sort().join('');

/** The rows of one turn: for each part that was touched as asked, how, and what it held before and after. */
function rowsOf(session: Session, piece: Piece, target: Target, mode: Mode): Row[] {
  const parts = new Map<string, { part: Target; list: Access[] }>();
  for (const access of touching(piece, target)) {
    if (mode === 'r' ? access.rw !== 'r' : mode !== 'rw' && access.rw !== 'w') continue;
    const part = partOf(target, access);
    const key = `${part.at} ${part.end} ${part.field}`;
    const known = parts.get(key);
    if (known === undefined) parts.set(key, { part, list: [access] });
    else known.list.push(access);
  }
  const { before, after, thread, start } = piece;
  const out: Row[] = [];
  for (const { part, list } of parts.values()) {
    const same = holdsSame(before, after, part);
    if (mode === 'c' && same) continue;
    const frame = before.threads[thread]?.top;
    const fn = frame == null ? undefined : bootOf(session.loaded, before).kernel.linked.program.fns[frame.fn];
    const where = frame == null ? '' : `${frame.fn}:${fn?.pos[frame.pc]?.[0] ?? 0}`;
    const words = [letters(list).padEnd(2), where, named(piece, part, target, list[0]), held(piece, part, list)];
    out.push({ at: start.at, text: rowText(before, thread, start.at, words.filter((one) => one !== '').join('  ')) });
  }
  return out;
}

/** Names the part where the place is more than one field. */
function named({ before }: Piece, part: Target, target: Target, access: Access | undefined): string {
  if (target.field !== '*' || access === undefined) return '';
  const pfn = (access.at as number) * 2 ** before.machine.config.pageblockOrder;
  if (access.struct === 'pageblock') return `pageblock(0x${pfn.toString(16)}).${access.field}`;
  const touched = describeAccess(access, part.at as number, part.end);
  return touched.replace(/^(?:read|write) of /, '');
}

function held({ before, after }: Piece, part: Target, list: readonly Access[]): string {
  const [old, now] = [valueAt(before, part), valueAt(after, part)].map((one) => formatValue(one, String(part.field)));
  if (part.field === '*' || (part.end ?? 0) > (part.at as number) + 1) return '';
  return list.some(({ rw }) => rw === 'w') ? `${old} → ${now}` : (old ?? '');
}

/** All accesses of the branch one stands in, run on to its end. Yields now and then; send true to interrupt. */
export function* accessesTo(
  session: Session,
  target: Target,
  mode: Mode,
  enough: (found: readonly Row[]) => boolean = () => false,
): Generator<Position, Row[] | null, boolean | undefined> {
  const { branch } = session.state.cursor;
  const out: Row[] = [];
  let at = position(0);
  for (let n = 1; ; n++) {
    const piece = session.time.pieceFrom(branch, at);
    if (piece === null) return out;
    if ((piece.trace.accesses?.length ?? 0) > 0) out.push(...rowsOf(session, piece, target, mode));
    if (enough(out)) return out;
    at = position(piece.end);
    if (n % PAUSE === 0 && (yield at) === true) return null;
  }
}

/** The newest access before where one stands, as a list of one; empty when there is none. */
export function* lastAccess(
  session: Session,
  target: Target,
  mode: Mode,
): Generator<Position, Row[] | null, boolean | undefined> {
  const { branch } = session.state.cursor;
  let { at } = session.state.cursor;
  for (let n = 1; ; n++) {
    const piece = session.time.pieceBefore(branch, at);
    if (piece === null) return [];
    const rows = (piece.trace.accesses?.length ?? 0) > 0 ? rowsOf(session, piece, target, mode) : [];
    if (rows.length > 0) return rows.slice(-1);
    at = piece.start;
    if (n % PAUSE === 0 && (yield at) === true) return null;
  }
}
