// Looking back from a stage at which an invariant does not hold to the micro-step that broke it: the turns that concern the
// row are bisected. Knows nothing of how turns are run again.
import { type Position, position } from '../../debugger/index.ts';
import type { Access, State } from '../../vm/index.ts';
import type { Invariant, Turn, Violation } from './types.ts';

/** A turn and where it lies; its trace is valid until the next one. */
export interface PlacedTurn extends Turn {
  readonly start: Position;
  readonly end: number;
}

/** Turns of a history between two positions, the state at the first given. */
export type Replay = (from: State, at: number, to: number) => Iterable<PlacedTurn>;

/** Where a stretch of a history begins, or a state in it. */
export interface Placed {
  readonly state: State;
  readonly at: number;
}

/** So many turns are kept at once; with more of them every other one is dropped. */
const KEPT = 4096;

/** Can this access have to do with that violation? */
function concerns(access: Access, { at }: Violation): boolean {
  if (access.struct === 'page') return (access.at as number) <= at && at < (access.end ?? (access.at as number) + 1);
  return typeof access.at !== 'number' || access.struct === 'var' || access.at === at;
}

/** The last access of the turn that the row watches and that concerns the violation. */
function lastWatched(row: Invariant, violation: Violation, turn: Turn): Access | undefined {
  return (turn.trace.accesses ?? []).findLast((access) => row.watches(access) && concerns(access, violation));
}

type Wanted = (turn: Turn) => boolean;

/** States after the turns that are wanted, at most KEPT of them, evenly. */
function marks(replay: Replay, from: Placed, to: number, wanted: Wanted): Placed[] {
  let kept: Placed[] = [from];
  let every = 1;
  let n = 0;
  for (const turn of replay(from.state, from.at, to)) {
    if (!wanted(turn) || n++ % every !== 0) continue;
    kept.push({ state: turn.after, at: turn.end });
    if (kept.length <= KEPT) continue;
    kept = kept.filter((_, i) => i % 2 === 0);
    every *= 2;
  }
  return kept;
}

/** Index of the first mark that does not hold, when the first one holds; the number of marks when all hold. */
function firstBroken(kept: readonly Placed[], holds: (state: State) => boolean): number {
  const last = kept.at(-1);
  if (last === undefined || holds(last.state)) return kept.length;
  let low = 0;
  let high = kept.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds((kept[middle] as Placed).state)) low = middle;
    else high = middle;
  }
  return high;
}

/** The position before the micro-step that broke the row between two positions, or null when no turn did. */
export function lookBack(
  replay: Replay,
  from: Placed,
  to: number,
  row: Invariant,
  violation: Violation,
  holds: (state: State) => boolean,
): PlacedTurn | null {
  const watched: Wanted = (turn) => lastWatched(row, violation, turn) !== undefined;
  for (const wanted of [watched, () => true]) {
    const kept = marks(replay, from, to, wanted);
    const i = firstBroken(kept, holds);
    const [low, high] = [kept[i - 1], kept[i]];
    if (low === undefined || (high === undefined && wanted === watched)) continue;
    for (const turn of replay(low.state, low.at, high?.at ?? to)) {
      if (!wanted(turn) || holds(turn.after)) continue;
      const op = lastWatched(row, violation, turn)?.op ?? 0;
      return { ...turn, start: op === 0 ? turn.start : position(turn.start.at + op) };
    }
  }
  return null;
}
