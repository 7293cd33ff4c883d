// A persistent map from the integers [0, 2^bits) to values: a trie of fan-out 16 whose uniform subtrees are one value,
// so that its cost goes with the number of changes, never of pages. Equal content has equal shape and equal hash.
import { type Hash, minus, mix, plus } from './hash.ts';

const BITS = 4;
/** Children of a branch. */
export const FANOUT = 16;

/** How a map's values are compared and hashed. */
export interface ValueKind<V> {
  same(a: V, b: V): boolean;
  hash(value: V): Hash;
}

/** 16 children and, as the last element, the sum of their hashes, each mixed with its index. */
type Branch<V> = (Tree<V> | number)[];
/** A value, or a branch of smaller trees. */
export type Tree<V> = V | Branch<V>;

/** The map. `V` must not be an array. */
export interface RunMap<V> {
  readonly bits: number;
  readonly kind: ValueKind<V>;
  readonly root: Tree<V>;
}

/** A maximal stretch [start, end) of one value. */
export interface Run<V> {
  readonly start: number;
  readonly end: number;
  readonly value: V;
}

/** Has the tree smaller ones below it? */
export const isBranch = <V>(tree: Tree<V>): tree is Branch<V> => Array.isArray(tree);
const hashOf = <V>(kind: ValueKind<V>, tree: Tree<V>): Hash =>
  isBranch(tree) ? (tree[FANOUT] as Hash) : kind.hash(tree);

/** A map whose every value is `fill`; `size` is rounded up to a power of 16. */
export function runMap<V>(size: number, fill: V, kind: ValueKind<V>): RunMap<V> {
  let bits = BITS;
  while (2 ** bits < size) bits += BITS;
  return { bits, kind, root: fill };
}

/** Value at `at`, which must lie in [0, 2^bits). O(depth). */
export function runGet<V>(map: RunMap<V>, at: number): V {
  let tree = map.root;
  let span = 2 ** map.bits;
  let rest = at;
  while (isBranch(tree)) {
    span /= FANOUT;
    const i = Math.floor(rest / span);
    tree = tree[i] as Tree<V>;
    rest -= i * span;
  }
  return tree;
}

function branchOf<V>(kind: ValueKind<V>, fill: Tree<V>): Branch<V> {
  const out: Branch<V> = new Array(FANOUT + 1).fill(fill);
  const h = hashOf(kind, fill);
  let sum = 0;
  for (let i = 0; i < FANOUT; i++) sum = plus(sum, mix(h, i));
  out[FANOUT] = sum;
  return out;
}

function collapsed<V>(kind: ValueKind<V>, branch: Branch<V>): Tree<V> {
  const first = branch[0] as Tree<V>;
  if (isBranch(first)) return branch;
  for (let i = 1; i < FANOUT; i++) {
    const child = branch[i] as Tree<V>;
    if (child !== first && (isBranch(child) || !kind.same(first, child))) return branch;
  }
  return first;
}

/**
 * The values of [start, end) mapped through `change`, which is called once for each stretch of the tree it meets (a value
 * that stays the same must come back as the same object or compare equal). O(changes × depth).
 */
export function runUpdate<V>(map: RunMap<V>, start: number, end: number, change: (value: V) => V): RunMap<V> {
  if (start >= end) return map;
  const { kind } = map;
  let lastIn: V | undefined;
  let lastOut: V | undefined;
  const changed = (value: V): V => {
    if (lastIn !== undefined && lastIn === value) return lastOut as V;
    const next = change(value);
    lastIn = value;
    lastOut = next === value || kind.same(next, value) ? value : next;
    return lastOut;
  };
  const walk = (tree: Tree<V>, low: number, span: number): Tree<V> => {
    if (!isBranch(tree) && start <= low && low + span <= end) return changed(tree);
    const child = span / FANOUT;
    const from = Math.max(0, Math.floor((start - low) / child));
    const to = Math.min(FANOUT, Math.ceil((end - low) / child));
    let out: Branch<V> | null = null;
    for (let i = from; i < to; i++) {
      const was = isBranch(tree) ? (tree[i] as Tree<V>) : tree;
      const now = walk(was, low + i * child, child);
      if (now === was) continue;
      out ??= isBranch(tree) ? tree.slice() : branchOf(kind, tree);
      const sum = minus(out[FANOUT] as Hash, mix(hashOf(kind, was), i));
      out[i] = now;
      out[FANOUT] = plus(sum, mix(hashOf(kind, now), i));
    }
    return out === null ? tree : collapsed(kind, out);
  };
  const root = walk(map.root, 0, 2 ** map.bits);
  return root === map.root ? map : { bits: map.bits, kind, root };
}

