// The listing: breakpoints and the current line in the gutter, the current line lit. Knows nothing of how one moves.

import { paintRow, type Span } from '../row.ts';
import type { SessionView, SourceLine, SourceView, ValueView } from '../session-view.ts';
import type { UiState } from '../state.ts';
import { expandTabs } from '../text.ts';
import type { StyleName, Theme } from '../theme.ts';
import { highlight } from './highlight.ts';
import { definePane } from './pane.ts';
import { cursorLine, cursorValue } from './source-cursor.ts';

/** What the listing is painted from. */
export interface SourceSlice {
  readonly source: SourceView | null;
  /** number of the first line to show, 1-based */
  readonly top: number;
  readonly cursor: number;
  /** the value of the cursor line that the user chose, as columns of its text */
  readonly chosen?: { readonly from: number; readonly to: number } | null;
  readonly focused: boolean;
}

const PATCHED = { '+': 'ready', '~': 'changed', '-': 'bad' } as const;
const MARKS = { enabled: 'B', disabled: 'b' } as const;

/** Columns for hit counts. */
const COUNT = 4;

/** A count in at most four columns: `9999`, `12k`, `1.2M`. */
export function countText(count: number): string {
  if (count < 10_000) return String(count);
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`;
  return count < 10_000_000 ? `${(Math.floor(count / 100_000) / 10).toFixed(1)}M` : `${Math.floor(count / 1_000_000)}M`;
}

/** How a line is painted: the columns of its number, whether hit counts have room, whether the cursor is on it. */
interface LineStyle {
  readonly digits: number;
  readonly counts: boolean;
  readonly here: boolean;
  readonly chosen: NonNullable<SourceSlice['chosen']> | null;
}

/** The arrow of the current line, the cursor, or an x where this call has executed the line. */
function arrowOf(line: SourceLine, here: boolean): string {
  if (line.current) return '=>';
  return `${line.executed ? 'x' : ' '}${here ? '>' : ' '}`;
}

/** Breakpoint, patch mark, hit count, arrow, number: the marks have the blank before the arrow. */
function gutter(line: SourceLine, { digits, counts, here }: LineStyle): readonly Span[] {
  const mark = line.breakpoint ? MARKS[line.breakpoint] : ' ';
  const count = line.hits === undefined ? '' : countText(line.hits);
  return [
    ['breakpoint', mark],
    line.patch === undefined ? ' ' : ([PATCHED[line.patch], line.patch] as const),
    ['number', counts ? `${count.padStart(COUNT)} ` : ''],
    [here || line.executed ? 'bold' : 'number', arrowOf(line, here)],
    [here ? 'bold' : 'number', ` ${String(line.number).padStart(digits)} `],
  ];
}

/** Narrower listings indent by two. */
const WIDE = 90;
/** Narrower ones leave out the hit counts. */
const COUNTED = 64;

/** A text in one style, but for the value that the user chose. */
function withChosen(style: StyleName, text: string, { chosen }: LineStyle): readonly Span[] {
  if (chosen === null) return [[style, text]];
  const { from, to } = chosen;
  return [
    [style, text.slice(0, from)],
    ['cursor', text.slice(from, to)],
    [style, text.slice(to)],
  ];
}

function paintLine(line: SourceLine, style: LineStyle, w: number, theme: Theme): string {
  const stop = w < WIDE ? 2 : 4;
  const text = expandTabs(line.text, stop);
  const column = (at: number): number => expandTabs(line.text.slice(0, at), stop).length;
  const { chosen, here } = style;
  const placed = { ...style, chosen: chosen && { from: column(chosen.from), to: column(chosen.to) } };
  const marks = gutter(line, style);
  if (!line.current)
    return paintRow(theme, w, [...marks, ...(here ? withChosen('bold', text, placed) : highlight(text))]);
  const lit = marks.map((span) => (typeof span === 'string' ? span : span[1])).join('');
  const spans: readonly Span[] =
    placed.chosen === null ? [['current', lit + text]] : [['current', lit], ...withChosen('current', text, placed)];
  return paintRow(theme, w, spans, 'current');
}

/** Paints the lines from `top` on. */
export function paintSource(
  { source, top, cursor, chosen = null, focused }: SourceSlice,
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
  const counts = w >= COUNTED && source.counted === true;
  return source.lines.slice(first, first + h).map((line) => {
    const at = focused && line.number === cursor;
    return paintLine(line, { digits, counts, here: at && !line.current, chosen: at ? chosen : null }, w, theme);
  });
}

function sourceTitle({ function: name, file, patched, counted }: SourceView, w: number): string {
  const hits = counted === true && w >= COUNTED ? '  hits' : '';
  const marks = counted === true ? '  x in this call' : '';
  return `source  ${name}  (${file})${patched > 0 ? '  + ~ - by patches' : ''}${hits}${marks}`;
}

/** Asked only after one was chosen: a frame is painted for every key. */
function chosenAt(view: SessionView, { cursor }: UiState): ValueView | null {
  const { source } = view;
  const value = source === null ? undefined : cursorValue(source, cursor);
  if (source === null || value === undefined) return null;
  return view.values(source.lines[cursorLine(source, cursor) - 1]?.text ?? '')[value] ?? null;
}

/** The source pane. */
export const SOURCE = definePane<SourceSlice>({
  id: 'source',
  name: 'source',
  help: [
    'The kernel text of the selected frame. => is the line that runs next, > the cursor line (arrows), B a breakpoint, b a disabled one. b sets or clears a breakpoint on the cursor line.',
    'x marks the lines that this call has executed so far. The number before it: how often statements of the line were begun in all that is recorded, as :lines counts.',
    'Left and Right choose a value of the cursor line: a who accesses it, y why it has its value, W watches it.',
    'Where patches changed the file: + a line they added, ~ one they changed, - something taken away behind the line.',
  ],
  lines: (view) => (view.source?.lines ?? []).map((line) => line.text),
  length: (view) => view.source?.lines.length ?? 0,
  title: ({ view, w }) => (view.source ? sourceTitle(view.source, w) : 'source'),
  slice: ({ view, ui, top, focused }) => ({
    source: view.source,
    top,
    cursor: view.source ? cursorLine(view.source, ui.cursor) : 0,
    chosen: chosenAt(view, ui),
    focused,
  }),
  paint: paintSource,
});
