// Which line of the listing is shown first: it stays where it was as long as the line of interest is in sight.

import { useRef } from 'react';
import { cursorLine } from '../panes/source-cursor.ts';
import type { SourceView } from '../session-view.ts';
import type { UiState } from '../state.ts';

/** The first line for a pane of `height` rows, given the one before: moves only when `line` would be out of sight. */
export function stickyTop(before: number | null, line: number, count: number, height: number): number {
  const last = Math.max(1, count - height + 1);
  const margin = Math.min(2, Math.floor((height - 1) / 2));
  const seen = before !== null && line >= before + margin && line < before + height - margin;
  const atEdge = before !== null && (line < 1 + margin || line > count - margin);
  const visible = before !== null && line >= before && line < before + height;
  const top = before !== null && (seen || (atEdge && visible)) ? before : line - Math.floor(height / 3);
  return Math.max(1, Math.min(top, last));
}

/** The first line to show; follows the cursor line, starts anew in another file. */
export function useStickyTop(source: SourceView | null, cursor: UiState['cursor'], height: number): number {
  const last = useRef<{ readonly file: string; readonly height: number; readonly top: number } | null>(null);
  if (!source || height < 1) return 1;
  const known = last.current?.file === source.file && last.current.height === height ? last.current.top : null;
  const top = stickyTop(known, cursorLine(source, cursor), source.lines.length, height);
  last.current = { file: source.file, height, top };
  return top;
}
