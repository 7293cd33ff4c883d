// step(): the only function that moves anything. It runs one thread to its next statement boundary, call or return, or for
// a number of micro-steps, or up to a cut inside a range operation. State in, state out.
import { apply, type Effect, isRef, KernelFault, type Machine, pageFault, trap, type Value } from '../machine/index.ts';
import { charge, chargeThreads } from './budget.ts';
import {
  type Code,
  type Context,
  K,
  type Linked,
  type LinkedFn,
  linkedFn,
  linkedFor,
  loadField,
  newThread,
} from './link.ts';
import type { Access, Frame, Note, State, Thread } from './state.ts';
import { resetTrace, type Trace, type Turn } from './turn.ts';

/** Frames that fit on a kernel stack of 16 KiB, at 64 bytes each. */
const DEEPEST = 256;

function stackOverflow(): KernelFault {
  const what = 'BUG: TASK stack guard page was hit';
  return new KernelFault('oops', what, what, [what, 'kernel stack overflow (page fault)']);
}

/** The same for structs on the stack of one function. */
const MOST_ON_STACK = 256;

/** What is not an accident of the kernel's but of the text, in words that say what the host's error was about. */
function unfit(code: Code | undefined): KernelFault {
  const name = code?.intrinsic == null ? 'the statement' : `${code.name}()`;
  return trap(`${name} cannot work with the values it is given here`);
}

/** What a thread dies of: a fault as it is; an error of the host on values that no kernel would have given, as a trap. */
function faultOf(error: unknown, code: Code | undefined): KernelFault {
  if (error instanceof KernelFault) return error;
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return unfit(code);
  throw error;
}

/** The turn in progress. */
class Run implements Context {
  machine: Machine;
  readonly accesses: Access[] | null;
  readonly notes: Note[] | null;
  op = 0;
  blocked: Context['blocked'] = null;
  rebooting = false;
  spawned: Context['spawned'] = null;
  /** frame being executed */
  fn: LinkedFn;
  pc: number;
  locals: Value[];
  own: readonly string[] | null;
  up: Frame | null;
  serial: number;
  private shared: readonly Value[];
  ended = false;

  constructor(
    readonly linked: Linked,
    readonly state: State,
    readonly thread: number,
    readonly frame: Frame,
    readonly trace: Trace,
    readonly turn: Turn,
  ) {
    this.machine = state.machine;
    this.accesses = trace.accesses;
    this.notes = trace.notes;
    this.fn = linkedFn(linked, frame.fn);
    this.pc = frame.pc;
    this.locals = frame.locals as Value[];
    this.shared = frame.locals;
    this.own = frame.own;
    this.up = frame.up;
    this.serial = (state.threads[thread] as Thread).serial;
  }

  get file(): string {
    return this.fn.fn.file;
  }

  emit(effect: Effect): void {
    this.trace.weight += charge(this.machine, effect);
    this.machine = apply(this.machine, effect);
  }

  set(slot: number, value: Value): void {
    const { locals } = this;
    const { length } = locals;
    if (slot < length) {
      if (locals === this.shared) this.locals = locals.slice();
      this.locals[slot] = value;
      return;
    }
    // a temporary: a copy of just that size, since push() would reserve room that every kept state then carries
    const grown: Value[] = new Array(slot + 1);
    for (let i = 0; i < slot; i++) grown[i] = i < length ? (locals[i] as Value) : null;
    grown[slot] = value;
    this.locals = grown;
  }

  /** Follows jumps that are no statements; true at a statement boundary, where temporaries end. */
  settle(): boolean {
    const { code, starts } = this.fn;
    while ((code[this.pc] as Code).k === K.jmp && starts[this.pc] === 0) this.pc = (code[this.pc] as Code).to;
    if (starts[this.pc] === 0) return false;
    const { slots } = this.fn.fn;
    if (this.locals.length > slots) {
      if (this.locals === this.shared) this.locals = this.locals.slice(0, slots);
      else this.locals.length = slots;
    }
    return true;
  }

