// How kernel structs are found in the machine: a row per struct says how its fields are read and written. Fields that are
// structs or arrays inside it are addresses, not accesses. Reading what is not there is a fault in the kernel's words.

import { freeCount } from './buddy.ts';
import { pageFault, trap } from './fault.ts';
import { KHOSER_STRUCTS } from './khoser.ts';
import { type Machine, NEVER_SET } from './machine.ts';
import type { MemblockType, Region } from './memblock.ts';
import { physWord, withPhysWord } from './phys-words.ts';
import { runGet } from './run-map.ts';
import { readPageField, writePageField } from './struct-page.ts';
import { putField, row } from './table.ts';
import type { Ref, Value } from './value.ts';

export type Field = string | number;

/** One kernel struct. `get` and `set` throw a KernelFault when the struct is not there. */
export interface StructRow {
  /** true when reading the field only computes an address */
  embedded(field: Field): boolean;
  get(m: Machine, at: number | string, field: Field): Value;
  set?(m: Machine, at: number | string, field: Field, value: Value): Machine;
}

const ref = (struct: string, at: number | string): Ref => ({ struct, at });
const never = () => false;
const always = () => true;

/** sizeof(struct zone) with the usual options; the array before free_area is padded to a cache line, so a zone more fits. */
const ZONE_SIZE = 0x680n;
/** Words of struct zone behind lowmem_reserve[MAX_NR_ZONES], node, the pgdat and the per-CPU sets, in their order. */
const ZONE_WORDS = ['zone_start_pfn', 'managed_pages', 'spanned_pages', 'present_pages'];

/** Offset of a field in struct zone: 56 bytes of watermarks, a word for each zone, 48 bytes, then the words above. */
function zoneOffset(m: Machine, field: Field): bigint {
  const word = ZONE_WORDS.indexOf(String(field));
  return word < 0 ? 0n : 56n + 8n * BigInt(m.config.maxNrZones) + 48n + 8n * BigInt(word);
}

/** The zone number used as reference: node * 8 + zone index. */
export const zoneAt = (nid: number, zid: number): number => nid * 8 + zid;

const pageRow: StructRow = {
  embedded: never,
  get: (m, at, field) => readPageField(m, at as number, field as string),
  set: (m, at, field, value) => writePageField(m, at as number, field as string, value),
};

function tableGet(kind: string, missing: (m: Machine, at: number | string, field: Field, write: boolean) => Error) {
  return {
    get: (m: Machine, at: number | string, field: Field): Value => {
      const fields = row(m.table, kind, at);
      if (fields === undefined) throw missing(m, at, field, false);
      const value = fields[field];
      if (value === undefined) throw trap(`struct ${kind} has no member named '${field}'`);
      return value;
    },
    set: (m: Machine, at: number | string, field: Field, value: Value): Machine => {
      const fields = row(m.table, kind, at);
      if (fields === undefined) throw missing(m, at, field, true);
      if (fields[field] === undefined) throw trap(`struct ${kind} has no member named '${field}'`);
      return { ...m, table: putField(m.table, kind, at, field as string, value) };
    },
  };
}

/** A zone of a node that there is not: NODE_DATA() is NULL, and the zones are the first member of the pgdat. */
const zoneTable = tableGet('zone', (m, at, field, write) =>
  pageFault(BigInt((at as number) % 8) * ZONE_SIZE + zoneOffset(m, field), write),
);
const pgdatTable = tableGet('pglist_data', (_m, _at, _field, write) => pageFault(0x2e00n, write));

const typeOf = (m: Machine, at: number): MemblockType => (at >= RESERVED ? m.memblock.reserved : m.memblock.memory);
const RESERVED = 2 ** 30;

/** Reference number of memblock.memory.regions[i], or of memblock.reserved.regions[i]. */
export const regionAt = (type: 'memory' | 'reserved', i: number): number => (type === 'reserved' ? RESERVED + i : i);

const ENTRY: Readonly<Record<string, (r: Region) => Value>> = {
  base: (r) => r.base,
  size: (r) => r.size,
  flags: (r) => r.flags,
  nid: (r) => r.nid,
};

/** An entry of the scratch array: in memory where `kho_scratch_phys` points, else as the handover lists it. */
function scratchField(m: Machine, i: number, field: Field): number {
  const array = row(m.table, 'var', 0)?.kho_scratch_phys as number;
  if (array === 0) {
    const area = m.hardware.handover?.scratch[i];
    if (area === undefined) throw pageFault(BigInt(i) * 16n + (field === 'addr' ? 0n : 8n), false);
    return field === 'addr' ? area.start : area.size;
  }
  return Number(physWord(m, array + i * 16 + (field === 'addr' ? 0 : 8)));
}

