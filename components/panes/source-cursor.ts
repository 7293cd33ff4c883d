// The cursor line of the source pane: where the user moved it, until the current line moves. Knows nothing of painting.

import type { SourceView } from '../session-view.ts';
import type { UiState } from '../state.ts';

/** Names the place that a cursor line belongs to. */
export function cursorAnchor(source: SourceView): string {
  return `${source.file}:${source.currentLine}`;
}

/** Which value of the cursor line the user chose; undefined where he did not. */
export function cursorValue(source: SourceView, cursor: UiState['cursor']): number | undefined {
  return cursor && cursor.anchor === cursorAnchor(source) ? cursor.value : undefined;
}

/** The cursor line, 1-based: the one the user chose, or the current line. */
export function cursorLine(source: SourceView, cursor: UiState['cursor']): number {
  return cursor && cursor.anchor === cursorAnchor(source) ? cursor.line : source.currentLine;
}
