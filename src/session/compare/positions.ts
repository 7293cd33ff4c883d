// What differs between two positions of one history, in words. Knows nothing of how one gets to a position.
import type { State } from '../../vm/index.ts';
import { printable } from '../printable.ts';
import { consoleRows, machineRows, NOT_PRINTED, PRINTED, type Row } from './differences.ts';
import { type RowWords, rowLines, type TextOptions } from './row-lines.ts';

const [ADDED, GONE] = ['console, added', 'console, gone'];

/** Lines that were printed in between, and lines that were not printed before, are topics of their own. */
function consoleTopic(row: Row): Row {
  if (row.a === NOT_PRINTED && row.b === PRINTED) return { ...row, topic: ADDED };
  return row.a === PRINTED && row.b === NOT_PRINTED ? { ...row, topic: GONE } : row;
}

const own = (topic: string): boolean => topic === ADDED || topic === GONE;

const WORDS: RowWords = {
  values: ({ topic, a, b }) => (own(topic) ? '' : `${a} → ${b}`),
  head: (topic, count) =>
    own(topic) ? `console: ${count} ${count === 1 ? 'line' : 'lines'} ${topic === ADDED ? 'added' : 'gone'}` : null,
};

/** The differences, a line each under their topics; lines are safe to print. */
export function differenceText(from: State, to: State, options: TextOptions): string[] {
  const rows = [...machineRows(from, to), ...consoleRows(from, to).map(consoleTopic)];
  if (rows.length === 0) return ['nothing differs'];
  return rowLines(rows, WORDS, options).map((line) => printable(line, 200).trimEnd());
}
