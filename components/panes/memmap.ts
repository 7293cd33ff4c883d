// The memmap as strips of letters: zone, state, migratetype, memblock, what changed; of the whole machine or of a part, in one
// band or, where there is room, in several. Knows nothing of struct pages.

import { paintRow, type Span } from '../row.ts';
import type { MapPlace, MemmapView, SessionView } from '../session-view.ts';
import type { MapState } from '../state.ts';
import type { Theme } from '../theme.ts';
import { cellSpans } from './cells.ts';
import { definePane } from './pane.ts';

/** What the strips are painted from. */
export interface MemmapSlice {
  readonly view: SessionView;
  readonly map: MapState;
  readonly focused: boolean;
}

type Name = MemmapView['rows'][number]['name'];

/** Width of the row names before the cells. */
const LABEL = 6;
/** Which rows are kept when there is not room for all, the most important first. */
const KEPT: readonly Name[] = ['state', 'mt', 'mblk', 'zone'];
/** What the letters mean, as much as fits. */
export const STATE_LEGEND = 'B buddy  + init  r reserved  K kho  · uninit  ? stale  n none  * mixed';
/** Shorter legends for narrower panes: what no kernel tool has goes last. */
const SHORT_LEGENDS = [
  STATE_LEGEND,
  'B buddy +init r resv K kho ·uninit ?stale n none *mixed',
  'K kho ·uninit ?stale n none *mixed',
  '·uninit ?stale *mixed',
];
const MORE_LEGEND = 'mt UMEHCI as the kernel  mblk s scratch R reserved N noinit';
const SINCE_LEGENDS = [
  'the state it came to  2 initialised again  t type  m memblock  w written  . same',
  'state it came to  2 again  t type  m memblock  w written',
  '2 again t type m memblock w written',
];

function size(pages: number): string {
  if (pages < 256) return pages === 1 ? '1 page' : `${pages} pages`;
  const kib = pages * 4;
  if (kib >= 1024 * 1024 && kib % (1024 * 1024) === 0) return `${kib / 1024 / 1024} GiB`;
  return kib >= 1024 && kib % 1024 === 0 ? `${kib / 1024} MiB` : `${kib} KiB`;
}

const hex = (pfn: number): string => `0x${pfn.toString(16)}`;

/** How the strips stand in a pane: rows by name, cells of a band, bands, and whether the last row tells of the cursor's cell. */
export interface Shape {
  readonly names: readonly Name[];
  readonly perBand: number;
  readonly bands: number;
  readonly telling: boolean;
}

/** The rows that are shown, in the order in which they stand. */
function namesFor({ view }: MapState, room: number, several: boolean): readonly Name[] {
  if (several) return view === 'all' ? ['zone', ...KEPT.slice(0, 3)] : [view];
  const wanted = view === 'all' ? KEPT : [view, ...KEPT.filter((name) => name !== view)];
  const kept = wanted.slice(0, Math.max(1, room));
  return (['zone', 'state', 'mt', 'mblk', 'since'] as const).filter((name) => kept.includes(name));
}

/** How the strips stand in `h` rows of `w` cells. */
export function mapShape(map: MapState, focused: boolean, w: number, h: number): Shape {
  const width = Math.max(8, w - LABEL);
  const many = namesFor(map, h, true);
  const bands = width < 32 ? 1 : Math.floor((h - 1) / (many.length + 1));
  if (bands > 2) return { names: many, perBand: width - (width % 32), bands, telling: true };
  const telling = h > 1 && (focused || map.view !== 'all');
  return { names: namesFor(map, telling ? h - 1 : h, false), perBand: width, bands: 1, telling };
}

const placeOf = ({ per, from, at }: MapState): MapPlace => ({ per, from, at });

/** Places by the states they are of: a view remembers its strips by them. */
const PLACES = new WeakMap<MapState, MapPlace>();

/** Where the screen looks; the same object as long as it is the same place. */
export function mapPlace(map: MapState): MapPlace {
  const known = PLACES.get(map) ?? placeOf(map);
  PLACES.set(map, known);
  return known;
}

/** The memmap of a view as it is shown in that shape. */
export function memmapFor(view: SessionView, map: MapState, { perBand, bands }: Shape): MemmapView {
  return view.memmap(perBand * bands, mapPlace(map));
}

const rangeText = (start: number, end: number): string =>
  end - start === 1 ? hex(start) : `${hex(start)}..${hex(end)}`;

function cursorText(map: MemmapView): string {
  const first = map.start + map.cursor * map.pagesPerCell;
  return rangeText(first, first + map.pagesPerCell);
}

/** A row that points at the cell last touched, or the legend where nothing was. */
function paintBelow(map: MemmapView, w: number, theme: Theme): string {
  const legend = ['dim', MORE_LEGEND] as const;
  if (map.cursor < 0) return paintRow(theme, w, [' '.repeat(LABEL), legend]);
  const text = `last touched ${cursorText(map)}`;
  const at = LABEL + map.cursor;
  const right = at + 2 + text.length <= w;
  const spans = right
    ? [' '.repeat(at), ['bold', '^'] as const, ` ${text}`]
    : [' '.repeat(Math.max(0, at - text.length - 1)), `${text} `, ['bold', '^'] as const];
  const used = right ? at + 2 + text.length : at + 1;
  const room = w - used - 3 >= MORE_LEGEND.length;
  return paintRow(theme, w, room ? [...spans, '   ', legend] : spans);
}

