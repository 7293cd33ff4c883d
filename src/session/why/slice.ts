// Where a value came from, within a frame: the operations of a statement as they were executed, what an expression was
// made of there, which statement gave a local its value, which test let a statement run. Knows nothing of memory.
import type { Value } from '../../machine/index.ts';
import { type Ex, type Fn, type Linked, linkedFor } from '../../vm/index.ts';
import { type Control, carriedBy, defines, flowOf, type Loop, operands, parts, slotsOf, stretchOf } from './flow.ts';
import type { Past } from './past.ts';
import { computed, type Step, stepsOf } from './trace.ts';

/** What an expression was made of, where it was computed. */
export type Leaf =
  | { readonly kind: 'constant'; readonly name: string; readonly value: Value }
  | { readonly kind: 'local'; readonly slot: number; readonly name: string; readonly use: Step; readonly value: Value }
  | { readonly kind: 'load' | 'intrinsic' | 'call' | 'new'; readonly step: Step };

/** How a local got the value it had. */
export type Origin =
  | { readonly kind: 'statement'; readonly step: Step }
  | { readonly kind: 'argument'; readonly step: Step; readonly ex: Ex }
  | { readonly kind: 'range'; readonly range: Range }
  | { readonly kind: 'bottom'; readonly slot: number; readonly turn: number };

/** A local that a loop steps through: where it began, and the test that ends it. */
export interface Range {
  readonly slot: number;
  readonly use: Step;
  readonly loop: Loop;
  readonly start: Origin;
  readonly first: Value;
  /** the statement that gave it its value last; null: it is still the first */
  readonly last: Step | null;
  /** the last test of the loop before the use; null when the loop has none on this local */
  readonly test: Step | null;
  /** what it is compared with there */
  readonly bound: Ex | null;
}

/** Follows values backwards through the turns of a history. */
export class Slicer {
  private readonly steps = new Map<number, readonly Step[]>();

  constructor(readonly past: Past) {}

  stepsOf(turn: number): readonly Step[] {
    let known = this.steps.get(turn);
    if (known === undefined) {
      known = stepsOf(this.past, turn);
      this.steps.set(turn, known);
    }
    return known;
  }

  linked(turn: number): Linked {
    return linkedFor(this.past.session.time.linked, this.past.before(turn));
  }

  fnOf(turn: number): Fn {
    const { past } = this;
    const fn = past.boot(turn).kernel.linked.program.fns[past.fn(turn)];
    if (fn === undefined) throw new Error(`no function ${past.fn(turn)}`);
    return fn;
  }

  value(ex: Ex, step: Step): Value | undefined {
    return computed(ex, step.locals, step.before, this.past.thread(step.turn), this.linked(step.turn));
  }

  /** The operations of a statement that were executed before one of them, in order. */
  before(step: Step): readonly Step[] {
    const { past } = this;
    const turns = [step.turn];
    for (let i = step.turn; !past.isStatement(i) && past.prev(i) >= 0; i = past.prev(i)) turns.unshift(past.prev(i));
    const all = turns.flatMap((turn) => this.stepsOf(turn));
    // a step that was not executed stands behind those that were
    const at = all.indexOf(step);
    return at < 0 ? all.filter((one) => this.isOver(one)) : all.slice(0, at);
  }

  /** Has a call returned by now? Other operations are over once they were executed. */
  private isOver({ op, turn }: Step): boolean {
    if (op[0] !== 'call' && op[0] !== 'callv') return true;
    const next = this.past.next(turn);
    return next >= 0 && this.past.at(next) <= this.past.now;
  }

  /** What an expression was made of when an operation computed with it. Of min(), max() and ?: what decided. */
  leaves(ex: Ex, step: Step): Leaf[] {
    switch (ex[0]) {
      case 'k':
        return [{ kind: 'constant', name: '', value: ex[1] }];
      case 'n':
        return [{ kind: 'constant', name: '', value: BigInt(ex[1]) }];
      case 'g':
      case 'f':
        return [{ kind: 'constant', name: ex[1], value: this.value(ex, step) ?? null }];
      case 'l':
        return this.leavesOfSlot(ex[1], step);
      case '?': {
        const chosen = this.leaves(this.value(ex[1], step) ? ex[2] : ex[3], step);
        // of two constants the condition is what decided
        return chosen.every(({ kind }) => kind === 'constant') ? [...this.leaves(ex[1], step), ...chosen] : chosen;
      }
      case '&&':
      case '||': {
        const first = Boolean(this.value(ex[1], step));
        return first === (ex[0] === '||')
          ? this.leaves(ex[1], step)
          : [ex[1], ex[2]].flatMap((part) => this.leaves(part, step));
      }
      case 'p':
        return this.chosen(ex[1], ex[2], ex, step).flatMap((part) => this.leaves(part, step));
      default:
        return parts(ex).flatMap((part) => this.leaves(part, step));
    }
  }

