// The value of a store inside a component: renders again when it changes.

import { useSyncExternalStore } from 'react';
import type { Store } from '../store.ts';

/** The current value of a store. */
export function useStore<S, A>(store: Store<S, A>): S {
  return useSyncExternalStore(store.subscribe, store.get, store.get);
}
