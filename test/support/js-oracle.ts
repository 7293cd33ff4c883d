// The differential oracle: kernel text run as plain JavaScript. Types are stripped, kernel functions become generators, and
// the result runs in a with() over proxies of one mutable machine, under the run-to-block schedule. What JavaScript leaves
// behind must equal what the virtual machine leaves.
import { apply, isRef, KernelFault, type Machine, type Ref, readField, type Value } from '../../src/machine/index.ts';
import type { Context, Frame, Intrinsic, Linked, State, Thread, Wait } from '../../src/vm/index.ts';
import { type Files, toJavaScript } from './js-rewrite.ts';

type Struct = { readonly [field: string]: unknown };
type Native = number | bigint | string | boolean | null | undefined | Struct;
type Generated = Generator<undefined, Native, undefined>;

interface Running {
  readonly name: string;
  readonly run: Generated;
  readonly stack: { readonly fn: string; readonly own: string[] }[];
  serial: number;
  waits: Wait | null;
  death: boolean;
  done: boolean;
}

const REF = Symbol('ref');

/** One boot in JavaScript. */
class Oracle implements Context {
  machine: Machine;
  readonly accesses = null;
  readonly notes = null;
  op = 0;
  blocked: Wait | null = null;
  rebooting = false;
  spawned: Context['spawned'] = null;
  private readonly threads: Running[] = [];
  private readonly structs = new Map<string, Struct>();
  private readonly functions: Readonly<Record<string, (...args: Native[]) => Generated>>;
  private current = 0;
  private halted = false;

  constructor(
    readonly linked: Linked,
    files: Files,
    readonly first: State,
  ) {
    this.machine = first.machine;
    const code = toJavaScript(files, (name) => linked.env.intrinsics[name] !== undefined);
    const make = new Function('$scope', '$call', '$wait', '$fn', '$new', code);
    const fn = (name: string) => this.wrap({ struct: 'fn', at: name });
    this.functions = make(this.scope(), this.call.bind(this), this.wait.bind(this), fn, this.newStruct.bind(this));
  }

  get thread(): number {
    return this.current;
  }

  /** What intrinsics may ask of the state: names and stacks of threads. */
  get file(): string {
    const fn = this.threads[this.current]?.stack.at(-1)?.fn ?? '';
    return this.linked.program.fns[fn]?.file ?? '';
  }

  get state(): State {
    const threads = this.threads.map(({ name, stack }): Thread => {
      let top: Frame | null = null;
      for (const { fn } of stack) top = { fn, pc: 0, locals: [], own: null, up: top };
      return { name, top, serial: 0, waits: null, death: null };
    });
    return { ...this.first, machine: this.machine, threads, current: this.current, halted: this.halted };
  }

  emit(effect: Parameters<Context['emit']>[0]): void {
    this.machine = apply(this.machine, effect);
  }

  private wrap(value: Value): Native {
    if (!isRef(value)) return value;
    const key = `${value.struct}/${value.at}`;
    let proxy = this.structs.get(key);
    if (proxy === undefined) {
      proxy = new Proxy<Struct>(
        {},
        {
          get: (_target, field) => (field === REF ? value : this.wrap(readField(this.machine, value, field as string))),
          set: (_target, field, next: Native) => {
            this.emit({ k: 'store', ref: value, field: field as string, value: this.unwrap(next) });
            return true;
          },
        },
      );
      this.structs.set(key, proxy);
    }
    return proxy;
  }

  private unwrap(value: Native): Value {
    if (value === undefined || value === null) return null;
    return typeof value === 'object' ? ((value as { [REF]: Ref })[REF] as Ref) : value;
  }

  private scope(): object {
    const { intrinsics, constants } = this.linked.env;
    const variables: Ref = { struct: 'var', at: 0 };
    const calls = new Map<string, (...args: Native[]) => Native>();
    for (const name of Object.keys(intrinsics)) calls.set(name, (...args) => this.intrinsic(name, args));
    const known = (name: string | symbol) => typeof name === 'string' && !name.startsWith('$');
    return new Proxy(
      {},
      {
        has: (_target, name) => known(name),
        get: (_target, name) => {
          if (typeof name !== 'string') return undefined;
          if (name in constants) return this.wrap(constants[name] as Value);
          return calls.get(name) ?? this.wrap(readField(this.machine, variables, name));
        },
        set: (_target, name, next: Native) => {
          this.emit({ k: 'store', ref: variables, field: String(name), value: this.unwrap(next) });
          return true;
        },
      },
    );
  }

