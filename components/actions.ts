// What each action name does to the screen. Knows nothing of which key asked for it.

import { rowAhead } from './answer.ts';
import type { CommandQueue } from './command-queue.ts';
import type { Host } from './controller.ts';
import { copiedLines } from './copy.ts';
import { findAgain, findText } from './find.ts';
import { helpLines } from './help.ts';
import type { ActionName } from './keys/table.ts';
import { focusOrder, isBoxed, type Layout, layout } from './layout.ts';
import { PANE_IDS, type PaneId, TURNS } from './layout-spec.ts';
import { createMapActions } from './map-actions.ts';
import { noteHeight } from './note.ts';
import { overlayBody, overlayLength } from './overlay-rows.ts';
import { cursorAnchor, cursorLine, cursorValue } from './panes/source-cursor.ts';
import { PANES } from './panes/table.ts';
import { EMPTY_EDITOR, editLine, insertText } from './prompt/editor.ts';
import type { SessionPort } from './session-view.ts';
import type { UiAction, UiState } from './state.ts';
import type { Store } from './store.ts';
import { lineValues, subjectOf, whySubject } from './subject.ts';

interface Parts {
  readonly port: SessionPort;
  readonly ui: Store<UiState, UiAction>;
  readonly queue: CommandQueue;
  readonly host: Host;
}

/** The actions by name, and scrolling of an overlay, which says whether the key was one that scrolls. */
export type Actions = Readonly<Record<ActionName, () => void>> & {
  readonly scrollOverlay: (key: string) => boolean;
  /** Home and End go to the ends of a list; false where the pane with the focus is none */
  readonly toEnd: (key: string) => boolean;
  /** the last command again */
  readonly repeat: () => void;
  /** calls up a pane to the lower right */
  readonly call: (pane: PaneId) => void;
  readonly findText: (text: string) => void;
  /** shows the pages [start, end) in the memmap */
  readonly look: (start: number, end: number) => void;
};

function placesOf({ size, focus, zoom: zoomed, called, note }: UiState): Layout {
  return layout(size.cols, size.rows, focus, zoomed, called, noteHeight(note, size));
}

/** The inside of a pane; null where it is not shown. */
function bodyOf(state: UiState, pane: PaneId) {
  return placesOf(state).panes.find((place) => place.id === pane)?.body ?? null;
}

/** Rows that the focused pane shows. */
function heightOf(state: UiState): number {
  return bodyOf(state, state.focus)?.h ?? 1;
}

const OVERLAY_STEPS: Readonly<Record<string, (page: number) => number>> = {
  Up: () => -1,
  k: () => -1,
  Down: () => 1,
  j: () => 1,
  PgUp: (page) => -page,
  PgDn: (page) => page,
  ' ': (page) => page,
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
};

/** Moves in the focused pane: the cursor line in the source, the first row shown elsewhere. */
function moveInPane({ port, ui }: Parts, step: (page: number) => number): void {
  const state = ui.get();
  const view = port.view();
  const height = heightOf(state);
  const pane = PANES[state.focus];
  const by = step(Math.max(1, height - 1));
  if (state.focus === 'source') {
    if (!view.source) return;
    const line = Math.min(view.source.lines.length, Math.max(1, cursorLine(view.source, state.cursor) + by));
    ui.dispatch({ type: 'pointed', anchor: cursorAnchor(view.source), line });
    return;
  }
  const most = Math.max(0, pane.length(view, state) - (pane.hasCursor ? 1 : height));
  const toEnd = pane.fromEnd ? -by : by;
  const to = Math.min(most, (state.scroll[state.focus] ?? 0) + toEnd);
  ui.dispatch({ type: 'scrolled', pane: state.focus, to });
}

