// One value worked out of several run maps over a stretch, and remembered for each subtree: after a step only the subtrees
// that the step changed are looked at. Knows nothing of what is worked out.
import { FANOUT, isBranch, type RunMap, type Tree } from './run-map.ts';

type Remembered<R> = { readonly trees: readonly unknown[]; readonly low: number; readonly value: R };

/** How a value is worked out of the maps' values `T`. */
export interface Fold<T extends readonly unknown[], R> {
  /** of a stretch on which each map has one value */
  leaf(values: T, low: number): R;
  /** of a stretch, whatever the trees hold there; undefined: look into them */
  known?(trees: readonly unknown[]): R | undefined;
  join(a: R, b: R): R;
  /** does joining something to it leave it as it is? */
  full(value: R): boolean;
  /** what was worked out of whole subtrees; of one tree the last one */
  readonly memo: WeakMap<object, Remembered<R>>;
}

const sameTrees = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** The fold of [start, end), which lies within all the maps, of the same number of bits; `empty` where there is nothing. */
export function runFold<T extends readonly unknown[], R>(
  maps: { readonly [K in keyof T]: RunMap<T[K]> },
  start: number,
  end: number,
  fold: Fold<T, R>,
  empty: R,
): R {
  const walk = (trees: readonly unknown[], low: number, span: number): R => {
    const known = fold.known?.(trees);
    if (known !== undefined) return known;
    const key = trees.find((tree) => isBranch(tree as Tree<unknown>)) as object | undefined;
    if (key === undefined) return fold.leaf(trees as unknown as T, Math.max(start, low));
    const whole = start <= low && low + span <= end;
    const old = whole ? fold.memo.get(key) : undefined;
    if (old !== undefined && old.low === low && sameTrees(old.trees, trees)) return old.value;
    const child = span / FANOUT;
    const last = Math.min(FANOUT, Math.ceil((end - low) / child));
    let value: R | undefined;
    for (let i = Math.max(0, Math.floor((start - low) / child)); i < last; i++) {
      const below = trees.map((tree) => (isBranch(tree as Tree<unknown>) ? (tree as unknown[])[i] : tree));
      const one = walk(below, low + i * child, child);
      value = value === undefined ? one : fold.join(value, one);
      if (fold.full(value)) break;
    }
    const out = value ?? empty;
    if (whole) fold.memo.set(key, { trees, low, value: out });
    return out;
  };
  const all: readonly RunMap<unknown>[] = maps;
  const bits = all[0]?.bits ?? 0;
  if (start >= end) return empty;
  return walk(
    all.map((map) => map.root),
    0,
    2 ** bits,
  );
}