const khoIn = tableGet('kho_in', (_m, _at, field) => trap(`kho_in.${field} does not exist`));
const khoOut = tableGet('kho_out', (_m, _at, field) => trap(`kho_out.${field} does not exist`));
const vmStruct = tableGet('vm_struct', (_m, _at, field) => trap(`vm_struct.${field} of an area that does not exist`));

const vmallocTable = tableGet('kho_vmalloc', (_m, at) => trap(`there is no kho_vmalloc ${at}`));
const itemTable = tableGet('test_kho_item', (_m, at) => trap(`test_kho_items[${at}] is past the end of the array`));

/** struct kho_vmalloc in memory: word, shift in it, bits. */
const VMALLOC_FIELDS: Readonly<Record<string, readonly [offset: number, shift: number, bits: number]>> = {
  first: [0, 0, 64],
  total_pages: [8, 0, 32],
  flags: [8, 32, 16],
  order: [8, 48, 16],
};

function vmallocField(field: Field): readonly [number, number, number] {
  const found = VMALLOC_FIELDS[field];
  if (found === undefined) throw trap(`struct kho_vmalloc has no member named '${field}'`);
  return found;
}

const fromBits = (word: bigint, bits: number): Value => (bits === 64 ? word : Number(word));

/** E820_TYPE_RESERVED_KERN (arch/x86/include/asm/e820/types.h): what the kernel itself has in use. */
const E820_TYPE_RESERVED_KERN = 128;
const E820_TYPES = { ram: 1, reserved: 2, 'soft-reserved': 0xefff_ffff } as const;

function firmwareEntry(m: Machine, at: string, field: string): Value {
  const [list, i] = at.split('/') as [string, string];
  if (list === 'reserved') {
    const range = m.hardware.reserved[Number(i)];
    if (range === undefined) throw trap(`boot_params.reserved[${i}] does not exist`);
    if (field === 'type') return range.kern ? E820_TYPE_RESERVED_KERN : E820_TYPES.reserved;
    return field === 'addr' ? range.start : field === 'size' ? range.size : -1;
  }
  const entry = m.hardware.memory[Number(i)];
  if (entry === undefined) throw trap(`e820_table.entries[${i}] does not exist`);
  if (field === 'addr') return entry.start;
  return field === 'size' ? entry.size : field === 'type' ? E820_TYPES[entry.type] : entry.node;
}

function bootParams(m: Machine, field: string): Value {
  const { handover, reserved } = m.hardware;
  switch (field) {
    case 'reserved':
      return ref('e820_entry[]', 'reserved');
    case 'nr_reserved':
      return reserved.length;
    case 'kho':
      return handover !== null;
    case 'fdt_addr':
      return handover?.fdt ?? 0;
    case 'scratch_addr':
      return handover?.scratchArray ?? 0;
    case 'nr_scratch':
      return handover?.nrScratch ?? 0;
    case 'mem_map':
      return handover?.radixRoot ?? 0;
    case 'outgoing':
      return m.hardware.outgoing;
    default:
      throw trap(`boot_params has no member named '${field}'`);
  }
}

/** Offset of a word of struct luo_ser, which is packed; its string of 8 bytes comes first. */
function luoSerField(field: Field): number {
  const index = ['liveupdate_num', 'sessions_pa', 'flbs_pa'].indexOf(String(field));
  if (index < 0) throw trap(`struct luo_ser has no member named '${field}'`);
  return 8 + 8 * index;
}

