// From keys to commands and to changes of the screen. Knows the key table; knows nothing of Ink's components.

import type { Key } from 'ink';
import { type Actions, createActions } from './actions.ts';
import { CommandQueue, type Speaker } from './command-queue.ts';
import { decodeKey, type KeyInput, keyChunks, splitLines } from './keys/decode.ts';
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
  /** to the clipboard, by way of the terminal; false: too long for that */
  copy(text: string): boolean;
}

/** Keys that act in an overlay as on the panes; every other bound key leaves the overlay and then acts. */
const IN_OVERLAY = new Set([
  'Up',
  'Down',
  'k',
  'j',
  'PgUp',
  'PgDn',
  'Home',
  'End',
  ' ',
  'C-l',
  'C-z',
  'C-c',
  'C-d',
  '.',
  ',',
  'Y',
]);
/** Begins the keys of gdb's TUI. */
const PREFIX = 'C-x';

/** Keys that do nothing more than leave the overlay. */
const LEAVING = new Set(['q', 'Esc', 'Enter', '?']);

/** Keys of the command line that look into its history: a word to look for has none. */
const IN_HISTORY = new Set(['Up', 'Down', 'C-p', 'C-n', 'C-r', 'Tab']);

const isEnter = (part: KeyInput | undefined): boolean => part?.kind === 'key' && part.name === 'Enter';

/** Is it one bound key over and over, or bound keys of which one came three times running, as in no word? */
function isRepeat(letters: readonly string[]): boolean {
  const [first] = letters;
  const held = letters.some((letter, i) => letter === letters[i + 1] && letter === letters[i + 2]);
  return (held || letters.every((letter) => letter === first)) && letters.every((letter) => keyRow(letter) !== null);
}

/** Takes what the keyboard sends. */
export class Controller {
  readonly #port: SessionPort;
  readonly #ui: Store<UiState, UiAction>;
  readonly #host: Host;
  readonly #queue: CommandQueue;
  readonly #actions: Actions;
  /** who typed at the line that stands at the prompt: the tour, when it did at all */
  #typist: Speaker = 'user';
  /** C-x was pressed: the next key is one of gdb's TUI */
  #prefix = false;

  constructor(port: SessionPort, ui: Store<UiState, UiAction>, host: Host) {
    this.#port = port;
    this.#ui = ui;
    this.#host = host;
    const play = (keys: string) => void this.#play(keys).catch(host.fail);
    const look = (start: number, end: number) => this.#actions.look(start, end);
    this.#queue = new CommandQueue({ port, ui, quit: host.quit, fail: host.fail, play, look });
    this.#actions = createActions({ port, ui, queue: this.#queue, host });
  }

  /** One input event of Ink's. */
  input(input: string, inkKey: Key): void {
    const decoded = decodeKey(input, inkKey);
    if (decoded?.kind === 'key') this.#key(decoded.name);
    if (decoded?.kind === 'text') this.#text(decoded.text);
  }

