// What the keys that ask mean by "the value under the cursor": the one chosen on the source line, the watch, the row of a list.
// Knows nothing of what is asked about it.

import type { PaneId } from './layout-spec.ts';
import { rowText } from './panes/results.ts';
import { cursorLine, cursorValue } from './panes/source-cursor.ts';
import { watchAt } from './panes/watch.ts';
import type { SessionView, ValueView } from './session-view.ts';
import type { UiState } from './state.ts';

/** What names the same memory wherever one stands. */
const ANYWHERE = /\b(?:(?:page|pfn)[ =:]+0x[0-9a-f]+|(?:page|pageblock|node|zone)\([\da-fx, ]+\)(?:(?:->|\.)\w+)*)/gi;

/** The text under the cursor of a pane whose rows name values. */
const ROW: Readonly<Partial<Record<PaneId, (view: SessionView, ui: UiState) => string>>> = {
  results: ({ results, position: { at, sub } }, ui) => {
    const row = results?.rows[Math.min(ui.scroll.results ?? 0, results.rows.length - 1)];
    if (row === undefined) return '';
    const text = rowText(row);
    // names of variables mean something only where the row leads
    return row.at?.at === at && row.at.sub === sub ? text : (text.match(ANYWHERE) ?? []).join('  ');
  },
  radix: (view, ui) => {
    const text = view.radix(ui.opened, ui.scroll.radix ?? 0, 1).rows[0]?.text ?? '';
    return text.replace(/^0x[0-9a-f]+ order \d+ (0x[0-9a-f]+).*$/, 'page $1');
  },
};

/** The values of the line under the cursor of the source. */
export function lineValues({ source, values }: SessionView, cursor: UiState['cursor']): readonly ValueView[] {
  if (source === null) return [];
  const line = cursorLine(source, cursor);
  const text = source.lines.find(({ number }) => number === line)?.text;
  return text === undefined ? [] : values(text);
}

/** The first of some values, places in memory before others. */
const firstOf = (all: readonly ValueView[]): ValueView | null =>
  all.find(({ place }) => place !== null) ?? all[0] ?? null;

/** What is chosen on the source line; where nothing was, its first value. */
function chosenValue(view: SessionView, ui: UiState): ValueView | null {
  const all = lineValues(view, ui.cursor);
  const chosen = view.source === null ? undefined : cursorValue(view.source, ui.cursor);
  return chosen === undefined ? firstOf(all) : (all[chosen] ?? null);
}

/** The value under the cursor of the pane that has the focus; of those without one, of the source; null where there is none. */
export function subjectOf(view: SessionView, ui: UiState): Pick<ValueView, 'expression' | 'place'> | null {
  if (ui.map.at !== null && (ui.focus === 'memmap' || ui.focus === 'pageblocks')) {
    const pfn = `0x${ui.map.at.toString(16)}`;
    const place = ui.focus === 'memmap' ? `page ${pfn}` : `pageblock(${pfn}).migratetype`;
    return { expression: place, place };
  }
  if (ui.focus === 'watch') {
    const watch = watchAt(view.watches, ui.scroll.watch ?? 0);
    if (watch !== null) return { expression: watch.expression, place: watch.expression };
  }
  const row = ROW[ui.focus];
  return row === undefined ? chosenValue(view, ui) : firstOf(view.values(row(view, ui)));
}

/** What one asks the reason of: at a fault, where nothing else was chosen, why it came to that, which needs no words. */
export function whySubject(view: SessionView, ui: UiState): string {
  const { stop, source } = view;
  const chosen =
    source !== null &&
    (cursorValue(source, ui.cursor) !== undefined || cursorLine(source, ui.cursor) !== source.currentLine);
  const atFault = stop.kind === 'fault' && ui.focus === 'source' && !chosen;
  return atFault ? '' : (subjectOf(view, ui)?.expression ?? '');
}
