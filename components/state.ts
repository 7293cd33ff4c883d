// The state of the screen itself, as a value, and the reducer that changes it. Knows nothing of the session.

import { type Draft, produce } from 'immer';
import type { PaneId } from './layout-spec.ts';
import { clearLine, type EditorState, EMPTY_EDITOR } from './prompt/editor.ts';

/** Lines shown over the panes. */
export interface Overlay {
  readonly title: string;
  readonly lines: readonly string[];
  readonly scroll: number;
  readonly kind: 'help' | 'output';
}

/** What the message row says until the next command. */
export interface Message {
  readonly kind: 'out' | 'error';
  readonly text: string;
}

/** Everything the screen knows beside the session's view. */
export interface UiState {
  readonly size: { readonly cols: number; readonly rows: number };
  readonly focus: PaneId;
  readonly zoom: boolean;
  /** rows each pane is scrolled by; for the log counted from its end */
  readonly scroll: Readonly<Partial<Record<PaneId, number>>>;
  /** the cursor line in the source pane, valid as long as the current line is where it was (`anchor`) */
  readonly cursor: { readonly anchor: string; readonly line: number } | null;
  readonly mode: 'keys' | 'typing' | 'asking';
  readonly editor: EditorState;
  /** words that Tab found, shown above the prompt */
  readonly completions: readonly string[];
  readonly overlay: Overlay | null;
  readonly message: Message | null;
  /** the command under way, and how many wait behind it */
  readonly running: string | null;
  readonly waiting: number;
}

/** What can happen to the screen. */
export type UiAction =
  | { readonly type: 'resized'; readonly cols: number; readonly rows: number }
  | { readonly type: 'focused'; readonly pane: PaneId }
  | { readonly type: 'zoomed'; readonly on: boolean }
  | { readonly type: 'scrolled'; readonly pane: PaneId; readonly to: number }
  | { readonly type: 'pointed'; readonly anchor: string; readonly line: number }
  | { readonly type: 'asked' }
  | { readonly type: 'keys' }
  | { readonly type: 'edited'; readonly editor: EditorState }
  | { readonly type: 'completed'; readonly words: readonly string[] }
  | { readonly type: 'opened'; readonly overlay: Overlay }
  | { readonly type: 'overlay-scrolled'; readonly to: number }
  | { readonly type: 'closed' }
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
  },
  zoomed: (draft, { on }) => {
    draft.zoom = on;
  },
  scrolled: (draft, { pane, to }) => {
    draft.scroll[pane] = Math.max(0, to);
  },
  pointed: (draft, { anchor, line }) => {
    draft.cursor = { anchor, line };
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
    draft.mode = 'typing';
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
  closed: (draft) => {
    draft.overlay = null;
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
export function initialUi(cols: number, rows: number): UiState {
  return {
    size: { cols, rows },
    focus: 'source',
    zoom: false,
    scroll: {},
    cursor: null,
    mode: 'keys',
    editor: EMPTY_EDITOR,
    completions: [],
    overlay: null,
    message: null,
    running: null,
    waiting: 0,
  };
}

/** The screen after something happened; the same value when nothing changed. */
export function reduceUi(state: UiState, action: UiAction): UiState {
  const handle = HANDLERS[action.type] as (draft: Draft<UiState>, action: UiAction) => void;
  return produce(state, (draft) => handle(draft, action));
}