  #text(text: string): void {
    const parts = splitLines(text);
    for (const [i, part] of parts.entries()) {
      if (part.kind === 'key') this.#key(part.name);
      else this.#chunk(part.text, isEnter(parts[i + 1]));
    }
  }

  /** Presses the keys of a step of the tour, each when the commands of those before it are done. */
  async #play(keys: string): Promise<void> {
    await this.#queue.settled();
    if (this.#ui.get().mode !== 'keys') this.#ui.dispatch({ type: 'keys' });
    for (const chunk of keyChunks(keys)) {
      this.#queue.speaker = 'tour';
      this.#text(chunk);
      this.#queue.speaker = 'user';
      await this.#queue.settled();
    }
    this.#port.played();
  }

  /** Text that was pasted: it goes to the command line, whatever it contains. */
  paste(text: string): void {
    if (this.#ui.get().mode === 'asking') this.#ui.dispatch({ type: 'keys' });
    this.#type(text.trimEnd());
  }

  /** What C-c does, also when it comes as a signal. */
  interrupt(): void {
    this.#actions.interrupt();
  }

  /** Keeps in mind who types at a line: one that is begun anew is his who begins it. */
  #hear(mode: UiState['mode']): void {
    if (mode !== 'typing') this.#typist = 'user';
    if (this.#queue.speaker === 'tour') this.#typist = 'tour';
  }

  #key(name: string): void {
    const { mode } = this.#ui.get();
    this.#hear(mode);
    if (mode === 'asking') this.#answer(name);
    else if (mode === 'typing') this.#typingKey(name);
    else if (mode === 'finding') this.#findingKey(name);
    else this.#boundKey(name);
  }

  /** Letters that came together: key repeat is keys, different letters open the command line. */
  #chunk(text: string, ended: boolean): void {
    const letters = [...text];
    const [first = ''] = letters;
    const repeated = letters.length === 1 || isRepeat(letters);
    const { mode } = this.#ui.get();
    this.#hear(mode);
    if (mode === 'keys' && this.#prefix) {
      this.#prefixed(first);
      if (letters.length > 1) this.#chunk(text.slice(first.length), ended);
    } else if (mode === 'typing' || mode === 'finding') this.#type(text);
    else if (mode === 'asking') this.#answer(first);
    else if (first === ':') {
      this.#actions['command-line']();
      if (letters.length > 1) this.#type(text.slice(1));
    } else if (first === '/' && letters.length > 1) {
      this.#actions.find();
      this.#type(text.slice(1));
    } else if (repeated && !ended) for (const letter of letters) this.#key(letter);
    else this.#type(text);
  }

  #type(text: string): void {
    if (this.#ui.get().overlay) this.#ui.dispatch({ type: 'closed' });
    this.#ui.dispatch({ type: 'edited', editor: insertText(this.#ui.get().editor, text) });
  }

  #answer(name: string): void {
    this.#ui.dispatch({ type: 'keys' });
    if (name === 'y' || name === 'Y' || name === 'C-d') this.#host.quit();
  }

  #enter(): void {
    const { editor } = this.#ui.get();
    const line = editor.text.trim();
    this.#ui.dispatch({ type: 'edited', editor: enterLine(editor) });
    this.#ui.dispatch({ type: 'keys' });
    if (line === '') this.#actions.repeat();
    else this.#push(line);
  }

  /** A line that was typed; what the tour began stays the tour's, whoever ends it. */
  #push(line: string): void {
    const { speaker } = this.#queue;
    if (this.#typist === 'tour') this.#queue.speaker = 'tour';
    this.#queue.push(line);
    this.#queue.speaker = speaker;
  }

  #typingKey(name: string): void {
    const { editor } = this.#ui.get();
    const blank = editor.text === '' && !editor.search;
    if (name === 'Enter') this.#enter();
    else if (name === 'Tab') completeLine(this.#port, this.#ui);
    else if (name === 'C-l') this.#actions.redraw();
    else if (name === 'C-z') this.#actions.suspend();
    else if (name === 'C-d' && blank) this.#actions.quit();
    else if (name === 'C-c' || (name === 'Esc' && !editor.search) || (name === 'Backspace' && blank)) {
      this.#ui.dispatch({ type: 'keys' });
    } else this.#ui.dispatch({ type: 'edited', editor: editLine(editor, name) });
  }

  /** Keys while a word to look for is typed. */
  #findingKey(name: string): void {
    const { editor } = this.#ui.get();
    if (name === 'Enter') {
      this.#ui.dispatch({ type: 'keys' });
      this.#actions.findText(editor.text);
    } else if (name === 'Esc' || name === 'C-c' || (name === 'Backspace' && editor.text === '')) {
      this.#ui.dispatch({ type: 'keys' });
    } else if (name === 'C-d' && editor.text === '') this.#actions.quit();
    else if (name === 'C-l') this.#actions.redraw();
    else if (name === 'C-z') this.#actions.suspend();
    else if (!IN_HISTORY.has(name)) this.#ui.dispatch({ type: 'edited', editor: editLine(editor, name) });
  }

  /** The key after C-x; C-o and the like are as good as o. */
  #prefixed(name: string): void {
    this.#prefix = false;
    const key = `${PREFIX} ${name.replace(/^C-/, '')}`;
    if (keyRow(key) !== null) this.#boundKey(key);
  }

  #boundKey(name: string): void {
    if (this.#prefix) {
      this.#prefixed(name);
      return;
    }
    if (name === PREFIX) {
      this.#prefix = true;
      return;
    }
    if (this.#ui.get().overlay) {
      if (this.#actions.scrollOverlay(name)) return;
      if (name === 'Tab' && this.#ui.get().overlay?.kind === 'compare') {
        this.#ui.dispatch({ type: 'turned-side' });
        return;
      }
      if (!IN_OVERLAY.has(name)) this.#ui.dispatch({ type: 'closed' });
      if (LEAVING.has(name)) return;
    }
    if (this.#actions.toEnd(name)) return;
    const row = keyRow(name);
    if (row?.command !== undefined) this.#queue.push(row.command);
    else if (row?.action !== undefined) this.#actions[row.action]();
    else if (row?.pane !== undefined) this.#actions.call(row.pane);
    else if (name.length === 1) this.#type(name);
  }
}
