// Long work in slices: a generator yields the position that it came to, so that others get their turn. Knows nothing of what
// the work is.

/** Work that yields positions and ends with a result. */
export type Slices<T> = Generator<number, T, undefined>;

/** The result of work that is done in one go. */
export function drained<T>(work: Slices<T>): T {
  for (;;) {
    const next = work.next();
    if (next.done === true) return next.value;
  }
}
