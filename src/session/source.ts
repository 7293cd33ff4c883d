// `khodbg source`: the kernel text of a profile, patches applied, whole files. Prints nothing.
import { type Files, KERNELS, profileText } from '../kernel/index.ts';
import { didYouMean } from '../vm/index.ts';
import { patchesFor } from './patch-files.ts';
import { findText } from './words.ts';

/** Lines to print and lines to complain of; status 0, or 2 when something was named that is not there. */
export interface SourceResult {
  readonly status: 0 | 2;
  readonly lines: readonly string[];
  readonly complaints: readonly string[];
}

const count = (text: string): number => text.split('\n').length - 1;

function listing(files: Files): string[] {
  const rows = Object.entries(files).map(([name, text]) => ({ name, lines: count(text) }));
  return rows.map(({ name, lines }) => `${String(lines).padStart(6)}  ${name}`);
}

function noFile(files: Files, name: string): string {
  const names = Object.keys(files);
  const wanted = name.replace(/\.c$/, '.ts');
  const short = names.map((file) => file.split('/').at(-1) ?? file);
  const list = `; the kernel text has ${names.join(', ')}`;
  return `no file ${name}${didYouMean(wanted, names, didYouMean(wanted, short, list))}`;
}

/** The files named by a suffix of their path (.c is read as .ts), one after the other; none named: what files there are. */
export function sourceOf(kernel: string, patchNames: readonly string[], names: readonly string[]): SourceResult {
  const wrong = (complaints: readonly string[]): SourceResult => ({ status: 2, lines: [], complaints });
  const found = patchesFor(kernel, patchNames);
  if (found.errors.length > 0) return wrong(found.errors);
  const variant = profileText(kernel, found.patches);
  if (!variant.ok) return wrong(variant.errors);
  const { files, warnings } = variant;
  if (names.length === 0) return { status: 0, lines: listing(files), complaints: warnings };
  const wanted = names.map((name) => ({ name, file: findText(files, name) }));
  const missing = wanted.flatMap(({ name, file }) => (file === null ? [noFile(files, name)] : []));
  if (missing.length > 0) return wrong(missing);
  const lines = wanted.flatMap(({ file }, i) => {
    const text = (files[file ?? ''] ?? '').replace(/\n$/, '').split('\n');
    return wanted.length === 1 ? text : [...(i > 0 ? [''] : []), `==> ${file} <==`, ...text];
  });
  return { status: 0, lines, complaints: warnings };
}

/** Why no kernel of that name can be had. */
export function noKernel(name: string): string {
  return `'${name}' is not a kernel khodbg has${didYouMean(name, KERNELS)}; there are ${KERNELS.join(', ')}`;
}

/** The profile whose text is printed when none is named. */
export const NEWEST = KERNELS[0];
