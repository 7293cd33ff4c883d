// From keys to commands and to changes of the screen. Knows the key table; knows nothing of Ink's components.

import type { Key } from 'ink';
import { createActions } from './actions.ts';
import { createQueue } from './command-queue.ts';
import { decodeKey, splitLines } from './keys/decode.ts';
import { keyRow } from './keys/table.ts';
import { completeLine } from './prompt/complete.ts';
import { editLine, enterLine, insertText } from './prompt/editor.ts';
import type { SessionPort } from './session-view.ts';
import type { UiAction, UiState } from './state.ts';
import type { Store } from './store.ts';

/** What the controller needs from the one who owns the terminal. */
export interface Host {
  quit(): void;
  fail(error: unknown): void;
  redraw(): void;
  suspend(): void;
}

/** Takes what the keyboard sends. */
export interface Controller {
  input(input: string, key: Key): void;
  paste(text: string): void;
  /** what C-c does, also when it comes as a signal */
  interrupt(): void;
}

/** Keys that act in an overlay as on the panes; every other bound key leaves the overlay and then acts. */
const IN_OVERLAY = new Set(['Up', 'Down', 'k', 'j', 'PgUp', 'PgDn', 'Home', 'End', ' ', 'C-l', 'C-z', 'C-c', 'C-d']);

/** Makes the controller of a screen. */
export function createController(port: SessionPort, ui: Store<UiState, UiAction>, host: Host): Controller {
  const queue = createQueue({ port, ui, quit: host.quit, fail: host.fail });
  const actions = createActions({ port, ui, queue, host });

  const type = (text: string): void => {
    if (ui.get().overlay) ui.dispatch({ type: 'closed' });
    ui.dispatch({ type: 'edited', editor: insertText(ui.get().editor, text) });
  };

  const enter = (): void => {
    const { editor } = ui.get();
    const line = editor.text.trim();
    ui.dispatch({ type: 'edited', editor: enterLine(editor) });
    ui.dispatch({ type: 'keys' });
    if (line === '') actions.repeat();
    else queue.push(line);
  };

  const typingKey = (name: string): void => {
    const { editor } = ui.get();
    if (name === 'Enter') enter();
    else if (name === 'Tab') completeLine(port, ui);
    else if (name === 'C-c') ui.dispatch({ type: 'keys' });
    else if (name === 'C-l' || name === 'C-z') actions[name === 'C-l' ? 'redraw' : 'suspend']();
    else if (name === 'C-d' && editor.text === '') actions.quit();
    else if (name === 'Esc' && !editor.search) ui.dispatch({ type: 'keys' });
    else if (name === 'Backspace' && editor.text === '' && !editor.search) ui.dispatch({ type: 'keys' });
    else ui.dispatch({ type: 'edited', editor: editLine(editor, name) });
  };

  const boundKey = (name: string): void => {
    const row = keyRow(name);
    if (ui.get().overlay && !IN_OVERLAY.has(name)) {
      ui.dispatch({ type: 'closed' });
      if (name === 'q' || name === 'Esc' || name === 'Enter' || name === '?') return;
    } else if (ui.get().overlay && actions.scrollOverlay(name)) return;
    if (row?.command !== undefined) queue.push(row.command);
    else if (row?.action !== undefined) actions[row.action]();
    else if (name.length === 1) type(name);
  };

  const answer = (name: string): void => {
    ui.dispatch({ type: 'keys' });
    if (name === 'y' || name === 'Y' || name === 'C-d') host.quit();
  };

  const key = (name: string): void => {
    const { mode } = ui.get();
    if (mode === 'asking') answer(name);
    else if (mode === 'typing') typingKey(name);
    else boundKey(name);
  };

  /** Letters that came together: the same one repeated is key repeat, different ones open the command line. */
  const chunk = (text: string, ended: boolean): void => {
    const letters = [...text];
    const [first = ''] = letters;
    const repeated = letters.every((letter) => letter === first) && keyRow(first) !== null;
    if (ui.get().mode === 'typing') type(text);
    else if (first === ':') {
      actions['command-line']();
      if (letters.length > 1) type(text.slice(1));
    } else if (repeated && !ended) for (const letter of letters) key(letter);
    else if (letters.length === 1 && !ended) key(first);
    else type(text);
  };

  return {
    input(input, inkKey) {
      const decoded = decodeKey(input, inkKey);
      if (decoded?.kind === 'key') return key(decoded.name);
      const parts = splitLines(decoded?.text ?? '');
      for (const [i, part] of parts.entries()) {
        if (part.kind === 'key') key(part.name);
        else if (ui.get().mode === 'asking') for (const letter of part.text) key(letter);
        else chunk(part.text, parts[i + 1]?.kind === 'key');
      }
    },
    paste(text) {
      if (ui.get().mode === 'asking') ui.dispatch({ type: 'keys' });
      type(text.trimEnd());
    },
    interrupt: actions.interrupt,
  };
}
