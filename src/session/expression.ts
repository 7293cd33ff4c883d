// Expressions of print, watch and conditions: the kernel text's own language, read-only, with a debugger's spellings
// (`->`, `==`, `phys:0x…`, `$1`). Knows nothing of commands.
import type { Evaluate, Locate, Reads, ReadsOf, Target } from '../debugger/index.ts';
import type { Kernel } from '../kernel/index.ts';
import { isRef, KernelFault, type Value } from '../machine/index.ts';
import {
  type Context,
  compileExpression,
  type Ex,
  type Frame,
  linkExpression,
  type Run,
  type State,
} from '../vm/index.ts';
import { readingContext, readsOf } from './reads.ts';

/** The frame an expression is read in. */
export interface Scope {
  readonly state: State;
  readonly thread: number;
  readonly frame: Frame | null;
}

export type Evaluated = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: string };

/** Convenience variables by name, `$_` and the like. */
export type Variables = Readonly<Record<string, Value>>;

/** The text as the compiler reads it. */
export function normalise(text: string): string {
  return (
    text
      .replace(/^\s*[*&]+\s*/, '')
      .replace(/->/g, '.')
      // as rows of memblock are written everywhere
      .replace(/\bmemblock\.(memory|reserved)\s*\[/g, 'memblock.$1.regions[')
      .replace(/phys:\s*(0x[0-9a-f]+|\d+)/gi, 'phys($1)')
      .replace(/([^=!<>])==(?!=)/g, '$1===')
      .replace(/!=(?!=)/g, '!==')
  );
}

const contextOf = ({ state, thread }: Scope): Context => readingContext(state, thread, null);

type Compiled =
  | { readonly ok: true; readonly ex: Ex; readonly run: Run }
  | { readonly ok: false; readonly error: string };

function linkIn(kernel: Kernel, ex: Ex, variables: Variables): Run {
  const { env } = kernel.linked;
  return linkExpression(ex, { intrinsics: env.intrinsics, constants: { ...env.constants, ...variables } });
}

function compileIn(kernel: Kernel, text: string, frame: Frame | null, variables: Variables): Compiled {
  const { program } = kernel.linked;
  const fn = frame === null ? undefined : program.fns[frame.fn];
  const names = { ...kernel.names, constants: new Set([...kernel.names.constants, ...Object.keys(variables)]) };
  const scope = fn === undefined || frame === null ? null : { fn, pc: frame.pc };
  const compiled = compileExpression(normalise(text), names, program.constants, scope);
  if (!compiled.ok) return { ok: false, error: gdbWording(compiled.error) };
  return { ok: true, ex: compiled.ex, run: linkIn(kernel, compiled.ex, variables) };
}

/** Has an expression a meaning without a frame? One that cannot be read now may have. */
export function isGlobal(kernel: Kernel, text: string, variables: Variables = {}): boolean {
  return compileIn(kernel, text, null, variables).ok;
}

function gdbWording(error: string): string {
  const unknown = /^'([^']+)' is not known here(.*)$/.exec(error);
  return unknown === null
    ? error
    : `No symbol "${unknown[1]}" in current context.${unknown[2]?.replace(/^; /, ' ') ?? ''}`;
}

function guarded(run: () => Value): Evaluated {
  try {
    return { ok: true, value: run() ?? null };
  } catch (error) {
    if (error instanceof KernelFault) return { ok: false, error: faultWording(error) };
    if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
      return { ok: false, error: error.message };
    throw error;
  }
}

/** A fault of an expression as gdb words it. */
export function faultWording(fault: KernelFault): string {
  const address = /address: ([0-9a-f]+)$/.exec(fault.message)?.[1];
  return address === undefined ? fault.message : `Cannot access memory at address 0x${address.replace(/^0+(?=.)/, '')}`;
}

/** A struct is its own address; its fields, and variables, have none. */
const noAddress = (text: string): string =>
  `${text}: fields and variables have no addresses; print, watch, accesses and why take ${text.replace(/^&\s*/, '')}`;

/** The value of an expression in a frame, or why it has none. */
export function evaluate(kernel: Kernel, text: string, scope: Scope, variables: Variables = {}): Evaluated {
  const compiled = compileIn(kernel, text, scope.frame, variables);
  if (!compiled.ok) return compiled;
  const read = guarded(() => compiled.run((scope.frame?.locals ?? []) as Value[], contextOf(scope)));
  return read.ok && /^\s*&/.test(text) && !isRef(read.value) ? { ok: false, error: noAddress(text.trim()) } : read;
}

/** Is it an error of the expression, whatever the state: a field or a zone that there never is, a number for a struct? */
export const isNever = (error: string): boolean =>
  /has no member named|there is no zone|is expected, not (?!NULL)/.test(error);

/** What is wrong with the text of an expression in a frame, whatever its value; null when it can be read. */
export function textError(kernel: Kernel, text: string, frame: Frame | null, variables: Variables): string | null {
  const compiled = compileIn(kernel, text, frame, variables);
  return compiled.ok ? null : compiled.error;
}

/** An expression made ready to be asked in many states; null error when it compiles. */
export interface Prepared {
  readonly evaluate: Evaluate;
  /** what its value rests on */
  readonly reads: ReadsOf;
  /** true when that is the same in every state */
  readonly still: boolean;
  /** null when the expression is not a place in memory */
  readonly locate: Locate | null;
  /** what the place rests on */
  readonly locateReads: ReadsOf;
  /** false when its value can never change */
  readonly readsMemory: boolean;
}

/** The parts of an expression. */
const partsOf = (ex: Ex): readonly Ex[] =>
  ex[0] === 'k' || ex[0] === 'n'
    ? []
    : ex[0] === 'p' || ex[0] === 'in'
      ? ex[2]
      : (ex.slice(1).filter((part) => Array.isArray(part)) as unknown as readonly Ex[]);

