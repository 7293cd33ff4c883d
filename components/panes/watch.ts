// Watched expressions with their values and what they were. Knows nothing of how they are evaluated.

import { paintRow } from '../row.ts';
import type { WatchView } from '../session-view.ts';
import type { Theme } from '../theme.ts';
import { clampScroll, definePane } from './pane.ts';

/** What the watch pane is painted from. */
export interface WatchSlice {
  readonly watches: readonly WatchView[];
  /** the row of the cursor */
  readonly cursor: number;
  readonly focused: boolean;
}

function paintWatch(watch: WatchView, names: number, here: boolean, w: number, theme: Theme): string[] {
  const number = watch.display === true ? `${watch.number}:` : String(watch.number);
  const head = `${number.padStart(2)} ${watch.expression.padEnd(names)}  `;
  const off = watch.enabled ? '' : '  (disabled)';
  const value =
    watch.was === null
      ? [watch.value]
      : ([
          ['changed', watch.value],
          ['bold', `  (was ${watch.was})`],
        ] as const);
  const first = paintRow(theme, w, [[here ? 'here' : watch.enabled ? 'plain' : 'dim', head], ...value, ['dim', off]]);
  return [first, ...watch.details.map((text) => paintRow(theme, w, [`     ${text}`]))];
}

/** The watch that the row belongs to, details included; the last one behind the end; null where there is none. */
export function watchAt(watches: readonly WatchView[], row: number): WatchView | null {
  let left = row;
  for (const watch of watches) {
    left -= 1 + watch.details.length;
    if (left < 0) return watch;
  }
  return watches.at(-1) ?? null;
}

/** Paints the watches one under the other, details indented. */
export function paintWatches({ watches, cursor, focused }: WatchSlice, w: number, h: number, theme: Theme): string[] {
  if (watches.length === 0) {
    return [
      paintRow(theme, w, [['dim', 'nothing watched; try  :watch page(PFN)->flags  or  :watch pb[N].migratetype']]),
    ];
  }
  const longest = Math.max(...watches.map((watch) => watch.expression.length));
  const names = Math.min(longest, Math.max(12, Math.floor(w * 0.45)));
  const chosen = focused ? watchAt(watches, cursor) : null;
  const rows = watches.flatMap((watch) => paintWatch(watch, names, watch === chosen, w, theme));
  const first = clampScroll(cursor - h + 2, rows.length, h);
  return rows.slice(first, first + h);
}

/** The watch pane. */
export const WATCH = definePane<WatchSlice>({
  id: 'watch',
  name: 'watch',
  help: [
    'What watch and display show. What changed since the last stop is bold, with (was X).',
    'Numbers are those of info breakpoints: :delete N takes one away. 1: is of info display: :undisplay 1.',
    'Up and Down choose one: a asks who accesses it, y why it has that value.',
  ],
  hasCursor: true,
  length: (view) => view.watches.reduce((sum, watch) => sum + 1 + watch.details.length, 0),
  title: ({ view }) => `watch (${view.watches.length})`,
  slice: ({ view, ui, focused }) => ({ watches: view.watches, cursor: ui.scroll.watch ?? 0, focused }),
  paint: paintWatches,
});
