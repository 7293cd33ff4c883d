// Operations to closures: a program joined with the constants and intrinsics of one boot. Functions are linked when they
// are first called. Knows nothing of threads.

import type { Effect } from '../machine/index.ts';
import {
  isEmbedded,
  isRef,
  type KernelFault,
  type Machine,
  pageFault,
  type Ref,
  readField,
  type Value,
} from '../machine/index.ts';
import { arithmetic, compare, negate, same } from './arithmetic.ts';
import type { Ex, Fn, IntrinsicKind, Op, Program } from './ops.ts';
import type { Access, Note, State, Thread, Wait } from './state.ts';

/** What an intrinsic sees while it runs. `machine` is current; emit() changes it. */
export interface Context {
  machine: Machine;
  readonly state: State;
  readonly thread: number;
  /** kernel text file of the function that calls */
  readonly file: string;
  /** null in debugger expressions: nothing is recorded there */
  readonly accesses: Access[] | null;
  readonly notes: Note[] | null;
  /** micro-step within the turn, for the record */
  op: number;
  /** set by an intrinsic that cannot go on; it must not have emitted anything */
  blocked: Wait | null;
  /** set by an intrinsic that ends this boot: what follows is the next one */
  rebooting: boolean;
  /** threads to start */
  spawned: { readonly name: string; readonly fn: string; readonly args: readonly Value[] }[] | null;
  emit(effect: Effect): void;
}

/** A row of the table where kernel text meets the machine. */
export interface Intrinsic {
  readonly kind: IntrinsicKind;
  /** least and most arguments */
  readonly arity: readonly [number, number];
  /** what it does, the kernel function it stands for, and what it leaves out */
  readonly help: string;
  /** pure: values only. read, effect: (context, …args). range: (context, from, to, …rest), returns where it stopped. */
  readonly run: (c: Context, ...args: Value[]) => Value;
}

export type Intrinsics = Readonly<Record<string, Intrinsic>>;

/** What a boot's program is linked against. */
export interface Environment {
  readonly intrinsics: Intrinsics;
  readonly constants: Readonly<Record<string, Value>>;
  /** may the thread go on? */
  ready(machine: Machine, wait: Wait): boolean;
  /** what a fault does to machine and threads beyond the death of the thread */
  died(state: State, thread: number, fault: KernelFault, stack: readonly string[]): State;
  /** the first state of the boot after this one, in the machine that this one leaves; null when none follows */
  reboot(state: State): State | null;
}

type Locals = Value[];
/** A linked expression. */
export type Run = (locals: Locals, c: Context) => Value;

/** What an operation does, as a small integer. */
export const K = {
  set: 0,
  load: 1,
  store: 2,
  new: 3,
  mem: 4,
  range: 5,
  call: 6,
  callv: 7,
  ret: 8,
  jmp: 9,
  jz: 10,
  jnz: 11,
  nop: 12,
} as const;

/** A linked operation; the fields that its kind does not use are blank. */
export interface Code {
  readonly k: number;
  readonly slot: number;
  readonly a: Run;
  readonly b: Run;
  readonly v: Run;
  readonly args: readonly Run[];
  readonly name: string;
  readonly names: readonly string[];
  readonly to: number;
  readonly intrinsic: Intrinsic | null;
}

/** A linked function: its code, and 1 at each pc that starts a statement. */
export interface LinkedFn {
  readonly fn: Fn;
  readonly code: readonly Code[];
  readonly starts: Uint8Array;
}

/** A program ready to run. */
export interface Linked {
  readonly program: Program;
  readonly env: Environment;
  readonly cache: Map<string, LinkedFn>;
  /** the kernels of all boots of one history by number, this one among them; empty when it is alone */
  readonly boots: ReadonlyMap<number, Linked>;
}

/** The kernel that runs in a state. */
export function linkedFor(linked: Linked, state: State): Linked {
  return linked.boots.get(state.boot) ?? linked;
}