/** Does any part of it ask memory, or whoever evaluates it? */
const asks = (ex: Ex): boolean => ex[0] === 'ld' || ex[0] === 'in' || partsOf(ex).some(asks);

/** The reads of an expression that reads the same places in every state; null when what it reads depends on what it reads. */
function stillLoads(ex: Ex): readonly Ex[] | null {
  if (ex[0] === 'ld') return partsOf(ex).some(asks) ? null : [ex];
  if (ex[0] === 'in') return null;
  const all = partsOf(ex).map(stillLoads);
  return all.includes(null) ? null : all.flatMap((loads) => loads ?? []);
}

/** Evaluates each, whatever the others do. */
function all(runs: readonly Run[]): Run {
  return (locals, c) => {
    for (const run of runs) guarded(() => run(locals, c));
    return null;
  };
}

/** Does evaluating it read memory or a local variable? */
function changeable(ex: Ex): boolean {
  if (ex[0] === 'ld' || ex[0] === 'in' || ex[0] === 'l') return true;
  return partsOf(ex).some(changeable);
}

/**
 * Prepares a global expression (no locals), or one over the locals of `frame`: then it has a value only while a frame of that
 * function is on the thread's stack, as deep as it is now.
 */
export function prepare(
  kernel: Kernel,
  text: string,
  { state, frame, thread }: Scope,
  variables: Variables = {},
): { readonly ok: true; readonly prepared: Prepared } | { readonly ok: false; readonly error: string } {
  const global = compileIn(kernel, text, null, variables);
  const compiled = global.ok || frame === null ? global : compileIn(kernel, text, frame, variables);
  if (!compiled.ok) return compiled;
  const first = guarded(() =>
    compiled.run((global.ok ? [] : (frame?.locals ?? [])) as Value[], contextOf({ state, thread, frame })),
  );
  if (!first.ok && isNever(first.error)) return first;
  const depthOf = (f: Frame | null): number => (f === null ? 0 : 1 + depthOf(f.up));
  const deep = depthOf(frame);
  const frameIn = (state: State): Frame | null => {
    let f = state.threads[thread]?.top ?? null;
    while (f !== null && depthOf(f) > deep) f = f.up;
    return f !== null && f.fn === frame?.fn && depthOf(f) === deep ? f : null;
  };
  const ask = (run: Run, state: State, mover: number): Value | undefined => {
    const at = global.ok ? null : frameIn(state);
    if (!global.ok && at === null) return undefined;
    const result = guarded(() => run((at?.locals ?? []) as Value[], contextOf({ state, thread: mover, frame: at })));
    return result.ok ? result.value : undefined;
  };
  const reads = (run: Run, state: State, mover: number, whole: boolean): Reads | null => {
    const at = global.ok ? null : frameIn(state);
    const locals = [...(at?.locals ?? [])];
    const found = at === null && !global.ok ? NOTHING : readsOf(state, mover, (c) => run(locals, c), whole);
    return found === null || global.ok ? found : { ...found, frame: { thread, depth: deep } };
  };
  const place = placeOf(kernel, compiled.ex, variables);
  const loads = stillLoads(compiled.ex)?.map((ex) => linkIn(kernel, ex, variables)) ?? null;
  return {
    ok: true,
    prepared: {
      evaluate: (state, mover) => ask(compiled.run, state, mover),
      reads: (state, mover) => reads(loads === null ? compiled.run : all(loads), state, mover, loads === null),
      still: loads !== null && global.ok,
      locate: place === null ? null : (state, mover) => place.of((run) => ask(run, state, mover)),
      locateReads: (state, mover) => (place === null ? NOTHING : reads(place.run, state, mover, true)),
      readsMemory: changeable(compiled.ex),
    },
  };
}

const NOTHING: Reads = { places: [], parts: 0 };

/** An expression as a place: what computes it, and the place from what those parts are worth. */
interface PlaceOf {
  /** evaluates everything that says which place it is */
  readonly run: Run;
  of(ask: (run: Run) => Value | undefined): Target | null;
}

function placeOf(kernel: Kernel, ex: Ex, variables: Variables): PlaceOf | null {
  const link = (e: Ex) => linkIn(kernel, e, variables);
  if (ex[0] === 'ld') {
    const [base, field] = [link(ex[1]), link(ex[2])];
    return {
      run: (locals, c) => [base(locals, c), field(locals, c)].length,
      of(ask) {
        const ref = ask(base);
        const name = ask(field);
        if (typeof ref !== 'object' || ref === null || name === undefined) return null;
        return { struct: ref.struct, at: ref.at, field: name as string | number };
      },
    };
  }
  if (ex[0] !== 'p' && ex[0] !== 'in') return null;
  const run = link(ex);
  return {
    run,
    of(ask) {
      const ref = ask(run);
      return typeof ref === 'object' && ref !== null ? { struct: ref.struct, at: ref.at, field: '*' } : null;
    },
  };
}

/** A condition asked in the frame in which its point stops; compiled once for each place in the text. */
export function condition(kernel: Kernel, text: string, variables: Variables = {}): Evaluate {
  const cache = new Map<string, Compiled>();
  return (state, thread) => {
    const frame = state.threads[thread]?.top ?? null;
    const key = frame === null ? '' : `${frame.fn} ${frame.pc}`;
    let compiled = cache.get(key);
    if (compiled === undefined) {
      compiled = compileIn(kernel, text, frame, variables);
      cache.set(key, compiled);
    }
    if (!compiled.ok) return undefined;
    const { run } = compiled;
    const result = guarded(() => run((frame?.locals ?? []) as Value[], contextOf({ state, thread, frame })));
    return result.ok ? result.value : undefined;
  };
}
