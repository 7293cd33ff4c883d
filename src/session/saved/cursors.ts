// Cursors and positions as session files write them: `#9417.291 T2 frame 1 branch 3`, what is zero left out; and whether the
// history has them. Knows nothing of sections.
import * as z from 'zod';
import { label, type Position, position } from '../../debugger/index.ts';
import type { Cursor, Session } from '../session.ts';

const POSITION = /^#(0|[1-9]\d{0,14})(?:\.([1-9]\d{0,14}))?$/;
const CURSOR = /^(#[\d.]+) T([1-9]\d{0,5})(?: frame ([1-9]\d{0,5}))?(?: branch ([1-9]\d{0,5}))?$/;

const NO_POSITION = 'is not a position; write as in "#9417" or "#9417.291"';
const NO_STEP = 'is not a position; write as in "#9417"';
const NO_CURSOR = 'is not a place in the history; write as in "#9417 T2" or "#9417.291 T2 frame 1 branch 3"';

function readPosition(text: string): Position | null {
  const parts = POSITION.exec(text);
  return parts === null ? null : position(Number(parts[1]), Number(parts[2] ?? 0));
}

function readCursor(text: string): Cursor | null {
  const parts = CURSOR.exec(text);
  const at = readPosition(parts?.[1] ?? '');
  if (parts === null || at === null) return null;
  return { at, thread: Number(parts[2]) - 1, level: Number(parts[3] ?? 0), branch: Number(parts[4] ?? 0) };
}

/** A position without an inside, as text. */
export const stepText = (at: number): string => `#${at}`;

/** A position without an inside. */
export const stepSchema = z.string(NO_STEP).regex(/^#(0|[1-9]\d{0,14})$/, NO_STEP);

/** The number of a position that has the shape. */
export const stepOf = (text: string): number => Number(text.slice(1));

/** A position as text. */
export const positionText = (at: Position): string => label(at);

/** A position, with or without an inside. */
export const positionSchema = z.string(NO_POSITION).regex(POSITION, NO_POSITION);

/** The position that a text of the right shape means. */
export const positionOf = (text: string): Position => readPosition(text) ?? position(0);

/** A cursor as text. */
export function cursorText({ at, thread, level, branch }: Cursor): string {
  const frame = level === 0 ? '' : ` frame ${level}`;
  return `${label(at)} T${thread + 1}${frame}${branch === 0 ? '' : ` branch ${branch}`}`;
}

/** A cursor. */
export const cursorSchema = z
  .string(NO_CURSOR)
  .max(100, NO_CURSOR)
  .refine((text) => readCursor(text) !== null, NO_CURSOR);

/** The cursor that a text of the right shape means; or why this history has none there. */
export function cursorIn(session: Session, text: string): Cursor | string {
  const cursor = readCursor(text);
  if (cursor === null) return NO_CURSOR;
  const { branch, at, thread, level } = cursor;
  if (session.time.branches[branch] === undefined) return `there is no branch ${branch}`;
  const state = session.time.stateAt(branch, at);
  if (state === null) return notThere(session, branch, at);
  const count = state.threads.length;
  if (thread >= count) return `there is no thread ${thread + 1} at that position, which has ${count}`;
  const frames = session.stack(cursor).length;
  if (level > 0 && level >= frames) return `there is no frame ${level}; the thread has ${frames} at that position`;
  return cursor;
}

/** Why a branch has no state at a position. */
export function notThere(session: Session, branch: number, at: Position): string {
  const end = session.time.end(branch);
  if (at.at <= end) return `there is no range operation of more than ${at.sub} pages at #${at.at}`;
  const { exhausted } = session.time.branch(branch);
  const why = exhausted === null ? 'ends' : 'was given up';
  const advice = exhausted === 'turns' ? '; --budget N raises how far it may go' : '';
  return `the history ${why} at #${end}, before #${at.at}${advice}`;
}
