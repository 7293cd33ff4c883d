// The shape of a compiled function: what follows what, what decides whether an operation runs, where its loops are, which
// operations define a slot. Read off the operations once; knows nothing of runs.
import type { Ex, Fn, Op } from '../../vm/index.ts';

/** A loop: the operations [from, to], of which the last jumps back to the first. */
export interface Loop {
  readonly from: number;
  readonly to: number;
}

/** A branch on which an operation depends: it runs when the test comes out so. */
export interface Control {
  readonly branch: number;
  readonly sense: boolean;
}

/** What is known of a function without running it. */
export interface Flow {
  readonly fn: Fn;
  readonly follows: readonly (readonly number[])[];
  /** the nearest operation that is always reached later; the length of the function: its end */
  readonly postDominator: readonly number[];
  readonly controls: readonly (readonly Control[])[];
  readonly loops: readonly Loop[];
  /** operations that define a slot */
  readonly definitions: ReadonlyMap<number, readonly number[]>;
}

/** The slot that an operation defines; -1: none. */
export function defines(op: Op): number {
  switch (op[0]) {
    case 'set':
    case 'load':
    case 'new':
    case 'mem':
    case 'range':
    case 'call':
    case 'callv':
      return op[1];
    default:
      return -1;
  }
}

/** The expressions that an operation computes with. */
export function operands(op: Op): readonly Ex[] {
  switch (op[0]) {
    case 'set':
      return [op[2]];
    case 'load':
      return [op[2], op[3]];
    case 'store':
      return [op[1], op[2], op[3]];
    case 'new':
      return op[4];
    case 'mem':
    case 'call':
      return op[3];
    case 'range':
      return Array.from({ length: op[4] }, (_, i): Ex => ['l', op[3] + i]);
    case 'callv':
      return [op[2], ...op[3]];
    case 'ret':
      return op[1] === null ? [] : [op[1]];
    case 'jz':
    case 'jnz':
      return [op[1]];
    default:
      return [];
  }
}

/** The parts of an expression. */
export function parts(ex: Ex): readonly Ex[] {
  switch (ex[0]) {
    case 'u':
      return [ex[2]];
    case 'b':
      return [ex[2], ex[3]];
    case '&&':
    case '||':
      return [ex[1], ex[2]];
    case '?':
      return [ex[1], ex[2], ex[3]];
    case 'p':
    case 'in':
      return ex[2];
    case 'ld':
      return [ex[1], ex[2]];
    default:
      return [];
  }
}

/** All slots that an expression reads. */
export function slotsOf(ex: Ex): number[] {
  return ex[0] === 'l' ? [ex[1]] : parts(ex).flatMap(slotsOf);
}

/** All named constants in an expression. */
export function namesOf(ex: Ex): string[] {
  return ex[0] === 'g' ? [ex[1]] : parts(ex).flatMap(namesOf);
}

function successors(op: Op, pc: number): number[] {
  if (op[0] === 'ret') return [];
  if (op[0] === 'jmp') return [op[1]];
  return op[0] === 'jz' || op[0] === 'jnz' ? [pc + 1, op[2]] : [pc + 1];
}

/** Nodes in the order in which a walk from the end, against the arrows, leaves them: those near the end last. */
function orderFromEnd(follows: readonly (readonly number[])[], end: number): number[] {
  const before: number[][] = Array.from({ length: end + 1 }, () => []);
  follows.forEach((next, pc) => {
    for (const to of next.length === 0 ? [end] : next) before[Math.min(to, end)]?.push(pc);
  });
  const seen = new Set<number>([end]);
  const order: number[] = [];
  const walk: { node: number; next: number }[] = [{ node: end, next: 0 }];
  for (let top = walk.at(-1); top !== undefined; top = walk.at(-1)) {
    const to = before[top.node]?.[top.next++];
    if (to === undefined) {
      order.push(top.node);
      walk.pop();
    } else if (!seen.has(to)) {
      seen.add(to);
      walk.push({ node: to, next: 0 });
    }
  }
  return order;
}

/** Immediate post-dominators (Cooper, Harvey, Kennedy). What never reaches the end has the end. */
export function postDominators(follows: readonly (readonly number[])[]): number[] {
  const end = follows.length;
  const order = orderFromEnd(follows, end);
  const rank = new Map(order.map((node, i) => [node, i]));
  const found: number[] = new Array(end + 1).fill(-1);
  found[end] = end;
  const meet = (a: number, b: number): number => {
    let [x, y] = [a, b];
    while (x !== y) {
      while ((rank.get(x) ?? 0) < (rank.get(y) ?? 0)) x = found[x] as number;
      while ((rank.get(y) ?? 0) < (rank.get(x) ?? 0)) y = found[y] as number;
    }
    return x;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of [...order].reverse()) {
      if (node === end) continue;
      const next = (follows[node]?.length ?? 0) === 0 ? [end] : (follows[node] as readonly number[]);
      const known = next.filter((to) => found[to] !== -1 && rank.has(to));
      const best = known.reduce((a, b) => (a === -1 ? b : meet(a, b)), -1);
      if (best === -1 || best === found[node]) continue;
      found[node] = best;
      changed = true;
    }
  }
  return found.slice(0, end).map((node) => (node === -1 ? end : node));
}

