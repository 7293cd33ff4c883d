// Calls one function of kernel text on a machine, outside any boot: to its end, alone.
import type { Kernel } from '../../kernel/index.ts';
import { kernelIntrinsics, namesOf } from '../../kernel/index.ts';
import type { Machine, Value } from '../../machine/index.ts';
import { compile, type Linked, link, localsOf, newThread, newTrace, type State, step } from '../../vm/index.ts';

/** What a call left and gave. */
export interface Called {
  readonly machine: Machine;
  readonly value: Value;
}

/** Told of each function that is entered, with its parameters by name. */
export type OnEntry = (fn: string, parameters: ReadonlyMap<string, Value>) => void;

/** Turns after which a call is given up. */
const MOST_TURNS = 20_000_000;

/** A call that did not return: it died, waits for ever, or does not end. */
export class CallFailed extends Error {}

/** The kernel's program with functions beside it that only the caller knows. */
export function linkBeside(kernel: Kernel, file: string, text: string): Linked {
  const names = namesOf(kernelIntrinsics(kernel.config), kernel.config);
  const result = compile({ [file]: text }, names, kernel.linked.program);
  if (!result.ok) throw new CallFailed(result.errors.join('\n'));
  return link(result.program, kernel.linked.env);
}

/** Calls `fn`. Throws CallFailed when there is no such function, or it does not return. */
export function call(linked: Linked, machine: Machine, fn: string, args: readonly Value[], onEntry?: OnEntry): Called {
  if (linked.program.fns[fn] === undefined) throw new CallFailed(`the kernel text has no ${fn}()`);
  const trace = newTrace(false);
  let state: State = {
    boot: 1,
    machine,
    threads: [newThread(linked, 'conform', fn, args)],
    current: 0,
    halted: false,
  };
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    const before = state.threads[0]?.top ?? null;
    state = step(linked, state, { thread: 0 }, trace);
    const thread = state.threads[0];
    if (thread?.death != null)
      throw new CallFailed(`${fn}() died of ${thread.death.what} in ${thread.death.function}()`);
    if (thread?.waits != null) throw new CallFailed(`${fn}() waits for a ${thread.waits.for}`);
    const top = thread?.top ?? null;
    if (top === null) return { machine: state.machine, value: trace.value };
    if (onEntry !== undefined && top.pc === 0 && top.up !== before?.up) onEntry(top.fn, localsOf(linked.program, top));
  }
  throw new CallFailed(`${fn}() does not return within ${MOST_TURNS} turns`);
}
