// What kernel text asks of strings, which are the values of boot parameters (lib/string.c, lib/cmdline.c, lib/kstrtox.c).
import type { Intrinsics } from '../../vm/index.ts';
import { row } from './row.ts';

const SUFFIXES = 'KMGTPE';

/** Value and end of what memparse() reads from `at` on: digits, hex or decimal, and a suffix. */
function memparse(text: string, at: number): { readonly value: number; readonly end: number } {
  const found = /^(0x[0-9a-f]+|\d+)([kmgtpe]?)/i.exec(text.slice(at));
  if (found === null) return { value: 0, end: at };
  const [all, digits = '', suffix = ''] = found;
  const shift = suffix === '' ? 0 : 10 * (SUFFIXES.indexOf(suffix.toUpperCase()) + 1);
  return { value: Number(digits) * 2 ** shift, end: at + all.length };
}

/** The rows of this file. */
export const stringRows: Intrinsics = {
  strlen: row('pure', 1, 'strlen()', (_c, text: string) => text.length),
  char_at: row('pure', 2, 'the i-th character of a string, "" behind its end', (_c, text: string, i: number) =>
    text.charAt(i),
  ),
  kstrtoint: row(
    'pure',
    2,
    'kstrtoint() of the first `len` characters; -1 when they are no number',
    (_c, text: string, len: number) => (/^\+?\d+$/.test(text.slice(0, len)) ? Number(text.slice(0, len)) : -1),
  ),
  memparse: row(
    'pure',
    2,
    'memparse() from a character on: the number',
    (_c, text: string, at: number) => memparse(text, at).value,
  ),
  memparse_end: row(
    'pure',
    2,
    'memparse() from a character on: where it ended',
    (_c, text: string, at: number) => memparse(text, at).end,
  ),
};
