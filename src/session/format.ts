// Values as a kernel developer reads them: pfns, addresses and flags in hex, sentinels and migratetypes by name. Knows
// nothing of where the values come from.
import {
  isRef,
  type Machine,
  MIGRATETYPE_NAMES,
  PAGE_FIELDS,
  PHYS_ADDR_MAX,
  pageAt,
  pageField,
  readField,
  row,
  ULONG_MAX,
  type Value,
  ZONE_NAMES,
} from '../machine/index.ts';

/** `0x18000` */
export const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

const HEX_NAME =
  /(^|_)(pfn|spfn|epfn|phys|addr|base|start|end|root|anchor|node|child|mem_map|current_limit|prev_end|hole_pfn|mo_pfn|chunk_end|zone_low|zone_high|next)$|pfn$|_phys$|^(size|limit|key|flags|private|page_type|info)$/;
const NOT_HEX = new Set(['node', 'child_nid']);
const MIGRATETYPE_NAME = /^(mt|migratetype|buddy_mt)$|\.(mt|migratetype)$/;

const hexNumber = (n: number): string => (n < 0 ? `-0x${(-n).toString(16)}` : `0x${n.toString(16)}`);

/** The last word of an expression, by which its value is formatted: `page(1)->flags` is a `flags`. */
export function lastName(text: string): string {
  return /([A-Za-z_$][\w$]*)\s*(\[[^\]]*\])?\s*$/.exec(text)?.[1] ?? '';
}

function formatNumber(n: number, name: string): string {
  if (n === ULONG_MAX) return 'ULONG_MAX';
  if (n === PHYS_ADDR_MAX) return 'PHYS_ADDR_MAX';
  if (MIGRATETYPE_NAME.test(name) && MIGRATETYPE_NAMES[n] !== undefined) return `MIGRATE_${MIGRATETYPE_NAMES[n]}`;
  return HEX_NAME.test(name) && !NOT_HEX.has(name) ? hexNumber(n) : String(n);
}

/** A reference as an address where there is one: `(struct page *) 0xffffea0000600000 (pfn 0x18000)`. */
export function formatRef(value: { readonly struct: string; readonly at: number | string }): string {
  const { struct, at } = value;
  if (struct === 'fn') return `<${at}>`;
  if (struct === 'page') return `page(${hexNumber(at as number)})`;
  if (struct === 'zone') return `zone(${(at as number) >> 3}, ${ZONE_NAMES[(at as number) & 7] ?? (at as number) & 7})`;
  if (struct === 'pglist_data') return `node(${at})`;
  if (struct === 'pageblock') return `pb[${at}]`;
  // what lies in memory is known by its physical address
  if (/^(?:kho|u64\[)/.test(struct) && typeof at === 'number' && at >= 4096)
    return `(${struct.startsWith('u64') ? '' : 'struct '}${struct.replace('[]', '')} *) ${hexNumber(at)}`;
  return `(struct ${struct}) ${at}`;
}

/** One value; `name` is the field or variable it is the value of. */
export function formatValue(value: Value | undefined, name = ''): string {
  if (value === undefined) return '<no value>';
  if (value === null) return 'NULL';
  if (isRef(value)) return formatRef(value);
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (typeof value === 'number') return formatNumber(value, name);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** print/x, /d, /t, /s: the value in another base. */
export function formatAs(value: Value, letter: string, name: string): string {
  if (typeof value !== 'number' && typeof value !== 'bigint') return formatValue(value, name);
  const n = BigInt(value);
  if (letter === 'x') return n < 0n ? `-0x${(-n).toString(16)}` : `0x${n.toString(16)}`;
  if (letter === 'd') return n.toString();
  if (letter === 't') return n.toString(2);
  return formatValue(value, name);
}

/** Fields of the structs that the machine keeps otherwise than by name. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  memblock_region: ['base', 'size', 'flags', 'nid'],
  memblock_type: ['cnt', 'max', 'total_size'],
  pageblock: ['start_pfn', 'migratetype', 'written'],
  kho_scratch: ['addr', 'size'],
  free_area: ['nr_free'],
  e820_entry: ['addr', 'size', 'type', 'nid'],
};

/** The fields of a struct, for print: `{flags = 0x0, …}`; null when the struct has no fields of its own to list. */
export function structFields(
  m: Machine,
  ref: { readonly struct: string; readonly at: number | string },
): [string, Value][] | null {
  if (ref.struct === 'page') {
    const page = pageAt(m, ref.at as number, 'flags');
    return PAGE_FIELDS.filter((f) => f !== 'compound_info' && f !== '_mapcount').map((f) => [
      f,
      pageField(page, ref.at as number, f),
    ]);
  }
  const known = FIELDS[ref.struct];
  if (known !== undefined) return known.map((field) => [field, readField(m, ref, field)]);
  const fields = row(m.table, ref.struct, ref.at);
  return fields === undefined ? null : Object.entries(fields).filter(([field]) => field !== 'lock');
}

/** A value as print shows it: structs with their fields. */
export function printValue(m: Machine, value: Value, name: string): string {
  if (!isRef(value)) return formatValue(value, name);
  const fields = structFields(m, value);
  if (fields === null) return formatValue(value, name);
  return `{${fields.map(([field, v]) => `${field} = ${formatValue(v, field)}`).join(', ')}}`;
}

/** A pfn range as it is typed: `0x18000..0x18200`. */
export const rangeText = (start: number, end: number): string =>
  end - start === 1 ? hexNumber(start) : `${hexNumber(start)}..${hexNumber(end)}`;
