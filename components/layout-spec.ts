// The three arrangements of panes as data: columns and rows with minima and shares. Knows nothing of arithmetic.

/** The panes there are. */
export type PaneId =
  | 'source'
  | 'stack'
  | 'threads'
  | 'watch'
  | 'memmap'
  | 'pageblocks'
  | 'memblock'
  | 'log'
  | 'console'
  | 'radix'
  | 'scratch'
  | 'fdt'
  | 'buddyinfo'
  | 'pagetypeinfo'
  | 'zoneinfo'
  | 'results';

/** The panes that can be called up to the lower right, in the order in which a key goes through them. */
export const TURNS: readonly PaneId[] = [
  'log',
  'console',
  'radix',
  'scratch',
  'fdt',
  'buddyinfo',
  'pagetypeinfo',
  'zoneinfo',
  'results',
];

/** The panes in the order of their importance, which is also that of Tab where only one is shown. */
export const PANE_IDS: readonly PaneId[] = [
  'source',
  'stack',
  'threads',
  'watch',
  'memmap',
  'pageblocks',
  'memblock',
  ...TURNS,
];

interface Sized {
  /** cells along the direction of the parent that it has at least */
  readonly min: number;
  /** its share of what is left */
  readonly grow: number;
}

/** A pane, or parts side by side or one above the other. */
export type Spec =
  | (Sized & { readonly kind: 'pane'; readonly id: PaneId })
  | (Sized & { readonly kind: 'rows' | 'columns'; readonly parts: readonly Spec[] });

/** A spec that has parts. */
export type Group = Extract<Spec, { readonly parts: readonly Spec[] }>;

const pane = (id: PaneId, min: number, grow: number): Spec => ({ kind: 'pane', id, min, grow });
const rows = (min: number, grow: number, ...parts: readonly Spec[]): Group => ({ kind: 'rows', parts, min, grow });
const columns = (min: number, grow: number, ...parts: readonly Spec[]): Group => ({
  kind: 'columns',
  parts,
  min,
  grow,
});

/** 80x24: bands with titled rules; the minima add up to the 18 rows between stop line and timeline. */
export const COMPACT: Group = rows(
  18,
  1,
  pane('source', 6, 3),
  columns(5, 2, pane('stack', 40, 1), pane('threads', 40, 1)),
  pane('watch', 4, 2),
  pane('memmap', 3, 0),
);

/** The same with a pane called up: it takes the lower bands; an answer, which one reads beside the source, also the stack's. */
export const compactWith = (called: PaneId): Group =>
  called === 'results'
    ? rows(18, 1, pane('source', 7, 2), pane(called, 11, 3))
    : rows(
        18,
        1,
        pane('source', 6, 2),
        columns(5, 1, pane('stack', 40, 1), pane('threads', 40, 1)),
        pane(called, 7, 3),
      );

/** Bands that a compact screen takes in, in this order, when it has more rows. */
export const EXTRA: readonly Spec[] = [
  pane('log', 3, 1),
  columns(4, 1, pane('pageblocks', 40, 1), pane('memblock', 40, 1)),
];

/** 120x40: two columns of boxes, the memmap across, two tables below. A pane called up has more rows than the log; an answer, whose rows are long, the whole width. */
export const normal = (called: PaneId | null): Group =>
  rows(
    28,
    1,
    columns(
      17,
      4,
      rows(62, 5, pane('source', 11, 5), pane('watch', 6, 4)),
      rows(48, 3, pane('stack', 8, 1), pane('threads', 5, 0), pane('pageblocks', 4, 0)),
    ),
    pane('memmap', 6, 0),
    called === null
      ? columns(5, 0, pane('memblock', 61, 1), pane('log', 49, 3))
      : called === 'results'
        ? pane(called, 10, 0)
        : columns(10, 0, pane('memblock', 49, 1), pane(called, 61, 3)),
  );

/** 200x60: three columns of boxes, the memmap across, two tables below; an answer has more rows than another table. */
export const wide = (called: PaneId | null): Group =>
  rows(
    43,
    1,
    columns(
      called === 'results' ? 24 : 28,
      5,
      rows(76, 3, pane('source', 18, 3), pane('watch', 10, 2)),
      rows(50, 2, pane('stack', 28, 1)),
      rows(44, 2, pane('threads', 8, 1), pane('pageblocks', 20, 2)),
    ),
    pane('memmap', 7, 0),
    called === null
      ? columns(8, 2, pane('memblock', 60, 5), pane('log', 60, 1))
      : columns(called === 'results' ? 18 : 14, 2, pane('memblock', 64, 0), pane(called, 60, 1)),
  );
