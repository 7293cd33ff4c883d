// What the screen shows, inside a component: the session's view and the screen's own state, read together once in a turn of the
// event loop, however many commands ran in it.

import { useEffect, useState } from 'react';
import type { SessionPort, SessionView } from '../session-view.ts';
import type { UiAction, UiState } from '../state.ts';
import type { Store } from '../store.ts';

/** Milliseconds between two looks at the progress of a command that runs. */
const PROGRESS = 33;

/** The view of a session and the state of the screen, of one moment. */
export interface Shown {
  readonly view: SessionView;
  readonly ui: UiState;
}

/** What is to be shown now; changes within one turn of the event loop make one render, progress some 30 a second. */
export function useShown(port: SessionPort, store: Store<UiState, UiAction>): Shown {
  const [shown, setShown] = useState((): Shown => ({ view: port.view(), ui: store.get() }));
  useEffect(() => {
    let soon: NodeJS.Immediate | undefined;
    let later: NodeJS.Timeout | undefined;
    let last = Number.NEGATIVE_INFINITY;
    const read = () => {
      clearTimeout(later);
      soon = later = undefined;
      const [view, ui] = [port.view(), store.get()];
      last = performance.now();
      setShown((was) => (was.view === view && was.ui === ui ? was : { view, ui }));
    };
    const look = () => {
      soon = undefined;
      const wait = last + PROGRESS - performance.now();
      if (wait > 0 && port.view().busy !== null) later ??= setTimeout(read, wait);
      else read();
    };
    const atEndOfTurn = () => {
      soon ??= setImmediate(look);
    };
    atEndOfTurn();
    const stops = [port.subscribe(atEndOfTurn), store.subscribe(atEndOfTurn)];
    return () => {
      clearTimeout(later);
      clearImmediate(soon);
      for (const stop of stops) stop();
    };
  }, [port, store]);
  return shown;
}
