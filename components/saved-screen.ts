// What of the screen is kept in a saved session, and how a screen begins with it, on a terminal of another size too. Knows
// nothing of files.

import * as z from 'zod';
import { fields } from '../src/session/index.ts';
import { layout } from './layout.ts';
import { PANE_IDS, type PaneId } from './layout-spec.ts';
import { noteHeight } from './note.ts';
import { MAP_VIEWS, type UiState } from './state.ts';

const { anyText, list, object, whole } = fields;

const FLAG = 'is neither true nor false; write one of them';
const row = whole(0, 1e9, 'a number of rows');
const pages = (least: number) =>
  z.union([z.null(), whole(least, 2 ** 34, 'a number of pages')], { error: 'is not a number of pages' }).default(null);
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
  shift: object(
    'an object of numbers of columns by pane',
    Object.fromEntries(PANE_IDS.map((id) => [id, row.optional()])),
  ).optional(),
  map: object('a part of the memmap; write as in {"view": "mt", "per": 512, "from": 98304, "at": 98816}', {
    view: z.enum(MAP_VIEWS).default('all'),
    per: pages(1),
    from: pages(0),
    at: pages(0),
  }).optional(),
  cursor: object('a cursor line; write as in {"anchor": "mm/mm_init.ts:12", "line": 9}', {
    anchor: anyText,
    line: row,
    value: row.optional(),
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
  const moved = (by: UiState['scroll']) => Object.fromEntries(Object.entries(by).filter(([, n]) => (n ?? 0) > 0));
  const [scroll, shift] = [moved(state.scroll), moved(state.shift)];
  const { map } = state;
  const isWhole = map.view === fresh.map.view && map.per === null && map.from === null && map.at === null;
  return {
    focus,
    ...(zoom ? { zoom } : {}),
    ...(called === null ? {} : { called }),
    ...(opened.join('\n') === fresh.opened.join('\n') ? {} : { opened: [...opened] }),
    ...(Object.keys(scroll).length === 0 ? {} : { scroll }),
    ...(Object.keys(shift).length === 0 ? {} : { shift }),
    ...(isWhole ? {} : { map }),
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
  const { scroll = {}, shift = {}, ...kept } = read.data;
  const there = Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
  const state: UiState = { ...fresh, ...there, scroll: scroll as UiState['scroll'], shift: shift as UiState['shift'] };
  return { ...state, focus: focusIn(state) };
}
