// A tiny world for tests of the virtual machine: five intrinsics, two variables, one constant, no kernel.
import { expect } from 'vitest';
import {
  entries,
  type Hardware,
  type Machine,
  makeConfig,
  makeMachine,
  putRow,
  type Ref,
  type Value,
} from '../../src/machine/index.ts';
import {
  type Access,
  compile,
  type Environment,
  type Intrinsic,
  type Linked,
  link,
  localsOf,
  newThread,
  newTrace,
  type Program,
  runToBlock,
  type State,
  step,
  type Trace,
} from '../../src/vm/index.ts';

const row = (kind: Intrinsic['kind'], least: number, most: number, run: Intrinsic['run']): Intrinsic => ({
  kind,
  arity: [least, most],
  help: '',
  run,
});

/** The intrinsics of the tiny world. */
const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  twice: row('pure', 1, 1, (_c, x) => (x as number) * 2),
  u64: row('pure', 1, 1, (_c, x) => BigInt(x as number)),
  peek: row('read', 1, 1, (c, at) => {
    c.accesses?.push({ rw: 'r', struct: 'cell', at: at as number, field: 'value', op: c.op });
    return (at as number) * 10;
  }),
  log: row('effect', 0, 9, (c, ...values) => {
    c.emit({ k: 'print', text: values.map(String).join(' ') });
    return null;
  }),
  gate: row('effect', 0, 0, (c) => {
    if (c.machine.serial === 0) c.blocked = { for: 'gate', at: 0 };
    return null;
  }),
  open: row('effect', 0, 0, (c) => {
    c.emit({ k: 'serial' });
    return null;
  }),
  spawn: row('effect', 2, 2, (c, fn, name) => {
    c.spawned = [...(c.spawned ?? []), { name: String(name), fn: String((fn as Ref).at), args: [] }];
    return null;
  }),
  touch: row('range', 2, 2, (c, from, to) => {
    c.accesses?.push({ rw: 'w', struct: 'cell', at: from as number, end: to as number, field: 'value', op: c.op });
    c.emit({ k: 'print', text: `touch ${from}..${to}` });
    return null as Value;
  }),
};

const CONSTANTS: Readonly<Record<string, Value>> = { LIMIT: 7, NULL: null };

/** What names mean in the tiny world. */
export const NAMES = {
  intrinsics: INTRINSICS,
  constants: new Set(Object.keys(CONSTANTS)),
  variables: new Set(['counter', 'flag']),
};

const ENV: Environment = {
  intrinsics: INTRINSICS,
  constants: CONSTANTS,
  ready: (m) => m.serial > 0,
  died: (state) => state,
  reboot: () => null,
};

const HARDWARE: Hardware = {
  memory: [{ start: 0, size: 2 ** 27, node: 0, type: 'ram' }],
  nodes: [{ node: 0, cpus: 1 }],
  handover: null,
  reserved: [],
  early: [],
  placements: {},
  outgoing: false,
  left: null,
};

/** The mistakes found in a text of one file, a.ts. */
export function errorsIn(text: string): readonly string[] {
  const result = compile({ 'a.ts': text }, NAMES);
  return result.ok ? [] : result.errors;
}

/** A text compiled and linked. */
export function linkedText(text: string): Linked {
  const result = compile({ 'a.ts': text }, NAMES);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return link(result.program, ENV);
}

/** A machine with the variables `counter` (0) and `flag` (false). */
export function tinyMachine(): Machine {
  const machine = makeMachine(makeConfig({}, 'zero', ''), HARDWARE);
  return { ...machine, table: putRow(machine.table, 'var', 0, { counter: 0, flag: false }) };
}

/** The state in which `main` is about to run. */
export function startOf(linked: Linked, args: readonly Value[] = []): State {
  return {
    boot: 1,
    machine: tinyMachine(),
    threads: [newThread(linked, 'main', 'main', args)],
    current: 0,
    halted: false,
  };
}

/** One turn of the run: the state before it, after it, and what it did. */
export interface Moment {
  readonly before: State;
  readonly after: State;
  readonly trace: Trace;
}

/** Runs `main` for at most `most` turns of the first thread that can move. */
export function moments(text: string, args: readonly Value[] = [], most = 1000): Moment[] {
  const linked = linkedText(text);
  const out: Moment[] = [];
  for (let state = startOf(linked, args); out.length < most; ) {
    const thread = runToBlock(linked, state);
    if (thread < 0) break;
    const trace = newTrace(true);
    const after = step(linked, state, { thread }, trace);
    out.push({ before: state, after, trace });
    state = after;
  }
  return out;
}

const last = (list: readonly Moment[]) => list.at(-1)?.after;

/** What `main` returns. */
export function returned(text: string, args: readonly Value[] = []): Value {
  const list = moments(text, args);
  expect(last(list)?.threads[0]?.death ?? null).toBeNull();
  return list.findLast((moment) => moment.trace.returned === 'main')?.trace.value ?? null;
}

/** What `main` dies of. */
export function deathOf(
  text: string,
  args: readonly Value[] = [],
): { kind: string; what: string; line: number } | null {
  const death = last(moments(text, args))?.threads[0]?.death;
  return death ? { kind: death.kind, what: death.what, line: death.line } : null;
}

/** Lines that `main` logs. */
export const logged = (text: string, args: readonly Value[] = []): string[] =>
  entries(last(moments(text, args))?.machine.console ?? null);

/** All accesses of a run, as `r struct.field`. */
export function accesses(text: string, args: readonly Value[] = []): string[] {
  const show = ({ rw, struct, at, field }: Access) => `${rw} ${struct}(${at}).${field}`;
  return moments(text, args).flatMap((moment) => (moment.trace.accesses ?? []).map(show));
}

/** Line of each statement as `main` comes to it: `line` of the innermost frame of the moving thread at each boundary. */
export function lines(text: string, args: readonly Value[] = [], most = 200): number[] {
  const { program } = linkedText(text);
  return moments(text, args, most).flatMap(({ before }) => {
    const top = before.threads[before.current]?.top ?? before.threads[0]?.top;
    const pos = top == null ? undefined : program.fns[top.fn]?.pos[top.pc];
    return pos?.[2] === 1 ? [pos[0]] : [];
  });
}

/** Locals in scope at each statement of a run, with the line: `3: x=1 y=2`. */
export function scopes(text: string, args: readonly Value[] = []): string[] {
  const { program } = linkedText(text);
  return moments(text, args).flatMap(({ before }) => {
    const top = before.threads[0]?.top;
    const pos = top == null ? undefined : (program as Program).fns[top.fn]?.pos[top.pc];
    if (top == null || pos?.[2] !== 1) return [];
    const shown = [...localsOf(program, top)].map(([name, value]) => ` ${name}=${String(value)}`);
    return [`${pos[0]}:${shown.join('')}`];
  });
}
