// Which branches a branch is made of, and how much history two of them share. Knows nothing of what happened in it.
import type { Timeline } from '../debugger/index.ts';

/** A branch and its parents, each with the position up to which its history is the branch's own. */
export function lineage(time: Timeline, id: number): ReadonlyMap<number, number> {
  const out = new Map<number, number>();
  let until = Number.POSITIVE_INFINITY;
  for (let next: number | null = id; next !== null; ) {
    out.set(next, until);
    const { parent, from }: { parent: number | null; from: number } = time.branch(next);
    until = Math.min(until, from);
    next = parent;
  }
  return out;
}

/** The last position that two branches have in common. */
export function sharedUpTo(time: Timeline, a: number, b: number): number {
  const ofA = lineage(time, a);
  for (const [id, until] of lineage(time, b)) {
    const own = ofA.get(id);
    if (own !== undefined) return Math.min(own, until);
  }
  return -1;
}
