// What differs between two machines, place by place: the machine before a turn and after it (then it is what the turn did),
// or two machines of different runs. A write of the value that stood there changes nothing. Knows nothing of time.
import {
  type Machine,
  type MemblockType,
  type Page,
  POISON,
  type RunMap,
  row,
  runDiff,
  runGet,
  runGrown,
  runs,
  type Table,
  type Value,
  ZERO,
} from '../machine/index.ts';

/** What a place can hold; references as text. */
export type Held = number | bigint | string | boolean | null;

/**
 * The places [start, end) of a track hold another value. Tracks: `page.FIELD` by pfn, `page.inits`, `page.backed`,
 * `pageblock` by number, `section`, `memblock.memory` and `.reserved` by byte, `free` by pfn, `phys` by 64-bit word,
 * `STRUCT/NAME.FIELD`, `memblock.NAME`, and for what is only told `console`, `fault`, `WARN`, `bad-page`, by number of the text.
 */
export interface Change {
  readonly track: string;
  readonly start: number;
  readonly end: number;
  readonly was: Held;
  readonly now: Held;
}

/** Fields of a struct page that are compared. */
const PAGE_TRACKS = [
  'flags',
  'lru_next',
  'lru_prev',
  'mapping',
  'index',
  'private',
  'page_type',
  '_refcount',
  'memcg_data',
] as const;

/** 64-bit words of a physical page, by which `phys` counts. */
export const WORDS = 512;

/** Locks: who holds one is a matter of the moment. */
const LOCKS = 'spinlock';

/** Structs on a kernel stack: named by thread and serial number. They are no part of the machine. */
const ON_STACK = /^\d+\.\d+$/;

const held = (value: Value | undefined): Held =>
  typeof value === 'object' && value !== null ? `${value.struct}(${value.at})` : (value ?? null);

type Add = (track: string, start: number, end: number, was: Held, now: Held) => void;

/** The maps of two machines, the smaller one in a larger. */
function sameSize<V>(a: RunMap<V>, b: RunMap<V>, fill: V): readonly [RunMap<V>, RunMap<V>] {
  const bits = Math.max(a.bits, b.bits);
  return [runGrown(a, bits, fill), runGrown(b, bits, fill)];
}

function pageFields(start: number, end: number, was: Page | null, now: Page | null, add: Add): void {
  if (was === null || now === null) {
    if (was !== now) add('page.backed', start, end, was !== null, now !== null);
    return;
  }
  for (const field of PAGE_TRACKS)
    if (was[field] !== now[field]) add(`page.${field}`, start, end, was[field], now[field]);
}

/** The page as it is compared where the fills differ: what nobody has initialised or written holds zeroes. */
function unfilled(page: Page | null, initialised: boolean, fill: Page): Page | null {
  if (page === null || initialised || fill === ZERO) return page;
  const out: Record<string, unknown> = { ...page };
  for (const field of PAGE_TRACKS) if (page[field] === fill[field]) out[field] = ZERO[field];
  return out as unknown as Page;
}

const fillOf = (m: Machine): Page => (m.config.fill === 'poison' ? POISON : ZERO);

function memmapChanges(a: Machine, b: Machine, add: Add): void {
  const [was, now] = sameSize(a.memmap, b.memmap, null);
  const alike = fillOf(a) === fillOf(b);
  for (const run of runDiff(was, now)) {
    if (alike) {
      pageFields(run.start, run.end, run.was, run.now, add);
      continue;
    }
    for (const x of runs(a.inits, run.start, Math.min(run.end, 2 ** a.inits.bits)))
      for (const y of runs(b.inits, x.start, Math.min(x.end, 2 ** b.inits.bits)))
        pageFields(
          y.start,
          y.end,
          unfilled(run.was, x.value > 0, fillOf(a)),
          unfilled(run.now, y.value > 0, fillOf(b)),
          add,
        );
  }
}

function mapChanges(track: string, a: RunMap<number>, b: RunMap<number>, fill: number, add: Add): void {
  for (const run of runDiff(...sameSize(a, b, fill))) add(track, run.start, run.end, run.was, run.now);
}

function freeChanges(a: Machine, b: Machine, add: Add): void {
  if (a.buddy.blocks === b.buddy.blocks) return;
  for (const { start, end, was, now } of runDiff(...sameSize(a.buddy.blocks, b.buddy.blocks, null))) {
    const [x, y] = [was, now].map((block) =>
      block === null ? null : `${block.zone}/${block.order}/${block.migratetype}`,
    );
    if (x !== y) add('free', start, end, x ?? null, y ?? null);
  }
}

function physChanges(a: Machine, b: Machine, add: Add): void {
  if (a.phys === b.phys) return;
  for (const { start, end, was, now } of runDiff(...sameSize(a.phys, b.phys, null))) {
    const indices = new Set([...Object.keys(was?.words ?? {}), ...Object.keys(now?.words ?? {})].map(Number));
    for (let pfn = start; pfn < end; pfn++)
      for (const index of [...indices].sort((x, y) => x - y)) {
        const [x, y] = [was?.words[index] ?? 0n, now?.words[index] ?? 0n];
        if (x !== y) add('phys', pfn * WORDS + index, pfn * WORDS + index + 1, x, y);
      }
  }
}

/** `node/flags` of a region; MAX_NUMNODES, which stands for no node, is the same word whatever the configuration makes of it. */
function regionText({ nid, flags }: MemblockType['regions'][number], { config }: Machine): string {
  return `${nid >= 2 ** config.nodesShift ? 'MAX_NUMNODES' : nid}/${flags}`;
}

