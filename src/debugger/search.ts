// Running through time, forwards and backwards, until something says stop: one search for all commands. A generator that
// pauses now and then, so that whoever drives it can show progress or interrupt it.
import { depth, frames, type State } from '../vm/index.ts';
import { type Hit, hitsOf, type Point } from './points.ts';
import { comparePositions, type Position, position } from './position.ts';
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
}

export type Search = Generator<Position, Outcome, boolean | undefined>;

const PAUSE = 1024;

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
  for (let n = 1; ; n++) {
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
  for (let n = 1; ; n++) {
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
    if (n % PAUSE === 0 && (yield at) === true) return { kind: 'interrupted', at, thread };
  }
}

/** Depth of a thread's stack; 0 when it has ended. */
export function depthOf(state: State, thread: number): number {
  const t = state.threads[thread];
  return t === undefined ? 0 : depth(t);
}

/** Goals of the movement commands. `thread`, `deep`: where one stands now. */
export const goals = {
  /** to the next statement of the thread */
  step: (time: Timeline, thread: number): Goal => ({
    reached: (state, mover) =>
      // backwards, before the thread there was
      state.threads[thread] === undefined ||
      (mover === thread && (time.atStatement(state, thread) || state.threads[thread]?.top === null)),
  }),
  /** to the next statement of the thread in this frame or a caller */
  next: (time: Timeline, thread: number, deep: number): Goal => ({
    reached: (state, mover) =>
      mover === thread &&
      depthOf(state, thread) <= deep &&
      (time.atStatement(state, thread) || state.threads[thread]?.top === null),
  }),
  /** until the frame has returned: forwards inside the caller's statement, backwards before it */
  finish: (time: Timeline, thread: number, deep: number, back: boolean): Goal => ({
    reached: (state, mover) =>
      mover === thread && depthOf(state, thread) < deep && (!back || time.atStatement(state, thread)),
  }),
  /** like next, but out of loops: to a statement of this frame further down (`back`: up) in the text, or to the caller */
  until: (time: Timeline, thread: number, deep: number, beyond: (state: State) => boolean, back: boolean): Goal => ({
    reached: (state, mover) => {
      if (mover !== thread || depthOf(state, thread) > deep) return false;
      const stands = time.atStatement(state, thread);
      return depthOf(state, thread) < deep ? stands || !back : stands && beyond(state);
    },
  }),
};

/** Frames of a thread, innermost first; empty when it has ended. */
export function stackOf(state: State, thread: number) {
  const t = state.threads[thread];
  return t === undefined ? [] : frames(t);
}
