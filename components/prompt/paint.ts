// The prompt's row, the message row and the list of completions as text. Knows nothing of editing.

import { paintLogLine } from '../panes/log.ts';
import { paintRow, paintSides, type Span } from '../row.ts';
import type { LogLine } from '../session-view.ts';
import type { UiState } from '../state.ts';
import { cut, guard, textWidth } from '../text.ts';
import type { Theme } from '../theme.ts';

/** A painted prompt and the column of the terminal's cursor; null hides it. */
export interface PaintedPrompt {
  readonly row: string;
  readonly cursor: number;
}

/** The prompt itself, as gdb has it. */
export const PROMPT = '(khodbg) ';

function head(ui: UiState, theme: Theme): string {
  if (ui.mode === 'asking') return 'quit? (y or n) ';
  if (ui.mode === 'finding') return '/';
  const { search } = ui.editor;
  if (!search) return PROMPT;
  return `(${search.found < 0 && search.query !== '' ? 'failed ' : ''}search)'${guard(search.query, theme.ascii)}': `;
}

/** Paints the command line; a line longer than the row shows the part round the cursor. */
export function paintPrompt(ui: UiState, w: number, theme: Theme): PaintedPrompt {
  const label = head(ui, theme);
  const room = Math.max(1, w - label.length - 1);
  const before = guard(ui.editor.text.slice(0, ui.editor.cursor), theme.ascii);
  const after = guard(ui.editor.text.slice(ui.editor.cursor), theme.ascii);
  let start = 0;
  while (textWidth(before.slice(start)) >= room) start++;
  const text = cut(before.slice(start) + after, room);
  const style = ui.mode === 'keys' ? 'dim' : 'bold';
  const waiting: Span[] = ui.waiting > 0 ? [['dim', `${ui.waiting} waiting`]] : [];
  return {
    row: paintSides(theme, w, [[style, label], text], waiting),
    cursor: Math.min(w - 1, label.length + textWidth(before.slice(start))),
  };
}

/** Paints the message row: what the last command said, else what is set on the right and the last log line. */
export function paintMessage(ui: UiState, last: LogLine | null, points: string, w: number, theme: Theme): string {
  if (ui.message) {
    return paintRow(theme, w, [[ui.message.kind === 'error' ? 'error' : 'plain', ui.message.text]]);
  }
  return last ? paintLogLine(last, w, theme) : paintSides(theme, w, [], [['dim', points]]);
}

/** Lays the words of a completion out in columns, at most `most` rows. */
export function paintCompletions(words: readonly string[], w: number, most: number, theme: Theme): string[] {
  const column = Math.min(w, Math.max(...words.map((word) => word.length)) + 2);
  const columns = Math.max(1, Math.floor(w / column));
  const rows: string[] = [];
  for (let i = 0; i < words.length && rows.length < most; i += columns) {
    const line = words.slice(i, i + columns).map((word) => word.padEnd(column));
    const full = rows.length === most - 1 && i + columns < words.length;
    rows.push(full ? paintRow(theme, w, [['dim', `... ${words.length - i} more`]]) : paintRow(theme, w, line));
  }
  return rows;
}
