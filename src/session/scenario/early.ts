// What the rest of a kernel does with memblock before there is a buddy, as scenarios list it: where, which call, how much.
// Knows nothing of how the calls are made.
import * as z from 'zod';
import type { EarlyCall } from '../../machine/index.ts';
import { bytes, list, object, text, whole } from './fields.ts';

/** Functions of the text during which the rest of the kernel gets its turn, in boot order. */
export const EARLY_POINTS = [
  'setup_arch',
  'reserve_real_mode',
  'init_mem_mapping',
  'acpi_boot_table_init',
  'initmem_init',
  'acpi_boot_init',
  'sparse_init',
  'setup_per_cpu_areas',
  'mm_core_init',
] as const;

/** The calls that can be listed, under the kernel's names. */
export const EARLY_CALLS = [
  'memblock_reserve',
  'memblock_reserve_kern',
  'memblock_phys_free',
  'memblock_phys_alloc_range',
  'memblock_alloc_try_nid',
  'memblock_alloc_try_nid_raw',
  'memblock_alloc_exact_nid_raw',
  'memblock_alloc_range_nid',
] as const;

const address = bytes('an address', { page: false, positive: false });
const length = bytes('a size', { page: false, positive: true });

const earlyRow = object(
  'an early call; write as in {"in": "setup_arch", "call": "memblock_alloc_try_nid", "size": "4K"}',
  {
    in: z.enum(EARLY_POINTS),
    call: z.enum(EARLY_CALLS),
    size: length,
    align: length.optional(),
    node: whole(0, 1023, 'a node number').optional(),
    from: address.optional(),
    max: address.optional(),
    base: address.optional(),
    of: whole(0, 65535, 'the number of a row').optional(),
    offset: address.optional(),
    by: text(100).optional(),
  },
);

type Row = z.output<typeof earlyRow>;

const takesBase = (row: Row): boolean => row.call === 'memblock_reserve' || row.call === 'memblock_reserve_kern';

/** What two fields of one row say together; null when they fit. */
function misfit(row: Row, index: number, rows: readonly Row[]): string | null {
  if (takesBase(row) && row.base === undefined) return 'names no base; write the address it reserves';
  if (row.call !== 'memblock_phys_free') {
    if (row.of !== undefined) return 'has an "of", which is for memblock_phys_free';
    return row.base !== undefined && !takesBase(row) ? 'has a base, but memblock chooses where it lies' : null;
  }
  if ((row.base === undefined) === (row.of === undefined)) return 'frees neither or both of "base" and "of"; write one';
  if (row.of === undefined) return null;
  const other = row.of < index ? rows[row.of] : undefined;
  if (other === undefined || !other.call.includes('alloc'))
    return `frees row ${row.of}, which is no allocation before it`;
  return null;
}

/** `boots[].earlyAllocations` */
export const earlySchema = z.union(
  [
    z.literal('none'),
    list(earlyRow, 'early calls', 65_536).superRefine((rows, ctx) => {
      rows.forEach((row, i) => {
        const wrong = misfit(row, i, rows);
        if (wrong !== null) ctx.addIssue({ code: 'custom', path: [i, 'call'], message: wrong, input: row.call });
      });
    }),
  ],
  { error: 'is neither "none" nor a list of calls' },
);

/** The calls a right file lists, defaults filled in. */
export function earlyCalls(given: z.output<typeof earlySchema>): EarlyCall[] {
  if (given === 'none') return [];
  return given.map((row) => ({
    in: row.in,
    call: row.call,
    size: row.size,
    align: row.align ?? 64,
    node: row.node ?? -1,
    from: row.from ?? 0,
    max: row.max ?? 0,
    base: row.base ?? null,
    of: row.of ?? null,
    offset: row.offset ?? 0,
    by: row.by ?? row.in,
  }));
}
