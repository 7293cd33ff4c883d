// One row of a pane: spans of styled text, guarded, cut and padded to exactly so many cells. Knows nothing of panes.

import { cut, guard, textWidth } from './text.ts';
import type { StyleName, Theme } from './theme.ts';

/** A piece of text in one style; a bare string is plain. */
export type Span = string | readonly [style: StyleName, text: string];

interface Piece {
  readonly style: StyleName;
  readonly text: string;
  readonly width: number;
}

function pieces(theme: Theme, spans: readonly Span[]): Piece[] {
  const out: Piece[] = [];
  for (const span of spans) {
    const [style, raw] = typeof span === 'string' ? (['plain', span] as const) : span;
    if (raw === '') continue;
    const text = guard(raw, theme.ascii);
    out.push({ style, text, width: textWidth(text) });
  }
  return out;
}

function styled(theme: Theme, style: StyleName, text: string): string {
  const on = theme.sgr[style];
  return on === '' ? text : `${on}${text}\x1b[0m`;
}

/** Shortens pieces that are too wide and marks the place with the theme's sign for more. */
function shorten(theme: Theme, width: number, list: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  let left = width - 1;
  for (const piece of list) {
    if (piece.width <= left) {
      out.push(piece);
      left -= piece.width;
      continue;
    }
    const text = cut(piece.text, left) + theme.glyphs.more;
    out.push({ style: piece.style, text, width: textWidth(text) });
    break;
  }
  return out;
}

/** Paints one row of exactly `width` cells; what does not fit ends in `…`. The rest is filled in style `fill`. */
export function paintRow(theme: Theme, width: number, spans: readonly Span[], fill: StyleName = 'plain'): string {
  if (width <= 0) return '';
  let list = pieces(theme, spans);
  let total = 0;
  for (const piece of list) total += piece.width;
  if (total > width) {
    list = shorten(theme, width, list);
    total = list.reduce((sum, piece) => sum + piece.width, 0);
  }
  let out = '';
  for (const piece of list) out += styled(theme, piece.style, piece.text);
  return total < width ? out + styled(theme, fill, ' '.repeat(width - total)) : out;
}

/** Paints a row whose left part gives way to its right part, which stands at the right edge. */
export function paintSides(theme: Theme, width: number, left: readonly Span[], right: readonly Span[]): string {
  const need = pieces(theme, right).reduce((sum, piece) => sum + piece.width, 0);
  if (need === 0 || need + 8 > width) return paintRow(theme, width, [...left, '  ', ...right]);
  return paintRow(theme, width - need - 1, left) + paintRow(theme, need + 1, [' ', ...right]);
}

/** Fills up or cuts a list of rows to exactly `height` rows of `width` blank cells. */
export function fillRows(rows: readonly string[], width: number, height: number): string[] {
  const out = rows.slice(0, Math.max(0, height));
  while (out.length < height) out.push(' '.repeat(Math.max(0, width)));
  return out;
}