/** What memblock says of each byte, whatever regions say it: `node/flags`, or null where no region lies. */
function regionChanges(name: 'memory' | 'reserved', before: Machine, after: Machine, add: Add): void {
  const [a, b] = [before.memblock[name], after.memblock[name]];
  if (a.regions === b.regions) return;
  const ends = [...a.regions, ...b.regions].flatMap(({ base, size }) => [base, base + size]);
  const borders = [...new Set(ends)].sort((x, y) => x - y);
  let [i, j] = [0, 0];
  for (let n = 0; n + 1 < borders.length; n++) {
    const [from, to] = [borders[n] as number, borders[n + 1] as number];
    while ((a.regions[i]?.base ?? Infinity) + (a.regions[i]?.size ?? 0) <= from) i++;
    while ((b.regions[j]?.base ?? Infinity) + (b.regions[j]?.size ?? 0) <= from) j++;
    const said = (region: MemblockType['regions'][number] | undefined, m: Machine) =>
      region !== undefined && region.base <= from ? regionText(region, m) : null;
    const [x, y] = [said(a.regions[i], before), said(b.regions[j], after)];
    if (x !== y) add(`memblock.${name}`, from, to, x, y);
  }
}

const MEMBLOCK_NAMES = ['kho_scratch_only', 'bottom_up', 'can_resize', 'current_limit'] as const;

function memblockChanges(before: Machine, after: Machine, add: Add): void {
  const [a, b] = [before.memblock, after.memblock];
  if (a === b) return;
  regionChanges('memory', before, after, add);
  regionChanges('reserved', before, after, add);
  for (const name of MEMBLOCK_NAMES) if (a[name] !== b[name]) add(`memblock.${name}`, 0, 1, a[name], b[name]);
}

function tableChanges(a: Table, b: Table, add: Add): void {
  if (a === b) return;
  for (const kind of new Set([...Object.keys(a.kinds), ...Object.keys(b.kinds)])) {
    const [was, now] = [a.kinds[kind] ?? {}, b.kinds[kind] ?? {}];
    if (was === now || kind === LOCKS) continue;
    for (const at of new Set([...Object.keys(was), ...Object.keys(now)])) {
      if (was[at] === now[at] || ON_STACK.test(at)) continue;
      const [x, y] = [was[at]?.fields ?? {}, now[at]?.fields ?? {}];
      for (const field of new Set([...Object.keys(x), ...Object.keys(y)])) {
        const [old, next] = [held(x[field]), held(y[field])];
        if (old !== next) add(`${kind}/${at}.${field}`, 0, 1, old, next);
      }
    }
  }
}

/** The places in which two machines differ, console aside; fields of struct pages in the order of the struct. */
export function machineChanges(a: Machine, b: Machine): Change[] {
  if (a === b) return [];
  const out: Change[] = [];
  const add: Add = (track, start, end, was, now) => {
    const last = out.at(-1);
    if (last?.track === track && last.end === start && last.was === was && last.now === now)
      out[out.length - 1] = { ...last, end };
    else out.push({ track, start, end, was, now });
  };
  mapChanges('section', a.sections, b.sections, 0, add);
  memblockChanges(a, b, add);
  if (a.memmap !== b.memmap || fillOf(a) !== fillOf(b)) memmapChanges(a, b, add);
  mapChanges('page.inits', a.inits, b.inits, 0, add);
  mapChanges('pageblock', a.pageblocks, b.pageblocks, -1, add);
  freeChanges(a, b, add);
  physChanges(a, b, add);
  tableChanges(a.table, b.table, add);
  return out;
}

const inside = <V>(map: RunMap<V>, at: number): V | null => (at < 2 ** map.bits ? runGet(map, at) : null);

function regionAt(m: Machine, type: MemblockType, at: number): Held {
  const region = type.regions.find(({ base, size }) => base <= at && at < base + size);
  return region === undefined ? null : regionText(region, m);
}

/** What a place of a track holds; undefined for what is told, which no machine holds. */
export function heldAt(m: Machine, track: string, at: number): Held | undefined {
  if (track.startsWith('page.')) {
    if (track === 'page.inits') return inside(m.inits, at);
    const page = inside(m.memmap, at);
    return track === 'page.backed' ? page !== null : (page?.[track.slice(5) as (typeof PAGE_TRACKS)[number]] ?? null);
  }
  if (track === 'pageblock') return inside(m.pageblocks, at);
  if (track === 'section') return inside(m.sections, at);
  if (track === 'free') {
    const block = inside(m.buddy.blocks, at);
    return block === null ? null : `${block.zone}/${block.order}/${block.migratetype}`;
  }
  if (track === 'phys') return inside(m.phys, Math.floor(at / WORDS))?.words[at % WORDS] ?? 0n;
  if (track === 'memblock.memory') return regionAt(m, m.memblock.memory, at);
  if (track === 'memblock.reserved') return regionAt(m, m.memblock.reserved, at);
  const name = MEMBLOCK_NAMES.find((one) => track === `memblock.${one}`);
  if (name !== undefined) return m.memblock[name];
  const parsed = /^([^/]+)\/(.*)\.([^.]+)$/.exec(track);
  if (parsed === null) return undefined;
  return held(row(m.table, parsed[1] ?? '', parsed[2] ?? '')?.[parsed[3] ?? '']);
}

/** Is the pfn the head of a free block in the machine? */
export function isFreeHead(m: Machine, pfn: number): boolean {
  return pfn < 2 ** m.buddy.blocks.bits && runGet(m.buddy.blocks, pfn) !== null;
}
