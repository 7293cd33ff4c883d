// A value that changes by actions and tells its readers, for state that keys change outside of React's render.

/** A value with a reducer. */
export interface Store<S, A> {
  get(): S;
  dispatch(action: A): void;
  /** calls back after each change; returns the way to stop that */
  subscribe(changed: () => void): () => void;
}

/** Makes a store; readers are told only when the reducer returned another value. */
export function createStore<S, A>(reduce: (state: S, action: A) => S, initial: S): Store<S, A> {
  let state = initial;
  const readers = new Set<() => void>();
  return {
    get: () => state,
    dispatch(action) {
      const next = reduce(state, action);
      if (next === state) return;
      state = next;
      for (const reader of [...readers]) reader();
    },
    subscribe(changed) {
      readers.add(changed);
      return () => readers.delete(changed);
    },
  };
}
