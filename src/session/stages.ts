// Stages: the named positions of a boot. A stage is reached when the function of that name has returned; `deferred` when the
// last pgdatinit thread has reported, `restore` when the last actor has run, `end` when nothing can move.
import type { Initcall } from '../kernel/index.ts';
import { row } from '../machine/index.ts';
import type { State } from '../vm/index.ts';
import { STAGES } from './scenario/index.ts';

const LEVELS = ['early_initcall', 'page_alloc_init_late', 'fs_initcall', 'late_initcall', 'userspace'];
const OWN_RULE = new Set(['deferred', 'restore', 'end']);
const BY_RETURN = new Set(STAGES.filter((name) => !OWN_RULE.has(name)));

/** The actor that runs last, or null when the scenario has none. */
export function lastActor(initcalls: readonly Initcall[]): string | null {
  let last: Initcall | null = null;
  for (const call of initcalls) {
    if (last === null || LEVELS.indexOf(call.level) >= LEVELS.indexOf(last.level)) last = call;
  }
  return last?.fn ?? null;
}

/** The stage that is reached by the return of `returned`, in the state after it; null when none is. */
export function stageReached(initcalls: readonly Initcall[], state: State, returned: string | null): string | null {
  if (returned === null) return null;
  if (BY_RETURN.has(returned)) return returned;
  if (returned === 'pgdat_init_report_one_done') {
    return row(state.machine.table, 'var', 0)?.pgdat_init_n_undone === 0 ? 'deferred' : null;
  }
  return returned === (lastActor(initcalls) ?? 'run_init_process') ? 'restore' : null;
}

/** Functions whose return can reach a stage, in kernels with those initcalls. */
export function stageEnds(kernels: readonly (readonly Initcall[])[]): ReadonlySet<string> {
  const actors = kernels.map((initcalls) => lastActor(initcalls) ?? 'run_init_process');
  return new Set([...BY_RETURN, 'pgdat_init_report_one_done', ...actors]);
}

/** Which stage a turn reaches, asked of each turn; most are answered by the name of what returned. */
export function stageReader(
  kernel: (state: State) => { readonly initcalls: readonly Initcall[] },
): (state: State, returned: string | null) => string | null {
  let of: readonly Initcall[] | null = null;
  let ends: ReadonlySet<string> = new Set();
  return (state, returned) => {
    if (returned === null) return null;
    const { initcalls } = kernel(state);
    if (of !== initcalls) {
      of = initcalls;
      ends = new Set(stageEnds([initcalls]));
    }
    return ends.has(returned) ? stageReached(initcalls, state, returned) : null;
  };
}
