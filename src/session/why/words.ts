// How rows of an answer are worded: positions, source text of statements, values by the names they have. Knows nothing of
// causes.
import { label, position } from '../../debugger/index.ts';
import { isRef, type Value } from '../../machine/index.ts';
import type { Ex, Fn, Op } from '../../vm/index.ts';
import { formatValue } from '../format.ts';
import { operands } from './flow.ts';
import type { Past } from './past.ts';
import type { Leaf, Slicer } from './slice.ts';
import type { Step } from './trace.ts';
import { unitOf } from './units.ts';

/** Columns of a statement's text in a row. */
const WIDE = 72;

/** Index one past the text of a statement that begins at `from`. */
function endOfText(text: string, from: number): number {
  const header = /^(?:if|while|switch)\s*\(/.exec(text.slice(from, from + 16));
  let depth = 0;
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const c = text.charAt(i);
    if (quote !== '') {
      if (c === quote) quote = '';
      continue;
    }
    if (c === '"') quote = c;
    else if (c === '(' || c === '[' || c === '{') depth++;
    else if (c === ')' || c === ']' || c === '}') {
      depth--;
      if (depth < 0) return i;
      if (depth === 0 && header !== null) return i + 1;
    } else if (c === ';' && depth === 0) return i;
  }
  return text.length;
}

const shortened = (text: string): string => (text.length <= WIDE ? text : `${text.slice(0, WIDE - 1)}…`);

const OFFSETS = new WeakMap<object, Map<string, string>>();

/** The text of the statement that an operation belongs to, on one line. */
export function statementText(files: Readonly<Record<string, string>>, fn: Fn, pc: number): string {
  const known = OFFSETS.get(files) ?? new Map<string, string>();
  OFFSETS.set(files, known);
  const [line = 1, col = 1] = fn.pos[pc] ?? [];
  const key = `${fn.file}:${line}:${col}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const text = files[fn.file] ?? '';
  let from = 0;
  for (let n = 1; n < line; n++) from = text.indexOf('\n', from) + 1;
  from += col - 1;
  const out = shortened(
    text
      .slice(from, endOfText(text, from))
      .replace(/\s+/g, ' ')
      .replace(/([([]) /g, '$1')
      .replace(/,? ([)\]])/g, '$1')
      .trim(),
  );
  known.set(key, out);
  return out;
}

/** The text of the statement that an operation belongs to. */
export const textOf = (past: Past, step: Step, fn: Fn): string =>
  statementText(past.boot(step.turn).kernel.files, fn, step.pc);

/** `#7519 T1 kho_preserved_memory_reserve:604`. */
export function placeText(past: Past, step: Step, fn: Fn): string {
  return `${label(position(step.at))} T${past.thread(step.turn) + 1} ${fn.name}:${fn.pos[step.pc]?.[0] ?? fn.line}`;
}

/** Names under which the values of a statement are formatted: the named locals and fields it reads. */
export function leafText(slicer: Slicer, leaf: Leaf): string {
  if (leaf.kind === 'constant') {
    const value = formatValue(leaf.value);
    return leaf.name === '' || value === leaf.name ? '' : `${leaf.name} = ${value}`;
  }
  if (leaf.kind === 'local')
    return leaf.name === '' ? '' : namedLocal(slicer.fnOf(leaf.use.turn), leaf.slot, leaf.name, leaf.value);
  const { step } = leaf;
  const value = step.value === undefined ? slicer.valueAfter(step) : step.value;
  if (leaf.kind === 'load')
    return `${baseText(slicer.fnOf(step.turn), step)}${fieldName(step.op)} = ${formatValue(value, fieldName(step.op))}`;
  const name = calledName(step.op);
  return `${name} = ${formatValue(value, name.replace(/\(\)$/, ''))}`;
}

/** What a field is read of, with a point behind it: a local, a struct with a name; of a variable nothing. */
function baseText(fn: Fn, { op, pc }: Step): string {
  const base = op[0] === 'load' ? op[2] : null;
  if (base?.[0] === 'k' && isRef(base[1])) return base[1].struct === 'var' ? '' : `${base[1].struct}.`;
  if (base?.[0] === 'g') return `${base[1]}.`;
  if (base?.[0] !== 'l') return '.';
  const name = fn.vars.find(([, slot, from, to]) => slot === base[1] && from <= pc && pc < to)?.[0];
  return name === undefined ? '.' : `${name}.`;
}

/** Name of the field that an operation loads or stores. */
function fieldName(op: Op): string {
  const field = op[0] === 'load' ? op[3] : op[0] === 'store' ? op[2] : null;
  return field !== null && field[0] === 'k' ? String(field[1]) : 'element';
}

/** Name of what an operation calls. */
export function calledName(op: Op): string {
  if (op[0] === 'mem' || op[0] === 'range' || op[0] === 'call') return `${op[2]}()`;
  return op[0] === 'callv' ? 'call' : op[0];
}

/** A value with its name, for a row. */
export const named = (name: string, value: Value | undefined): string =>
  name === '' ? formatValue(value) : `${name} = ${formatValue(value, name)}`;

/** The value of a local: a pfn or an address by its declaration is one, whatever its name. */
export const localText = (fn: Fn, slot: number, name: string, value: Value | undefined): string =>
  formatValue(value, unitOf(fn, slot) === null ? name : 'pfn');

/** A local with its value. */
export const namedLocal = (fn: Fn, slot: number, name: string, value: Value | undefined): string =>
  `${name} = ${localText(fn, slot, name, value)}`;

/** Is an operand a constant of the text? */
export const isConstant = (ex: Ex): boolean => ex[0] === 'k' || ex[0] === 'n' || ex[0] === 'g' || ex[0] === 'f';

/** All operands of an operation that are no constants. */
export const moving = (op: Op): readonly Ex[] => operands(op).filter((ex) => !isConstant(ex));
