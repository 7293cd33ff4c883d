// Who may move and who does: functions of the state. Knows nothing of how a thread moves.
import { type Linked, linkedFn, linkedFor } from './link.ts';
import type { Frame, State } from './state.ts';

/** May this thread move? A blocked one may when what it waits for has come. */
export function runnable(linked: Linked, state: State, thread: number): boolean {
  const t = state.threads[thread];
  if (t === undefined || t.top === null || t.death !== null || state.halted) return false;
  return t.waits === null || linkedFor(linked, state).env.ready(state.machine, t.waits);
}

/** All threads that may move, in order of creation. */
export function choices(linked: Linked, state: State): number[] {
  const out: number[] = [];
  for (let i = 0; i < state.threads.length; i++) if (runnable(linked, state, i)) out.push(i);
  return out;
}

/** The default policy, run-to-block in order of thread creation: the thread that moves next, or -1 when none can. */
export function runToBlock(linked: Linked, state: State): number {
  if (runnable(linked, state, state.current)) return state.current;
  for (let i = 0; i < state.threads.length; i++) if (runnable(linked, state, i)) return i;
  return -1;
}

/** True when a frame stands at the beginning of a statement. */
export function atStatement(linked: Linked, frame: Frame): boolean {
  return linkedFn(linked, frame.fn).starts[frame.pc] === 1;
}
