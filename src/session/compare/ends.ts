// What differs between the ends of two runs, in ranges: struct pages, pageblocks, zones, memblock, free lists, what was
// printed and what went wrong. Knows nothing of how it came about.
import { type Change, isFreeHead, machineChanges } from '../../explore/index.ts';
import { entries, flagsNid, flagsZid, type Machine, runGet, ZONE_NAMES } from '../../machine/index.ts';
import { hex } from '../format.ts';
import { hasKhoMagic } from '../kho-page.ts';
import type { RecordedBoot, Report } from '../report/index.ts';
import { stageOf } from '../report/index.ts';
import type { EndRow } from './types.ts';
import { pageOfWord, placeWords, span, valueWords } from './words.ts';

type Row = Omit<EndRow, 'boot'>;

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
    return `initialised ${times === 1 ? 'once' : 'more than once'}, ${zone}, refcount ${page._refcount}`;
  }
  return changes.map((change) => `${change.track.slice(5)} ${valueWords(change.track, change[side])}`).join(', ');
}

/** The marks that a struct page has as the head of a free block: the free lists say that. */
function isMark({ track, start }: Change, machines: readonly Machine[]): boolean {
  return /^page\.(page_type|private)$/.test(track) && machines.some((m) => isFreeHead(m, start));
}

function pageRows(changes: readonly Change[], a: Machine, b: Machine): Row[] {
  const own = changes.filter((change) => change.track.startsWith('page.') && !isMark(change, [a, b]));
  const rows: { start: number; end: number; a: string; b: string }[] = [];
  for (const range of pageRanges(own)) {
    const words = { a: pageWords(range, a, 'was'), b: pageWords(range, b, 'now') };
    const last = rows.at(-1);
    if (last?.end === range.start && last.a === words.a && last.b === words.b) last.end = range.end;
    else rows.push({ start: range.start, end: range.end, ...words });
  }
  return rows.map(({ start, end, ...words }) => ({ topic: 'struct pages', place: span('page', start, end), ...words }));
}

/** Free pages by zone and type, and blocks by order where they differ. */
function freeRows(a: RecordedBoot, b: RecordedBoot): Row[] {
  const of = (boot: RecordedBoot) => {
    const out = new Map<string, readonly number[]>();
    for (const zone of stageOf({ name: '', at: 0, state: boot.last, freed: 0 }).zones)
      for (const [type, orders] of Object.entries(zone.free)) out.set(`node ${zone.node} ${zone.zone} ${type}`, orders);
    return out;
  };
  const [mine, theirs] = [of(a), of(b)];
  const words = (orders: readonly number[] | undefined): string => {
    if (orders === undefined) return 'none';
    const pages = orders.reduce((sum, count, order) => sum + count * 2 ** order, 0);
    return `${pages} pages (${orders.join(' ')})`;
  };
  return [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((place) => {
    const [x, y] = [words(mine.get(place)), words(theirs.get(place))];
    return x === y ? [] : [{ topic: 'free lists', place, a: x, b: y }];
  });
}

const TOPICS: readonly (readonly [RegExp, string])[] = [
  [/^pageblock$/, 'pageblocks'],
  [/^(zone|pglist_data)\//, 'zones and nodes'],
  [/^var\//, 'variables'],
  [/^memblock/, 'memblock'],
  [/^section$/, 'sections'],
];

function physRows(changes: readonly Change[]): Row[] {
  const words = changes.filter((change) => change.track === 'phys');
  if (words.length === 0) return [];
  const pages = [...new Set(words.map((change) => pageOfWord(change.start)))].sort((x, y) => x - y);
  const place = `pages ${pages.slice(0, 4).map(hex).join(' ')}${pages.length > 4 ? ' …' : ''}`;
  const count = (side: 'was' | 'now') => `${words.filter((change) => change[side] !== 0n).length} words set`;
  return [{ topic: 'contents of memory', place, a: count('was'), b: count('now') }];
}

function otherRows(changes: readonly Change[], m: Machine): Row[] {
  const blockPages = 2 ** m.config.pageblockOrder;
  return changes.flatMap((change) => {
    const topic = TOPICS.find(([pattern]) => pattern.test(change.track))?.[1];
    if (topic === undefined) return [];
    const values = [valueWords(change.track, change.was), valueWords(change.track, change.now)] as const;
    return [{ topic, place: placeWords(change, blockPages), a: values[0], b: values[1] }];
  });
}

function count(items: readonly string[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const item of items) out.set(item, (out.get(item) ?? 0) + 1);
  return out;
}

/** Texts that one side has more often than the other. */
function listRows(topic: string, a: readonly string[], b: readonly string[], has = 'yes', lacks = 'no'): Row[] {
  const [mine, theirs] = [count(a), count(b)];
  const times = (n: number) => (n === 0 ? lacks : n === 1 ? has : `${n} times`);
  return [...new Set([...a, ...b])].flatMap((place) => {
    const [x, y] = [mine.get(place) ?? 0, theirs.get(place) ?? 0];
    return x === y ? [] : [{ topic, place, a: times(x), b: times(y) }];
  });
}

function toldRows(a: RecordedBoot, b: RecordedBoot): Row[] {
  const uninit = (boot: RecordedBoot) =>
    boot.uninit.map(
      (one) => `${one.rw === 'r' ? 'read' : 'write'} of page(${hex(one.pfn)}).${one.field} in ${one.function}`,
    );
  const faults = (boot: RecordedBoot) =>
    boot.faults.map((fault) => `${fault.kind}: ${fault.text} in ${fault.stack[0] ?? ''}`);
  const restored = (boot: RecordedBoot) =>
    boot.restored.map((one) => `${one.call}(${one.phys}) ${one.ok ? 'ok' : 'refused'}, ${one.pages} pages`);
  return [
    ...listRows('faults', faults(a), faults(b)),
    ...listRows('uninitialised struct pages', uninit(a), uninit(b)),
    ...listRows('restored', restored(a), restored(b)),
    ...listRows('console', entries(a.last.machine.console), entries(b.last.machine.console), 'printed', 'not printed'),
  ];
}

/** What differs at the end of one boot that both reached. */
export function bootEndRows(a: RecordedBoot, b: RecordedBoot): EndRow[] {
  const [x, y] = [a.last.machine, b.last.machine];
  const changes = machineChanges(x, y);
  const rows = [
    ...pageRows(changes, x, y),
    ...otherRows(changes, x),
    ...freeRows(a, b),
    ...physRows(changes),
    ...toldRows(a, b),
  ];
  return rows.map((row) => ({ boot: a.boot.number, ...row }));
}

const verdict = (ok: boolean | undefined): string => (ok === undefined ? 'not asked' : ok ? 'holds' : 'fails');

/** Invariants and expectations that one run holds and the other does not. */
export function verdictRows(a: Report, b: Report): EndRow[] {
  const boot = Math.max(a.boots.length, b.boots.length);
  const rows: EndRow[] = [];
  for (const one of a.invariants) {
    const other = b.invariants.find(({ name }) => name === one.name);
    if (other?.ok === one.ok) continue;
    rows.push({
      boot,
      topic: 'invariants',
      place: one.name,
      a: one.ok ? 'holds' : 'broken',
      b: other?.ok ? 'holds' : 'broken',
    });
  }
  for (const one of a.expect) {
    const other = b.expect.find(({ what }) => what === one.what);
    if (other === undefined || other.ok === one.ok) continue;
    rows.push({ boot, topic: 'expectations', place: one.what, a: verdict(one.ok), b: verdict(other.ok) });
  }
  return rows;
}
