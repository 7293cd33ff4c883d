// The memmap as strips of letters: zone, state, migratetype, memblock. Knows nothing of struct pages.

import { paintRow } from '../row.ts';
import type { MemmapView, SessionView } from '../session-view.ts';
import type { Theme } from '../theme.ts';
import { cellSpans } from './cells.ts';
import { definePane } from './pane.ts';

/** What the strips are painted from. */
export interface MemmapSlice {
  readonly view: SessionView;
}

/** Width of the row names before the cells. */
const LABEL = 6;
/** Which rows are kept when there is not room for all, the most important first. */
const KEPT = ['state', 'mt', 'mblk', 'zone'];
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

function size(pages: number): string {
  const kib = pages * 4;
  if (kib >= 1024 * 1024 && kib % (1024 * 1024) === 0) return `${kib / 1024 / 1024} GiB`;
  return kib >= 1024 && kib % 1024 === 0 ? `${kib / 1024} MiB` : `${kib} KiB`;
}

const hex = (pfn: number): string => `0x${pfn.toString(16)}`;

/** The memmap of a view for a pane of width `w`. */
export function memmapFor(view: SessionView, w: number): MemmapView {
  return view.memmap(Math.max(8, w - LABEL));
}

function cursorText(map: MemmapView): string {
  const first = map.start + map.cursor * map.pagesPerCell;
  return map.pagesPerCell === 1 ? hex(first) : `${hex(first)}..${hex(first + map.pagesPerCell)}`;
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

/** Paints the strips; with one row to spare, the cursor's row below them. */
export function paintMemmap({ view }: MemmapSlice, w: number, h: number, theme: Theme): string[] {
  const map = memmapFor(view, w);
  const names = KEPT.slice(0, Math.max(1, h));
  const rows = map.rows
    .filter((row) => names.includes(row.name))
    .map((row) => {
      const marks = { cursor: map.cursor, changed: row.name === 'state' || row.name === 'mt' ? map.changed : [] };
      const cells = cellSpans(row.cells, theme, marks, row.name === 'zone');
      return paintRow(theme, w, [['dim', row.name.padEnd(LABEL)], ...cells]);
    });
  if (h > rows.length) rows.push(paintBelow(map, w, theme));
  if (h > rows.length) rows.push(paintRow(theme, w, [['dim', `${' '.repeat(LABEL)}${STATE_LEGEND}`]]));
  return rows;
}

/** The memmap pane. */
export const MEMMAP = definePane<MemmapSlice>({
  id: 'memmap',
  name: 'memmap',
  help: [
    'One letter for a stretch of pages; the cell last touched is inverse, what changed since the last stop bold.',
    'state: B buddy, + initialised, r reserved, K preserved by KHO, · uninitialised, ? uninitialised but written,',
    '       n no struct page, * mixed',
    'mt:    U unmovable, M movable, E reclaimable, H highatomic, C CMA, I isolate, · never set, * mixed',
    'mblk:  . memory, s KHO_SCRATCH, R reserved, N reserved NOINIT, * mixed',
    'zone:  D DMA, 3 DMA32, N Normal, M Movable',
  ],
  length: () => 0,
  title: ({ view, w }) => {
    const map = memmapFor(view, w);
    const span = `memmap  pfn ${hex(map.start)}-${hex(map.end)}   1 cell = ${size(map.pagesPerCell)}`;
    const legend = SHORT_LEGENDS.find((text) => span.length + text.length + 7 <= w) ?? '';
    return `${span}   ${legend}`;
  },
  slice: ({ view }) => ({ view }),
  paint: paintMemmap,
});
