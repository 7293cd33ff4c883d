// The rows of an overlay: a window of its lines and where it stands in them. Knows nothing of what they say.

import { compareRows } from './compare-rows.ts';
import type { Rect } from './layout.ts';
import { fillRows, paintRow } from './row.ts';
import type { SessionView } from './session-view.ts';
import type { Overlay } from './state.ts';
import { expandTabs } from './text.ts';
import { createTheme, type Theme } from './theme.ts';

/** To count rows, how they are painted does not matter. */
const PLAIN = createTheme(0, true);

/** Spaces before what goes on on the next row. */
const DEEPER = 4;

/** Breaks a long line between words, so that nothing of it is lost; what follows is indented more than its beginning. */
function wrapped(text: string, w: number): readonly string[] {
  const out: string[] = [];
  // numbers of lines in one column, whatever their length
  let rest = expandTabs(text.replace(/^ *\d+(?=\t)/, (number) => number.padEnd(7)));
  const indent = ' '.repeat(Math.min(rest.search(/\S|$/) + DEEPER, Math.floor(w / 3)));
  let start = rest.search(/\S|$/);
  while (rest.length > w && w > 2 * DEEPER) {
    const space = rest.lastIndexOf(' ', w);
    const at = space > start ? space : w;
    out.push(rest.slice(0, at).trimEnd());
    rest = indent + rest.slice(at).trimStart();
    start = indent.length;
  }
  return [...out, rest];
}

/** Every row of an overlay that is `w` wide, long lines broken. */
export function overlayRows(overlay: Overlay, w: number): readonly string[] {
  return overlay.lines.flatMap((line) => wrapped(line, w));
}

/** How many rows an overlay has. */
export function overlayLength(overlay: Overlay, view: SessionView, w: number): number {
  return overlay.kind === 'compare'
    ? compareRows(view, overlay.side ?? 0, w, PLAIN).length
    : overlayRows(overlay, w).length;
}

/** The rectangle inside an overlay's frame. */
export function overlayBody(area: Rect, boxed: boolean): Rect {
  const edge = boxed ? 1 : 0;
  return { x: area.x + edge, y: area.y + 1, w: Math.max(1, area.w - 2 * edge), h: Math.max(0, area.h - 1 - edge) };
}

/** Paints `h` rows of an overlay. */
export function paintOverlay(
  overlay: Overlay,
  view: SessionView,
  w: number,
  h: number,
  theme: Theme,
): readonly string[] {
  if (overlay.kind === 'compare') {
    const rows = compareRows(view, overlay.side ?? 0, w, theme);
    return fillRows(rows.slice(overlay.scroll, overlay.scroll + h), w, h);
  }
  const rows = overlayRows(overlay, w).slice(overlay.scroll, overlay.scroll + h);
  const painted = rows.map((line) => paintRow(theme, w, [[heading(overlay, line) ? 'bold' : 'plain', line]]));
  return fillRows(painted, w, h);
}

function heading({ kind }: Overlay, line: string): boolean {
  return kind === 'help' && line !== '' && !line.startsWith(' ');
}

/** The overlay's title, with the rows shown when not all are. */
export function overlayTitle(overlay: Overlay, view: SessionView, w: number, h: number): string {
  const count = overlayLength(overlay, view, w);
  const { title, scroll } = overlay;
  return count <= h ? title : `${title}  ${scroll + 1}-${Math.min(count, scroll + h)} of ${count}`;
}
