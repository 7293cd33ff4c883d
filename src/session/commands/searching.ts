// Searches of the commands that move: who is let move, where the movement ends, and what points do on the way. Knows nothing of
// how an end is told.
import {
  backward,
  comparePositions,
  forward,
  type Goal,
  hitsOf,
  type Outcome,
  type Point,
  type Position,
  type Search,
  type Trigger,
} from '../../debugger/index.ts';
import { branchWith } from '../branches.ts';
import { whereOf } from '../describe.ts';
import type { Session } from '../session.ts';

/** Forwards or backwards in time. */
export type Way = 'fwd' | 'rev';

/** Places let pass between two chances to interrupt. */
const PASSED = 64;

/** With scheduler-locking the selected thread moves, whatever the policy would choose: a new branch where that differs. */
export function lock(session: Session, stepping: boolean): string | null {
  const { locking, cursor } = session.state;
  if (locking === 'off' || locking === 'replay' || (locking === 'step' && !stepping)) return null;
  const state = session.now();
  if (session.time.mover(cursor.branch, cursor.at.at, state) === cursor.thread) return null;
  if (!session.canMove(cursor.thread)) {
    return `thread ${cursor.thread + 1} cannot move: ${whereOf(session, cursor.thread)}; set scheduler-locking off lets the others run`;
  }
  if (cursor.at.sub > 0) return 'another thread is inside a range operation; seek out of it first';
  const branch = branchWith(session, cursor.branch, cursor.at.at, cursor.thread);
  session.change((draft) => {
    draft.cursor = { ...draft.cursor, branch };
  });
  return null;
}

/** A goal that also ends when the locked thread has to wait. */
function whileFree(session: Session, goal: Goal | null, stepping: boolean): Goal | null {
  const { cursor } = session.state;
  if (!isLocked(session, stepping)) return goal;
  return {
    reached: (state, thread, piece) =>
      (goal?.reached(state, thread, piece) ?? false) ||
      state.threads[cursor.thread]?.waits != null ||
      state.threads[cursor.thread]?.top === null,
  };
}

/** Forwards or backwards to the goal, or to a point that stops. `upTo`: further on nobody comes. */
export function* search(
  session: Session,
  way: Way,
  goal: Goal | null,
  points: readonly Point[],
  stepping: boolean,
  upTo: Position | null = null,
): Generator<Position, Outcome, boolean | undefined> {
  const { branch } = session.state.cursor;
  let { at } = session.state.cursor;
  const wanted = way === 'fwd' ? whileFree(session, goal, stepping) : goal;
  for (let passed = 1; ; passed++) {
    const run: Search = (way === 'fwd' ? forward : backward)(session.time, branch, at, points, wanted);
    const outcome = yield* run;
    if (outcome.kind !== 'hits') {
      const isBeyond = upTo !== null && comparePositions(outcome.at, upTo) > 0;
      return isBeyond ? outcome : landed(session, way, points, stepping, outcome);
    }
    const hits = session.doing.stopping(outcome);
    if (hits.length > 0) return { ...outcome, hits };
    const there = reachedAt(session, way, wanted, outcome);
    if (there !== null) return there;
    ({ at } = outcome);
    // a search that begins anew does not come to the place where it can be interrupted
    if (passed % PASSED === 0 && (yield at) === true) return { kind: 'interrupted', at, thread: outcome.thread };
  }
}

/** The end of a search at a position where points have let it pass, when that is where the goal is as well. */
function reachedAt(session: Session, way: Way, goal: Goal | null, { at, thread }: Outcome): Outcome | null {
  if (goal === null) return null;
  const { branch } = session.state.cursor;
  const piece = way === 'fwd' ? session.time.pieceBefore(branch, at) : session.time.pieceFrom(branch, at);
  if (piece === null || (way === 'fwd' && piece.end !== at.at)) return null;
  if (!goal.reached(way === 'fwd' ? piece.after : piece.before, piece.thread, piece)) return null;
  const { returned, value } = piece.trace;
  return {
    kind: 'done',
    at,
    thread: way === 'fwd' ? piece.thread : thread,
    piece: way === 'fwd' && returned !== null ? { returned, value } : null,
  };
}

/** Points that stop before a statement, and so where a movement that leads to it ends. */
const BEFORE: ReadonlySet<Trigger['kind']> = new Set([
  'location',
  'page',
  'uninit',
  'note',
  'migratetype',
  'reinit',
  'invariant',
]);

/** Does only one thread move while this movement lasts? */
const isLocked = ({ state: { locking } }: Session, stepping: boolean): boolean =>
  locking === 'on' || (locking === 'step' && stepping);

/**
 * Where a movement ended of itself: points that stop just there stop it, as nobody comes to that place again. Backwards they
 * have been asked on the way.
 */
function landed(session: Session, way: Way, points: readonly Point[], stepping: boolean, outcome: Outcome): Outcome {
  const { at, kind } = outcome;
  const asked = points.filter(({ trigger, enabled }) => enabled && BEFORE.has(trigger.kind));
  if (way === 'rev' || asked.length === 0 || (kind !== 'done' && kind !== 'interrupted')) return outcome;
  const piece = session.time.pieceFrom(session.state.cursor.branch, at);
  if (piece === null || (isLocked(session, stepping) && piece.thread !== session.state.cursor.thread)) return outcome;
  const prints = new Set(session.state.points.flatMap((row) => (row.prints === null ? [] : [row.number])));
  const here = hitsOf(piece, asked).filter((hit) => !hit.after && comparePositions(hit.at, at) === 0);
  const told = kind === 'done' ? here : here.filter(({ point }) => prints.has(point.number));
  const hits = session.doing.stopping({ hits: told, at, thread: piece.thread });
  return hits.length === 0 ? outcome : { kind: 'hits', at, thread: piece.thread, hits };
}
