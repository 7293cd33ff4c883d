// The note of a tour above the timeline: which step of how many, what was pressed, and why it matters; it stays until the
// next one. Knows nothing of where notes come from.

import { paintRow, type Span } from './row.ts';
import type { NoteView } from './session-view.ts';
import type { UiState } from './state.ts';
import { guard, textWidth } from './text.ts';
import type { Theme } from './theme.ts';

/** Rows that a note may have; what is longer is cut. */
const MOST = 4;

const head = ({ step, steps, keysText }: NoteView): string => `note ${step}/${steps}  ${keysText}`;

const oneLine = ({ text }: NoteView): string => text.replace(/\s+/g, ' ');

/** Words in lines of at most `w` cells; the first line has `taken` cells less. */
export function wrapWords(text: string, w: number, taken: number): string[] {
  const out: string[] = [];
  let line = '';
  let room = w - taken;
  for (const word of text.split(' ')) {
    const next = line === '' ? word : `${line} ${word}`;
    if (textWidth(next) > room && (line !== '' || out.length === 0)) {
      out.push(line);
      line = word;
      room = w;
    } else line = next;
  }
  return [...out, line];
}

/** Rows that the note takes on a screen of that size; 0 without one. */
export function noteHeight(note: NoteView | null, { cols }: UiState['size']): number {
  if (note === null) return 0;
  return Math.min(MOST, wrapWords(guard(oneLine(note)), cols, textWidth(head(note)) + 2).length);
}

/** Paints `h` rows of a note. */
export function paintNote(note: NoteView | null, w: number, h: number, theme: Theme): string[] {
  if (note === null) return [];
  const first: Span[] = [['stop', `note ${note.step}/${note.steps}`], '  ', ['key', note.keysText], '  '];
  const lines = wrapWords(guard(oneLine(note), theme.ascii), w, textWidth(head(note)) + 2);
  const cutOff = lines.length > h ? ` ${theme.glyphs.dots}` : '';
  return lines.slice(0, h).map((line, i) => {
    const text = i === h - 1 ? `${line}${cutOff}` : line;
    return paintRow(theme, w, i === 0 ? [...first, text] : [text]);
  });
}
