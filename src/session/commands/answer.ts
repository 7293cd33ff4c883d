// Rows of a history as the answer of a command: those nearest to where one stands are printed, more of them can be walked
// through. Knows nothing of what was asked.
import { position } from '../../debugger/index.ts';
import { firstOf, type Listing, type Row, rowLines } from '../rows.ts';
import type { Session } from '../session.ts';
import { type Running, refuse } from './command.ts';

/** Rows that are shown when no number is given. */
const LISTED = 20;

/** Rows that can be walked through, those nearest to where one stands. */
const WALKED = 200;

/** Rows between two chances to interrupt: each is made by running its turn again. */
const PAUSE = 256;

/** What was found as an answer below `head`: the `count` rows nearest to where one stands as lines, more of them to walk through. */
export function* answer(session: Session, head: readonly string[], found: Listing, count: number = LISTED): Running {
  const { branch, at } = session.state.cursor;
  const many = Math.max(count, WALKED);
  const from = firstOf(found, at.at, many);
  const until = Math.min(found.length, from + many);
  const rows: Row[] = [];
  for (let i = from; i < until; i += PAUSE) {
    rows.push(...found.rows(i, Math.min(PAUSE, until - i)));
    if (i + PAUSE < until && (yield position(rows.at(-1)?.at ?? 0)) === true) return refuse('interrupted');
  }
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
