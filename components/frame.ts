// Borders and title rows round panes. Box borders are Ink's; titles are painted. Knows nothing of what is inside.

import { paintRow } from './row.ts';
import { cut, guard, textWidth } from './text.ts';
import type { Theme } from './theme.ts';

/** The signs of a box, in Ink's form. */
export interface BoxStyle {
  readonly topLeft: string;
  readonly top: string;
  readonly topRight: string;
  readonly right: string;
  readonly bottomRight: string;
  readonly bottom: string;
  readonly bottomLeft: string;
  readonly left: string;
}

/** The signs in the order top left, top, top right, right, bottom right, bottom, bottom left, left. */
function boxOf(signs: string): BoxStyle {
  const [topLeft = '', top = '', topRight = '', right = '', bottomRight = '', bottom = '', bottomLeft = '', left = ''] =
    [...signs];
  return { topLeft, top, topRight, right, bottomRight, bottom, bottomLeft, left };
}

const SINGLE = boxOf('┌─┐│┘─└│');
const HEAVY = boxOf('┏━┓┃┛━┗┃');
const ASCII_SINGLE = boxOf('+-+|+-+|');
const ASCII_HEAVY = boxOf('#=#|#=#|');

/** The box of a pane: the focused one has heavier lines, so that no colour is needed to see it. */
export function boxStyle(focused: boolean, theme: Theme): BoxStyle {
  if (theme.ascii) return focused ? ASCII_HEAVY : ASCII_SINGLE;
  return focused ? HEAVY : SINGLE;
}

/** Leaves out parts of a title (two blanks stand between parts), the last first, until it fits. */
function fitTitle(title: string, w: number, theme: Theme): string {
  const parts = guard(title, theme.ascii).split(/ {2,}/);
  while (parts.length > 1 && textWidth(parts.join('  ')) > w) parts.pop();
  return cut(parts.join('  '), w);
}

/** A title for the top border: as wide as its text, at most `w` cells; null where there is no room. */
export function boxTitle(title: string, focused: boolean, w: number, theme: Theme): string | null {
  const text = ` ${fitTitle(title, w - 2, theme)} `;
  return text.length < 3 ? null : paintRow(theme, textWidth(text), [[focused ? 'focus' : 'title', text]]);
}

/** A titled rule across `w` cells. */
export function ruleTitle(title: string, focused: boolean, w: number, theme: Theme): string {
  const rule = theme.glyphs.rule;
  const text = ` ${fitTitle(title, Math.max(0, w - 5), theme)} `;
  const rest = rule.repeat(Math.max(0, w - 2 - textWidth(text)));
  return paintRow(theme, w, [
    ['dim', rule.repeat(2)],
    [focused ? 'focus' : 'title', text],
    ['dim', rest],
  ]);
}