function scrollOverlay({ port, ui }: Pick<Parts, 'port' | 'ui'>, key: string): boolean {
  const { overlay } = ui.get();
  const step = OVERLAY_STEPS[key];
  if (!overlay || !step) return false;
  const places = placesOf(ui.get());
  const body = overlayBody(places.area, isBoxed(places));
  const page = Math.max(1, body.h);
  const most = Math.max(0, overlayLength(overlay, port.view(), body.w) - page);
  ui.dispatch({ type: 'overlay-scrolled', to: Math.min(most, Math.max(0, overlay.scroll + step(page))) });
  return true;
}

function turnFocus(ui: Parts['ui'], by: 1 | -1): void {
  const { focus } = ui.get();
  const order = focusOrder(placesOf(ui.get()), PANE_IDS);
  const next = order[(order.indexOf(focus) + by + order.length) % order.length];
  ui.dispatch({ type: 'focused', pane: next ?? 'source' });
}

function zoom(ui: Parts['ui']): void {
  const { size, zoom: on } = ui.get();
  if (layout(size.cols, size.rows).mode === 'single') turnFocus(ui, 1);
  else ui.dispatch({ type: 'zoomed', on: !on });
}

/** Calls up the next pane, or the one before, in the lower right. */
function turnCalled(ui: Parts['ui'], by: 1 | -1): void {
  const state = ui.get();
  const shown = state.called ?? placesOf(state).panes.find((place) => TURNS.includes(place.id))?.id;
  const at = shown === undefined ? (by === 1 ? -1 : 0) : TURNS.indexOf(shown);
  ui.dispatch({ type: 'called', pane: TURNS[(at + by + TURNS.length) % TURNS.length] ?? 'log' });
}

/** Opens or closes the row under the cursor; closing one that is not open goes to the row it hangs from. */
function turnRow({ port, ui }: Parts, how: 'open' | 'close' | 'turn'): boolean {
  const state = ui.get();
  const { focus } = state;
  const pane = PANES[focus];
  const at = Math.min(state.scroll[focus] ?? 0, pane.length(port.view(), state) - 1);
  const branch = pane.hasCursor ? pane.branch(port.view(), state, at) : null;
  if (branch === null) return false;
  const open = how === 'turn' ? !branch.open : how === 'open';
  if (how === 'close' && !branch.open) ui.dispatch({ type: 'scrolled', pane: focus, to: at - branch.parent });
  else if (branch.opens.length > 0) {
    const [own = ''] = branch.opens;
    ui.dispatch({ type: 'turned', ids: open ? branch.opens : [own], open });
  }
  return true;
}

/** Chooses another value of the cursor line. */
function chooseValue({ port, ui }: Parts, by: 1 | -1): void {
  const view = port.view();
  const { cursor } = ui.get();
  const { source } = view;
  if (source === null) return;
  const all = lineValues(view, cursor);
  const before = cursorValue(source, cursor) ?? (by === 1 ? -1 : 0);
  const value = (before + by + all.length) % Math.max(1, all.length);
  const chosen = all[value];
  const text = chosen === undefined ? 'no value on this line' : `${chosen.expression}   a accesses  y why  W watch`;
  ui.dispatch({ type: 'said', message: { kind: 'out', text } });
  if (chosen === undefined) return;
  ui.dispatch({ type: 'pointed', anchor: cursorAnchor(source), line: cursorLine(source, cursor), value });
}

/** Columns that Left and Right scroll by. */
const SHIFT = 16;

/** Right and Left: open or close a row of a tree, choose a value of a source line, show the rest of long rows. */
function sideways(parts: Parts, by: 1 | -1): void {
  const { port, ui } = parts;
  const state = ui.get();
  const { focus, shift } = state;
  if (focus === 'source') {
    chooseValue(parts, by);
    return;
  }
  if (turnRow(parts, by === 1 ? 'open' : 'close')) return;
  const body = placesOf(state).panes.find((place) => place.id === focus)?.body;
  const most = PANES[focus].widest(port.view(), state, body?.w ?? 1, body?.h ?? 1);
  ui.dispatch({ type: 'shifted', pane: focus, to: Math.min(most, (shift[focus] ?? 0) + by * SHIFT) });
}

