// Reading what users type: numbers, pfns and ranges of pfns, places in the text. Errors are sentences.
import type { Place } from '../debugger/index.ts';
import { type Files, type Kernel, profilesWith } from '../kernel/index.ts';
import { didYouMean, type Fn } from '../vm/index.ts';

/** A value or why there is none. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

const ok = <T>(value: T): Read<T> => ({ ok: true, value });
const no = (error: string): Read<never> => ({ ok: false, error });

/** A decimal or 0x number. */
export function readNumber(text: string): Read<number> {
  const n = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(n) ? ok(n) : no(`'${text}' is not a number; write decimal or 0x…`);
}

/** A pfn: a number, phys:ADDRESS, or the address of a struct page (ffffea…). */
export function readPfn(text: string): Read<number> {
  const phys = /^phys:(.+)$/i.exec(text);
  if (phys?.[1] !== undefined) {
    const address = readNumber(phys[1]);
    return address.ok ? ok(Math.floor(address.value / 4096)) : address;
  }
  const pointer = /^(?:0x)?(ffffea[0-9a-f]{10})$/i.exec(text);
  if (pointer?.[1] !== undefined) {
    const offset = BigInt(`0x${pointer[1]}`) - 0xffff_ea00_0000_0000n;
    return ok(Number(offset / 64n));
  }
  const n = readNumber(text);
  return n.ok ? n : no(`'${text}' is not a pfn; write 0x18000, phys:0x18000000 or the address of a struct page`);
}

/** A pfn or a half-open range of pfns, START..END. */
export function readRange(text: string): Read<{ start: number; end: number }> {
  const [from, to, more] = text.split('..');
  if (from === undefined || more !== undefined) return no(`'${text}' is not a range; write START..END, END excluded`);
  const start = readPfn(from.trim());
  if (!start.ok) return start;
  if (to === undefined) return ok({ start: start.value, end: start.value + 1 });
  const end = readPfn(to.trim());
  if (!end.ok) return end;
  if (end.value <= start.value) return no(`the range ${text} is empty; its end is excluded`);
  return ok({ start: start.value, end: end.value });
}

function firstStatements(fn: Fn, line: number): number[] {
  const starts = fn.pos.flatMap(([at, , statement], pc) => (statement === 1 ? [{ at, pc }] : []));
  const exact = starts.filter((s) => s.at === line);
  if (exact.length > 0) return exact.map((s) => s.pc);
  const later = starts.filter((s) => s.at > line).sort((a, b) => a.at - b.at)[0];
  return later === undefined ? [] : starts.filter((s) => s.at === later.at).map((s) => s.pc);
}

/** What is said of a function that a kernel has not: which profiles have it, or which name may be meant. */
export function notDefined(name: string, known: readonly string[]): string {
  const kernels = profilesWith(name);
  const hint = kernels.length > 0 ? `; it is in ${kernels.join(', ')}` : didYouMean(name, known);
  return `Function "${name}" not defined${hint}`;
}

function inFunction(kernel: Kernel, name: string, line: number): Read<Place> {
  const fn = kernel.linked.program.fns[name];
  if (fn === undefined) {
    return no(notDefined(name, Object.keys(kernel.linked.program.fns)));
  }
  if (line < fn.line || line > fn.end)
    return no(`no line ${line} in ${name} (lines ${fn.line} to ${fn.end} of ${fn.file})`);
  return ok({ fn: name, pcs: firstStatements(fn, line) });
}

/** Full name of a file of a kernel's text by a suffix of its path, .c read as .ts. */
export function findText(files: Files, name: string): string | null {
  const wanted = name.replace(/\.c$/, '.ts');
  return Object.keys(files).find((file) => file === wanted || file.endsWith(`/${wanted}`)) ?? null;
}

/** The same in the kernel of a boot. */
export function findFile(kernel: Kernel, name: string): string | null {
  return findText(kernel.files, name);
}

function inFile(kernel: Kernel, name: string, line: number): Read<Place> {
  const file = findFile(kernel, name);
  if (file === null) return no(`no file ${name}; the kernel text has ${Object.keys(kernel.files).join(', ')}`);
  const count = (kernel.files[file] ?? '').split('\n').length - 1;
  if (line < 1 || line > count) return no(`no line ${line} in ${file} (${count} lines)`);
  const fns = Object.values(kernel.linked.program.fns).filter((fn) => fn.file === file);
  const fn =
    fns.find((f) => line >= f.line && line <= f.end) ??
    fns.filter((f) => f.line >= line).sort((a, b) => a.line - b.line)[0];
  if (fn === undefined) return no(`no statement at or after line ${line} of ${file}`);
  return inFunction(kernel, fn.name, Math.max(line, fn.line));
}

/** A place in the text of one kernel: FUNCTION, FUNCTION:LINE or FILE:LINE. */
export function readLocation(kernel: Kernel, text: string, here: { file: string; line: number } | null): Read<Place> {
  const plain = text.trim();
  if (plain === '') return here === null ? no('no current place') : inFile(kernel, here.file, here.line);
  if (/^\d+$/.test(plain)) return here === null ? no('no current file') : inFile(kernel, here.file, Number(plain));
  const [name, line, more] = plain.split(':');
  if (name === undefined || more !== undefined)
    return no(`'${text}' is no place; write FUNCTION, FUNCTION:LINE or FILE:LINE`);
  if (line === undefined) {
    const fn = kernel.linked.program.fns[name];
    if (fn === undefined) return inFunction(kernel, name, 0);
    return ok({ fn: name, pcs: [0] });
  }
  if (!/^\d+$/.test(line)) return no(`'${line}' is not a line number; usage: FUNCTION:LINE or FILE:LINE`);
  return name.includes('.') ? inFile(kernel, name, Number(line)) : inFunction(kernel, name, Number(line));
}
