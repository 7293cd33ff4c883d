// How much of the host a boot may take before it is given up: turns, and the memory of this process. Knows nothing of what
// kernel text may use, which the virtual machine counts.
import { getHeapStatistics } from 'node:v8';
import type { State } from '../vm/index.ts';
import { bootOf, type Loaded } from './load.ts';

/** Turns after which a run is given up unless it is told otherwise: some seconds, or a machine of some 40 GiB. */
export const BUDGET = 2_500_000;

/** Turns between two looks at the memory of this process. */
export const LOOK_EVERY = 4096;

/** Is most of the memory that this process may have in use? */
export function memoryFull(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > 0.8 * limit;
}

/** `evil at driver.ts:3`: where the thread that moved last stands. */
function standsAt(loaded: Loaded, state: State): string {
  const top = state.threads[state.current]?.top;
  if (top == null) return 'a thread that has ended';
  const fn = bootOf(loaded, state).kernel.linked.program.fns[top.fn];
  return `${top.fn} at ${fn?.file ?? ''}:${fn?.pos[top.pc]?.[0] ?? 0}`;
}

/** What was used up before a boot ended, with where it stood; null: it was not the text's doing, or nothing was. */
export function spentIn(loaded: Loaded, state: State): string | null {
  const death = state.threads.find((thread) => thread.death?.kind === 'budget')?.death;
  return death == null ? null : `${death.what}; it stood in ${standsAt(loaded, state)}`;
}

/** Why a run was given up that had not ended. */
export function givenUp(loaded: Loaded, state: State, budget: number, full: boolean): string {
  if (full)
    return `the memory of this process is used up, in ${standsAt(loaded, state)}; node --max-old-space-size raises it`;
  return `the budget of ${budget} turns ran out before the boot ended, in ${standsAt(loaded, state)}; --budget N raises it`;
}
