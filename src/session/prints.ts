// printf as a debugger has it: formats read and refused in gdb's words, the kernel's own conversions among them, and what a
// dprintf prints in a state. Knows nothing of points.
import type { Evaluate } from '../debugger/index.ts';
import { flagsText, printf } from '../kernel/index.ts';
import { isRef, type Value } from '../machine/index.ts';
import type { State } from '../vm/index.ts';
import { formatValue } from './format.ts';
import type { Loaded } from './load.ts';
import type { Prints, Session } from './session.ts';
import type { Read } from './words.ts';

/** One conversion of a format, or the text between two. */
type Part =
  | { readonly text: string }
  | { readonly flags: string; readonly width: string; readonly precision: string | undefined; readonly kind: string };

const CONVERSION = /%([-0#+ ]*)(\d*)(?:\.(\d+))?(?:hh|h|ll|l|L|z|t|j)?(pGp|pa|pe|px|.|$)/gs;
const KINDS = new Set(['d', 'i', 'u', 'x', 'X', 'o', 'c', 's', 'p', 'px', 'pa', 'pe', 'pGp']);
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '',
  '\\': '\\',
  '"': '"',
  "'": "'",
  a: '',
  e: '',
};
const VMEMMAP = 0xffff_ea00_0000_0000n;

function partsOf(format: string): Read<Part[]> {
  const out: Part[] = [];
  let from = 0;
  for (const found of format.matchAll(CONVERSION)) {
    const [whole, flags = '', width = '', precision, kind = ''] = found;
    out.push({ text: format.slice(from, found.index) });
    from = found.index + whole.length;
    if (kind === '%') out.push({ text: '%' });
    else if (kind === '') return { ok: false, error: 'Incomplete format specifier at end of format string' };
    else if (!KINDS.has(kind)) {
      const known = '%d %i %u %x %o with l and ll, %c %s %p, and of printk() %px %pa %pe %pGp';
      return { ok: false, error: `Unrecognized format specifier '${kind}' in printf; there are ${known}` };
    } else out.push({ flags, width, precision, kind });
  }
  out.push({ text: format.slice(from) });
  return { ok: true, value: out };
}

/** Text between quotes at the beginning of a line, its escapes read; and what follows. */
function quoted(text: string): Read<{ readonly format: string; readonly rest: string }> {
  if (!text.startsWith('"')) return { ok: false, error: text === '' ? 'Format string required' : 'Bad format string' };
  const body = /^"((?:[^"\\]|\\.)*)"(.*)$/s.exec(text);
  if (body?.[1] === undefined) return { ok: false, error: "Bad format string, missing '\"'" };
  const wrong = /\\([^ntr\\"'ae])/.exec(body[1])?.[1];
  if (wrong !== undefined) return { ok: false, error: `Unrecognized escape character \\${wrong} in format string.` };
  const format = body[1].replace(/\\(.)/g, (_all, letter: string) => ESCAPES[letter] ?? '');
  return { ok: true, value: { format, rest: (body[2] ?? '').trim() } };
}

/** Splits at commas that stand outside of brackets and quotes. */
function splitArguments(text: string): string[] {
  const out: string[] = [];
  let deep = 0;
  let from = 0;
  for (const { 0: part, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[()[\]{},]/g)) {
    if ('([{'.includes(part)) deep++;
    else if (')]}'.includes(part)) deep--;
    else if (part === ',' && deep === 0) {
      out.push(text.slice(from, index));
      from = index + 1;
    }
  }
  return [...out, text.slice(from)].map((one) => one.trim());
}

/** What is printed as one types it: `"fmt",ARG,…`. */
export function printsText({ format, args }: Prints): string {
  const letters: Readonly<Record<string, string>> = { '\n': 'n', '\t': 't' };
  const typed = format.replace(/[\\"\n\t]/g, (one) => `\\${letters[one] ?? one}`);
  return [`"${typed}"`, ...args].join(',');
}

/** Reads `"fmt",ARG,…`, or says what is wrong with it. */
export function readPrints(text: string): Read<Prints> {
  const read = quoted(text.trim());
  if (!read.ok) return read;
  const { format, rest } = read.value;
  if (rest !== '' && !rest.startsWith(',')) return { ok: false, error: `Invalid argument syntax: '${rest}'` };
  const args = rest === '' ? [] : splitArguments(rest.slice(1));
  const parts = partsOf(format);
  if (!parts.ok) return parts;
  const count = parts.value.filter((part) => 'kind' in part).length;
  if (args.includes('')) return { ok: false, error: 'an argument is missing between two commas' };
  if (count !== args.length)
    return {
      ok: false,
      error: `Wrong number of arguments for specified format-string: ${count} wanted, ${args.length} given`,
    };
  return { ok: true, value: { format, args } };
}

/** A pointer as a number: a struct page's is its address in vmemmap. */
function addressOf(value: Value): Value {
  if (!isRef(value)) return typeof value === 'boolean' ? Number(value) : value;
  if (value.struct === 'page') return VMEMMAP + 64n * BigInt(value.at);
  return typeof value.at === 'number' ? value.at : 0;
}

const inHex = (value: Value): string => (typeof value === 'string' ? '0' : printf('%x', [addressOf(value)]));

function flagsOf(value: Value, state: State): string {
  const flags = typeof value === 'bigint' || typeof value === 'number' ? BigInt(value) : 0n;
  return flagsText(state.machine.config, flags);
}

function converted(
  part: Exclude<Part, { text: string }>,
  value: Value | undefined,
  state: State,
  expression: string,
): string {
  const { flags, width, precision, kind } = part;
  const as = (letters: string, one: Value) => printf(`%${flags}${width}${letters}`, [one]);
  if (value === undefined) return '<no value>';
  if (kind === 'pGp') return as('s', flagsOf(value, state));
  if (kind === 'p' || kind === 'px') return as('s', `0x${inHex(value)}`);
  if (kind === 's') {
    const text = typeof value === 'string' ? value : formatValue(value, expression);
    return as('s', precision === undefined ? text : text.slice(0, Number(precision)));
  }
  if (kind === 'c') return as('s', typeof value === 'number' ? String.fromCharCode(value & 0xff) : String(value));
  if (kind === 'o') return as('s', BigInt(`0x${inHex(value)}`).toString(8));
  if (typeof value === 'string') return as('s', value);
  return as(kind, addressOf(value));
}

/** A format with its values, in lines; undefined where an expression has no value. */
export function formatted(prints: Prints, values: readonly (Value | undefined)[], state: State): string[] {
  const parts = partsOf(prints.format);
  let next = 0;
  const text = (parts.ok ? parts.value : []).map((part) => {
    if ('text' in part) return part.text;
    const i = next++;
    return converted(part, values[i], state, prints.args[i] ?? '');
  });
  return text.join('').replace(/\n$/, '').split('\n');
}

/** The expressions of what is printed, compiled once for a kernel. */
const ASKED = new WeakMap<Prints, { readonly loaded: Loaded; readonly asked: readonly Evaluate[] }>();

/** What a dprintf prints where a thread stands. */
export function printedBy(session: Session, prints: Prints, state: State, thread: number): string[] {
  const { loaded } = session;
  const known = ASKED.get(prints);
  const asked = known?.loaded === loaded ? known.asked : prints.args.map((text) => session.condition(text));
  ASKED.set(prints, { loaded, asked });
  const values = asked.map((ask) => ask(state, thread));
  return formatted(prints, values, state);
}
