// Which locals are pfns, which are addresses: by the declared types of parameters, fields and what is no text. Knows nothing
// of values.
import { declaredTypes } from '../../kernel/index.ts';
import type { Ex, Fn } from '../../vm/index.ts';
import { flowOf, parts, statementOf } from './flow.ts';

/** What a number counts. */
export type Unit = 'pfn' | 'bytes' | null;

const unitOfType = (type: string | undefined): Unit =>
  type === 'pfn_t' ? 'pfn' : type === 'phys_addr_t' ? 'bytes' : null;

/** Functions that give one of their arguments, or something near it. */
const KEEPS: ReadonlySet<string> = new Set(['min', 'max', 'clamp', 'ALIGN', 'ALIGN_DOWN']);

function unitOfEx(fn: Fn, ex: Ex, pc: number, seen: Set<number>): Unit {
  if (ex[0] === 'l') return ex[1] < fn.slots ? unit(fn, ex[1], seen) : unitOfTemporary(fn, ex[1], pc, seen);
  if (ex[0] === 'p' && !KEEPS.has(ex[1])) return unitOfType(declaredTypes().functions.get(ex[1]));
  if (ex[0] !== 'p' && ex[0] !== '?' && !(ex[0] === 'b' && /^[+-]/.test(ex[1]))) return null;
  const of = (ex[0] === '?' ? parts(ex).slice(1) : parts(ex)).map((part) => unitOfEx(fn, part, pc, seen));
  // the difference of two pfns is a number of pages
  if (ex[0] === 'b' && ex[1] === '-' && of.every((one) => one !== null)) return null;
  return of.find((one) => one !== null) ?? null;
}

/** Of a temporary, which belongs to one statement. */
function unitOfTemporary(fn: Fn, slot: number, pc: number, seen: Set<number>): Unit {
  const { from, to } = statementOf(fn, pc);
  const made = (flowOf(fn).definitions.get(slot) ?? []).filter((at) => at >= from && at < to && at !== pc);
  return made.map((at) => unitOfOp(fn, at, seen)).find((one) => one !== null) ?? null;
}

function unitOfOp(fn: Fn, pc: number, seen: Set<number>): Unit {
  const op = fn.ops[pc];
  if (op?.[0] === 'set') return unitOfEx(fn, op[2], pc, seen);
  if (op?.[0] === 'load') return op[3][0] === 'k' ? unitOfType(declaredTypes().fields.get(String(op[3][1]))) : null;
  return op?.[0] === 'mem' || op?.[0] === 'call' ? unitOfType(declaredTypes().functions.get(op[2])) : null;
}

function unit(fn: Fn, slot: number, seen: Set<number>): Unit {
  if (seen.has(slot)) return null;
  seen.add(slot);
  const param = fn.params[slot];
  if (param !== undefined) return unitOfType(param.type);
  for (const pc of flowOf(fn).definitions.get(slot) ?? []) {
    const found = unitOfOp(fn, pc, seen);
    if (found !== null) return found;
  }
  return null;
}

const KNOWN = new WeakMap<Fn, Map<number, Unit>>();

/** What a local counts. */
export function unitOf(fn: Fn, slot: number): Unit {
  const known = KNOWN.get(fn) ?? new Map<number, Unit>();
  KNOWN.set(fn, known);
  const found = known.get(slot);
  if (found !== undefined) return found;
  const made = unit(fn, slot, new Set());
  known.set(slot, made);
  return made;
}

/** What a value of an expression counts. */
export const unitOfExpression = (fn: Fn, ex: Ex, pc: number): Unit => unitOfEx(fn, ex, pc, new Set());