  enter(name: string, args: readonly Value[]): void {
    let depth = 1;
    for (let frame = this.up; frame !== null; frame = frame.up) depth++;
    if (depth >= DEEPEST) throw stackOverflow();
    const callee = linkedFn(this.linked, name);
    const locals: Value[] = new Array(callee.fn.slots).fill(null);
    for (let i = 0; i < args.length; i++) locals[i] = args[i] as Value;
    this.up = { fn: this.fn.fn.name, pc: this.pc, locals: this.locals, own: this.own, up: this.up };
    this.goto(callee, 0, locals, null);
  }

  leave(value: Value): void {
    for (const at of this.own ?? []) this.drop(at);
    this.trace.returned = this.fn.fn.name;
    this.trace.value = value;
    const caller = this.up;
    if (caller === null) {
      this.ended = true;
      return;
    }
    const fn = linkedFn(this.linked, caller.fn);
    this.up = caller.up;
    this.goto(fn, caller.pc, caller.locals as Value[], caller.own);
    this.shared = caller.locals;
    const { slot } = fn.code[caller.pc] as Code;
    this.pc = caller.pc + 1;
    const atStatement = this.settle();
    if (!atStatement || slot < fn.fn.slots) this.set(slot, value);
  }

  private goto(fn: LinkedFn, pc: number, locals: Value[], own: readonly string[] | null): void {
    this.fn = fn;
    this.pc = pc;
    this.locals = locals;
    this.own = own;
  }

  private drop(at: string): void {
    const slash = at.indexOf('/');
    this.emit({ k: 'drop', struct: at.slice(0, slash), at: at.slice(slash + 1) });
  }

  newStruct(code: Code): void {
    if ((this.own?.length ?? 0) >= MOST_ON_STACK) throw stackOverflow();
    const fields: Record<string, Value> = {};
    code.names.forEach((name, i) => {
      fields[name] = (code.args[i] as (typeof code.args)[number])(this.locals, this);
    });
    const at = `${this.thread}.${this.serial++}`;
    this.emit({ k: 'new', struct: code.name, at, fields });
    this.own = [...(this.own ?? []), `${code.name}/${at}`];
    this.set(code.slot, { struct: code.name, at });
  }

  /** Runs a range operation; true when it was completed. */
  range(code: Code): boolean {
    const { locals } = this;
    const first = code.to;
    const from = locals[first] as number;
    const to = locals[first + 1] as number;
    let stop = from;
    if (from < to) {
      const end =
        this.turn.cut === undefined
          ? to
          : Math.min(to, Math.max(from + 1, this.turn.cut({ name: code.name, from, to, op: this.op })));
      const rest = locals.slice(first + 2, first + code.names.length);
      const reached = this.stretch(code, from, end, rest);
      stop = typeof reached === 'number' ? reached : end;
      if (stop === end && end < to) {
        this.set(first, end);
        return false;
      }
    }
    this.set(code.slot, stop);
    return true;
  }

  /** A stretch of a range operation. When one page of it faults, those before it are done, as they would be one by one. */
  private stretch(code: Code, from: number, end: number, rest: readonly Value[]): Value | undefined {
    const { machine, accesses, notes } = this;
    const recorded = [accesses?.length ?? 0, notes?.length ?? 0] as const;
    try {
      return code.intrinsic?.run(this, from, end, ...rest);
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      if (end - from === 1) {
        this.set(code.to, from);
        throw error;
      }
      this.machine = machine;
      if (accesses !== null) accesses.length = recorded[0];
      if (notes !== null) notes.length = recorded[1];
      const middle = from + Math.floor((end - from) / 2);
      this.stretch(code, from, middle, rest);
      return this.stretch(code, middle, end, rest);
    }
  }

  store(code: Code): void {
    const base = code.a(this.locals, this);
    const field = code.b(this.locals, this) as string | number;
    if (!isRef(base)) throw pageFault(0n, true);
    const value = code.v(this.locals, this);
    this.accesses?.push({ rw: 'w', struct: base.struct, at: base.at, field, op: this.op });
    this.emit({ k: 'store', ref: base, field, value });
  }

  /** Executes operations until the turn ends. */
  go(): void {
    const limit = this.turn.limit ?? Number.POSITIVE_INFINITY;
    for (;;) {
      const code = this.fn.code[this.pc] as Code;
      switch (code.k) {
        case K.set: {
          this.set(code.slot, code.a(this.locals, this));
          this.pc++;
          break;
        }
        case K.jmp:
          this.pc = code.to;
          break;
        case K.jz:
          this.pc = code.a(this.locals, this) ? this.pc + 1 : code.to;
          break;
        case K.jnz:
          this.pc = code.a(this.locals, this) ? code.to : this.pc + 1;
          break;
        case K.nop:
          this.pc++;
          break;
        default:
          if (this.effect(code)) return;
          if (this.settle() || this.op >= limit) return;
          continue;
      }
      if (this.settle()) {
        this.op++;
        return;
      }
    }
  }

