// The listing: breakpoints and the current line in the gutter, the current line lit. Knows nothing of how one moves.

import { paintRow, type Span } from '../row.ts';
import type { SourceLine, SourceView } from '../session-view.ts';
import { expandTabs } from '../text.ts';
import type { Theme } from '../theme.ts';
import { highlight } from './highlight.ts';
import { definePane } from './pane.ts';
import { cursorLine } from './source-cursor.ts';

/** What the listing is painted from. */
export interface SourceSlice {
  readonly source: SourceView | null;
  /** number of the first line to show, 1-based */
  readonly top: number;
  readonly cursor: number;
  readonly focused: boolean;
}

const PATCHED = { '+': 'ready', '~': 'changed', '-': 'bad' } as const;
const MARKS = { enabled: 'B', disabled: 'b' } as const;

/** Breakpoint, patch mark, arrow, number: the marks have the blank before the arrow, so that no line gets longer. */
function gutter(line: SourceLine, digits: number, here: boolean): readonly Span[] {
  const mark = line.breakpoint ? MARKS[line.breakpoint] : ' ';
  const arrow = line.current ? '=>' : here ? ' >' : '  ';
  return [
    ['breakpoint', mark],
    line.patch === undefined ? ' ' : ([PATCHED[line.patch], line.patch] as const),
    [here ? 'bold' : 'number', `${arrow} ${String(line.number).padStart(digits)} `],
  ];
}

/** Narrower listings indent by two. */
const WIDE = 90;

function paintLine(line: SourceLine, digits: number, here: boolean, w: number, theme: Theme): string {
  const text = expandTabs(line.text, w < WIDE ? 2 : 4);
  const marks = gutter(line, digits, here);
  if (!line.current) return paintRow(theme, w, [...marks, ...(here ? [['bold', text] as const] : highlight(text))]);
  const lit = marks.map((span) => (typeof span === 'string' ? span : span[1])).join('') + text;
  return paintRow(theme, w, [['current', lit]], 'current');
}

/** Paints the lines from `top` on. */
export function paintSource(
  { source, top, cursor, focused }: SourceSlice,
  w: number,
  h: number,
  theme: Theme,
): string[] {
  if (!source) return [paintRow(theme, w, [['dim', 'no source: no thread stands in kernel text here']])];
  const digits = Math.max(3, String(source.lines.at(-1)?.number ?? 1).length);
  const first = Math.max(
    0,
    source.lines.findIndex((line) => line.number >= top),
  );
  return source.lines
    .slice(first, first + h)
    .map((line) => paintLine(line, digits, focused && line.number === cursor && !line.current, w, theme));
}

function sourceTitle({ function: name, file, patched }: SourceView): string {
  return `source  ${name}  (${file})${patched > 0 ? '  + ~ - by patches' : ''}`;
}

/** The source pane. */
export const SOURCE = definePane<SourceSlice>({
  id: 'source',
  name: 'source',
  help: [
    'The kernel text of the selected frame. => is the line that runs next, > the cursor line (arrows),',
    'B a breakpoint, b a disabled one. b sets or clears a breakpoint on the cursor line.',
    'Where patches changed the file: + a line they added, ~ one they changed, - something taken away behind the line.',
  ],
  lines: (view) => (view.source?.lines ?? []).map((line) => line.text),
  length: (view) => view.source?.lines.length ?? 0,
  title: ({ view }) => (view.source ? sourceTitle(view.source) : 'source'),
  slice: ({ view, ui, top, focused }) => ({
    source: view.source,
    top,
    cursor: view.source ? cursorLine(view.source, ui.cursor) : 0,
    focused,
  }),
  paint: paintSource,
});
