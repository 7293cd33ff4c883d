// One turn of a run as the report's observers see it, and what they ask of it: who moved, what ran, during what. Knows
// nothing of reports.
import { frames, type Program, type State, type Thread, type Trace } from '../../vm/index.ts';
import { STAGES } from '../scenario/index.ts';

/** A turn with the states on both sides of it; `trace` is valid only until the next one. Positions in micro-steps. */
export interface TurnSeen {
  readonly start: number;
  readonly end: number;
  readonly thread: number;
  readonly before: State;
  readonly after: State;
  readonly trace: Trace;
}

/** Stage words of init_runs, pageblock_set_runs and events, by the function that is running. */
const WORDS: Readonly<Record<string, string>> = {
  memmap_init: 'memmap_init',
  kho_release_scratch: 'kho_release_scratch',
  kho_memory_init: 'kho_memory_init',
  memblock_free_all: 'memblock_free_all',
  deferred_grow_zone: 'deferred_grow_zone',
  deferred_init_memmap: 'pgdatinit',
  padata_mt_helper: 'pgdatinit',
  set_zone_contiguous: 'set_zone_contiguous',
};

/** The thread that moved, as it was before the turn. */
export function mover(turn: TurnSeen): Thread {
  const thread = turn.before.threads[turn.thread];
  if (thread === undefined) throw new Error(`no thread ${turn.thread}`);
  return thread;
}

/** The function that runs in the turn: a turn never leaves the frame it begins in before its last operation. */
export function functionOf(turn: TurnSeen): string {
  return mover(turn).top?.fn ?? '';
}

/** Names of the functions on the mover's stack before the turn, innermost first. */
export function stackNames(turn: TurnSeen): string[] {
  return frames(mover(turn)).map((frame) => frame.fn);
}

/**
 * During what the turn happens: the word of the innermost function that has one, `restore` under an actor, otherwise the
 * innermost function that names a stage, or the outermost function.
 */
export function stageWord(turn: TurnSeen, actors: ReadonlySet<string>): string {
  const stack = stackNames(turn);
  for (const name of stack) {
    if (actors.has(name)) return 'restore';
    const word = WORDS[name];
    if (word !== undefined) return word;
  }
  return stack.find((name) => STAGES.includes(name)) ?? stack.at(-1) ?? '';
}

/** Names of the intrinsics in the statement at which the mover stood before the turn. */
export function intrinsicsIn(program: Program, turn: TurnSeen): string[] {
  const { top } = mover(turn);
  const fn = top === null ? undefined : program.fns[top.fn];
  if (top === null || fn === undefined) return [];
  const out: string[] = [];
  for (let pc = top.pc; pc < fn.ops.length && (pc === top.pc || fn.pos[pc]?.[2] !== 1); pc++) {
    const op = fn.ops[pc];
    if (op !== undefined && (op[0] === 'mem' || op[0] === 'range')) out.push(op[2]);
  }
  return out;
}