/** The kernel's structs. A name that is missing here lives in the table: a kernel variable, or a struct on stack or heap. */
export const STRUCTS: Readonly<Record<string, StructRow>> = {
  page: pageRow,
  pglist_data: {
    embedded: (field) => field === 'node_zones',
    ...pgdatTable,
    get: (m, at, field) => (field === 'node_zones' ? ref('zone[]', at) : pgdatTable.get(m, at, field)),
  },
  'zone[]': { embedded: always, get: (_m, at, i) => ref('zone', zoneAt(at as number, Number(i))) },
  zone: {
    embedded: (field) => field === 'zone_pgdat' || field === 'free_area',
    ...zoneTable,
    get: (m, at, field) => {
      if (field === 'zone_pgdat') return ref('pglist_data', (at as number) >> 3);
      if (field === 'free_area') return ref('free_area[]', at);
      return zoneTable.get(m, at, field);
    },
  },
  'free_area[]': { embedded: always, get: (_m, at, i) => ref('free_area', `${at}/${i}`) },
  free_area: {
    embedded: (field) => field === 'free_list',
    get: (m, at, field) => {
      const [zone, order] = String(at).split('/').map(Number) as [number, number];
      if (field === 'free_list') return ref('free_list[]', at);
      let sum = 0;
      for (let mt = 0; mt < 6; mt++) sum += freeCount(m.buddy, zone, order, mt);
      return sum;
    },
  },
  'free_list[]': {
    embedded: never,
    get: (m, at, mt) => {
      const [zone, order] = String(at).split('/').map(Number) as [number, number];
      return freeCount(m.buddy, zone, order, Number(mt));
    },
  },
  memblock: {
    embedded: (field) => field === 'memory' || field === 'reserved',
    get: (m, _at, field) => {
      if (field === 'memory' || field === 'reserved') return ref('memblock_type', field);
      if (field === 'bottom_up' || field === 'current_limit') return m.memblock[field];
      throw trap(`struct memblock has no member named '${field}'`);
    },
  },
  memblock_type: {
    embedded: (field) => field === 'regions' || field === 'name',
    get: (m, at, field) => {
      const type = at === 'reserved' ? m.memblock.reserved : m.memblock.memory;
      if (field === 'cnt') return type.regions.length;
      if (field === 'max') return type.max;
      if (field === 'array_base') return type.array?.base ?? 0;
      if (field === 'array_size') return type.array?.size ?? 0;
      if (field === 'name') return type.name;
      if (field === 'total_size') return type.total_size;
      return ref('memblock_region[]', at);
    },
  },
  'memblock_region[]': {
    embedded: always,
    get: (_m, at, i) => ref('memblock_region', regionAt(at as 'memory' | 'reserved', Number(i))),
  },
  memblock_region: {
    embedded: never,
    get: (m, at, field) => {
      const region = typeOf(m, at as number).regions[(at as number) % RESERVED];
      const read = ENTRY[field];
      if (read === undefined) throw trap(`struct memblock_region has no member named '${field}'`);
      return region === undefined ? 0 : read(region);
    },
  },
  'pb[]': { embedded: always, get: (_m, _at, i) => ref('pageblock', Number(i)) },
  pageblock: {
    embedded: never,
    get: (m, at, field) => {
      const type = (at as number) < 2 ** m.pageblocks.bits ? runGet(m.pageblocks, at as number) : NEVER_SET;
      if (field === 'migratetype' || field === 'mt') return type === NEVER_SET ? 0 : type;
      if (field === 'written') return type !== NEVER_SET;
      if (field === 'start_pfn') return (at as number) * 2 ** m.config.pageblockOrder;
      throw trap(`pageblock has no member named '${field}'; it has migratetype, written, start_pfn`);
    },
  },
  'kho_scratch[]': { embedded: always, get: (_m, _at, i) => ref('kho_scratch', Number(i)) },
  kho_scratch: {
    embedded: never,
    get: (m, at, field) => scratchField(m, at as number, field),
    set: (m, at, field, value) => {
      const array = row(m.table, 'var', 0)?.kho_scratch_phys as number;
      const offset = (at as number) * 16 + (field === 'addr' ? 0 : 8);
      if (array === 0) throw pageFault(BigInt(offset), true);
      return withPhysWord(m, array + offset, BigInt(value as number));
    },
  },
  kho_in: {
    embedded: (field) => field === 'radix_tree',
    ...khoIn,
    get: (m, at, field) => (field === 'radix_tree' ? ref('kho_radix_tree', 'kho_in') : khoIn.get(m, at, field)),
  },
  kho_out: {
    embedded: (field) => field === 'radix_tree' || field === 'track',
    ...khoOut,
    get: (m, at, field) => {
      if (field === 'radix_tree') return ref('kho_radix_tree', 'kho_out');
      return field === 'track' ? ref('kho_mem_track', 'kho_out') : khoOut.get(m, at, field);
    },
  },
  ...KHOSER_STRUCTS,
  kho_vmalloc: {
    embedded: never,
    get: (m, at, field) => {
      if (typeof at === 'string') return vmallocTable.get(m, at, field);
      const [offset, shift, bits] = vmallocField(field);
      return fromBits(BigInt.asUintN(bits, physWord(m, (at as number) + offset) >> BigInt(shift)), bits);
    },
    set: (m, at, field, value) => {
      if (typeof at === 'string') return vmallocTable.set(m, at, field, value);
      const [offset, shift, bits] = vmallocField(field);
      const word = physWord(m, (at as number) + offset);
      const mask = ((1n << BigInt(bits)) - 1n) << BigInt(shift);
      const put = (BigInt(value as number | bigint) << BigInt(shift)) & mask;
      return withPhysWord(m, (at as number) + offset, (word & ~mask) | put);
    },
  },
  luo_ser: {
    embedded: never,
    get: (m, at, field) => physWord(m, (at as number) + luoSerField(field)),
    set: (m, at, field, value) => withPhysWord(m, (at as number) + luoSerField(field), value as bigint),
  },
  kho_vmalloc_chunk: { embedded: always, get: (_m, at) => ref('u64[]', at) },
  vm_struct: {
    embedded: (field) => field === 'pages',
    ...vmStruct,
    get: (m, at, field) => (field === 'pages' ? ref('vm_page[]', at) : vmStruct.get(m, at, field)),
  },
  'test_kho_item[]': { embedded: always, get: (_m, _at, i) => ref('test_kho_item', Number(i)) },
  test_kho_item: {
    embedded: (field) => field === 'vmalloc',
    ...itemTable,
    get: (m, at, field) => (field === 'vmalloc' ? ref('kho_vmalloc', `item${at}`) : itemTable.get(m, at, field)),
  },
  'vm_page[]': { embedded: always, get: (_m, at, i) => ref('vm_page', `${at}/${i}`) },
  e820_table: {
    embedded: (field) => field === 'entries',
    get: (m, _at, field) => (field === 'entries' ? ref('e820_entry[]', 'map') : m.hardware.memory.length),
  },
  boot_params: {
    embedded: (field) => field === 'reserved',
    get: (m, _at, field) => bootParams(m, String(field)),
  },
  'e820_entry[]': { embedded: always, get: (_m, at, i) => ref('e820_entry', `${at}/${i}`) },
  e820_entry: { embedded: never, get: (m, at, field) => firmwareEntry(m, String(at), String(field)) },
  kho_radix_node: { embedded: always, get: (_m, at) => ref('u64[]', at) },
  kho_radix_leaf: { embedded: always, get: (_m, at) => ref('u64[]', at) },
  'u64[]': {
    embedded: never,
    get: (m, at, i) => physWord(m, (at as number) + Number(i) * 8),
    set: (m, at, i, value) => withPhysWord(m, (at as number) + Number(i) * 8, value as bigint),
  },
};