/** [start, end) set to `value`. */
export function runSet<V>(map: RunMap<V>, start: number, end: number, value: V): RunMap<V> {
  return runUpdate(map, start, end, () => value);
}

/** The maximal runs of [start, end) in order, neighbours of equal value joined. */
export function* runs<V>(map: RunMap<V>, start = 0, end: number = 2 ** map.bits): Generator<Run<V>> {
  if (start >= end) return;
  let low = -1;
  let high = -1;
  let value: V | undefined;
  const stack: [Tree<V>, number, number][] = [[map.root, 0, 2 ** map.bits]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [tree, at, span] = top;
    if (isBranch(tree)) {
      const child = span / FANOUT;
      const first = Math.max(0, Math.floor((start - at) / child));
      const last = Math.min(FANOUT, Math.ceil((end - at) / child)) - 1;
      for (let i = last; i >= first; i--) stack.push([tree[i] as Tree<V>, at + i * child, child]);
    } else if (low >= 0 && (tree === value || map.kind.same(tree, value as V))) {
      high = Math.min(end, at + span);
    } else {
      if (low >= 0) yield { start: low, end: high, value: value as V };
      low = Math.max(start, at);
      high = Math.min(end, at + span);
      value = tree;
    }
  }
  if (low >= 0) yield { start: low, end: high, value: value as V };
}

/** Hash of the content. O(1). */
export function runHash<V>(map: RunMap<V>): Hash {
  return hashOf(map.kind, map.root);
}

/** First position of [start, end) whose value passes `test`, or `end`. Whole uniform subtrees are tested once. */
export function runFind<V>(map: RunMap<V>, start: number, end: number, test: (value: V) => boolean): number {
  const walk = (tree: Tree<V>, at: number, span: number): number => {
    if (!isBranch(tree)) return test(tree) ? Math.max(start, at) : end;
    const child = span / FANOUT;
    const last = Math.min(FANOUT, Math.ceil((end - at) / child));
    for (let i = Math.max(0, Math.floor((start - at) / child)); i < last; i++) {
      const found = walk(tree[i] as Tree<V>, at + i * child, child);
      if (found < end) return found;
    }
    return end;
  };
  return start >= end ? end : walk(map.root, 0, 2 ** map.bits);
}

/** The map in a larger one: `fill` behind its end. */
export function runGrown<V>(map: RunMap<V>, bits: number, fill: V): RunMap<V> {
  const { kind } = map;
  let { root } = map;
  for (let has = map.bits; has < bits; has += BITS) {
    const branch = branchOf(kind, fill);
    const sum = minus(branch[FANOUT] as Hash, mix(hashOf(kind, fill), 0));
    branch[0] = root;
    branch[FANOUT] = plus(sum, mix(hashOf(kind, root), 0));
    root = collapsed(kind, branch);
  }
  return { bits: Math.max(bits, map.bits), kind, root };
}

/** A maximal stretch [start, end) on which two maps differ, each with one value. */
export interface RunChange<V> {
  readonly start: number;
  readonly end: number;
  readonly was: V;
  readonly now: V;
}

/** Where two maps of the same number of bits differ in [from, limit), in order. O(what differs): subtrees of equal hash are equal. */
export function* runDiff<V>(
  a: RunMap<V>,
  b: RunMap<V>,
  from = 0,
  limit: number = 2 ** a.bits,
): Generator<RunChange<V>> {
  if (a.root === b.root || from >= limit) return;
  const { kind } = a;
  let open = null as RunChange<V> | null;
  const stack: [Tree<V>, Tree<V>, number, number][] = [[a.root, b.root, 0, 2 ** a.bits]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [was, now, at, span] = top;
    if (was === now || at >= limit || at + span <= from) continue;
    if (isBranch(was) || isBranch(now)) {
      if (isBranch(was) && isBranch(now) && was[FANOUT] === now[FANOUT]) continue;
      const child = span / FANOUT;
      for (let i = FANOUT - 1; i >= 0; i--) {
        const [x, y] = [isBranch(was) ? (was[i] as Tree<V>) : was, isBranch(now) ? (now[i] as Tree<V>) : now];
        if (x !== y) stack.push([x, y, at + i * child, child]);
      }
    } else if (!kind.same(was, now)) {
      const [start, end] = [Math.max(from, at), Math.min(limit, at + span)];
      if (open?.end === start && kind.same(open.was, was) && kind.same(open.now, now)) open = { ...open, end };
      else {
        if (open !== null) yield open;
        open = { start, end, was, now };
      }
    }
  }
  if (open !== null) yield open;
}
