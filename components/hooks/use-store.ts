// The value of a store, or of a session, inside a component: renders again when it changes.

import { useEffect, useState, useSyncExternalStore } from 'react';
import type { SessionPort, SessionView } from '../session-view.ts';
import type { Store } from '../store.ts';

/** The current value of a store. */
export function useStore<S, A>(store: Store<S, A>): S {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}

/** The current view of a session; changes within one turn of the event loop make one render. */
export function useSessionView(port: SessionPort): SessionView {
  const [view, setView] = useState(() => port.view());
  useEffect(() => {
    let due = false;
    let live = true;
    const read = () => {
      due = false;
      if (live) setView(port.view());
    };
    const changed = () => {
      if (due) return;
      due = true;
      queueMicrotask(read);
    };
    changed();
    const stop = port.subscribe(changed);
    return () => {
      live = false;
      stop();
    };
  }, [port]);
  return view;
}
