// The pageblock map: one letter a block, the kernel's own. Knows nothing of pages.

import { paintRow } from '../row.ts';
import type { PageblockView, SessionView } from '../session-view.ts';
import type { MapState } from '../state.ts';
import type { Theme } from '../theme.ts';
import { cellSpans } from './cells.ts';
import { mapPlace } from './memmap.ts';
import { definePane } from './pane.ts';

/** What the map is painted from. */
export interface PageblocksSlice {
  readonly view: SessionView;
  readonly map: MapState;
}

const LEGEND = ['U Unmovable M Movable E Reclaimable', 'H HighAtomic C CMA I Isolate · unset'];

/** How many blocks a row of the map shows: a power of two, so that rows start at round numbers. */
export function blocksPerRow(w: number): number {
  for (const columns of [128, 64, 32]) if (w >= columns + 7) return columns;
  return 16;
}

const hex = (block: number): string => `0x${block.toString(16).padStart(3, '0')}`;

function scale(columns: number): string {
  let out = '';
  for (let i = 0; i < columns; i++) out += (i % 16).toString(16);
  return out;
}

/** Paints as many rows of the map as there is room for, a scale above and the legend below where they fit. */
export function paintPageblocks({ view, map: state }: PageblocksSlice, w: number, h: number, theme: Theme): string[] {
  const columns = blocksPerRow(w);
  const legend = h >= 10 ? LEGEND : [];
  const top = h >= 8 ? 1 : 0;
  const map: PageblockView = view.pageblocks(columns, Math.max(1, h - legend.length - top), mapPlace(state));
  const label = Math.max(5, ...map.rows.map((row) => hex(row.first).length)) + 1;
  const rows = top === 0 ? [] : [paintRow(theme, w, [['dim', ' '.repeat(label) + scale(columns)]])];
  for (const row of map.rows) {
    const cells = cellSpans(row.cells, theme, { changed: row.changed, cursor: map.cursor - row.first });
    rows.push(paintRow(theme, w, [['dim', hex(row.first).padEnd(label)], ...cells]));
  }
  for (const text of legend) rows.push(paintRow(theme, w, [['dim', ' '.repeat(label) + text]]));
  return rows.slice(0, h);
}

/** The pageblocks pane. */
export const PAGEBLOCKS = definePane<PageblocksSlice>({
  id: 'pageblocks',
  name: 'pageblocks',
  help: [
    'The migratetype of each pageblock: U unmovable, M movable, E reclaimable, H highatomic, C CMA, I isolate, · never set.',
    'What changed since the last stop is bold, the block of the cursor of the memmap inverse.',
    'Numbers are pfn >> pageblock_order.',
  ],
  length: () => 0,
  title: ({ view, ui, w }) => {
    const { order, total } = view.pageblocks(blocksPerRow(w), 1, mapPlace(ui.map));
    return `pageblocks (${total})  pfn>>${order}  UMEHCI  · unset`;
  },
  slice: ({ view, ui }) => ({ view, map: ui.map }),
  paint: paintPageblocks,
});
