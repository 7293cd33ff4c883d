// What of the screen goes to the clipboard: the lines of the overlay, of the pane with the focus, or what is in sight of it.
// Knows nothing of how a terminal takes it.

import type { Layout } from './layout.ts';
import { cursorLine } from './panes/source-cursor.ts';
import { PANES } from './panes/table.ts';
import type { SessionView } from './session-view.ts';
import type { UiState } from './state.ts';
import { expandTabs } from './text.ts';
import { createTheme } from './theme.ts';

/** Styled with nothing: the sequences that are left are taken away. */
const PLAIN = createTheme(0, false);
const SEQUENCE = new RegExp(`${String.fromCharCode(0x1b)}\\[[\\d;]*m`, 'g');

/** Rows of the pane as they are painted. */
function paintedRows(view: SessionView, ui: UiState, { panes }: Layout): readonly string[] {
  const body = panes.find((place) => place.id === ui.focus)?.body;
  if (body === undefined) return [];
  const input = { view, ui, w: body.w, h: body.h, theme: PLAIN, focused: false, top: 1 };
  const rows = PANES[ui.focus].painting(input).make();
  return rows.map((row) => row.replace(SEQUENCE, '').trimEnd());
}

/** The lines of the source round its cursor, with their numbers. */
function sourceRows({ source }: SessionView, ui: UiState, { panes }: Layout): readonly string[] {
  if (source === null) return [];
  const h = panes.find((place) => place.id === 'source')?.body.h ?? 1;
  const first = Math.max(0, cursorLine(source, ui.cursor) - 1 - (h >> 1));
  return source.lines.slice(first, first + h).map(({ number, text }) => `${number}\t${text}`);
}

/** What is copied, as lines. */
export function copiedLines(view: SessionView, ui: UiState, places: Layout): readonly string[] {
  if (ui.overlay !== null && ui.overlay.kind !== 'compare') return ui.overlay.lines.map((line) => expandTabs(line));
  if (ui.focus === 'source') return sourceRows(view, ui, places);
  const lines = PANES[ui.focus].lines(view, ui) ?? paintedRows(view, ui, places);
  const { results } = view;
  return ui.focus === 'results' && results !== null ? [results.title, ...lines] : lines;
}
