// Tab on the command line: asks the session for words, puts in what is common, shows the rest. Knows nothing of keys.

import type { SessionPort } from '../session-view.ts';
import type { UiAction, UiState } from '../state.ts';
import type { Store } from '../store.ts';
import { replaceWord } from './editor.ts';

/** The longest text that all words begin with. */
export function commonStart(words: readonly string[]): string {
  const [first = '', ...others] = words;
  let length = first.length;
  for (const word of others) {
    while (!word.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}

/** Completes the word before the cursor; several candidates are listed. */
export function completeLine(port: SessionPort, ui: Store<UiState, UiAction>): void {
  const { editor } = ui.get();
  const line = editor.text.slice(0, editor.cursor);
  const { from, words } = port.complete(line);
  const [only] = words;
  if (only === undefined) return;
  const start = commonStart(words);
  const word = words.length === 1 ? `${only}${editor.cursor === editor.text.length ? ' ' : ''}` : start;
  if (word.length >= line.length - from) ui.dispatch({ type: 'edited', editor: replaceWord(editor, from, word) });
  if (words.length > 1) ui.dispatch({ type: 'completed', words });
}
