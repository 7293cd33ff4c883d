// Runs a stretch of a boot again, turn by turn, under the default schedule or one's own. Keeps no history.
import { position } from '../debugger/index.ts';
import type { Kernel } from '../kernel/index.ts';
import { newTrace, runToBlock, type State, step } from '../vm/index.ts';
import type { Replay } from './invariants/index.ts';

/** Who moves from a state at a position; -1: nobody can. */
export type Mover = (state: State, at: number) => number;

/** Turns from a state on. `mover`: default is the default schedule. */
export function replayOf(kernel: (state: State) => Kernel, mover?: Mover): Replay {
  return function* replay(from, at, to) {
    const trace = newTrace(true);
    let state = from;
    for (let start = at; start < to; ) {
      const { linked } = kernel(state);
      const thread = mover?.(state, start) ?? runToBlock(linked, state);
      if (thread < 0) return;
      const after = step(linked, state, { thread }, trace);
      const end = start + trace.micro;
      yield { start: position(start), end, thread, before: state, after, trace };
      state = after;
      start = end;
    }
  };
}