/** Joins a program with its environment. `boots`: the kernels of the history it belongs to. */
export function link(program: Program, env: Environment, boots: Linked['boots'] = new Map()): Linked {
  return { program, env, cache: new Map(), boots };
}

/** Reads a field, recording the access unless it is address arithmetic. */
export function loadField(c: Context, base: Value, field: Value): Value {
  if (!isRef(base)) {
    throw base === null ? pageFault(0n, false) : new TypeError(`field ${String(field)} of ${String(base)}`);
  }
  const name = field as string | number;
  if (c.accesses !== null && !isEmbedded(base.struct, name)) {
    c.accesses.push({ rw: 'r', struct: base.struct, at: base.at, field: name, op: c.op });
  }
  return readField(c.machine, base, name);
}

const truth = (value: Value): boolean => Boolean(value);

/** A number beside a bigint becomes one: for literals in expressions of the debugger. */
function loosened(op: string, a: Run, b: Run): Run {
  const big = (x: Value, other: Value) => (typeof x === 'number' && typeof other === 'bigint' ? BigInt(x) : x);
  return (L, c) => {
    const x = a(L, c);
    const y = b(L, c);
    return linkBinary(
      op,
      () => big(x, y),
      () => big(y, x),
    )(L, c);
  };
}

function linkBinary(op: string, a: Run, b: Run): Run {
  if (op.endsWith('~')) return loosened(op.slice(0, -1), a, b);
  switch (op) {
    case '===':
      return (L, c) => same(a(L, c), b(L, c));
    case '!==':
      return (L, c) => !same(a(L, c), b(L, c));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (L, c) => compare(op, a(L, c), b(L, c));
    case '+1':
    case '-1':
      return (L, c) => {
        const x = a(L, c);
        return arithmetic(op === '+1' ? '+' : '-', x, typeof x === 'bigint' ? 1n : 1);
      };
    case '+':
      return (L, c) => {
        const x = a(L, c);
        const y = b(L, c);
        if (typeof x === 'number' && typeof y === 'number') {
          const sum = x + y;
          if (Number.isSafeInteger(sum)) return sum;
        }
        return arithmetic('+', x, y);
      };
    default:
      return (L, c) => arithmetic(op, a(L, c), b(L, c));
  }
}

function linkIntrinsic(row: Intrinsic, args: readonly Run[]): Run {
  const { run } = row;
  const [x, y, z] = args;
  if (x === undefined) return (_L, c) => run(c);
  if (y === undefined) return (L, c) => run(c, x(L, c));
  if (z === undefined) return (L, c) => run(c, x(L, c), y(L, c));
  return (L, c) => run(c, ...args.map((arg) => arg(L, c)));
}

/** Links one expression. `constants` are resolved here, so that one program serves all configurations. */
export function linkExpression(ex: Ex, env: Pick<Environment, 'constants' | 'intrinsics'>): Run {
  const go = (e: Ex) => linkExpression(e, env);
  switch (ex[0]) {
    case 'k': {
      const value = ex[1];
      return () => value;
    }
    case 'n': {
      const value = BigInt(ex[1]);
      return () => value;
    }
    case 'l': {
      const slot = ex[1];
      return (L) => L[slot] as Value;
    }
    case 'g': {
      const value = env.constants[ex[1]] as Value;
      return () => value;
    }
    case 'f': {
      const value: Ref = { struct: 'fn', at: ex[1] };
      return () => value;
    }
    case 'u': {
      const [, op, operand] = ex;
      const a = go(operand);
      return op === '!' ? (L, c) => !truth(a(L, c)) : (L, c) => negate(op, a(L, c));
    }
    case 'b':
      return linkBinary(ex[1], go(ex[2]), go(ex[3]));
    case '&&': {
      const [a, b] = [go(ex[1]), go(ex[2])];
      return (L, c) => {
        const x = a(L, c);
        return truth(x) ? b(L, c) : x;
      };
    }
    case '||': {
      const [a, b] = [go(ex[1]), go(ex[2])];
      return (L, c) => {
        const x = a(L, c);
        return truth(x) ? x : b(L, c);
      };
    }
    case '?': {
      const [t, a, b] = [go(ex[1]), go(ex[2]), go(ex[3])];
      return (L, c) => (truth(t(L, c)) ? a(L, c) : b(L, c));
    }
    case 'ld': {
      const [a, b] = [go(ex[1]), go(ex[2])];
      return (L, c) => loadField(c, a(L, c), b(L, c));
    }
    case 'p':
    case 'in': {
      const row = env.intrinsics[ex[1]];
      if (row === undefined) throw new Error(`no intrinsic ${ex[1]}`);
      return linkIntrinsic(row, ex[2].map(go));
    }
  }
}