  /** Of min(), max() and clamp() the argument that is the result. */
  private chosen(name: string, args: readonly Ex[], ex: Ex, step: Step): readonly Ex[] {
    if (name !== 'min' && name !== 'max' && name !== 'clamp') return args;
    const value = this.value(ex, step);
    const same = args.filter((arg) => this.value(arg, step) === value);
    return same.length > 0 ? same.slice(0, 1) : args;
  }

  private leavesOfSlot(slot: number, step: Step): Leaf[] {
    const fn = this.fnOf(step.turn);
    const made = this.before(step).findLast((one) => defines(one.op) === slot && one.turn <= step.turn);
    if (made !== undefined && (slot >= fn.slots || made.op[0] !== 'set')) return this.leavesOfStep(made);
    const name = fn.vars.find(([, s, from, to]) => s === slot && from <= step.pc && step.pc < to)?.[0] ?? '';
    return [{ kind: 'local', slot, name, use: step, value: step.locals[slot] ?? null }];
  }

  /** What a value is made of that an operation gave. */
  leavesOfStep(step: Step): Leaf[] {
    const { op } = step;
    if (op[0] === 'set') return this.leaves(op[2], step);
    if (op[0] === 'load') return step.accesses.length === 0 ? this.leaves(op[2], step) : [{ kind: 'load', step }];
    if (op[0] === 'mem' || op[0] === 'range') return [{ kind: 'intrinsic', step }];
    if (op[0] === 'call' || op[0] === 'callv') return [{ kind: 'call', step }];
    return op[0] === 'new' ? [{ kind: 'new', step }] : [];
  }

  /** The operation that gave a slot the value it had before a turn, in the same frame; null: it is an argument. */
  definition(slot: number, turn: number, outside: Loop | null = null): Step | null {
    const { past } = this;
    const fn = this.fnOf(turn);
    const pcs = flowOf(fn).definitions.get(slot) ?? [];
    if (pcs.length === 0) return null;
    const wanted = outside === null ? pcs : pcs.filter((pc) => pc < outside.from || pc > outside.to);
    for (let i = past.prev(turn); i >= 0; i = past.prev(i)) {
      const stretch = stretchOf(fn, past.pc(i));
      if (!wanted.some((pc) => stretch.includes(pc))) continue;
      const found = this.stepsOf(i).findLast((step) => defines(step.op) === slot && wanted.includes(step.pc));
      if (found !== undefined) return found;
    }
    return null;
  }

  /** The first turn of the frame of a turn. */
  entry(turn: number): number {
    let first = turn;
    while (this.past.prev(first) >= 0) first = this.past.prev(first);
    return first;
  }

  /** The call that made the frame of a turn; null at the bottom of a stack. */
  callOf(turn: number): Step | null {
    const up = this.past.up(turn);
    if (up < 0) return null;
    return this.stepsOf(up).findLast(({ op }) => op[0] === 'call' || op[0] === 'callv') ?? null;
  }

  /** How a local got the value that an operation found in it. */
  origin(slot: number, use: Step): Origin {
    const fn = this.fnOf(use.turn);
    const made = this.before(use).findLast((one) => defines(one.op) === slot);
    const loop = made === undefined ? carriedBy(fn, slot, use.pc) : null;
    if (loop !== null) return { kind: 'range', range: this.rangeOf(slot, use, loop) };
    const definition = made ?? this.definition(slot, this.firstTurnOf(use));
    return definition === null ? this.argument(slot, use.turn) : { kind: 'statement', step: definition };
  }

  /** The turn in which the statement of an operation began. */
  firstTurnOf(step: Step): number {
    let i = step.turn;
    while (!this.past.isStatement(i) && this.past.prev(i) >= 0) i = this.past.prev(i);
    return i;
  }

  /** What the caller passed for a slot. */
  private argument(slot: number, turn: number): Origin {
    const call = this.callOf(turn);
    if (call === null) return { kind: 'bottom', slot, turn };
    const args = call.op[0] === 'call' || call.op[0] === 'callv' ? call.op[3] : [];
    const ex = args[slot];
    return ex === undefined ? { kind: 'bottom', slot, turn } : { kind: 'argument', step: call, ex };
  }

  /** A local as the range that a loop steps it through. */
  rangeOf(slot: number, use: Step, loop: Loop): Range {
    const outside = this.definition(slot, use.turn, loop);
    const start: Origin = outside === null ? this.argument(slot, use.turn) : { kind: 'statement', step: outside };
    const test = this.loopTest(slot, use, loop);
    const first = this.valueAtStart(start);
    const last =
      this.before(use).findLast((one) => defines(one.op) === slot) ?? this.definition(slot, this.firstTurnOf(use));
    return { slot, use, loop, start, first, last, test, bound: test === null ? null : boundOf(test, slot) };
  }

