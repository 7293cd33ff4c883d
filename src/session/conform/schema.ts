// The shape of a file of known answers: what each kind of row must hold to be computed. Figures are not looked at here: they
// are compared as they stand.
import * as z from 'zod';

const HEX = /^0x[0-9a-f]{1,16}$/i;
const HEX_WORDS = 'is not an address; write as in "0x18000000"';
const hex = z.string(HEX_WORDS).regex(HEX, HEX_WORDS);
const whole = (what: string) => z.int(`is not ${what}; write a whole number`);
const count = (what: string) => whole(what).min(0, `is not ${what}; write a whole number from 0 on`);
const text = z.string('is not text; write some between double quotes');
const nid = z.union([z.literal('MAX'), whole('a node')], { error: 'is not a node; write a number, or "MAX"' });
const block = z.tuple([hex, count('an order')], 'is not a block; write as in ["0x1000", 0]');

/** Calls on memblock that take a base and a size. */
export const RANGE_OPS = [
  'add',
  'remove',
  'reserve',
  'reserve_kern',
  'phys_free',
  'mark_kho_scratch',
  'clear_kho_scratch',
  'mark_nomap',
  'mark_hotplug',
  'reserved_mark_noinit',
] as const;

const ret = z.union([text, whole('a return value')], { error: 'is not a return value' }).optional();
const range = { base: hex, size: hex };

const memblockOp = z.discriminatedUnion(
  'op',
  [
    z.object({ op: z.enum(RANGE_OPS), ...range, ret }),
    z.object({ op: z.literal('add_node'), ...range, nid, flags: count('flags').default(0), ret }),
    z.object({ op: z.literal('set_node'), ...range, nid, ret }),
    z.object({
      op: z.literal('alloc_range_nid'),
      size: hex,
      align: hex,
      start: hex,
      end: hex,
      nid,
      exact: z.boolean().default(false),
      ret,
    }),
    z.object({ op: z.literal('search_memory'), addr: hex, ret }),
    z.object({ op: z.literal('reserved_kern_size'), limit: hex, nid, ret }),
    z.object({ op: z.literal('scratch_only'), on: z.boolean(), ret }),
    z.object({ op: z.literal('set_bottom_up'), on: z.boolean(), ret }),
  ],
  { error: 'is not a call on memblock that is known' },
);

const common = { vid: text.min(1, 'is empty') };

/** Input lines of a boot: what they begin with, and what follows. */
export const BOOT_LINE =
  /^(?:name .*|(?:mem [0-9a-f]+ [0-9a-f]+ \d+)|(?:(?:scratch|reserve) [0-9a-f]+ [0-9a-f]+)|(?:preserve [0-9a-f]+ \d+)|restore_folio [0-9a-f]+|(?:restore_pages [0-9a-f]+ \d+)|radixmem [0-9a-f]+|grow \d+|ext|no_kho_get_preserved_page|coldboot)$/;

const bootLine = text.regex(BOOT_LINE, 'is not an input line of a boot that is known');

/** Every kind of row. Keys that are not named here are figures, or words about the row. */
export const rowSchema = z.discriminatedUnion(
  'kind',
  [
    z.looseObject({ kind: z.literal('memblock'), ...common, ops: z.array(memblockOp) }),
    z.looseObject({ kind: z.literal('radix_key'), ...common, phys: hex, order: count('an order') }),
    z.looseObject({
      kind: z.literal('radix_tree'),
      ...common,
      add: z.array(block),
      deleted_first: count('a number').default(0),
    }),
    z.looseObject({ kind: z.literal('radix_consts'), ...common }),
    z.looseObject({
      kind: z.literal('preserve_orders'),
      ...common,
      start_pfn: count('a pfn'),
      nr_pages: count('a number of pages'),
      node_starts: z.array(count('a pfn')),
    }),
    z.looseObject({ kind: z.literal('rfc_type_bit'), ...common, key_with_bit63: hex }),
    z.looseObject({
      kind: z.literal('mm_boot'),
      ...common,
      oracle: text.regex(/^(?:linux-7\.[23]\.\d+|pre-fix emulation.*)$/, 'is not a kernel khodbg has'),
      input: z.array(bootLine),
    }),
  ],
  {
    error: (issue) => {
      const kind = (issue.input as { readonly kind?: unknown } | undefined)?.kind;
      return `${JSON.stringify(kind) ?? 'nothing'} is not a kind of row; kinds are ${KINDS.join(', ')}`;
    },
  },
);

/** The kinds of rows, in the order in which they are counted. */
export const KINDS = [
  'memblock',
  'radix_key',
  'radix_tree',
  'radix_consts',
  'preserve_orders',
  'rfc_type_bit',
  'mm_boot',
] as const;

/** A file of known answers. */
export const fileSchema = z.looseObject(
  {
    format: z.literal(1, 'is not a format khodbg reads; write 1'),
    vectors: z.array(rowSchema, 'is not a list of rows'),
  },
  'is not a file of known answers; write an object with format and vectors',
);

export type Row = z.output<typeof rowSchema>;
export type RowOf<K extends Row['kind']> = Extract<Row, { readonly kind: K }>;
export type MemblockOp = z.output<typeof memblockOp>;