/** A row that says what the pages under the cursor are, and what changed there. */
function paintCell({ view, map: state }: MemmapSlice, map: MemmapView, shape: Shape, w: number, theme: Theme): string {
  const cell = view.memmapCell(shape.perBand * shape.bands, mapPlace(state));
  if (cell === null)
    return paintRow(theme, w, [['dim', `${' '.repeat(LABEL)}no page is touched here; h l move a cursor`]]);
  const since: readonly Span[] = [['dim', `since ${map.since}: `], cell.since === '' ? 'nothing changed' : cell.since];
  const now: readonly Span[] = [cell.now];
  const parts =
    state.view === 'since' ? [...since, '   ', ['dim', 'now '] as const, ...now] : [...now, '   ', ...since];
  return paintRow(theme, w, [['bold', cursorText(map)], '  ', ...parts]);
}

function paintBand(map: MemmapView, shape: Shape, from: number, w: number, theme: Theme): string[] {
  const to = from + shape.perBand;
  const marked = (name: Name) => name === 'state' || name === 'mt';
  return map.rows
    .filter((row) => shape.names.includes(row.name))
    .map((row) => {
      const marks = { cursor: map.cursor - from, changed: marked(row.name) ? map.changed.slice(from, to) : [] };
      const cells = cellSpans(row.cells.slice(from, to), theme, marks, row.name === 'zone');
      return paintRow(theme, w, [['dim', row.name.padEnd(LABEL)], ...cells]);
    });
}

/** The pages of a band, above it. */
function paintRuler(map: MemmapView, from: number, perBand: number, w: number, theme: Theme): string {
  const start = map.start + from * map.pagesPerCell;
  const end = Math.min(map.end, start + perBand * map.pagesPerCell);
  return paintRow(theme, w, [['dim', `${' '.repeat(LABEL)}${rangeText(start, end)}`]]);
}

/** Paints the strips; with one row to spare, the cursor's row below them. */
export function paintMemmap(slice: MemmapSlice, w: number, h: number, theme: Theme): string[] {
  const { view, map: state, focused } = slice;
  const shape = mapShape(state, focused, w, h);
  const map = memmapFor(view, state, shape);
  const rows: string[] = [];
  for (let from = 0; from < Math.max(1, map.changed.length); from += shape.perBand) {
    if (shape.bands > 1) rows.push(paintRuler(map, from, shape.perBand, w, theme));
    rows.push(...paintBand(map, shape, from, w, theme));
  }
  if (shape.telling) rows.push(paintCell(slice, map, shape, w, theme));
  else if (h > rows.length) rows.push(paintBelow(map, w, theme));
  if (h > rows.length) rows.push(paintRow(theme, w, [['dim', `${' '.repeat(LABEL)}${STATE_LEGEND}`]]));
  return rows;
}

/** What is shown, the most important part first: a part of memory is named, of all of it the pages are enough. */
function spanText(map: MemmapView, state: MapState): string {
  const cell = `1 cell = ${size(map.pagesPerCell)}`;
  const where = map.whole
    ? `pfn ${hex(map.start)}-${hex(map.end)}   ${cell}`
    : `${map.nodes} ${hex(map.start)}..${hex(map.end)}  ${cell}`;
  return `memmap  ${where}${state.view === 'since' ? `  since ${map.since}` : ''}`;
}

/** The memmap pane. */
export const MEMMAP = definePane<MemmapSlice>({
  id: 'memmap',
  name: 'memmap',
  help: [
    'One letter for a stretch of pages; the cell last touched is inverse, what changed since the last stop bold.',
    'state: B buddy, + initialised, r reserved, K preserved by KHO, · uninitialised, ? uninitialised but written, n no struct page, * mixed',
    'mt:    U unmovable, M movable, E reclaimable, H highatomic, C CMA, I isolate, · never set, * mixed',
    'mblk:  . memory, s KHO_SCRATCH, R reserved, N reserved NOINIT, * mixed',
    'zone:  D DMA, 3 DMA32, N Normal, M Movable',
    'since: what changed since the last stop, or since the mark that = sets or takes away (:memmap since POS): the letter of the state it came to, 2 initialised again, t type of the pageblock, m memblock, w written, * several',
    'm one row after the other, + - zoom round the cursor, h l j k move it, Enter into its cell and at last to its page, Esc back to all of memory; :memmap PFN, :memmap PFN..PFN go to a part.',
  ],
  length: () => 0,
  title: ({ view, ui, w, h, focused }) => {
    const map = memmapFor(view, ui.map, mapShape(ui.map, focused, w, h));
    const span = spanText(map, ui.map);
    const legends = ui.map.view === 'since' ? SINCE_LEGENDS : SHORT_LEGENDS;
    const legend = legends.find((text) => span.length + text.length + 7 <= w) ?? '';
    return `${span}   ${legend}`;
  },
  slice: ({ view, ui, focused }) => ({ view, map: ui.map, focused }),
  paint: paintMemmap,
});
