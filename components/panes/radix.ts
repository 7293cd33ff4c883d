// The KHO radix trees, row by row as they are opened. Knows nothing of tables and bitmaps.

import { paintRow } from '../row.ts';
import type { RadixRowView, RadixView, SessionView } from '../session-view.ts';
import type { UiState } from '../state.ts';
import type { Theme } from '../theme.ts';
import { type Branch, definePane } from './pane.ts';

/** What the trees are painted from; `cursor` is a row number. */
export interface RadixSlice {
  readonly radix: RadixView;
  readonly cursor: number;
  readonly focused: boolean;
}

/** From here on rows are worded at length. */
const ROOMY = 120;
/** Rows in which one can look for words. */
const MOST_LINES = 5000;

/** The rows of the trees that a pane of height `h` shows: the cursor's near the top, so that what it opens is in sight. */
function windowOf(view: SessionView, ui: UiState, h: number): RadixView {
  const cursor = ui.scroll.radix ?? 0;
  return view.radix(ui.opened, cursor - (h >> 2), h);
}

function paintTreeRow(row: RadixRowView, here: boolean, w: number, theme: Theme): string {
  const sign = row.opens.length === 0 ? ' ' : row.open ? '-' : '+';
  const text = w >= ROOMY ? row.text : row.narrow;
  const style = here ? 'here' : row.opens.length === 0 ? 'kept' : 'plain';
  return paintRow(theme, w, [' '.repeat(row.depth), ['bold', sign], ' ', [style, text]]);
}

/** Paints a window of the rows; an open row has a -, one that can be opened a +. */
export function paintRadix({ radix, cursor, focused }: RadixSlice, w: number, _h: number, theme: Theme): string[] {
  if (radix.total === 0) return [paintRow(theme, w, [['dim', 'no radix tree was handed over']])];
  const here = Math.min(cursor, radix.total - 1);
  return radix.rows.map((row, i) => paintTreeRow(row, focused && radix.first + i === here, w, theme));
}

/** The row under the cursor, and how far above it the row is that it hangs from. */
function branchAt(view: SessionView, ui: UiState, at: number): Branch | null {
  const { total } = view.radix(ui.opened, at, 1);
  const row = view.radix(ui.opened, Math.min(at, total - 1), 1).rows[0];
  if (row === undefined) return null;
  let parent = 0;
  for (let i = at - 1; i >= 0 && row.depth > 0; i--) {
    if ((view.radix(ui.opened, i, 1).rows[0]?.depth ?? 0) >= row.depth) continue;
    parent = at - i;
    break;
  }
  return { opens: row.opens, open: row.open, parent };
}

/** The pane of the radix trees. */
export const RADIX = definePane<RadixSlice>({
  id: 'radix',
  name: 'radix',
  help: [
    'The trees in which KHO keeps what is preserved: in, handed over by the kernel before; out, for the next one.',
    'Enter or Right opens a table or a leaf, Left closes it; a closed one shows keys and range of what lies below.',
    'A key shows address, order, pfns and what the struct pages say: init or uninit, KHOP with the order (the magic of a block not yet restored), restored, freed.',
  ],
  hasCursor: true,
  length: (view, ui) => view.radix(ui.opened, 0, 1).total,
  lines: (view, ui) => view.radix(ui.opened, 0, MOST_LINES).rows.map((row) => row.text),
  branch: branchAt,
  title: ({ view, ui, h }) => `radix  ${windowOf(view, ui, h).summary}`,
  slice: ({ view, ui, h, focused }) => ({
    radix: windowOf(view, ui, h),
    cursor: ui.scroll.radix ?? 0,
    focused,
  }),
  paint: paintRadix,
});
