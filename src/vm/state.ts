// What execution is made of: frames, threads, states, accesses. All of it plain immutable data.
import {
  type FaultKind,
  type Hash,
  hashNumber,
  hashString,
  hashValue,
  type Machine,
  machineHash,
  mix,
  plus,
  type Value,
} from '../machine/index.ts';
import type { Program } from './ops.ts';

/** A function being executed. `pc` of a caller is the pc of its call. `own`: structs on its stack. */
export interface Frame {
  readonly fn: string;
  readonly pc: number;
  readonly locals: readonly Value[];
  readonly own: readonly string[] | null;
  readonly up: Frame | null;
}

/** What a blocked thread waits for: a kind that the intrinsics table knows, and which one. */
export interface Wait {
  readonly for: string;
  readonly at: number | string;
}

/** What a thread died of. */
export interface Death {
  readonly kind: FaultKind;
  /** names the fault: `VM_BUG_ON_PAGE(PagePoisoned(page))` */
  readonly what: string;
  readonly function: string;
  readonly line: number;
}

/** A thread of the simulated kernel; `top` is null once it has returned. */
export interface Thread {
  readonly name: string;
  readonly top: Frame | null;
  /** structs made on its stack so far */
  readonly serial: number;
  readonly waits: Wait | null;
  readonly death: Death | null;
}

/** Everything at one position. `current`: index of the thread that moved last. */
export interface State {
  readonly boot: number;
  readonly machine: Machine;
  readonly threads: readonly Thread[];
  readonly current: number;
  /** true after a panic: nothing moves any more */
  readonly halted: boolean;
}

/** One access of kernel text to memory. pfn or index ranges are [at, end); `op` counts micro-steps within the turn. */
export interface Access {
  readonly rw: 'r' | 'w';
  readonly struct: string;
  readonly at: number | string;
  readonly end?: number;
  readonly field: string | number;
  readonly op: number;
}

/** An access as the record of a whole turn keeps it. */
export type Recorded = Omit<Access, 'op'>;

/** Something the kernel says about itself that is not a fault: a WARN, a bad page. */
export interface Note {
  readonly kind: 'WARN' | 'bad-page';
  readonly text: string;
  readonly pfn: number | null;
}

/** A thread's frames, innermost first. */
export function frames(thread: Thread): Frame[] {
  const out: Frame[] = [];
  for (let frame = thread.top; frame !== null; frame = frame.up) out.push(frame);
  return out;
}

/** Number of frames. */
export function depth(thread: Thread): number {
  let n = 0;
  for (let frame = thread.top; frame !== null; frame = frame.up) n++;
  return n;
}

/** Names in scope in a frame, inner declarations hiding outer ones, in order of declaration. */
export function localsOf(program: Program, frame: Frame): Map<string, Value> {
  const out = new Map<string, Value>();
  for (const [name, slot, from, to] of program.fns[frame.fn]?.vars ?? []) {
    if (from <= frame.pc && frame.pc < to) out.set(name, frame.locals[slot] ?? null);
  }
  return out;
}

function hashFrame(program: Program, frame: Frame): Hash {
  const fn = program.fns[frame.fn];
  let h = mix(hashString(frame.fn), frame.pc);
  for (const [, slot, from, to] of fn?.vars ?? []) {
    if (from <= frame.pc && frame.pc < to) h = mix(plus(h, hashValue(frame.locals[slot] ?? null)), slot);
  }
  const slots = fn?.slots ?? 0;
  for (let i = slots; i < frame.locals.length; i++) h = mix(plus(h, hashValue(frame.locals[i] ?? null)), i);
  return h;
}

/** Key of a whole state: equal states have equal keys. Costs the threads' frames; the machine's part is at hand. */
export function stateHash(program: Program, state: State): Hash {
  let h = plus(machineHash(state.machine), hashNumber(state.boot * 2 + (state.halted ? 1 : 0)));
  state.threads.forEach((thread, i) => {
    let t = mix(hashString(thread.name), thread.serial);
    for (let frame = thread.top; frame !== null; frame = frame.up) t = mix(plus(t, hashFrame(program, frame)), 1);
    if (thread.waits !== null) t = mix(plus(t, hashString(`${thread.waits.for} ${thread.waits.at}`)), 2);
    if (thread.death !== null) t = mix(plus(t, hashString(thread.death.what)), 3);
    h = mix(plus(h, t), i);
  });
  return mix(h, state.current);
}
