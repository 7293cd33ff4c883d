// What the session uses of the invariants.
export type { Placed, PlacedTurn, Replay } from './look-back.ts';
export { type Breach, INVARIANT_NAMES, INVARIANTS, invariantError, sentence, turnReader } from './table.ts';
export type { Invariant, Turn, Violation } from './types.ts';
export { type Broken, type History, InvariantWatch } from './watch.ts';
