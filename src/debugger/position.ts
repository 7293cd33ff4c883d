// A position in time: micro-steps of all threads since the first boot began, and how far inside a range operation. A value
// apart from the state that is there.

/** `#at`, or `#at.sub` inside the range operation that is the next micro-step; `sub` counts pages done. */
export interface Position {
  readonly at: number;
  readonly sub: number;
}

/** The position of `at` micro-steps. */
export const position = (at: number, sub = 0): Position => ({ at, sub });

/** Negative, zero or positive as `a` lies before, at or after `b`. */
export function comparePositions(a: Position, b: Position): number {
  return a.at - b.at || a.sub - b.sub;
}

/** `#9417`, `#9417.291`. */
export function label(p: Position): string {
  return p.sub === 0 ? `#${p.at}` : `#${p.at}.${p.sub}`;
}