  /** One operation with an effect; true when the turn ends with it (call, return, block, cut). */
  private effect(code: Code): boolean {
    switch (code.k) {
      case K.load: {
        const value = loadField(this, code.a(this.locals, this), code.b(this.locals, this));
        this.set(code.slot, value);
        break;
      }
      case K.store:
        this.store(code);
        break;
      case K.new:
        this.newStruct(code);
        break;
      case K.mem: {
        const value = code.v(this.locals, this);
        if (this.blocked !== null) {
          this.op++;
          return true;
        }
        this.set(code.slot, value);
        if (this.rebooting) {
          this.pc++;
          this.op++;
          return true;
        }
        break;
      }
      case K.range:
        if (!this.range(code)) {
          this.trace.partial = true;
          return true;
        }
        break;
      case K.call:
      case K.callv: {
        const target = code.k === K.call ? code.name : code.a(this.locals, this);
        if (target === null) throw pageFault(0n, false);
        if (isRef(target) && target.struct !== 'fn') throw trap(`call of a struct ${target.struct}`);
        const args = code.args.map((arg) => arg(this.locals, this));
        this.enter(isRef(target) ? String(target.at) : String(target), args);
        this.op++;
        return true;
      }
      default:
        this.leave(code.a(this.locals, this));
        this.op++;
        return true;
    }
    this.pc++;
    this.op++;
    return false;
  }

  /** The state after the turn. */
  result(): State {
    const threads = this.state.threads.slice();
    const was = threads[this.thread] as Thread;
    const top = this.ended
      ? null
      : { fn: this.fn.fn.name, pc: this.pc, locals: this.locals, own: this.own, up: this.up };
    threads[this.thread] = { name: was.name, top, serial: this.serial, waits: this.blocked, death: null };
    if (this.spawned !== null) chargeThreads(threads.length + this.spawned.length);
    for (const start of this.spawned ?? []) threads.push(newThread(this.linked, start.name, start.fn, start.args));
    const { boot, halted } = this.state;
    const state = { boot, machine: this.machine, threads, current: this.thread, halted };
    return this.rebooting ? (this.linked.env.reboot(state) ?? { ...state, halted: true }) : state;
  }

  /** The state after a fault: the thread stands unfinished in its statement, what was done before it stays done. */
  died(fault: KernelFault): State {
    const line = this.fn.fn.pos[this.pc]?.[0] ?? 0;
    const function_ = this.fn.fn.name;
    const { kind, what } = fault;
    const threads = this.state.threads.slice();
    const was = threads[this.thread] as Thread;
    const top = { fn: function_, pc: this.pc, locals: this.locals, own: this.own, up: this.up };
    threads[this.thread] = {
      name: was.name,
      top,
      serial: this.serial,
      waits: null,
      death: { kind, what, function: function_, line },
    };
    const stack: string[] = [];
    for (let frame: Frame | null = top; frame !== null; frame = frame.up) stack.push(frame.fn);
    const state = {
      boot: this.state.boot,
      machine: this.machine,
      threads,
      current: this.thread,
      halted: this.state.halted,
    };
    return this.linked.env.died(state, this.thread, fault, stack);
  }
}

/**
 * The state after one turn. `trace` is filled in. The thread must be able to move (see runnable()). A fault kills the
 * thread and counts as the micro-step in which it happened.
 */
export function step(linked: Linked, state: State, turn: Turn, trace: Trace): State {
  resetTrace(trace);
  const frame = state.threads[turn.thread]?.top;
  if (!frame) throw new Error(`thread ${turn.thread} has ended`);
  const run = new Run(linkedFor(linked, state), state, turn.thread, frame, trace, turn);
  try {
    run.go();
    trace.micro = run.op;
    return run.result();
  } catch (error) {
    trace.micro = run.op + 1;
    return run.died(faultOf(error, run.fn.code[run.pc]));
  }
}