/** Fields that are locks or trees inside a struct: their address is all that text wants of them. */
const LOCKS: ReadonlySet<Field> = new Set(['lock', 'node_size_lock']);

/** Reads a field; throws a KernelFault when the struct is not there. */
export function readField(m: Machine, target: Ref, field: Field): Value {
  if (LOCKS.has(field)) return ref('spinlock', `${target.struct}/${target.at}`);
  const known = STRUCTS[target.struct];
  if (known !== undefined) return known.get(m, target.at, field);
  const fields = row(m.table, target.struct, target.at);
  if (fields === undefined) throw trap(`struct ${target.struct} is used after its function returned or it was freed`);
  const value = fields[field];
  if (value === undefined) throw trap(`struct ${target.struct} has no member named '${field}'`);
  return value;
}

/** Writes a field; the machine's only writer (effects.ts) calls it. */
export function writeField(m: Machine, target: Ref, field: Field, value: Value): Machine {
  const known = STRUCTS[target.struct];
  if (known !== undefined) {
    if (known.set === undefined) throw trap(`${target.struct}.${field} cannot be written from kernel text`);
    return known.set(m, target.at, field, value);
  }
  const fields = row(m.table, target.struct, target.at);
  if (fields === undefined) throw trap(`struct ${target.struct} is used after its function returned or it was freed`);
  if (fields[field] === undefined) throw trap(`struct ${target.struct} has no member named '${field}'`);
  return { ...m, table: putField(m.table, target.struct, target.at, field as string, value) };
}

/** True when reading the field is address arithmetic only, and so no access. */
export function isEmbedded(struct: string, field: Field): boolean {
  return LOCKS.has(field) || (STRUCTS[struct]?.embedded(field) ?? false);
}
