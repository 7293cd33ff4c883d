// The state of the screen itself, as a value, and the reducer that changes it. Knows nothing of the session.

import { type Draft, produce } from 'immer';
import { type PaneId, TURNS } from './layout-spec.ts';
import { clearLine, type EditorState, EMPTY_EDITOR } from './prompt/editor.ts';
import { type MapPlace, type NoteView, WHOLE } from './session-view.ts';

/** Lines shown over the panes. */
export interface Overlay {
  readonly title: string;
  readonly lines: readonly string[];
  readonly scroll: number;
  /** `compare`: no lines, it is painted from the session's comparison */
  readonly kind: 'help' | 'output' | 'compare';
  /** the side of a comparison that is shown where there is room for one */
  readonly side?: 0 | 1;
}

/** What the message row says until the next command. */
export interface Message {
  readonly kind: 'out' | 'error';
  readonly text: string;
}

/** What `m` goes through: all rows of the memmap, or one of them before the others. */
export const MAP_VIEWS = ['all', 'state', 'zone', 'mt', 'mblk', 'since'] as const;

/** Which part of the memmap is shown, and how. Plain values, so that a session can be written down with it. */
export interface MapState extends MapPlace {
  readonly view: (typeof MAP_VIEWS)[number];
}

/** Everything the screen knows beside the session's view. */
export interface UiState {
  readonly size: { readonly cols: number; readonly rows: number };
  readonly focus: PaneId;
  readonly zoom: boolean;
  /** the pane called up to the lower right; null: none, the log stands there where there is room */
  readonly called: PaneId | null;
  /** of the screen and not of the session: how much a cell is goes with the size of the pane */
  readonly map: MapState;
  /** ids of the open rows of the radix trees */
  readonly opened: readonly string[];
  /** what was last looked for, and the line of the pane where it was found; -1: nowhere */
  readonly find: { readonly pane: PaneId; readonly text: string; readonly line: number } | null;
  /** rows each pane is scrolled by, for log and console counted from their end; in a tree the row of the cursor */
  readonly scroll: Readonly<Partial<Record<PaneId, number>>>;
  /** columns that the rows of a pane are scrolled by */
  readonly shift: Readonly<Partial<Record<PaneId, number>>>;
  /** the cursor line in the source pane, valid as long as the current line is where it was (`anchor`); which of its values */
  readonly cursor: { readonly anchor: string; readonly line: number; readonly value?: number } | null;
  readonly mode: 'keys' | 'typing' | 'finding' | 'asking';
  readonly editor: EditorState;
  /** words that Tab found, shown above the prompt */
  readonly completions: readonly string[];
  readonly overlay: Overlay | null;
  readonly message: Message | null;
  /** the command under way, and how many wait behind it */
  readonly running: string | null;
  readonly waiting: number;
  /** the note of the tour, above the timeline until the next one */
  readonly note: NoteView | null;
}

/** What can happen to the screen. */
export type UiAction =
  | { readonly type: 'resized'; readonly cols: number; readonly rows: number }
  | { readonly type: 'focused'; readonly pane: PaneId }
  | { readonly type: 'zoomed'; readonly on: boolean }
  | { readonly type: 'scrolled'; readonly pane: PaneId; readonly to: number }
  | { readonly type: 'shifted'; readonly pane: PaneId; readonly to: number }
  | { readonly type: 'answered'; readonly row: number }
  | { readonly type: 'pointed'; readonly anchor: string; readonly line: number; readonly value?: number }
  | { readonly type: 'called'; readonly pane: PaneId | null }
  | { readonly type: 'turned'; readonly ids: readonly string[]; readonly open: boolean }
  | { readonly type: 'mapped'; readonly place: MapPlace }
  | { readonly type: 'map-viewed'; readonly view: MapState['view'] }
  | { readonly type: 'looked-for' }
  | { readonly type: 'found'; readonly find: UiState['find'] }
  | { readonly type: 'asked' }
  | { readonly type: 'keys' }
  | { readonly type: 'edited'; readonly editor: EditorState }
  | { readonly type: 'completed'; readonly words: readonly string[] }
  | { readonly type: 'opened'; readonly overlay: Overlay }
  | { readonly type: 'overlay-scrolled'; readonly to: number }
  | { readonly type: 'turned-side' }
  | { readonly type: 'closed' }
  | { readonly type: 'noted'; readonly note: NoteView | null }
  | { readonly type: 'said'; readonly message: Message | null }
  | { readonly type: 'running'; readonly line: string | null; readonly waiting: number };