  private intrinsic(name: string, args: readonly Native[]): Native {
    const values = args.map((arg) => this.unwrap(arg));
    const row = this.linked.env.intrinsics[name];
    const [from, to, ...rest] = values;
    if (row?.kind === 'range') {
      return this.range(row, from as number, to as number, rest);
    }
    const value = row?.run(this, ...values) ?? null;
    for (const start of this.spawned ?? []) this.start(start.name, start.fn, start.args);
    this.spawned = null;
    return this.wrap(value);
  }

  /** A range at once; where that faults, page by page up to the fault. */
  private range(row: Intrinsic, from: number, to: number, rest: readonly Value[]): number {
    if (from >= to) return from;
    const { machine } = this;
    try {
      const stopped = row.run(this, from, to, ...rest);
      return typeof stopped === 'number' ? stopped : to;
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
    }
    this.machine = machine;
    for (let pfn = from; pfn < to; pfn++) row.run(this, pfn, pfn + 1, ...rest);
    return to;
  }

  private *wait(name: string, ...args: Native[]): Generated {
    const thread = this.threads[this.current] as Running;
    for (;;) {
      const value = this.intrinsic(name, args);
      if (this.blocked === null) return value;
      thread.waits = this.blocked;
      this.blocked = null;
      yield;
      thread.waits = null;
    }
  }

  private *call(fn: Native, ...args: Native[]): Generated {
    const { at } = this.unwrap(fn) as Ref;
    const thread = this.threads[this.current] as Running;
    const frame = { fn: String(at), own: [] as string[] };
    thread.stack.push(frame);
    const body = this.functions[frame.fn];
    if (body === undefined) throw new Error(`no kernel function ${at}`);
    const value = yield* body(...args);
    for (const own of frame.own) this.drop(own);
    thread.stack.pop();
    return value ?? null;
  }

  private drop(own: string): void {
    const slash = own.indexOf('/');
    this.emit({ k: 'drop', struct: own.slice(0, slash), at: own.slice(slash + 1) });
  }

  private newStruct(struct: string, fields: Readonly<Record<string, Native>>): Native {
    const thread = this.threads[this.current] as Running;
    const at = `${this.current}.${thread.serial++}`;
    const values = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, this.unwrap(value)]));
    this.emit({ k: 'new', struct, at, fields: values });
    thread.stack.at(-1)?.own.push(`${struct}/${at}`);
    return this.wrap({ struct, at });
  }

  private start(name: string, fn: string, args: readonly Value[]): void {
    const run = this.call(this.wrap({ struct: 'fn', at: fn }), ...args.map((arg) => this.wrap(arg)));
    this.threads.push({ name, run, stack: [], serial: 0, waits: null, death: false, done: false });
  }

  private pick(): number {
    const able = (t: Running | undefined) =>
      t !== undefined && !t.done && !t.death && (t.waits === null || this.linked.env.ready(this.machine, t.waits));
    return able(this.threads[this.current]) ? this.current : this.threads.findIndex(able);
  }

  private died(fault: KernelFault): void {
    const thread = this.threads[this.current] as Running;
    const stack = thread.stack.map((frame) => frame.fn).reverse();
    const after = this.linked.env.died(this.state, this.current, fault, stack);
    this.machine = after.machine;
    this.halted = after.halted;
    thread.death = true;
  }

  /** Runs the boot to its end. */
  run(): Machine {
    this.start('swapper', 'start_kernel', []);
    while (!this.halted) {
      const next = this.pick();
      if (next < 0) break;
      this.current = next;
      const thread = this.threads[next] as Running;
      try {
        thread.done = thread.run.next().done === true;
      } catch (error) {
        if (!(error instanceof KernelFault)) throw error;
        this.died(error);
      }
    }
    return this.machine;
  }
}

/** The machine that the kernel text leaves when JavaScript runs it from `first` to the end of the boot. */
export function runAsJavaScript(linked: Linked, files: Files, first: State): Machine {
  return new Oracle(linked, files, first).run();
}
