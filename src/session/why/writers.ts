// Which statements of a kernel text can write a field: stores that name it, and calls of what is no text and writes it. Read
// off the compiled text, and off a table of what is no text. Knows nothing of runs.
import type { Fn, Op, Program } from '../../vm/index.ts';

/** A statement that can write a field: an operation of a function. */
export interface Writer {
  readonly fn: Fn;
  readonly pc: number;
}

/** Fields that what is no text writes, by struct; `*`: all. A test compares it with what is recorded. */
const WRITES: Readonly<Record<string, readonly (readonly [struct: string, ...fields: string[]])[]>> = {
  __init_single_page: [['page', '*']],
  __SetPageReserved: [['page', 'flags']],
  __ClearPageReserved: [['page', 'flags']],
  clear_page_flags_at_prep: [['page', 'flags']],
  set_page_count: [['page', '_refcount']],
  put_page_testzero: [['page', '_refcount']],
  prep_compound_tail: [['page', 'compound_info', 'lru_next', 'mapping']],
  clear_compound_tail: [['page', 'compound_info', 'lru_next', 'mapping']],
  prep_compound_head: [['page', 'flags']],
  clear_compound_order: [['page', 'flags']],
  clear_page_private: [['page', 'private']],
  set_buddy_order: [['page', 'private', 'page_type', '_mapcount']],
  __add_to_free_list: [['page', 'lru_next', 'compound_info']],
  __del_page_from_free_list: [['page', 'lru_next', 'compound_info', 'page_type', '_mapcount', 'private']],
  bad_page: [['page', 'page_type', '_mapcount']],
  init_pageblock_migratetype: [['pageblock', 'migratetype']],
  alloc_node_data: [
    ['pglist_data', '*'],
    ['zone', '*'],
  ],
  init_node_zone: [['zone', '*']],
  totalram_pages_add: [['var', 'totalram_pages']],
  complete: [['completion', 'done']],
  wait_for_completion: [['completion', 'done']],
  kimage_add_segment: [['kimage', 'nr_segments']],
  spin_lock: [['spinlock', 'holder']],
  spin_unlock: [['spinlock', 'holder']],
  __next_mem_range: [['mem_range', '*']],
  __set_bit: [
    ['kho_radix_leaf', 'bitmap'],
    ['kho_mem_phys_bits', 'preserve'],
  ],
  __clear_bit: [
    ['kho_radix_leaf', 'bitmap'],
    ['kho_mem_phys_bits', 'preserve'],
  ],
};

/** Those that are given the name of the field: the number of that argument. */
const BY_NAME: Readonly<Record<string, readonly [struct: string | null, argument: number]>> = {
  atomic_long_add: [null, 2],
  atomic_dec_and_test: ['var', 0],
};

/** Can an operation write a field of a struct? `*`: all of them. */
export function writesField(op: Op, struct: string, field: string): boolean {
  if (op[0] === 'store') return op[2][0] === 'k' && op[2][1] === field && isOf(op, struct);
  if (op[0] !== 'mem' && op[0] !== 'range') return false;
  const [of, argument] = BY_NAME[op[2]] ?? [];
  if (argument !== undefined && op[0] === 'mem') {
    const name = op[3][argument];
    return (of === null || of === struct) && name?.[0] === 'k' && name[1] === field;
  }
  return (WRITES[op[2]] ?? []).some(
    ([of, ...fields]) => of === struct && (fields.includes('*') || fields.includes(field)),
  );
}

/** Of what writes several fields at once: the number of arguments that say where, and those that go into a field. */
const FEEDS: Readonly<
  Record<string, { readonly place: number; readonly fields: Readonly<Record<string, readonly number[]>> }>
> = {
  __init_single_page: { place: 2, fields: { flags: [3, 2] } },
  init_pageblock_migratetype: { place: 1, fields: { migratetype: [1] } },
  set_page_count: { place: 2, fields: { _refcount: [2] } },
  init_node_zone: {
    place: 0,
    fields: {
      node: [0],
      idx: [1],
      name: [1],
      zone_start_pfn: [2],
      spanned_pages: [3],
      initialized: [3],
      present_pages: [4],
      managed_pages: [4],
    },
  },
};

/** Of the operands of an operation, what it writes into a field; none where that is not known. */
export function valuesWritten<T>(op: Op, field: string | number, operands: readonly T[]): readonly T[] {
  if (op[0] === 'store') return operands.slice(2);
  const feeds = op[0] === 'mem' || op[0] === 'range' ? FEEDS[op[2]] : undefined;
  const wanted = feeds?.fields[field] ?? [];
  return wanted.flatMap((i) => (i >= (feeds?.place ?? 0) && i < operands.length ? [operands[i] as T] : []));
}

/** Of the operands of an operation, those that matter to a field it writes: what it writes, and where. */
export function feedingField<T>(op: Op, field: string | number, operands: readonly T[]): readonly T[] {
  const feeds = op[0] === 'mem' || op[0] === 'range' ? FEEDS[op[2]] : undefined;
  if (feeds === undefined || field === '*') return operands;
  return [...valuesWritten(op, field, operands), ...operands.slice(0, feeds.place)];
}

/** A store to a kernel variable names it so; the struct of other stores is not written in the text. */
function isOf(op: Op, struct: string): boolean {
  if (op[0] !== 'store' || op[1][0] !== 'k') return struct !== 'var';
  const base = op[1][1];
  return typeof base === 'object' && base !== null && base.struct === struct;
}

/** The statements that can write a field, in the order of the text; `*`: those that write all of a struct at once. */
export function writersOf(program: Program, struct: string, field: string): Writer[] {
  return Object.values(program.fns).flatMap((fn) =>
    fn.ops.flatMap((op, pc) => (writesField(op, struct, field) ? [{ fn, pc }] : [])),
  );
}

/** Does an operand hold a function as a value? */
function takes(operand: unknown, name: string): boolean {
  if (!Array.isArray(operand)) return false;
  return (operand[0] === 'f' && operand[1] === name) || operand.some((part) => takes(part, name));
}

/** The calls of a function in the text, by name, and where it is taken as a value for others to call. */
export function callsOf(program: Program, name: string): Writer[] {
  return Object.values(program.fns).flatMap((fn) =>
    fn.ops.flatMap((op, pc) => ((op[0] === 'call' && op[2] === name) || takes(op, name) ? [{ fn, pc }] : [])),
  );
}
