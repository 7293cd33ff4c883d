// What the screen does with an answer whose rows can be jumped to: shows it as a list, and walks through it. Knows nothing of
// how rows are painted.

import { nearestRow, placeOf } from './panes/results.ts';
import type { CommandResult, Glance, ResultsView, SessionView } from './session-view.ts';
import type { UiAction, UiState } from './state.ts';
import type { Store } from './store.ts';

/** Where one begins: a chain of causes at its top, a list in order of time at the row nearest to where one stands. */
function firstOf(results: ResultsView, view: SessionView): number {
  const isChain = results.rows.some(({ depth }) => depth > 0);
  return isChain ? 0 : nearestRow(results, placeOf(view));
}

/** Shows the answer that a command gave; false where it gave none. */
export function showAnswer(
  ui: Store<UiState, UiAction>,
  { ok, output }: CommandResult,
  before: Glance,
  now: Glance,
  view: () => SessionView,
): boolean {
  const { results } = now;
  if (!ok || results === null || results === before.results || results.rows.length === 0) return false;
  ui.dispatch({ type: 'answered', row: Math.max(0, firstOf(results, view())) });
  ui.dispatch({ type: 'said', message: { kind: 'out', text: output[0] ?? '' } });
  return true;
}

/** Which way the row under the cursor lies from where one stands; 0 where one stands at it. */
function wayTo({ rows }: ResultsView, row: number, { at, sub }: SessionView['position']): number {
  const place = rows[row]?.at ?? null;
  return place === null ? 0 : Math.sign(place.at - at || place.sub - sub);
}

/** The row to walk to: the one under the cursor if it lies ahead, else the next one that leads anywhere; -1 at the end. */
export function rowAhead(results: ResultsView, cursor: number, by: 1 | -1, position: SessionView['position']): number {
  let row = wayTo(results, cursor, position) === by ? cursor : cursor + by;
  while (results.rows[row]?.at === null) row += by;
  return row < results.rows.length ? row : -1;
}