/** Home and End in a list. */
function toEnd(parts: Parts, key: string): boolean {
  if (!PANES[parts.ui.get().focus].isList || (key !== 'Home' && key !== 'End')) return false;
  moveInPane(parts, () => (key === 'Home' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY));
  return true;
}

const isCalled = ({ called, focus }: UiState): boolean => called !== null && called === focus;

/** Opens the command line with a text in it. */
function typeFor(ui: Parts['ui'], text: string): void {
  ui.dispatch({ type: 'closed' });
  ui.dispatch({ type: 'edited', editor: insertText({ ...EMPTY_EDITOR, history: ui.get().editor.history }, text) });
}

/** The command that asks about the value under the cursor; where there is none, the user is to type it. */
function askAbout(
  { port, ui }: Parts,
  word: string,
  part: (value: NonNullable<ReturnType<typeof subjectOf>>) => string | null,
): string | null {
  const subject = subjectOf(port.view(), ui.get());
  const text = subject === null ? null : part(subject);
  if (text === null) {
    const what = subject === null ? 'no value under the cursor' : `${subject.expression} is no place in memory`;
    ui.dispatch({ type: 'said', message: { kind: 'error', text: `${what}: type the one to ask about` } });
    typeFor(ui, `${word} `);
  }
  return text === null ? null : `${word} ${text}`;
}

/** The command that lets the selected thread move next. */
function threadCommand({ port }: Parts): string | null {
  const { thread } = port.view();
  return thread === null ? null : `schedule next ${thread.number}`;
}

/** The command that goes to another row of the answer. */
function resultCommand({ port, ui }: Parts, by: 1 | -1): string | null {
  const { results, position } = port.view();
  const row = results === null ? -1 : rowAhead(results, ui.get().scroll.results ?? 0, by, position);
  if (row < 0) {
    const text = results === null ? 'no answer yet: a asks one' : `no row ${by === 1 ? 'after' : 'before'} this one`;
    ui.dispatch({ type: 'said', message: { kind: 'error', text } });
    return null;
  }
  ui.dispatch({ type: 'scrolled', pane: 'results', to: row });
  return `result ${row + 1}`;
}

/** Copies what has the focus. */
function copy({ port, ui, host }: Parts): void {
  const state = ui.get();
  const lines = copiedLines(port.view(), state, placesOf(state));
  const name = state.overlay?.title ?? state.focus;
  const done = host.copy(`${lines.join('\n')}\n`);
  const count = `${lines.length} line${lines.length === 1 ? '' : 's'} of ${name}`;
  const text = done ? `copied ${count}` : `${count}: too long for the clipboard of a terminal`;
  ui.dispatch({ type: 'said', message: { kind: done ? 'out' : 'error', text } });
}

/** Gives up what was opened last: full screen, then the pane that was called up. */
function leave(ui: Parts['ui']): void {
  const { zoom: zoomed, called } = ui.get();
  if (zoomed) ui.dispatch({ type: 'zoomed', on: false });
  else if (called !== null) ui.dispatch({ type: 'called', pane: null });
  ui.dispatch({ type: 'said', message: null });
}

/** The command that sets or clears a breakpoint on the cursor line, as things are when its turn comes. */
function breakCommand({ port, ui }: Parts): string | null {
  const { source } = port.view();
  if (!source) {
    ui.dispatch({ type: 'said', message: { kind: 'error', text: 'no source here to set a breakpoint in' } });
    return null;
  }
  const line = cursorLine(source, ui.get().cursor);
  const has = source.lines.find((row) => row.number === line)?.breakpoint ?? null;
  return `${has === null ? 'break' : 'clear'} ${source.file}:${line}`;
}

