// Looking for a word in the lines of a pane: forwards, backwards, round the ends. Knows nothing of what the lines say.

import { cursorAnchor, cursorLine } from './panes/source-cursor.ts';
import { PANES } from './panes/table.ts';
import type { SessionPort } from './session-view.ts';
import type { Message, UiAction, UiState } from './state.ts';
import type { Store } from './store.ts';

interface Parts {
  readonly port: SessionPort;
  readonly ui: Store<UiState, UiAction>;
}

/** The next line after `from` that has the word, in direction `by`, round the ends; -1 for none. Case does not count. */
export function lineWith(lines: readonly string[], text: string, from: number, by: 1 | -1): number {
  const wanted = text.toLowerCase();
  for (let i = 1; i <= lines.length; i++) {
    const at = (((from + i * by) % lines.length) + lines.length) % lines.length;
    if (lines[at]?.toLowerCase().includes(wanted)) return at;
  }
  return -1;
}

/** The line before the first one shown: a new search begins behind it. */
function beforeShown({ port, ui }: Parts, height: number): number {
  const state = ui.get();
  const { source } = port.view();
  const pane = PANES[state.focus];
  if (state.focus === 'source') return source === null ? -1 : cursorLine(source, state.cursor) - 1;
  const scroll = state.scroll[state.focus] ?? 0;
  return pane.fromEnd ? Math.max(0, pane.length(port.view(), state) - height - scroll) - 1 : scroll - 1;
}

/** Brings a line into sight: in the middle of the pane, or under its cursor. */
function show({ port, ui }: Parts, height: number, line: number): void {
  const state = ui.get();
  const { focus } = state;
  const { source } = port.view();
  const pane = PANES[focus];
  if (focus === 'source') {
    if (source !== null) ui.dispatch({ type: 'pointed', anchor: cursorAnchor(source), line: line + 1 });
    return;
  }
  const length = pane.length(port.view(), state);
  const middle = height >> 1;
  const wanted = pane.hasCursor ? line : pane.fromEnd ? length - 1 - line - middle : line - middle;
  const most = Math.max(0, length - (pane.hasCursor ? 1 : height));
  ui.dispatch({ type: 'scrolled', pane: focus, to: Math.max(0, Math.min(most, wanted)) });
}

function go(parts: Parts, height: number, text: string, from: number, by: 1 | -1): void {
  const { port, ui } = parts;
  const { focus } = ui.get();
  const lines = PANES[focus].lines(port.view(), ui.get());
  const line = lines === null ? -1 : lineWith(lines, text, from, by);
  if (line >= 0) show(parts, height, line);
  ui.dispatch({ type: 'found', find: { pane: focus, text, line } });
  ui.dispatch({ type: 'said', message: answer(focus, lines, text, line) });
}

function answer(pane: string, lines: readonly string[] | null, text: string, line: number): Message {
  if (lines === null)
    return {
      kind: 'error',
      text: `/ looks for words in lines of text; the pane ${pane} has none: Tab goes to another`,
    };
  if (line < 0) return { kind: 'error', text: `no '${text}' in the pane ${pane}` };
  const count = lines.filter((one) => one.toLowerCase().includes(text.toLowerCase())).length;
  const words = count === 1 ? '1 line has it' : `${count} lines have it`;
  return { kind: 'out', text: `/${text}  line ${line + 1} of ${lines.length}; ${words}; C-n next, C-p previous` };
}

/** Looks for a word from what is shown on; an empty one is the last one again. */
export function findText(parts: Parts, height: number, text: string): void {
  if (text === '') findAgain(parts, height, 1);
  else go(parts, height, text, beforeShown(parts, height), 1);
}

/** Goes to the next or the previous place of the word last looked for. */
export function findAgain(parts: Parts, height: number, by: 1 | -1): void {
  const { find, focus } = parts.ui.get();
  if (find === null) {
    parts.ui.dispatch({ type: 'said', message: { kind: 'error', text: 'nothing looked for yet; / asks for a word' } });
    return;
  }
  const from = find.pane === focus && find.line >= 0 ? find.line : beforeShown(parts, height);
  go(parts, height, find.text, from, by);
}
