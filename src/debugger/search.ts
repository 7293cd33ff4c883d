// Running through time, forwards and backwards, until something says stop: one search for all commands. A generator that
// pauses now and then, so that whoever drives it can show progress or interrupt it.
import { depth, frames, type State } from '../vm/index.ts';
import { type Columns, FLAG } from './columns.ts';
import { type Hit, hitsOf, type Point } from './points.ts';
import { comparePositions, type Position, position } from './position.ts';
import { type Sieve, sieveOf } from './sieve.ts';
import type { Piece, Timeline } from './timeline.ts';

/** Why a search ended. `end` and `start`: there is no more history that way. */
export type Outcome =
  | { readonly kind: 'hits'; readonly at: Position; readonly thread: number; readonly hits: readonly Hit[] }
  | { readonly kind: 'fault'; readonly at: Position; readonly thread: number; readonly hits: readonly Hit[] }
  | { readonly kind: 'done'; readonly at: Position; readonly thread: number; readonly piece: Finished | null }
  | { readonly kind: 'end'; readonly at: Position; readonly thread: number }
  | { readonly kind: 'start'; readonly at: Position; readonly thread: number }
  | { readonly kind: 'interrupted'; readonly at: Position; readonly thread: number };

/** What a function gave back when it ended the search. */
export interface Finished {
  readonly returned: string;
  readonly value: import('../machine/index.ts').Value;
}

/** Where a movement wants to stop of itself: asked at the end of each turn (forwards) or at its beginning (backwards). */
export interface Goal {
  /** true: stop here. `state` is the one at the position in question, `thread` who moved (or will move, backwards) */
  reached(state: State, thread: number, piece: Piece): boolean;
  /** can a recorded turn be the one? Left out: any can */
  may?(columns: Columns, i: number): boolean;
}

export type Search = Generator<Position, Outcome, boolean | undefined>;

const PAUSE = 1024;
/** Turns that are sifted between two chances to interrupt. */
const SIFTED = 262_144;

function sieveFor(
  time: Timeline,
  branch: number,
  at: Position,
  points: readonly Point[],
  goal: Goal | null,
  faults: boolean,
): Sieve | null {
  if (goal !== null && goal.may === undefined) return null;
  const columns = time.columns(branch);
  const state = time.stateAt(branch, at);
  if (state === null) return null;
  const may = goal === null ? null : (i: number) => goal.may?.(columns, i) ?? true;
  return sieveOf(columns, points, may, { state, thread: Math.max(0, time.mover(branch, at.at, state)), faults });
}

/** From the beginning of a recorded turn over those that cannot stop the search, to the next that may, or the end. */
function over(columns: Columns, at: Position, sieve: Sieve): Position {
  let i = at.at >= (columns.positions.at(-1) ?? 0) ? columns.length : columns.turnAt(at.at);
  if (i >= columns.length || at.sub > 0 || columns.at(i) !== at.at) return at;
  const last = Math.min(columns.length, i + SIFTED);
  while (i < last && !sieve.may(i)) i++;
  return position(columns.at(i));
}

/** The same backwards: to the end of the turn before that may stop the search, or to the start. */
function backOver(columns: Columns, at: Position, sieve: Sieve): Position {
  const isLast = at.at >= (columns.positions.at(-1) ?? 0);
  let i = isLast ? columns.length : columns.turnAt(at.at);
  if (at.sub > 0 || columns.at(i) !== at.at) return at;
  const first = Math.max(0, i - SIFTED);
  while (i > first && !sieve.may(i - 1)) i--;
  return position(columns.at(i));
}

function earliest(hits: readonly Hit[], from: Position, limit: Position | null): Hit[] {
  let best: Position | null = null;
  for (const { at } of hits) {
    if (comparePositions(at, from) <= 0 || (limit !== null && comparePositions(at, limit) > 0)) continue;
    if (best === null || comparePositions(at, best) < 0) best = at;
  }
  return best === null ? [] : hits.filter((hit) => comparePositions(hit.at, best as Position) === 0);
}

function latest(hits: readonly Hit[], piece: Piece, from: Position): Hit[] {
  // undone, a change goes from the new value to the old one
  const moved = hits.map((hit) => (hit.after ? { ...hit, at: piece.start, old: hit.now, now: hit.old } : hit));
  let best: Position | null = null;
  for (const { at } of moved) {
    if (comparePositions(at, from) >= 0) continue;
    if (best === null || comparePositions(at, best) > 0) best = at;
  }
  return best === null ? [] : moved.filter((hit) => comparePositions(hit.at, best as Position) === 0);
}

