// What of the screen is kept in a saved session, and how a screen begins with it, on a terminal of another size too. Knows
// nothing of files.

import * as z from 'zod';
import { fields } from '../src/session/index.ts';
import { layout } from './layout.ts';
import { PANE_IDS, type PaneId } from './layout-spec.ts';
import { noteHeight } from './note.ts';
import type { UiState } from './state.ts';

const { anyText, list, object, whole } = fields;

const FLAG = 'is neither true nor false; write one of them';
const row = whole(0, 1e9, 'a number of rows');
const pane = z.enum(PANE_IDS as readonly [PaneId, ...PaneId[]]);

/** The screen in a session file; what is left out is as a screen begins. */
export const SAVED_SCREEN = object('a screen; write as in {"focus": "source", "zoom": false}', {
  focus: pane.optional(),
  zoom: z.boolean(FLAG).optional(),
  called: pane.optional(),
  opened: list(anyText, 'rows', 10_000).optional(),
  scroll: object(
    'an object of numbers of rows by pane',
    Object.fromEntries(PANE_IDS.map((id) => [id, row.optional()])),
  ).optional(),
  cursor: object('a cursor line; write as in {"anchor": "mm/mm_init.ts:12", "line": 9}', {
    anchor: anyText,
    line: row,
  }).optional(),
  find: object('what was looked for; write as in {"pane": "log", "text": "pfn", "line": 3}', {
    pane,
    text: anyText,
    line: whole(-1, 1e9, 'the number of a line'),
  }).optional(),
  note: object('a note of the tour', {
    step: row,
    steps: row,
    keys: anyText,
    keysText: anyText,
    text: anyText,
  }).optional(),
});

type Saved = z.output<typeof SAVED_SCREEN>;

/** What of the screen's state is kept, without what is as it begins. */
export function savedScreen(state: UiState, fresh: UiState): Saved {
  const { focus, zoom, called, opened, cursor, find, note } = state;
  const scroll = Object.fromEntries(Object.entries(state.scroll).filter(([, rows]) => (rows ?? 0) > 0));
  return {
    focus,
    ...(zoom ? { zoom } : {}),
    ...(called === null ? {} : { called }),
    ...(opened.join('\n') === fresh.opened.join('\n') ? {} : { opened: [...opened] }),
    ...(Object.keys(scroll).length === 0 ? {} : { scroll }),
    ...(cursor === null ? {} : { cursor }),
    ...(find === null ? {} : { find }),
    ...(note === null ? {} : { note }),
  };
}

/** The focus on a screen that may have no room for the pane that had it. */
function focusIn({ size, focus, zoom, called, note }: UiState): PaneId {
  const { panes, mode } = layout(size.cols, size.rows, focus, zoom, called, noteHeight(note, size));
  return mode === 'tiny' || panes.some(({ id }) => id === focus) ? focus : 'source';
}

/** A screen that begins as one was saved; one that is none begins as ever. */
export function restoredUi(fresh: UiState, given: unknown): UiState {
  const read = SAVED_SCREEN.safeParse(given);
  if (!read.success) return fresh;
  const { scroll = {}, ...kept } = read.data;
  const there = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  const state: UiState = { ...fresh, ...there, scroll: scroll as UiState['scroll'] };
  return { ...state, focus: focusIn(state) };
}