/** Makes the actions of a screen. */
export function createActions(parts: Parts): Actions {
  const { ui, queue, host } = parts;
  const map = createMapActions({ ...parts, bodyOf: (pane) => bodyOf(ui.get(), pane) });
  /** what a key does in the memmap, and what it does elsewhere */
  const inMap = (there: () => void, elsewhere: () => void) => () =>
    ui.get().focus === 'memmap' ? there() : elsewhere();
  return {
    'focus-next': () => turnFocus(ui, 1),
    'focus-previous': () => turnFocus(ui, -1),
    'focus-threads': () => ui.dispatch({ type: 'focused', pane: 'threads' }),
    'pane-next': () => turnCalled(ui, 1),
    'pane-previous': () => turnCalled(ui, -1),
    call: (pane) => ui.dispatch({ type: 'called', pane }),
    open: inMap(
      () => map.move(1, 0),
      () => sideways(parts, 1),
    ),
    close: inMap(
      () => map.move(-1, 0),
      () => sideways(parts, -1),
    ),
    'map-view': map.nextView,
    'map-in': () => map.zoom(1),
    'map-out': () => map.zoom(-1),
    'map-mark': map.mark,
    look: map.look,
    find: () => ui.dispatch({ type: 'looked-for' }),
    findText: (text) => findText(parts, heightOf(ui.get()), text),
    'find-next': () => findAgain(parts, heightOf(ui.get()), 1),
    'find-previous': () => findAgain(parts, heightOf(ui.get()), -1),
    zoom: () => zoom(ui),
    'line-up': inMap(
      () => map.move(0, -1),
      () => moveInPane(parts, () => -1),
    ),
    'line-down': inMap(
      () => map.move(0, 1),
      () => moveInPane(parts, () => 1),
    ),
    'page-up': inMap(
      () => map.page(-1),
      () => moveInPane(parts, (page) => -page),
    ),
    'page-down': inMap(
      () => map.page(1),
      () => moveInPane(parts, (page) => page),
    ),
    'toggle-break': () => queue.push(() => breakCommand(parts)),
    help: () => {
      const { focus } = ui.get();
      const overlay = { title: 'help', lines: helpLines(PANES[focus]), scroll: 0, kind: 'help' as const };
      ui.dispatch({ type: 'opened', overlay });
    },
    'command-line': () => {
      ui.dispatch({ type: 'closed' });
      ui.dispatch({ type: 'edited', editor: ui.get().editor });
    },
    search: () => ui.dispatch({ type: 'edited', editor: editLine(ui.get().editor, 'C-r') }),
    enter: inMap(map.enter, () => {
      const { focus, scroll } = ui.get();
      const line = PANES[focus].enter(parts.port.view(), scroll[focus] ?? 0);
      // whoever goes there wants to see it
      if (line !== null) ui.dispatch({ type: 'zoomed', on: false });
      if (line !== null) queue.push(line);
      else if (PANES[focus].isList) {
        ui.dispatch({ type: 'said', message: { kind: 'error', text: 'this row leads nowhere: Down to the next one' } });
      } else if (!turnRow(parts, 'turn')) queue.push('');
    }),
    // the session knows which commands repeat
    repeat: () => queue.push(''),
    leave: () => {
      if (ui.get().focus !== 'memmap' || !map.whole()) leave(ui);
    },
    'ask-quit': () => (isCalled(ui.get()) ? leave(ui) : ui.dispatch({ type: 'asked' })),
    quit: host.quit,
    interrupt: () => queue.interrupt(),
    redraw: host.redraw,
    suspend: host.suspend,
    scrollOverlay: (key) => scrollOverlay(parts, key),
    toEnd: (key) => toEnd(parts, key),
    why: () => queue.push(() => `why ${whySubject(parts.port.view(), ui.get())}`.trim()),
    accesses: () => queue.push(() => askAbout(parts, 'accesses', ({ place }) => place)),
    watch: () => queue.push(() => askAbout(parts, 'watch', ({ place }) => place)),
    go: () => typeFor(ui, 'go '),
    'run-thread': () => queue.push(() => threadCommand(parts)),
    'result-next': () => queue.push(() => resultCommand(parts, 1)),
    'result-previous': () => queue.push(() => resultCommand(parts, -1)),
    copy: () => copy(parts),
  };
}
