// The value of a store, or of a session, inside a component: renders again when it changes.

import { useEffect, useState, useSyncExternalStore } from 'react';
import type { SessionPort, SessionView } from '../session-view.ts';
import type { Store } from '../store.ts';

/** The current value of a store. */
export function useStore<S, A>(store: Store<S, A>): S {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

/** Milliseconds between two looks at the progress of a command that runs. */
const PROGRESS = 33;

/** The current view of a session; changes within one turn of the event loop make one render, progress some 30 a second. */
export function useSessionView(port: SessionPort): SessionView {
  const [view, setView] = useState(() => port.view());
  useEffect(() => {
    let due: 'never' | 'soon' | 'later' = 'never';
    let live = true;
    let timer: NodeJS.Timeout | undefined;
    const read = () => {
      due = 'never';
      if (live) setView(port.view());
    };
    const changed = () => {
      const busy = port.view().busy !== null;
      if (due === 'soon' || (due === 'later' && busy)) return;
      clearTimeout(timer);
      due = busy ? 'later' : 'soon';
      if (busy) timer = setTimeout(read, PROGRESS);
      else queueMicrotask(read);
    };
    changed();
    const stop = port.subscribe(changed);
    return () => {
      live = false;
      clearTimeout(timer);
      stop();
    };
  }, [port]);
  return view;
}