const nothing: Run = () => null;
const BLANK: Code = {
  k: K.nop,
  slot: -1,
  a: nothing,
  b: nothing,
  v: nothing,
  args: [],
  name: '',
  names: [],
  to: -1,
  intrinsic: null,
};

function linkOp(op: Op, env: Environment): Code {
  const go = (e: Ex) => linkExpression(e, env);
  switch (op[0]) {
    case 'set':
      return { ...BLANK, k: K.set, slot: op[1], a: go(op[2]) };
    case 'load':
      return { ...BLANK, k: K.load, slot: op[1], a: go(op[2]), b: go(op[3]) };
    case 'store':
      return { ...BLANK, k: K.store, a: go(op[1]), b: go(op[2]), v: go(op[3]) };
    case 'new':
      return { ...BLANK, k: K.new, slot: op[1], name: op[2], names: op[3], args: op[4].map(go) };
    case 'mem': {
      const intrinsic = env.intrinsics[op[2]] ?? null;
      if (intrinsic === null) throw new Error(`no intrinsic ${op[2]}`);
      return { ...BLANK, k: K.mem, slot: op[1], name: op[2], intrinsic, v: linkIntrinsic(intrinsic, op[3].map(go)) };
    }
    case 'range':
      return {
        ...BLANK,
        k: K.range,
        slot: op[1],
        name: op[2],
        intrinsic: env.intrinsics[op[2]] ?? null,
        to: op[3],
        names: new Array(op[4]).fill(''),
      };
    case 'call':
      return { ...BLANK, k: K.call, slot: op[1], name: op[2], args: op[3].map(go) };
    case 'callv':
      return { ...BLANK, k: K.callv, slot: op[1], a: go(op[2]), args: op[3].map(go) };
    case 'ret':
      return { ...BLANK, k: K.ret, a: op[1] === null ? nothing : go(op[1]) };
    case 'jmp':
      return { ...BLANK, k: K.jmp, to: op[1] };
    case 'jz':
    case 'jnz':
      return { ...BLANK, k: K[op[0]], a: go(op[1]), to: op[2] };
    case 'nop':
      return BLANK;
  }
}

/** The linked function of that name; throws when there is none. */
export function linkedFn(linked: Linked, name: string): LinkedFn {
  let found = linked.cache.get(name);
  if (found !== undefined) return found;
  const fn = linked.program.fns[name];
  if (fn === undefined) throw new Error(`no kernel function ${name}`);
  found = {
    fn,
    code: fn.ops.map((op) => linkOp(op, linked.env)),
    starts: Uint8Array.from(fn.pos, (pos) => pos[2]),
  };
  linked.cache.set(name, found);
  return found;
}

/** A thread about to execute `fn`. */
export function newThread(linked: Linked, name: string, fn: string, args: readonly Value[]): Thread {
  const { fn: compiled } = linkedFn(linked, fn);
  const locals: Value[] = new Array(compiled.slots).fill(null);
  args.forEach((arg, i) => {
    locals[i] = arg;
  });
  return { name, top: { fn, pc: 0, locals, own: null, up: null }, serial: 0, waits: null, death: null };
}