/** Forwards from a position. Send `true` into the generator to interrupt it. */
export function* forward(
  time: Timeline,
  branch: number,
  from: Position,
  points: readonly Point[],
  goal: Goal | null,
): Search {
  let at = from;
  const columns = time.columns(branch);
  const sieve = sieveFor(time, branch, from, points, goal, true);
  for (let n = 1; ; n++) {
    const to = sieve === null ? at : over(columns, at, sieve);
    if (to !== at && comparePositions(to, at) > 0) {
      if ((yield to) === true) return { kind: 'interrupted', at: to, thread: time.stateAt(branch, to)?.current ?? 0 };
      at = to;
      sieve?.renew(time.stateAt(branch, at) as State, 0);
    }
    const piece = time.pieceFrom(branch, at);
    if (piece === null) {
      const state = time.stateAt(branch, at);
      return { kind: 'end', at, thread: state?.current ?? 0 };
    }
    const { thread, after } = piece;
    const next = position(piece.end);
    const hits = earliest(hitsOf(piece, points), from, next);
    const died = after.threads[thread]?.death != null;
    const [first] = hits;
    if (first !== undefined && !(died && first.after)) {
      // what stops after this statement may stand where something stops before the next: one stop tells of both
      const also = first.after ? time.pieceFrom(branch, next) : null;
      const there =
        also === null ? [] : hitsOf(also, points).filter((hit) => !hit.after && comparePositions(hit.at, next) === 0);
      return { kind: 'hits', at: first.at, thread, hits: [...hits, ...there] };
    }
    if (died) return { kind: 'fault', at: next, thread, hits };
    if (goal?.reached(after, thread, piece)) {
      const { returned, value } = piece.trace;
      return { kind: 'done', at: next, thread, piece: returned === null ? null : { returned, value } };
    }
    at = next;
    sieve?.renew(after, thread);
    if (n % PAUSE === 0 && (yield at) === true) return { kind: 'interrupted', at, thread };
  }
}

/** Backwards from a position. */
export function* backward(
  time: Timeline,
  branch: number,
  from: Position,
  points: readonly Point[],
  goal: Goal | null,
): Search {
  let at = from;
  const columns = time.columns(branch);
  const sieve = sieveFor(time, branch, from, points, goal, false);
  for (let n = 1; ; n++) {
    const to = sieve === null ? at : backOver(columns, at, sieve);
    if (comparePositions(to, at) < 0) {
      if ((yield to) === true) return { kind: 'interrupted', at: to, thread: time.stateAt(branch, to)?.current ?? 0 };
      at = to;
    }
    const piece = time.pieceBefore(branch, at);
    if (piece === null) {
      const state = time.stateAt(branch, position(0));
      return { kind: 'start', at: position(0), thread: state === null ? 0 : Math.max(0, time.mover(branch, 0, state)) };
    }
    const { thread, start } = piece;
    const hits = latest(hitsOf(piece, points), piece, at);
    const [first] = hits;
    if (first !== undefined) return { kind: 'hits', at: first.at, thread, hits };
    if (goal?.reached(piece.before, thread, piece)) return { kind: 'done', at: start, thread, piece: null };
    at = start;
    sieve?.renew(piece.before, thread);
    if (n % PAUSE === 0 && (yield at) === true) return { kind: 'interrupted', at, thread };
  }
}

/** Depth of a thread's stack; 0 when it has ended. */
export function depthOf(state: State, thread: number): number {
  const t = state.threads[thread];
  return t === undefined ? 0 : depth(t);
}

/** Turns of a thread at most so deep on its stack, calls and returns of what is deeper left out; with a boot stacks begin anew. */
export const shallow =
  (thread: number, most: number) =>
  (columns: Columns, i: number): boolean =>
    (columns.thread(i) === thread && columns.depth(i) <= most) || (columns.flags(i) & FLAG.boot) !== 0;

/** Goals of the movement commands. `thread`, `deep`: where one stands now. */
export const goals = {
  /** to the next statement of the thread */
  step: (time: Timeline, thread: number): Goal => ({
    reached: (state, mover) =>
      // backwards, before the thread there was
      state.threads[thread] === undefined ||
      (mover === thread && (time.atStatement(state, thread) || state.threads[thread]?.top === null)),
    may: (columns, i) => columns.thread(i) === thread || (columns.flags(i) & FLAG.thread) !== 0,
  }),
  /** to the next statement of the thread in this frame or a caller */
  next: (time: Timeline, thread: number, deep: number): Goal => ({
    reached: (state, mover) =>
      mover === thread &&
      depthOf(state, thread) <= deep &&
      (time.atStatement(state, thread) || state.threads[thread]?.top === null),
    may: shallow(thread, deep + 1),
  }),
  /** until the frame has returned: forwards inside the caller's statement, backwards before it */
  finish: (time: Timeline, thread: number, deep: number, back: boolean): Goal => ({
    reached: (state, mover) =>
      mover === thread && depthOf(state, thread) < deep && (!back || time.atStatement(state, thread)),
    may: shallow(thread, back ? deep - 1 : deep),
  }),
  /** like next, but out of loops: to a statement of this frame further down (`back`: up) in the text, or to the caller */
  until: (time: Timeline, thread: number, deep: number, beyond: (state: State) => boolean, back: boolean): Goal => ({
    reached: (state, mover) => {
      if (mover !== thread || depthOf(state, thread) > deep) return false;
      const stands = time.atStatement(state, thread);
      return depthOf(state, thread) < deep ? stands || !back : stands && beyond(state);
    },
    may: shallow(thread, deep + 1),
  }),
};

/** Frames of a thread, innermost first; empty when it has ended. */
export function stackOf(state: State, thread: number) {
  const t = state.threads[thread];
  return t === undefined ? [] : frames(t);
}
