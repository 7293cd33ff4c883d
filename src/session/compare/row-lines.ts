// Rows of differences as lines under their topics, the first few of each unless all are asked for. Knows nothing of what differs.
import type { Row } from './differences.ts';

/** How much is said. */
export interface TextOptions {
  readonly all: boolean;
}

/** Rows of one topic that are listed unless all are asked for. */
const LISTED = 5;

/** How rows are worded. */
export interface RowWords {
  /** both values, the first `left` columns wide; empty: the place says all */
  values(row: Row, left: number): string;
  /** what is said of all rows of a topic; else how many differ */
  head?(topic: string, count: number): string | null;
}

/** Topics in the order in which rows first name them, each with its rows. */
export function rowLines(rows: readonly Row[], words: RowWords, options: TextOptions): string[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.topic);
    if (group === undefined) groups.set(row.topic, [row]);
    else group.push(row);
  }
  return [...groups].flatMap(([topic, group]) => {
    // one row more takes no more room than saying so
    const shown = options.all || group.length === LISTED + 1 ? group : group.slice(0, LISTED);
    const wide = Math.min(44, Math.max(...shown.map(({ place }) => place.length)));
    const left = Math.min(30, Math.max(...shown.map(({ a }) => a.length)));
    const more = group.length - shown.length;
    return [
      ` ${words.head?.(topic, group.length) ?? `${topic}: ${group.length} ${group.length === 1 ? 'differs' : 'differ'}`}`,
      ...shown.map((row) => `   ${row.place.padEnd(wide)}  ${words.values(row, left)}`.trimEnd()),
      ...(more > 0 ? [`   … ${more} more; --all lists them`] : []),
    ];
  });
}