type Handlers = {
  readonly [T in UiAction['type']]: (draft: Draft<UiState>, action: Extract<UiAction, { type: T }>) => void;
};

const HANDLERS: Handlers = {
  resized: (draft, { cols, rows }) => {
    draft.size = { cols, rows };
  },
  focused: (draft, { pane }) => {
    draft.focus = pane;
    if (pane !== 'log' && TURNS.includes(pane)) draft.called = pane;
  },
  zoomed: (draft, { on }) => {
    draft.zoom = on;
  },
  scrolled: (draft, { pane, to }) => {
    draft.scroll[pane] = Math.max(0, to);
  },
  shifted: (draft, { pane, to }) => {
    draft.shift[pane] = Math.max(0, to);
  },
  answered: (draft, { row }) => {
    draft.called = 'results';
    draft.focus = 'results';
    draft.scroll.results = Math.max(0, row);
    draft.shift.results = 0;
    draft.overlay = null;
  },
  pointed: (draft, { anchor, line, value }) => {
    draft.cursor = value === undefined ? { anchor, line } : { anchor, line, value };
  },
  called: (draft, { pane }) => {
    if (pane !== null) draft.focus = pane;
    else if (TURNS.includes(draft.focus as PaneId)) draft.focus = 'source';
    draft.called = pane;
  },
  turned: (draft, { ids, open }) => {
    draft.opened = open ? [...new Set([...draft.opened, ...ids])] : draft.opened.filter((id) => !ids.includes(id));
  },
  mapped: (draft, { place }) => {
    draft.map = { ...place, view: draft.map.view };
  },
  'map-viewed': (draft, { view }) => {
    draft.map.view = view;
  },
  'looked-for': (draft) => {
    draft.mode = 'finding';
    draft.editor = clearLine(draft.editor as EditorState) as Draft<EditorState>;
    draft.completions = [];
  },
  found: (draft, { find }) => {
    draft.find = find;
  },
  asked: (draft) => {
    draft.mode = 'asking';
  },
  keys: (draft) => {
    draft.mode = 'keys';
    draft.editor = clearLine(draft.editor as EditorState) as Draft<EditorState>;
    draft.completions = [];
  },
  edited: (draft, { editor }) => {
    if (draft.mode !== 'finding') draft.mode = 'typing';
    draft.editor = editor as Draft<EditorState>;
    draft.completions = [];
  },
  completed: (draft, { words }) => {
    draft.completions = [...words];
  },
  opened: (draft, { overlay }) => {
    draft.overlay = overlay as Draft<Overlay>;
  },
  'overlay-scrolled': (draft, { to }) => {
    if (draft.overlay) draft.overlay.scroll = Math.max(0, to);
  },
  'turned-side': (draft) => {
    if (draft.overlay) draft.overlay.side = draft.overlay.side === 1 ? 0 : 1;
  },
  closed: (draft) => {
    draft.overlay = null;
  },
  noted: (draft, { note }) => {
    draft.note = note;
  },
  said: (draft, { message }) => {
    draft.message = message;
  },
  running: (draft, { line, waiting }) => {
    draft.running = line;
    draft.waiting = waiting;
  },
};

/** The screen as it opens. */
export function initialUi(cols: number, rows: number, message: Message | null = null): UiState {
  return {
    size: { cols, rows },
    focus: 'source',
    zoom: false,
    called: null,
    map: { ...WHOLE, view: 'all' },
    opened: ['in', 'out'],
    find: null,
    scroll: {},
    shift: {},
    cursor: null,
    mode: 'keys',
    editor: EMPTY_EDITOR,
    completions: [],
    overlay: null,
    message,
    running: null,
    waiting: 0,
    note: null,
  };
}

/** The screen after something happened; the same value when nothing changed. */
export function reduceUi(state: UiState, action: UiAction): UiState {
  const handle = HANDLERS[action.type] as (draft: Draft<UiState>, action: UiAction) => void;
  return produce(state, (draft) => handle(draft, action));
}
