// What differs between two states, in ranges: struct pages, pageblocks, zones, memblock, free lists, contents of memory, what
// was printed. Two runs, or two positions of one history. Knows nothing of which.
import { type Change, isFreeHead, machineChanges } from '../../explore/index.ts';
import {
  entries,
  flagsNid,
  flagsZid,
  type Machine,
  PG_reserved,
  runGet,
  runs,
  ZONE_NAMES,
} from '../../machine/index.ts';
import type { State } from '../../vm/index.ts';
import { hex } from '../format.ts';
import { hasKhoMagic } from '../kho-page.ts';
import { stageOf } from '../report/index.ts';
import type { EndRow } from './types.ts';
import { pageOfWord, placeWords, span, valueWords } from './words.ts';

/** A difference of two states: the place, and what each holds there. */
export type Row = Omit<EndRow, 'boot'>;

interface PageRange {
  readonly start: number;
  readonly end: number;
  readonly changes: readonly Change[];
}

/** The changes of struct pages cut at each other's ends, so that each range has its fields. */
function pageRanges(changes: readonly Change[]): PageRange[] {
  const borders = [...new Set(changes.flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const sorted = [...changes].sort((a, b) => a.start - b.start);
  const out: PageRange[] = [];
  let open: Change[] = [];
  let next = 0;
  for (let i = 0; i + 1 < borders.length; i++) {
    const [start, end] = [borders[i] as number, borders[i + 1] as number];
    open = open.filter((change) => change.end > start);
    while (next < sorted.length && (sorted[next] as Change).start <= start) open.push(sorted[next++] as Change);
    const here = open.filter((change) => change.end > start);
    if (here.length === 0) continue;
    const last = out.at(-1);
    const same =
      last?.end === start &&
      last.changes.length === here.length &&
      here.every((c, n) => sameValues(c, last.changes[n]));
    if (last !== undefined && same) out[out.length - 1] = { ...last, end };
    else out.push({ start, end, changes: here });
  }
  return out;
}

const sameValues = (a: Change, b: Change | undefined): boolean =>
  b !== undefined && a.track === b.track && a.was === b.was && a.now === b.now;

/** Where only one has struct pages no field differs: the range is cut where theirs do. */
function pieces(range: PageRange, machines: readonly Machine[]): PageRange[] {
  if (!range.changes.some((change) => change.track === 'page.backed')) return [range];
  const { start, end } = range;
  const owner = machines.find((m) => start < 2 ** m.memmap.bits && runGet(m.memmap, start) !== null);
  if (owner === undefined) return [range];
  return [...runs(owner.memmap, start, end)].map((run) => ({ ...range, start: run.start, end: run.end }));
}

/** What a struct page holds, as far as it differs; one that only one run initialised, in a few words. */
function pageWords(range: PageRange, m: Machine, side: 'was' | 'now'): string {
  const { start, changes } = range;
  const page = start < 2 ** m.memmap.bits ? runGet(m.memmap, start) : null;
  if (page === null) return 'no struct page';
  const inits = changes.find((change) => change.track === 'page.inits');
  if (inits !== undefined) {
    const times = Number(inits[side]);
    if (times === 0) return `not initialised${hasKhoMagic(page) ? ', KHO magic' : ''}`;
    const { flags } = page;
    const zone = `node ${flagsNid(m.config, flags)} ${ZONE_NAMES[flagsZid(m.config, flags)] ?? ''}`;
    const often = Number(inits.was) > 1 && Number(inits.now) > 1 ? `${times} times` : 'more than once';
    const reserved = (flags & PG_reserved) === 0n ? '' : ', reserved';
    return `initialised ${times === 1 ? 'once' : often}, ${zone}${reserved}, refcount ${page._refcount}`;
  }
  if (changes.some((change) => change.track === 'page.backed')) return 'not initialised';
  return changes.map((change) => `${change.track.slice(5)} ${valueWords(change.track, change[side])}`).join(', ');
}

/** The marks that a struct page has as the head of a free block: the free lists say that. */
function isMark({ track, start }: Change, machines: readonly Machine[]): boolean {
  return /^page\.(page_type|private)$/.test(track) && machines.some((m) => isFreeHead(m, start));
}

function pageRows(changes: readonly Change[], a: Machine, b: Machine): Row[] {
  const own = changes.filter((change) => change.track.startsWith('page.') && !isMark(change, [a, b]));
  const rows: { start: number; end: number; a: string; b: string }[] = [];
  for (const range of pageRanges(own).flatMap((one) => pieces(one, [a, b]))) {
    const words = { a: pageWords(range, a, 'was'), b: pageWords(range, b, 'now') };
    const last = rows.at(-1);
    if (last?.end === range.start && last.a === words.a && last.b === words.b) last.end = range.end;
    else rows.push({ start: range.start, end: range.end, ...words });
  }
  return rows.map(({ start, end, ...words }) => ({ topic: 'struct pages', place: span('page', start, end), ...words }));
}

const FREE = 'free lists';

/** Free pages by zone and type, and blocks by order where they differ; where they do not, the blocks. */
function freeRows(changes: readonly Change[], a: State, b: State): Row[] {
  const of = (state: State) => {
    const out = new Map<string, readonly number[]>();
    for (const zone of stageOf({ name: '', at: 0, state, freed: 0 }).zones)
      for (const [type, orders] of Object.entries(zone.free)) out.set(`node ${zone.node} ${zone.zone} ${type}`, orders);
    return out;
  };
  const [mine, theirs] = [of(a), of(b)];
  const words = (orders: readonly number[] | undefined): string => {
    if (orders === undefined) return 'none';
    const pages = orders.reduce((sum, count, order) => sum + count * 2 ** order, 0);
    return `${pages} pages (${orders.join(' ')})`;
  };
  const rows = [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((place) => {
    const [x, y] = [words(mine.get(place)), words(theirs.get(place))];
    return x === y ? [] : [{ topic: FREE, place, a: x, b: y }];
  });
  return rows.length > 0
    ? rows
    : changeRows(
        changes.filter(({ track }) => track === 'free'),
        a.machine,
        () => FREE,
      );
}

const TOPICS: readonly (readonly [RegExp, string])[] = [
  [/^pageblock$/, 'pageblocks'],
  [/^(zone|pglist_data)\//, 'zones and nodes'],
  [/^var\//, 'variables'],
  [/^memblock/, 'memblock'],
  [/^section$/, 'sections'],
  [/^[^/]+\//, 'structs'],
];

function physRows(changes: readonly Change[]): Row[] {
  const words = changes.filter((change) => change.track === 'phys');
  if (words.length === 0) return [];
  const pages = [...new Set(words.map((change) => pageOfWord(change.start)))].sort((x, y) => x - y);
  const place = `pages ${pages.slice(0, 4).map(hex).join(' ')}${pages.length > 4 ? ' …' : ''}`;
  const count = (side: 'was' | 'now') => `${words.filter((change) => change[side] !== 0n).length} words set`;
  const [was, now] = [count('was'), count('now')];
  return [{ topic: 'contents of memory', place, a: was, b: was === now ? `${now}, other values` : now }];
}

/** A row for each change that has a topic. */
function changeRows(changes: readonly Change[], m: Machine, topicOf: (track: string) => string | undefined): Row[] {
  const blockPages = 2 ** m.config.pageblockOrder;
  return changes.flatMap((change) => {
    const topic = topicOf(change.track);
    if (topic === undefined) return [];
    const [a, b] = [valueWords(change.track, change.was), valueWords(change.track, change.now)];
    return [{ topic, place: placeWords(change, blockPages), a, b }];
  });
}

const otherTopic = (track: string): string | undefined => TOPICS.find(([pattern]) => pattern.test(track))?.[1];

function count(items: readonly string[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const item of items) out.set(item, (out.get(item) ?? 0) + 1);
  return out;
}

/** Texts that one side has more often than the other. */
export function listRows(topic: string, a: readonly string[], b: readonly string[], has = 'yes', lacks = 'no'): Row[] {
  const [mine, theirs] = [count(a), count(b)];
  const times = (n: number) => (n === 0 ? lacks : n === 1 ? has : `${n} times`);
  return [...new Set([...a, ...b])].flatMap((place) => {
    const [x, y] = [mine.get(place) ?? 0, theirs.get(place) ?? 0];
    return x === y ? [] : [{ topic, place, a: times(x), b: times(y) }];
  });
}

/** What is said of a line on the console, and of one that only the other has. */
export const [PRINTED, NOT_PRINTED] = ['printed', 'not printed'] as const;

/** What differs in the machine. */
export function machineRows(a: State, b: State): Row[] {
  const [x, y] = [a.machine, b.machine];
  const changes = machineChanges(x, y);
  return [
    ...pageRows(changes, x, y),
    ...changeRows(changes, x, otherTopic),
    ...freeRows(changes, a, b),
    ...physRows(changes),
  ];
}

/** Lines that one has on its console and the other has not. */
export function consoleRows(a: State, b: State): Row[] {
  return listRows('console', entries(a.machine.console), entries(b.machine.console), PRINTED, NOT_PRINTED);
}
