// Rows of a history as the answer of a command: those nearest to where one stands are printed, more of them can be walked
// through. Knows nothing of what was asked.
import { position } from '../../debugger/index.ts';
import { firstOf, type Listing, rowLines } from '../rows.ts';
import type { Session } from '../session.ts';
import type { Output } from './command.ts';

/** Rows that are shown when no number is given. */
const LISTED = 20;

/** Rows that can be walked through, those nearest to where one stands. */
const WALKED = 200;

/** What was found as an answer below `head`: the `count` rows nearest to where one stands as lines, more of them to walk through. */
export function answer(session: Session, head: readonly string[], found: Listing, count: number = LISTED): Output {
  const { branch, at } = session.state.cursor;
  const many = Math.max(count, WALKED);
  const from = firstOf(found, at.at, many);
  const rows = found.rows(from, many);
  const first = firstOf(found, at.at, count);
  const shown = rows.slice(first - from, first - from + count);
  const part = rows.length < found.length ? `; the ${rows.length} nearest` : '';
  return {
    ok: true,
    lines: [...head, ...rowLines({ first, rows: shown }, found.length, at.at)],
    results: {
      title: `${head.join(': ')}${part}`,
      branch,
      rows: rows.map((row) => ({ at: position(row.at), depth: 0, text: row.text })),
    },
  };
}
