// Letters of maps as styled spans: runs of one letter become one span. Knows the letters, not where they come from.

import type { Span } from '../row.ts';
import type { StyleName, Theme } from '../theme.ts';

/** The letters of page states, migratetypes and memblock flags; a row's own letters go before these. */
const STYLES: Readonly<Record<string, StyleName>> = {
  '·': 'uninit',
  '.': 'uninit',
  '?': 'bad',
  K: 'kept',
  r: 'reserved',
  B: 'free',
  '+': 'ready',
  '*': 'mixed',
  n: 'uninit',
  M: 'ready',
  U: 'plain',
  E: 'free',
  H: 'reserved',
  C: 'kept',
  I: 'bad',
  s: 'kept',
  R: 'reserved',
  N: 'reserved',
};

/** How a cell stands out: where the cursor is, what changed. */
export interface CellMarks {
  readonly cursor?: number;
  readonly changed?: readonly boolean[];
}

/** Turns a row of letters into spans. In the zone row letters are names and carry no colour. */
export function cellSpans(cells: string, theme: Theme, marks: CellMarks = {}, named = false): readonly Span[] {
  const spans: Span[] = [];
  let run = '';
  let style: StyleName = 'plain';
  for (const [i, letter] of [...cells].entries()) {
    const own = named ? 'plain' : (STYLES[letter] ?? 'plain');
    const next = i === marks.cursor ? 'here' : marks.changed?.[i] ? 'changed' : own;
    if (next !== style && run !== '') {
      spans.push([style, run]);
      run = '';
    }
    style = next;
    run += letter === '·' ? theme.glyphs.unset : letter;
  }
  if (run !== '') spans.push([style, run]);
  return spans;
}