  private valueAtStart(start: Origin): Value {
    if (start.kind === 'argument') return this.value(start.ex, start.step) ?? null;
    if (start.kind !== 'statement') return null;
    const { step } = start;
    if (step.value !== undefined) return step.value;
    return this.valueAfter(step) ?? null;
  }

  /** What a call or another operation gave, read off the frame when it is next seen. */
  valueAfter(step: Step): Value | undefined {
    const slot = defines(step.op);
    if (slot < 0) return undefined;
    const { past } = this;
    const next = past.next(step.turn);
    return next < 0
      ? undefined
      : (past.before(next).threads[past.thread(next)]?.top?.locals[slot] as Value | undefined);
  }

  /** The operation that returned from a call; null when it has not returned. */
  returnOf(call: Step): Step | null {
    const { past } = this;
    const next = past.next(call.turn);
    if (next < 0) return null;
    let last = next - 1;
    while (past.thread(last) !== past.thread(call.turn)) last--;
    return this.stepsOf(last).findLast(({ op }) => op[0] === 'ret') ?? null;
  }

  numberOf(first: Value, end: Value | undefined): boolean {
    return typeof first === 'number' && typeof end === 'number';
  }

  /** The last test of a loop's head on a slot before an operation. */
  private loopTest(slot: number, use: Step, loop: Loop): Step | null {
    const fn = this.fnOf(use.turn);
    const tests = fn.ops.flatMap((op, pc) =>
      (op[0] === 'jz' || op[0] === 'jnz') && pc >= loop.from && pc <= loop.to && leavesLoop(op[2], loop) ? [pc] : [],
    );
    const on = tests.filter((pc) => {
      const ex = operands(fn.ops[pc] as Fn['ops'][number])[0];
      return ex !== undefined && slotsOf(ex).includes(slot) && boundIn(ex, slot) !== null;
    });
    if (on.length === 0) return null;
    return this.lastExecuted(use, on);
  }

  /** The last of some operations that the frame executed before another. */
  lastExecuted(use: Step, pcs: readonly number[]): Step | null {
    const { past } = this;
    const fn = this.fnOf(use.turn);
    const own = this.before(use).findLast((step) => pcs.includes(step.pc));
    if (own !== undefined) return own;
    for (let i = past.prev(this.firstTurnOf(use)); i >= 0; i = past.prev(i)) {
      const stretch = stretchOf(fn, past.pc(i));
      if (!pcs.some((pc) => stretch.includes(pc))) continue;
      const found = this.stepsOf(i).findLast((step) => pcs.includes(step.pc));
      if (found !== undefined) return found;
    }
    return null;
  }

  /** May a turn have made a struct of a kind on the stack? */
  mayMake(turn: number, struct: string): boolean {
    const fn = this.fnOf(turn);
    return stretchOf(fn, this.past.pc(turn)).some((pc) => {
      const op = fn.ops[pc];
      return op?.[0] === 'new' && op[2] === struct;
    });
  }

  /** The turn after which the thread of a turn was there; -1 when it always was. */
  threadStart(turn: number): number {
    const { past } = this;
    const thread = past.thread(turn);
    let low = past.bootStart(turn);
    let high = turn;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (past.before(middle).threads.length > thread) high = middle;
      else low = middle + 1;
    }
    return low - 1 < past.bootStart(turn) ? -1 : low - 1;
  }

  /** The branches that decided that an operation ran, nearest first, those of loops among them. */
  deciders(step: Step): { readonly step: Step; readonly control: Control }[] {
    const flow = flowOf(this.fnOf(step.turn));
    const out: { step: Step; control: Control }[] = [];
    const seen = new Set<number>();
    let at = step;
    for (;;) {
      const controls = (flow.controls[at.pc] ?? []).filter(({ branch }) => !seen.has(branch));
      if (controls.length === 0) return out;
      const found = this.lastExecuted(
        at,
        controls.map(({ branch }) => branch),
      );
      if (found === null) return out;
      const control = controls.find(({ branch }) => branch === found.pc);
      if (control === undefined) return out;
      seen.add(found.pc);
      out.push({ step: found, control });
      at = found;
    }
  }
}

const leavesLoop = (to: number, loop: Loop): boolean => to < loop.from || to > loop.to;

/** The other side of a comparison with a slot, in an expression; null when there is none. */
function boundIn(ex: Ex, slot: number): Ex | null {
  if (ex[0] === 'b' && ['<', '<=', '>', '>=', '!=='].includes(ex[1])) {
    if (ex[2][0] === 'l' && ex[2][1] === slot) return ex[3];
    if (ex[3][0] === 'l' && ex[3][1] === slot) return ex[2];
  }
  if (ex[0] === '&&' || ex[0] === '||') return boundIn(ex[1], slot) ?? boundIn(ex[2], slot);
  return null;
}

const boundOf = (test: Step, slot: number): Ex | null => {
  const ex = operands(test.op)[0];
  return ex === undefined ? null : boundIn(ex, slot);
};