/** For each operation, the branches that decide whether it runs, with the outcome that leads to it. */
function controlsOf(fn: Fn, follows: readonly (readonly number[])[], postDominator: readonly number[]): Control[][] {
  const out: Control[][] = fn.ops.map(() => []);
  fn.ops.forEach((op, branch) => {
    if (op[0] !== 'jz' && op[0] !== 'jnz') return;
    const stop = postDominator[branch] as number;
    (follows[branch] as readonly number[]).forEach((start, side) => {
      const sense = (op[0] === 'jz') === (side === 0);
      for (let node = start; node !== stop && node < fn.ops.length; node = postDominator[node] as number)
        out[node]?.push({ branch, sense });
    });
  });
  return out;
}

/** Loops are stretches of operations: the compiler makes no other. Innermost first. */
function loopsOf(fn: Fn): Loop[] {
  const widest = new Map<number, number>();
  fn.ops.forEach((op, pc) => {
    const to = op[0] === 'jmp' ? op[1] : op[0] === 'jz' || op[0] === 'jnz' ? op[2] : pc + 1;
    if (to <= pc) widest.set(to, Math.max(widest.get(to) ?? 0, pc));
  });
  return [...widest].map(([from, to]) => ({ from, to })).sort((a, b) => a.to - a.from - (b.to - b.from));
}

const KNOWN = new WeakMap<Fn, Flow>();

/** The flow of a function; worked out once. */
export function flowOf(fn: Fn): Flow {
  const known = KNOWN.get(fn);
  if (known !== undefined) return known;
  const follows = fn.ops.map(successors);
  const postDominator = postDominators(follows);
  const definitions = new Map<number, number[]>();
  fn.ops.forEach((op, pc) => {
    const slot = defines(op);
    if (slot >= 0) definitions.set(slot, [...(definitions.get(slot) ?? []), pc]);
  });
  const flow: Flow = {
    fn,
    follows,
    postDominator,
    controls: controlsOf(fn, follows, postDominator),
    loops: loopsOf(fn),
    definitions,
  };
  KNOWN.set(fn, flow);
  return flow;
}

/** The operations of the statement that an operation belongs to: [from, to). */
export function statementOf(fn: Fn, pc: number): { readonly from: number; readonly to: number } {
  let from = pc;
  while (from > 0 && fn.pos[from]?.[2] !== 1) from--;
  let to = pc + 1;
  while (to < fn.ops.length && fn.pos[to]?.[2] !== 1) to++;
  return { from, to };
}

const STRETCHES = new WeakMap<Fn, Map<number, readonly number[]>>();

/** Operations that a turn which begins at `pc` may run: to the next statement, and not beyond a call or return. */
export function stretchOf(fn: Fn, pc: number): readonly number[] {
  const known = STRETCHES.get(fn) ?? new Map<number, readonly number[]>();
  STRETCHES.set(fn, known);
  const found = known.get(pc) ?? readStretch(fn, pc);
  known.set(pc, found);
  return found;
}

function readStretch(fn: Fn, pc: number): readonly number[] {
  const { follows } = flowOf(fn);
  const seen = new Set<number>();
  const todo = [pc];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (next >= fn.ops.length || seen.has(next) || (next !== pc && fn.pos[next]?.[2] === 1)) continue;
    seen.add(next);
    const kind = fn.ops[next]?.[0];
    if (kind !== 'call' && kind !== 'callv' && kind !== 'ret') todo.push(...(follows[next] as readonly number[]));
  }
  return [...seen];
}

/** Slots with a name that the operands of an operation are made of, in its statement. */
export function feeding(fn: Fn, pc: number): number[] {
  const { from } = statementOf(fn, pc);
  const { definitions } = flowOf(fn);
  const seen = new Set<number>();
  const todo = operands(fn.ops[pc] as Op).flatMap(slotsOf);
  for (let slot = todo.pop(); slot !== undefined; slot = todo.pop()) {
    if (seen.has(slot)) continue;
    seen.add(slot);
    if (slot < fn.slots) continue;
    const made = (definitions.get(slot) ?? []).filter((at) => at >= from && at < pc);
    todo.push(...made.flatMap((at) => operands(fn.ops[at] as Op).flatMap(slotsOf)));
  }
  return [...seen].filter((slot) => slot < fn.slots);
}

