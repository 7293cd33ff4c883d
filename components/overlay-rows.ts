// The rows of an overlay: a window of its lines and where it stands in them. Knows nothing of what they say.

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

/** Paints `h` rows of an overlay. */
export function paintOverlay(overlay: Overlay, w: number, h: number, theme: Theme): readonly string[] {
  const rows = overlay.lines.slice(overlay.scroll).flatMap((line) => wrapped(line, w));
  return fillRows(
    rows.slice(0, h).map((line) => paintRow(theme, w, [[heading(overlay, line) ? 'bold' : 'plain', line]])),
    w,
    h,
  );
}

function heading({ kind }: Overlay, line: string): boolean {
  return kind === 'help' && line !== '' && !line.startsWith(' ');
}

/** The overlay's title, with the lines shown when not all are. */
export function overlayTitle({ title, lines, scroll }: Overlay, h: number): string {
  if (lines.length <= h) return title;
  return `${title}  ${scroll + 1}-${Math.min(lines.length, scroll + h)} of ${lines.length}`;
}
