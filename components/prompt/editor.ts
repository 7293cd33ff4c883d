// The line editor of the prompt as a pure reducer over a value. Knows nothing of keys that mean something elsewhere.

/** The line being edited and what was entered before. */
export interface EditorState {
  readonly text: string;
  /** index into `text` before which the next letter goes */
  readonly cursor: number;
  readonly history: readonly string[];
  /** index into history while going through it, else null */
  readonly at: number | null;
  /** the line as it was before going through history */
  readonly draft: string;
  /** the history search under way: what was typed and the index found (-1: none), else null */
  readonly search: { readonly query: string; readonly found: number } | null;
}

/** How many lines of history are kept. */
const KEPT = 500;

/** An empty line without history. */
export const EMPTY_EDITOR: EditorState = { text: '', cursor: 0, history: [], at: null, draft: '', search: null };

const withText = (state: EditorState, text: string, cursor: number): EditorState => ({ ...state, text, cursor });

/** Puts text in at the cursor; line ends and tabs become blanks. */
export function insertText(state: EditorState, raw: string): EditorState {
  const text = raw.replaceAll('\r', ' ').replaceAll('\n', ' ').replaceAll('\t', ' ');
  if (state.search) return seekHistory(state, state.search.query + text, state.history.length - 1);
  const { text: old, cursor } = state;
  return withText(state, old.slice(0, cursor) + text + old.slice(cursor), cursor + text.length);
}

/** Replaces what stands from `from` to the cursor, as a completion does. */
export function replaceWord(state: EditorState, from: number, word: string): EditorState {
  return withText(state, state.text.slice(0, from) + word + state.text.slice(state.cursor), from + word.length);
}

/** Ends the line: empties it and remembers it unless it is blank or the same as the last one. */
export function enterLine(state: EditorState): EditorState {
  const line = state.text.trim();
  const again = line === '' || line === state.history.at(-1);
  const history = again ? state.history : [...state.history, line].slice(-KEPT);
  return { ...EMPTY_EDITOR, history };
}

/** Empties the line and remembers nothing. */
export function clearLine(state: EditorState): EditorState {
  return { ...EMPTY_EDITOR, history: state.history };
}

function before(text: string, cursor: number): number {
  const low = text.charCodeAt(cursor - 1);
  return Math.max(0, cursor - (low >= 0xdc00 && low <= 0xdfff ? 2 : 1));
}

function after(text: string, cursor: number): number {
  const high = text.charCodeAt(cursor);
  return Math.min(text.length, cursor + (high >= 0xd800 && high <= 0xdbff ? 2 : 1));
}

function wordBefore(text: string, cursor: number): number {
  let at = cursor;
  while (at > 0 && text[at - 1] === ' ') at--;
  while (at > 0 && text[at - 1] !== ' ') at--;
  return at;
}

function wordAfter(text: string, cursor: number): number {
  let at = cursor;
  while (at < text.length && text[at] === ' ') at++;
  while (at < text.length && text[at] !== ' ') at++;
  return at;
}

const erase = (state: EditorState, from: number, to: number): EditorState =>
  withText(state, state.text.slice(0, from) + state.text.slice(to), from);

function through(state: EditorState, step: -1 | 1): EditorState {
  const at = (state.at ?? state.history.length) + step;
  if (at < 0 || at > state.history.length) return state;
  const draft = state.at === null ? state.text : state.draft;
  const now = at === state.history.length ? null : at;
  const text = now === null ? draft : (state.history[now] ?? '');
  return { ...state, draft, at: now, text, cursor: text.length };
}

/** Looks for `query` in the history, from index `from` towards older lines. */
function seekHistory(state: EditorState, query: string, from: number): EditorState {
  let found = query === '' ? -1 : Math.min(from, state.history.length - 1);
  while (found >= 0 && !state.history[found]?.includes(query)) found--;
  const text = state.history[found] ?? state.text;
  return { ...state, search: { query, found }, text, cursor: text.length };
}

function searchOn(state: EditorState): EditorState {
  const { search } = state;
  if (!search) return { ...state, search: { query: '', found: -1 }, draft: state.text };
  const next = seekHistory(state, search.query, (search.found < 0 ? state.history.length : search.found) - 1);
  return next.search && next.search.found < 0 ? state : next;
}

function searchBack(state: EditorState): EditorState {
  const query = state.search?.query.slice(0, -1) ?? '';
  return seekHistory(state, query, state.history.length - 1);
}

const EDITS: Readonly<Record<string, (state: EditorState) => EditorState>> = {
  Left: (s) => withText(s, s.text, before(s.text, s.cursor)),
  Right: (s) => withText(s, s.text, after(s.text, s.cursor)),
  Home: (s) => withText(s, s.text, 0),
  End: (s) => withText(s, s.text, s.text.length),
  'M-b': (s) => withText(s, s.text, wordBefore(s.text, s.cursor)),
  'M-f': (s) => withText(s, s.text, wordAfter(s.text, s.cursor)),
  Backspace: (s) => erase(s, before(s.text, s.cursor), s.cursor),
  Delete: (s) => erase(s, s.cursor, after(s.text, s.cursor)),
  'C-w': (s) => erase(s, wordBefore(s.text, s.cursor), s.cursor),
  'C-u': (s) => erase(s, 0, s.cursor),
  'C-k': (s) => erase(s, s.cursor, s.text.length),
  Up: (s) => through(s, -1),
  Down: (s) => through(s, 1),
};

const ALIASES: Readonly<Record<string, string>> = {
  'C-a': 'Home',
  'C-e': 'End',
  'C-b': 'Left',
  'C-f': 'Right',
  'C-h': 'Backspace',
  'C-p': 'Up',
  'C-n': 'Down',
  'C-d': 'Delete',
};

/** Applies an editing key by its name (`Left`, `C-w`, …); returns the same state for keys that edit nothing. */
export function editLine(state: EditorState, key: string): EditorState {
  if (key === 'C-r') return searchOn(state);
  if (state.search) {
    if (key === 'Backspace') return searchBack(state);
    if (key === 'Esc' || key === 'C-g') {
      return { ...withText(state, state.draft, state.draft.length), search: null };
    }
  }
  const edit = EDITS[ALIASES[key] ?? key];
  return edit ? edit({ ...state, search: null }) : state;
}
