// memblock's regions as causes: which one covers an address, what it is called, and which statement made it what it is. A
// region is found by what it covers, since its number changes whenever the list does. Knows nothing of pages.
import { type Machine, type Region, regionAt, regionEnd, row, type Table } from '../../machine/index.ts';
import type { Access } from '../../vm/index.ts';
import { hex } from '../format.ts';
import { type Cause, note } from './cause.ts';
import type { Explainer } from './explain.ts';
import { operands } from './flow.ts';
import type { Walk } from './past.ts';
import type { Step } from './trace.ts';

/** memblock's lists. */
export type ListName = 'memory' | 'reserved';

/** What of a region is asked about. */
export type Property = 'presence' | 'flags' | 'nid';

const FLAGS: readonly (readonly [number, string])[] = [
  [0x1, 'HOTPLUG'],
  [0x4, 'NOMAP'],
  [0x10, 'RSRV_NOINIT'],
  [0x20, 'RSRV_KERN'],
  [0x40, 'KHO_SCRATCH'],
];

/** The names of flags that are set. */
export const flagNames = (flags: number): string[] =>
  FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);

/** The region of a list that covers an address, and its number; null when none does. */
export function covering(
  m: Machine,
  list: ListName,
  address: number,
): { readonly region: Region; readonly index: number } | null {
  const { regions } = m.memblock[list];
  const index = regions.findIndex((region) => address >= region.base && address < regionEnd(region));
  const region = regions[index];
  return region === undefined ? null : { region, index };
}

/** `memblock.reserved[3] 0x18000000..0x18001000 RSRV_NOINIT, node 0`. */
export function regionText(list: ListName, index: number, region: Region): string {
  const node = region.nid >= 0 && region.nid < 1024 ? [`node ${region.nid}`] : [];
  const words = [
    `memblock.${list}[${index}] ${hex(region.base)}..${hex(regionEnd(region))}`,
    ...flagNames(region.flags),
  ];
  return [...words, ...(list === 'memory' ? node : [])].join(' ');
}

/** Number from which references to reserved regions count. */
const RESERVED = regionAt('reserved', 0);

function propertyAt(m: Machine, list: ListName, address: number, property: Property): number {
  const found = covering(m, list, address);
  if (property === 'presence') return found === null ? 0 : 1;
  if (found === null) return -2;
  return property === 'flags' ? found.region.flags : found.region.nid;
}

/** The operation that gave an address of a list the property it has before a position; null: nobody in this boot. */
function* regionMaker(
  { past, slicer }: Explainer,
  list: ListName,
  address: number,
  property: Property,
  before: number,
): Walk<Step | null> {
  const last = past.turnBefore(before);
  if (last < 0) return null;
  const from = past.bootStart(last);
  const lists = [{ struct: 'memblock', at: list, field: 'regions' }];
  yield* past.pause(last);
  for (const i of past.columns.touching(lists, { from, to: last + 1, rw: 'w', backwards: true })) {
    const found = slicer
      .stepsOf(i)
      .findLast(
        ({ at, before: was, accesses }) =>
          at < before &&
          accesses.some((access) => access.rw === 'w' && access.struct === 'memblock') &&
          propertyAt(was.machine, list, address, property) !==
            propertyAt(past.stateAt(at + 1).machine, list, address, property),
      );
    if (found !== undefined) return found;
  }
  return null;
}

/** The rows of a region that covers an address: what it is, and who made it so. */
export function* coveringCause(
  explainer: Explainer,
  list: ListName,
  address: number,
  property: Property,
  step: Step,
  depth: number,
): Walk<Cause[]> {
  const found = covering(step.before.machine, list, address);
  if (found === null) return [note(`no region of memblock.${list} covers ${hex(address)}`)];
  const made = yield* regionMaker(explainer, list, address, property, step.at);
  const text = regionText(list, found.index, found.region);
  if (made === null) return [note(text)];
  const row = explainer.row(made, '', yield* explainer.operation(made, depth + 1));
  return [{ ...row, text: `${text}  ← ${row.text}`, always: true }];
}

const PROPERTY: Readonly<Record<string, Property>> = { flags: 'flags', nid: 'nid' };

/** Why a statement read of memblock what it did. */
export function* regionCause(explainer: Explainer, access: Access, step: Step, depth: number): Walk<Cause[]> {
  const { memblock } = step.before.machine;
  if (access.struct === 'memblock_region') {
    const list: ListName = (access.at as number) >= RESERVED ? 'reserved' : 'memory';
    const region = memblock[list].regions[(access.at as number) % RESERVED];
    if (region === undefined) return [];
    return yield* coveringCause(explainer, list, region.base, PROPERTY[access.field] ?? 'presence', step, depth);
  }
  if (access.struct !== 'memblock' || access.field !== 'regions') return [];
  return yield* searched(explainer, access.at as ListName, step, depth);
}

/** What an intrinsic that searches a list came upon. */
function* searched(explainer: Explainer, list: ListName, step: Step, depth: number): Walk<Cause[]> {
  const { op } = step;
  if (op[0] !== 'mem') return [];
  const [first] = operands(op);
  const value = first === undefined ? undefined : explainer.slicer.value(first, step);
  const { pageShift } = step.before.machine.config;
  if (op[2] === 'early_pfn_to_nid' && typeof value === 'number')
    return yield* coveringCause(explainer, list, value * 2 ** pageShift, 'nid', step, depth);
  if (op[2] === 'memblock_is_kho_scratch_memory' && typeof value === 'number')
    return yield* coveringCause(explainer, list, value, 'flags', step, depth);
  if (op[2] === '__next_mem_range') return yield* bordersOf(explainer, list, step, depth);
  return [];
}

/** The free range that an iterator found, [start, end) in bytes. */
function foundRange(explainer: Explainer, step: Step): { readonly start: number; readonly end: number } | null {
  const written = step.accesses.find(({ rw, struct }) => rw === 'w' && struct === 'mem_range');
  if (written === undefined) return null;
  return readRow(explainer.past.stateAt(step.at + 1).machine.table, String(written.at));
}

function readRow(table: Table, at: string): { start: number; end: number } | null {
  const fields = row(table, 'mem_range', at);
  return fields === undefined ? null : { start: Number(fields.start), end: Number(fields.end) };
}

/** The regions that a free range begins and ends at. */
function* bordersOf(explainer: Explainer, list: ListName, step: Step, depth: number): Walk<Cause[]> {
  const range = foundRange(explainer, step);
  if (range === null) return [];
  const { machine } = step.before;
  const out: Cause[] = [];
  const at = list === 'reserved' ? [range.start - 1, range.end] : [range.start];
  for (const address of at) {
    const found = covering(machine, list, address);
    if (found === null) continue;
    out.push(...(yield* coveringCause(explainer, list, address, 'presence', step, depth)));
  }
  return out;
}
