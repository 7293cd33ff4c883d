// Runs the scenario picker on a terminal until something is chosen. Owns the terminal in between, as the screen does.

import '../polyfill.ts';
import { Box, type Instance, type Key, useInput } from 'ink';
import type { ReactNode } from 'react';
import { colorLevel, isUtf8 } from '../color-level.ts';
import { draw } from '../draw.tsx';
import { usePainting } from '../hooks/use-painting.ts';
import { useStore } from '../hooks/use-store.ts';
import { decodeKey, type KeyInput, splitLines } from '../keys/decode.ts';
import type { Rect } from '../layout.ts';
import { PaneBody } from '../PaneBody.tsx';
import type { ScreenOptions } from '../run.tsx';
import type { GalleryGroup } from '../session-view.ts';
import { FrameSink } from '../sink/sink.ts';
import { sizeOf } from '../sink/stream.ts';
import { createStore, type Store } from '../store.ts';
import { leaveFor } from '../suspend.ts';
import { askSize, createTerminal, onSignals, stopUntilContinued } from '../terminal.ts';
import { createTheme, type Theme } from '../theme.ts';
import { paintPickerAbout, paintPickerFoot, paintPickerHead, paintPickerList, pickerPlaces } from './paint.ts';
import { initialPicker, type PickerAction, type PickerState, pickerMove, pickerRows, reducePicker } from './state.ts';

type PickerStore = Store<PickerState, PickerAction>;

/** How it ended: the name of a scenario, or an exit status. */
export type Picked = { readonly name: string } | { readonly status: number };

function Part({
  rect,
  deps,
  make,
}: {
  rect: Rect;
  deps: readonly unknown[];
  make: () => readonly string[];
}): ReactNode {
  const rows = usePainting({ deps: [...deps, rect.w, rect.h], make });
  return <PaneBody rows={rows} left={rect.x} top={rect.y} width={rect.w} height={rect.h} />;
}

function Picker({ store, theme, input }: { store: PickerStore; theme: Theme; input: Input }): ReactNode {
  const state = useStore(store);
  useInput(input);
  const { head, list, about, foot } = pickerPlaces(state.size);
  return (
    <Box width={state.size.cols} height={state.size.rows}>
      <Part rect={head} deps={[state]} make={() => [paintPickerHead(state, head.w, theme)]} />
      <Part rect={list} deps={[state]} make={() => paintPickerList(state, list.w, list.h, theme)} />
      <Part rect={about} deps={[state]} make={() => paintPickerAbout(state, about.w, about.h, theme)} />
      <Part rect={foot} deps={[state.typing]} make={() => [paintPickerFoot(state, foot.w, theme)]} />
    </Box>
  );
}

type Input = (input: string, key: Key) => void;

/** What a key does; `end` leaves the picker. */
function pressed(store: PickerStore, part: KeyInput, end: (picked: Picked) => void): void {
  const state = store.get();
  if (part.kind === 'text') {
    if (state.typing) store.dispatch({ type: 'filtered', text: state.filter + part.text });
    else for (const letter of part.text) letterPressed(store, letter, end);
    return;
  }
  const to = pickerMove(state, part.name, pickerPlaces(state.size).list.h - 1);
  if (to !== null) store.dispatch({ type: 'moved', to });
  else if (part.name === 'Enter') {
    const row = pickerRows(state)[state.at];
    if (row !== undefined) end({ name: row.name });
  } else if (part.name === 'Esc') {
    store.dispatch({ type: 'typing', on: false });
    store.dispatch({ type: 'filtered', text: '' });
  } else if (part.name === 'Backspace' || part.name === 'Delete') {
    if (state.typing && state.filter === '') store.dispatch({ type: 'typing', on: false });
    store.dispatch({ type: 'filtered', text: state.filter.slice(0, -1) });
  } else if (part.name === 'C-c' || part.name === 'C-d') end({ status: 0 });
}

function letterPressed(store: PickerStore, letter: string, end: (picked: Picked) => void): void {
  const state = store.get();
  if (state.typing) store.dispatch({ type: 'filtered', text: state.filter + letter });
  else if (letter === '/') store.dispatch({ type: 'typing', on: true });
  else if (letter === 'q') end({ status: 0 });
  else {
    const to = pickerMove(state, letter, 1);
    if (to !== null) store.dispatch({ type: 'moved', to });
  }
}

/** Shows the gallery full-screen; resolves with the chosen scenario's name, or with an exit status. */
export async function runPicker(groups: readonly GalleryGroup[], options: ScreenOptions): Promise<Picked> {
  const { stdin, stdout, color, env = process.env, suspend = () => stopUntilContinued().then(askSize) } = options;
  const theme = createTheme(colorLevel(color, env), !isUtf8(env));
  const { cols, rows } = sizeOf(stdout);
  const store = createStore(reducePicker, initialPicker(groups, cols, rows));
  const resize = () => store.dispatch({ type: 'resized', ...sizeOf(stdout) });
  stdout.on('resize', resize);
  const terminal = createTerminal(stdin, stdout);
  const sink = new FrameSink(stdout);
  const shown: { app: Instance | null } = { app: null };
  let ignore = () => {};
  try {
    terminal.enter();
    return await new Promise<Picked>((resolve, reject) => {
      const quit = (status: number) => resolve({ status });
      const continued = () => {
        if (!terminal.inside) return;
        terminal.listen();
        sink.redraw();
        askSize();
      };
      const handlers = { end: quit, interrupt: () => quit(0), continued };
      if (options.signals !== false) ignore = onSignals(handlers);
      const input: Input = (text, key) => {
        const part = decodeKey(text, key);
        for (const one of part?.kind === 'text' ? splitLines(part.text) : part === null ? [] : [part])
          if (one.kind === 'key' && one.name === 'C-z') leaveFor(suspend, terminal, sink).then(resize, reject);
          else pressed(store, one, resolve);
      };
      const app = draw(<Picker store={store} theme={theme} input={input} />, sink, stdin);
      shown.app = app;
      app.waitUntilExit().then(() => quit(0), reject);
    });
  } finally {
    sink.pause();
    shown.app?.unmount();
    sink.close();
    ignore();
    stdout.removeListener('resize', resize);
    terminal.dispose();
  }
}