/** What the test of a statement came to when a branch of it went one way; null: the rest of it decided. */
export function outcome(fn: Fn, branch: number, truth: boolean): boolean | null {
  const op = fn.ops[branch];
  if (op?.[0] !== 'jz' && op?.[0] !== 'jnz') return null;
  const { from, to } = statementOf(fn, branch);
  const next = truth === (op[0] === 'jnz') ? op[2] : branch + 1;
  return next >= from && next < to ? null : next === to;
}

const LEADS = new WeakMap<Fn, Map<number, ReadonlySet<number>>>();

/** Does a branch that goes one way still lead to an operation, in the same round of the loops around them? */
export function leadsTo(fn: Fn, branch: number, truth: boolean, pc: number): boolean {
  const op = fn.ops[branch];
  if (op?.[0] !== 'jz' && op?.[0] !== 'jnz') return false;
  const next = truth === (op[0] === 'jnz') ? op[2] : branch + 1;
  const known = LEADS.get(fn) ?? new Map<number, ReadonlySet<number>>();
  LEADS.set(fn, known);
  const reached = known.get(next) ?? reachedFrom(fn, next);
  known.set(next, reached);
  return reached.has(pc);
}

/** Does a branch keep from an operation: not reached in this round, it would have been otherwise, or no later round reaches it? */
export function leadsAway(fn: Fn, branch: number, truth: boolean, pc: number): boolean {
  if (leadsTo(fn, branch, truth, pc)) return false;
  const op = fn.ops[branch];
  if (op?.[0] !== 'jz' && op?.[0] !== 'jnz') return false;
  if (leadsTo(fn, branch, !truth, pc)) return true;
  const next = truth === (op[0] === 'jnz') ? op[2] : branch + 1;
  return !flowOf(fn).loops.some((loop) => holds(loop, pc) && reachedFrom(fn, next).has(loop.to));
}

/** The operations that can follow one without going back to the head of a loop. */
function reachedFrom(fn: Fn, from: number): ReadonlySet<number> {
  const { follows } = flowOf(fn);
  const seen = new Set<number>();
  const todo = [from];
  for (let pc = todo.pop(); pc !== undefined; pc = todo.pop()) {
    if (seen.has(pc) || pc >= fn.ops.length) continue;
    seen.add(pc);
    for (const next of follows[pc] ?? []) if (next > pc) todo.push(next);
  }
  return seen;
}

/** Slots with a name, read by the statement that an operation belongs to. */
export function namedReads(fn: Fn, pc: number): number[] {
  const { from, to } = statementOf(fn, pc);
  return fn.ops
    .slice(from, to)
    .flatMap((op) => operands(op).flatMap(slotsOf))
    .filter((slot) => slot < fn.slots);
}

const holds = (loop: Loop, pc: number): boolean => pc >= loop.from && pc <= loop.to;

/** Does a round of a loop read what the round before left in a slot? */
function readsEarlierRound(fn: Fn, loop: Loop, slot: number): boolean {
  const { follows } = flowOf(fn);
  const seen = new Set<number>();
  const todo = [loop.from];
  for (let pc = todo.pop(); pc !== undefined; pc = todo.pop()) {
    const op = fn.ops[pc];
    if (op === undefined || seen.has(pc) || !holds(loop, pc)) continue;
    seen.add(pc);
    if (operands(op).some((ex) => slotsOf(ex).includes(slot))) return true;
    if (defines(op) !== slot) todo.push(...(follows[pc] as readonly number[]));
  }
  return false;
}

/** Is a slot, where the loop defines it, made of its own value of an earlier round? */
export function isCarried(fn: Fn, loop: Loop, slot: number): boolean {
  const { definitions } = flowOf(fn);
  const inLoop = (one: number) => (definitions.get(one) ?? []).filter((pc) => holds(loop, pc));
  if (inLoop(slot).length === 0 || !readsEarlierRound(fn, loop, slot)) return false;
  const seen = new Set<number>();
  const todo = inLoop(slot).flatMap((pc) => namedReads(fn, pc));
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (next === slot) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    todo.push(...inLoop(next).flatMap((pc) => namedReads(fn, pc)));
  }
  return false;
}

/** The innermost loop around an operation that steps a slot through its rounds; null when none does. */
export function carriedBy(fn: Fn, slot: number, use: number): Loop | null {
  return flowOf(fn).loops.find((loop) => holds(loop, use) && isCarried(fn, loop, slot)) ?? null;
}
