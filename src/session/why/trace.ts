// What one turn did, operation by operation: what each computed with, which way each branch went, what it read and wrote.
// Runs the turn again, one micro-step at a time; knows nothing of causes.
import { KernelFault, type Value } from '../../machine/index.ts';
import {
  type Access,
  type Ex,
  type Fn,
  type Linked,
  linkExpression,
  linkedFor,
  newTrace,
  type Op,
  type Run,
  type State,
  step,
} from '../../vm/index.ts';
import { readingContext } from '../reads.ts';
import { defines } from './flow.ts';
import type { Past } from './past.ts';

/** One executed operation. */
export interface Step {
  readonly pc: number;
  readonly op: Op;
  /** micro-step in which it was executed */
  readonly at: number;
  readonly turn: number;
  /** slots before it, temporaries among them */
  readonly locals: readonly Value[];
  readonly before: State;
  readonly accesses: readonly Access[];
  /** what it gave, where it defines a slot and was completed in its turn */
  readonly value: Value | undefined;
  /** of a branch: what the test came to */
  readonly truth: boolean | null;
}

const RUNS = new WeakMap<Linked, WeakMap<object, Run>>();

/** The value of an expression over slots; undefined where working it out is what the kernel died of. */
export function computed(
  ex: Ex,
  locals: readonly Value[],
  state: State,
  thread: number,
  linked: Linked,
  accesses: Access[] | null = null,
): Value | undefined {
  const runs = RUNS.get(linked) ?? new WeakMap<object, Run>();
  RUNS.set(linked, runs);
  const run = runs.get(ex) ?? linkExpression(ex, linked.env);
  runs.set(ex, run);
  try {
    return run(locals as Value[], readingContext(state, thread, accesses));
  } catch (error) {
    if (error instanceof KernelFault || error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Runs operations that touch no memory from `pc` on, as the machine does; where it stops, and what they were. */
class Tracer {
  readonly steps: Step[] = [];
  pc = 0;
  locals: Value[] = [];
  constructor(
    readonly fn: Fn,
    readonly linked: Linked,
    readonly turn: number,
    readonly thread: number,
  ) {}

  value = (ex: Ex, state: State) => computed(ex, this.locals, state, this.thread, this.linked);

  private starts = (): boolean => this.fn.pos[this.pc]?.[2] === 1;

  /** Follows jumps; true at the start of a statement. */
  private settle(): boolean {
    for (let op = this.fn.ops[this.pc]; op?.[0] === 'jmp' && !this.starts(); op = this.fn.ops[this.pc]) this.pc = op[1];
    return this.starts();
  }

  push(op: Op, at: number, before: State, rest: Pick<Step, 'accesses' | 'value' | 'truth'>): void {
    const { pc, turn } = this;
    this.steps.push({ pc, op, at, turn, locals: [...this.locals], before, ...rest });
  }

  /** True when a statement ended; false at an operation with an effect. */
  pure(at: number, before: State): boolean {
    for (;;) {
      const op = this.fn.ops[this.pc];
      if (op === undefined) return true;
      const none = { accesses: [], value: undefined, truth: null };
      if (op[0] === 'set') {
        const value = this.value(op[2], before);
        this.push(op, at, before, { ...none, value });
        this.locals[op[1]] = value ?? null;
        this.pc++;
      } else if (op[0] === 'jz' || op[0] === 'jnz') {
        const truth = Boolean(this.value(op[1], before));
        this.push(op, at, before, { ...none, truth });
        this.pc = truth === (op[0] === 'jnz') ? op[2] : this.pc + 1;
      } else if (op[0] === 'jmp') this.pc = op[1];
      else if (op[0] === 'nop') this.pc++;
      else return false;
      if (this.settle()) return true;
    }
  }
}

/** The operations that a turn executed, in order, as far as they are before `now`. */
export function stepsOf(past: Past, i: number): readonly Step[] {
  const end = Math.min(past.endOf(i), past.now);
  let state = past.before(i);
  const thread = past.thread(i);
  const linked = linkedFor(past.session.time.linked, state);
  const fn = linked.program.fns[past.fn(i)];
  if (fn === undefined) return [];
  const tracer = new Tracer(fn, linked, i, thread);
  const trace = newTrace(true);
  for (let at = past.at(i); at < end; at++) {
    const top = state.threads[thread]?.top;
    if (top == null || top.fn !== fn.name) break;
    tracer.pc = top.pc;
    tracer.locals = [...top.locals];
    const before = state;
    const ended = tracer.pure(at, before);
    const op = fn.ops[tracer.pc];
    state = step(past.session.time.linked, state, { thread, limit: 1 }, trace);
    if (ended || op === undefined) continue;
    const slot = defines(op);
    const left = op[0] === 'call' || op[0] === 'callv' || op[0] === 'ret';
    const now = left || slot < 0 ? undefined : (state.threads[thread]?.top?.locals[slot] as Value | undefined);
    tracer.push(op, at, before, { accesses: [...(trace.accesses ?? [])], value: now, truth: null });
    if (left) break;
  }
  return tracer.steps;
}
