// The rows of an overlay: a window of its lines and where it stands in them. Knows nothing of what they say.

import type { Rect } from './layout.ts';
import { fillRows, paintRow } from './row.ts';
import type { Overlay } from './state.ts';
import { expandTabs } from './text.ts';
import type { Theme } from './theme.ts';

/** Breaks a long line so that nothing of it is lost; continuations are indented. */
function wrapped(text: string, w: number): readonly string[] {
  const out: string[] = [];
  let rest = expandTabs(text, 8);
  while (rest.length > w && w > 8) {
    out.push(rest.slice(0, w));
    rest = `    ${rest.slice(w)}`;
  }
  return [...out, rest];
}

/** Every row of an overlay that is `w` wide, long lines broken. */
export function overlayRows(overlay: Overlay, w: number): readonly string[] {
  return overlay.lines.flatMap((line) => wrapped(line, w));
}

/** The rectangle inside an overlay's frame. */
export function overlayBody(area: Rect, boxed: boolean): Rect {
  const edge = boxed ? 1 : 0;
  return { x: area.x + edge, y: area.y + 1, w: Math.max(1, area.w - 2 * edge), h: Math.max(0, area.h - 1 - edge) };
}

/** Paints `h` rows of an overlay. */
export function paintOverlay(overlay: Overlay, w: number, h: number, theme: Theme): readonly string[] {
  const rows = overlayRows(overlay, w).slice(overlay.scroll, overlay.scroll + h);
  const painted = rows.map((line) => paintRow(theme, w, [[heading(overlay, line) ? 'bold' : 'plain', line]]));
  return fillRows(painted, w, h);
}

function heading({ kind }: Overlay, line: string): boolean {
  return kind === 'help' && line !== '' && !line.startsWith(' ');
}

/** The overlay's title, with the rows shown when not all are. */
export function overlayTitle(overlay: Overlay, w: number, h: number): string {
  const count = overlayRows(overlay, w).length;
  const { title, scroll } = overlay;
  return count <= h ? title : `${title}  ${scroll + 1}-${Math.min(count, scroll + h)} of ${count}`;
}
