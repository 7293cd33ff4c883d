// Who calls a function in the kernel text of one boot: read off the compiled text, never off a run. Calls by name, and
// places that take a function as a value: callbacks, threads, initcalls. Knows nothing of sessions.
import type { Kernel } from '../kernel/index.ts';
import type { Fn, Op } from '../vm/index.ts';

/** A function that calls another: the lines of its calls; `reference`: it takes it as a value there. */
export interface Caller {
  readonly name: string;
  readonly file: string;
  readonly lines: readonly number[];
  readonly reference: boolean;
}

/** Does an operand mention the value of a function, or a pure intrinsic of that name? */
function mentions(operand: unknown, kind: 'f' | 'p', name: string): boolean {
  if (!Array.isArray(operand)) return false;
  return (operand[0] === kind && operand[1] === name) || operand.some((part) => mentions(part, kind, name));
}

function calls(op: Op, name: string): boolean {
  if ((op[0] === 'call' || op[0] === 'mem' || op[0] === 'range') && op[2] === name) return true;
  return mentions(op, 'p', name);
}

function callerOf(fn: Fn, name: string, reference: boolean): Caller | null {
  const found = fn.ops.flatMap((op, pc) =>
    (reference ? mentions(op, 'f', name) : calls(op, name)) ? [fn.pos[pc]?.[0] ?? fn.line] : [],
  );
  if (found.length === 0) return null;
  return { name: fn.name, file: fn.file, lines: [...new Set(found)].sort((a, b) => a - b), reference };
}

/** The direct callers of a function or of what the text calls as one, in the order of the text. */
export function callersOf(kernel: Kernel, name: string): Caller[] {
  const fns = Object.values(kernel.linked.program.fns);
  return fns.flatMap((fn) => [callerOf(fn, name, false), callerOf(fn, name, true)].filter((caller) => caller !== null));
}

/** Names one can ask about: functions of the text, and what it calls that is no text. */
export function calledNames(kernel: Kernel): string[] {
  return [...Object.keys(kernel.linked.program.fns), ...Object.keys(kernel.linked.env.intrinsics)];
}

const placeText = (caller: Caller): string =>
  `${caller.name}  ${caller.file}:${caller.lines.join(',')}${caller.reference ? '  by reference' : ''}`;

/** Where a function is started from that is an initcall; empty for others. */
export function startText(kernel: Kernel, name: string): string {
  const levels = kernel.initcalls.filter((call) => call.fn === name).map((call) => call.level);
  return levels.length === 0 ? '' : `, initcall of ${[...new Set(levels)].join(', ')}`;
}

/** The callers of a function and theirs, each with its direct callers, nearest first; and under whom each is opened. */
function reached(kernel: Kernel, name: string) {
  const callers = new Map<string, readonly Caller[]>([[name, callersOf(kernel, name)]]);
  const openedBy = new Map<string, string>();
  for (const [of, found] of callers)
    for (const caller of found) {
      if (callers.has(caller.name)) continue;
      callers.set(caller.name, callersOf(kernel, caller.name));
      openedBy.set(caller.name, of);
    }
  return { callers, openedBy };
}

/**
 * The tree of callers, at most `depth` levels. A function that stands in it several times is opened once, where the way to
 * it is shortest; elsewhere `…` follows it.
 */
export function callerTree(kernel: Kernel, name: string, depth: number): string[] {
  const { callers, openedBy } = reached(kernel, name);
  const opened = new Set<string>([name]);
  const walk = (of: string, level: number): string[] =>
    (callers.get(of) ?? []).flatMap((caller) => {
      const has = (callers.get(caller.name) ?? []).length > 0;
      const here = has && openedBy.get(caller.name) === of && !opened.has(caller.name);
      if (here) opened.add(caller.name);
      const line = `${'  '.repeat(level)}${placeText(caller)}${startText(kernel, caller.name)}`;
      return [has && !here ? `${line}  …` : line, ...(here && level < depth ? walk(caller.name, level + 1) : [])];
    });
  return walk(name, 1);
}
