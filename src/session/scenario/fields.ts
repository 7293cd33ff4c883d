// The kinds of value a scenario file is made of, as zod schemas. Knows nothing of which keys have them.
// An error text here is what follows the value in a message: `is not …; write …`.

import * as z from 'zod';
import { firstHidden } from '../printable.ts';
import { ADDRESS_LIMIT, BYTES, hex, PAGE_SIZE, parseBytes } from './bytes.ts';

/** A strict object; for unknown keys the error text is the list of known ones, separated by spaces. */
export function object<S extends z.ZodRawShape>(what: string, shape: S) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : `is not ${what}`),
  });
}

/** A list with bounds on its length. */
export function list<T extends z.ZodType>(of: T, what: string, most: number, least = 0) {
  return z
    .array(of, { error: `is not a list of ${what}; write one between [ and ]` })
    .min(least, `are too few ${what}; give at least ${least}`)
    .max(most, `are too many ${what}; the most is ${most}`);
}

/** What a value that is no string is told. */
export const TEXT = 'is not text; write some between double quotes';

/** Text that is shown as it is written: without control and hidden characters, but for `allowed`. */
export function text(most: number, allowed = '') {
  return z
    .string(TEXT)
    .min(1, 'is empty; write something or leave the key out')
    .max(most, `is too long; the most is ${most} characters`)
    .superRefine((given, ctx) => {
      const hidden = firstHidden(given, allowed);
      if (hidden !== null) ctx.addIssue(`holds ${hidden}, which cannot be shown; take it out`);
    });
}

/** Text of any characters, shown only through `printable`. */
export const anyText = z.string(TEXT).max(10_000, 'is too long; the most is 10000 characters');

/** A whole number, bounds inclusive. */
export function whole(least: number, most: number, what: string) {
  const wrong = `is not ${what}; write a whole number from ${least} to ${most}`;
  return z.int(wrong).min(least, wrong).max(most, wrong);
}

/** A size or an address, as text or as a number; a number of bytes afterwards. */
export function bytes(what: string, rules: { page: boolean; positive: boolean }) {
  const wrong = `is not ${what}; write as in "512M" or "0x18000000", or a number of bytes`;
  const number = z.int(wrong).min(0, wrong);
  return z.union([z.string(wrong).regex(BYTES, wrong), number], { error: wrong }).transform((given, ctx) => {
    const value = typeof given === 'string' ? parseBytes(given) : given;
    const broken =
      value >= ADDRESS_LIMIT
        ? `is too large; addresses end at 64 TiB (${hex(ADDRESS_LIMIT)})`
        : rules.page && value % PAGE_SIZE !== 0
          ? `is not a multiple of the page size (${PAGE_SIZE})`
          : rules.positive && value === 0
            ? 'is empty; write a size of at least one byte'
            : null;
    if (broken !== null) ctx.addIssue({ code: 'custom', message: broken, input: given });
    return value;
  });
}
