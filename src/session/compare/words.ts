// Effects and places in words: `initialises page 0x18000 (node 0, DMA32)`, `pageblock 0xc0 (pfn 0x18000): never set → CMA`.
// Knows nothing of which effects matter.
import { type Change, type Held, WORDS } from '../../explore/index.ts';
import {
  flagsNid,
  flagsZid,
  type Machine,
  MIGRATETYPE_NAMES,
  NEVER_SET,
  PAGE_FLAGS,
  runGet,
  ULONG_MAX,
  ZONE_NAMES,
} from '../../machine/index.ts';
import { formatValue, hex } from '../format.ts';
import { REGION_FLAGS } from '../report/index.ts';

/** `page 0x18000` or `pages 0x18000..0x18200`. */
export const span = (what: string, start: number, end: number): string =>
  end - start === 1 ? `${what} ${hex(start)}` : `${what}s ${hex(start)}..${hex(end)}`;

/** A pageblock's type by name. */
export const typeName = (value: Held): string =>
  value === NEVER_SET ? 'never set' : (MIGRATETYPE_NAMES[Number(value)] ?? String(value));

const zoneName = (zone: number): string => `node ${zone >> 3} ${ZONE_NAMES[zone & 7] ?? zone & 7}`;

/** What memblock says of a range: `node 0 KHO_SCRATCH`, or `nothing`. */
function regionWords(value: Held): string {
  if (value === null) return 'nothing';
  const [nid = 0, flags = 0] = String(value).split('/').map(Number);
  const names = REGION_FLAGS.filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name);
  return [nid >= 0 && nid < 1024 ? `node ${nid}` : 'no node', ...names].join(' ');
}

/** On which free list a block is. */
function listWords(value: Held): string {
  if (value === null) return 'not free';
  const [zone = 0, order = 0, type = 0] = String(value).split('/').map(Number);
  return `free, order ${order} of ${zoneName(zone)} ${typeName(type)}`;
}

/** `zone(0, DMA32).contiguous` for the track `zone/1.contiguous`. */
function rowName(track: string): string {
  const parsed = /^([^/]+)\/(.*)\.([^.]+)$/.exec(track);
  if (parsed === null) return track;
  const [, kind = '', at = '', field = ''] = parsed;
  if (kind === 'var') return field;
  if (kind === 'zone') return `zone(${Number(at) >> 3}, ${ZONE_NAMES[Number(at) & 7] ?? at}).${field}`;
  if (kind === 'pglist_data') return `node(${at}).${field}`;
  return at === '0' ? `${kind}.${field}` : `${kind}(${at}).${field}`;
}

/** A value of a track as people read it. */
export function valueWords(track: string, value: Held): string {
  if (track === 'pageblock') return typeName(value);
  if (track === 'free') return listWords(value);
  if (track === 'section') return value === 1 ? 'present' : 'absent';
  if (track === 'memblock.memory' || track === 'memblock.reserved') return regionWords(value);
  if (value === ULONG_MAX) return 'ULONG_MAX';
  if (track === 'page.page_type') return hex(Number(value));
  if (track === 'page.flags' && typeof value === 'bigint') return flagWords(value);
  if (typeof value === 'bigint') return value < 0n ? 'itself' : `0x${value.toString(16)}`;
  return formatValue(value, track.split('.').at(-1) ?? '');
}

function flagWords(value: bigint): string {
  const names = PAGE_FLAGS.filter(([, bit]) => (value & bit) !== 0n).map(([name]) => name);
  return value === 0xffff_ffff_ffff_ffffn || names.length === 0
    ? `0x${value.toString(16)}`
    : `0x${value.toString(16)} (${names.join('|')})`;
}

/** The place of a change. */
export function placeWords(change: Change, blockPages: number): string {
  const { track, start, end } = change;
  if (track.startsWith('page.')) return `${span('page', start, end)} ${track.slice(5)}`;
  if (track === 'pageblock')
    return `${span('pageblock', start, end)} (pfn ${hex(start * blockPages)}${end - start > 1 ? `..${hex(end * blockPages)}` : ''})`;
  if (track === 'section') return span('section', start, end);
  if (track === 'memblock.memory' || track === 'memblock.reserved') return `${track} ${hex(start)}..${hex(end)}`;
  if (track === 'free') return span('block', start, end);
  if (track === 'phys') return `memory at ${hex(start * 8)}${end - start > 1 ? `..${hex(end * 8)}` : ''}`;
  return rowName(track);
}

function initWords(change: Change, after: Machine): string {
  const flags = runGet(after.memmap, change.start)?.flags ?? 0n;
  const zone = ZONE_NAMES[flagsZid(after.config, flags)] ?? '';
  const again = change.was === 0 ? '' : ' again';
  return `initialises ${span('page', change.start, change.end)}${again} (node ${flagsNid(after.config, flags)}, ${zone})`;
}

const TOLD: Readonly<Record<string, (text: string) => string>> = {
  console: (text) => `prints "${text}"`,
  fault: (text) => `dies of ${text}`,
  WARN: (text) => `WARN ${text}`,
  'bad-page': (text) => `bad page: ${text}`,
};

/** What the changes of one turn come to, a line each: initialisation is one effect, whatever fields it changes. */
export function effectWords(changes: readonly Change[], after: Machine): string[] {
  const inits = changes.filter((change) => change.track === 'page.inits');
  const covered = (change: Change) =>
    change.track.startsWith('page.') &&
    inits.some((init) => init !== change && init.start <= change.start && init.end >= change.end);
  const blockPages = 2 ** after.config.pageblockOrder;
  return changes
    .filter((change) => !covered(change))
    .map((change) => {
      const told = TOLD[change.track];
      if (told !== undefined) return told(String(change.now));
      if (change.track === 'page.inits') return initWords(change, after);
      if (change.track === 'page.backed') return `gives ${span('page', change.start, change.end)} a struct page`;
      if (change.track === 'section') return `${span('section', change.start, change.end)} is present`;
      const place = placeWords(change, blockPages);
      return `${place}: ${valueWords(change.track, change.was)} → ${valueWords(change.track, change.now)}`;
    });
}

/** A 64-bit word's page. */
export const pageOfWord = (word: number): number => Math.floor(word / WORDS);
