// Rows of a painter, painted again only when what they depend on changed.

import { useRef } from 'react';
import type { Painting } from '../panes/pane.ts';

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

/** The rows of a painting; the same array as long as its dependencies are the same. */
export function usePainting({ deps, make }: Painting): readonly string[] {
  const last = useRef<{ readonly deps: readonly unknown[]; readonly rows: readonly string[] } | null>(null);
  if (last.current === null || !same(last.current.deps, deps)) last.current = { deps, rows: make() };
  return last.current.rows;
}
