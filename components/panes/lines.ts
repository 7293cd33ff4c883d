// Panes that are lines of text as somebody else prints them: the console, files of /proc, scratch, the FDT. Knows nothing of
// what the lines say.

import type { PaneId } from '../layout-spec.ts';
import { paintRow, type Span } from '../row.ts';
import type { LinesView, SessionView } from '../session-view.ts';
import type { UiState } from '../state.ts';
import { textWidth } from '../text.ts';
import type { Theme } from '../theme.ts';
import { clampScroll, definePane, type PaneRow } from './pane.ts';

/** What lines are painted from; `scroll` counts from the end where `fromEnd` is set. */
export interface LinesSlice {
  readonly view: LinesView;
  readonly scroll: number;
  readonly find: UiState['find'];
  readonly fromEnd: boolean;
  /** columns scrolled away */
  readonly shift?: number;
}

/** A line with what was looked for standing out; the line where it was found is underlined. */
export function foundSpans(text: string, line: number, find: UiState['find']): readonly Span[] {
  const at = find === null || find.text === '' ? -1 : text.toLowerCase().indexOf(find.text.toLowerCase());
  if (find === null || at < 0) return [text];
  const style = line === find.line ? 'cursor' : 'plain';
  const end = at + find.text.length;
  return [
    [style, text.slice(0, at)],
    ['changed', text.slice(at, end)],
    [style, text.slice(end)],
  ];
}

/** The lines, in their narrow form where one would be cut. */
function linesFor({ lines, narrow }: LinesView, w: number): readonly string[] {
  return lines.some((text) => textWidth(text.trimEnd()) > w) ? narrow : lines;
}

/** Columns by which lines are wider than `w`. */
export function widestOf(lines: readonly string[], w: number): number {
  return Math.max(0, ...lines.map((text) => textWidth(text.trimEnd()) - w));
}

/** Paints as many lines as there is room for; the narrow form where a line would be cut. */
export function paintLines(slice: LinesSlice, w: number, h: number, theme: Theme): string[] {
  const { view, scroll, find, fromEnd, shift = 0 } = slice;
  const lines = linesFor(view, w);
  const up = clampScroll(scroll, lines.length, h);
  const first = fromEnd ? Math.max(0, lines.length - h - up) : up;
  return lines
    .slice(first, first + h)
    .map((text, i) => paintRow(theme, w, foundSpans(text.trimEnd().slice(shift), first + i, find)));
}

interface Definition {
  readonly id: PaneId;
  readonly help: readonly string[];
  readonly fromEnd?: boolean;
  view(view: SessionView): LinesView;
  title?(view: LinesView): string;
}

function linesPane({ id, help, fromEnd = false, view: of, title }: Definition): PaneRow {
  return definePane<LinesSlice>({
    id,
    name: id,
    help,
    fromEnd,
    length: (view) => of(view).lines.length,
    lines: (view) => of(view).lines,
    widest: (view, _ui, w) => widestOf(linesFor(of(view), w), w),
    title: ({ view }) => (title ? `${id}  ${title(of(view))}` : id),
    slice: ({ view, ui }) => ({
      view: of(view),
      scroll: ui.scroll[id] ?? 0,
      find: ui.find?.pane === id ? ui.find : null,
      fromEnd,
      shift: ui.shift[id] ?? 0,
    }),
    paint: paintLines,
  });
}

/** The console, as far as the position. */
export const CONSOLE = linesPane({
  id: 'console',
  help: [
    'What the simulated kernel has printed up to this position; going back takes lines away again.',
    'It follows the end unless you scroll up.',
  ],
  fromEnd: true,
  view: (view) => view.console(),
  title: ({ lines }) => `${lines.length} line${lines.length === 1 ? '' : 's'}`,
});

/** The scratch areas. */
export const SCRATCH = linesPane({
  id: 'scratch',
  help: [
    "The areas of KHO's scratch array: pageblocks that are CMA, free pages inside, initialised struct pages, and whether memblock marks them KHO_SCRATCH or only the array knows them. Below: extended scratch.",
  ],
  view: (view) => view.scratch(),
});

/** The FDT. */
export const FDT = linesPane({
  id: 'fdt',
  help: ['The flattened device tree of the handover: where it lies, and what it says.'],
  view: (view) => view.fdt(),
});

/** /proc/buddyinfo. */
export const BUDDYINFO = linesPane({
  id: 'buddyinfo',
  help: [
    'Free blocks by order, as /proc/buddyinfo prints them; with fewer blanks where the pane is narrow: node, zone, figures.',
  ],
  view: (view) => view.proc('buddyinfo'),
  title: () => 'free blocks by order, from 0',
});

/** /proc/pagetypeinfo. */
export const PAGETYPEINFO = linesPane({
  id: 'pagetypeinfo',
  help: [
    'Free blocks by migratetype and order, then pageblocks by migratetype, as /proc/pagetypeinfo prints them; with fewer blanks and letters where the pane is narrow.',
  ],
  view: (view) => view.proc('pagetypeinfo'),
});

/** /proc/zoneinfo. */
export const ZONEINFO = linesPane({
  id: 'zoneinfo',
  help: ['Zones as /proc/zoneinfo prints them, without the lines that khodbg has no counters for.'],
  view: (view) => view.proc('zoneinfo'),
});
