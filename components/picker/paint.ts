// The picker as rows of text: the list, what the selected scenario is about, the keys. Knows nothing of keys' effects.

import { ruleTitle } from '../frame.ts';
import type { Rect } from '../layout.ts';
import { wrapWords } from '../note.ts';
import { fillRows, paintRow } from '../row.ts';
import type { GalleryRow } from '../session-view.ts';
import { guard } from '../text.ts';
import type { Theme } from '../theme.ts';
import { type PickerLine, type PickerState, pickerLines, pickerRows } from './state.ts';

/** Where the parts of the picker stand. */
export interface PickerPlaces {
  readonly head: Rect;
  readonly list: Rect;
  readonly about: Rect;
  readonly foot: Rect;
}

/** From so many columns on, the text stands beside the list. */
const BESIDE = 110;

/** Lays the picker out: the text beside the list where there is room, else below it. */
export function pickerPlaces({ cols, rows }: PickerState['size']): PickerPlaces {
  const body = Math.max(0, rows - 2);
  const head = { x: 0, y: 0, w: cols, h: 1 };
  const foot = { x: 0, y: rows - 1, w: cols, h: 1 };
  if (cols >= BESIDE) {
    const w = Math.round(cols * 0.64);
    return {
      head,
      list: { x: 0, y: 1, w: w - 1, h: body },
      about: { x: w, y: 1, w: cols - w, h: body },
      foot,
    };
  }
  const h = Math.min(10, Math.floor(body * 0.4));
  return { head, list: { x: 0, y: 1, w: cols, h: body - h }, about: { x: 0, y: 1 + body - h, w: cols, h }, foot };
}

/** The first line shown, so that the selected one, and its heading where it is the first, are in sight. */
function firstShown(lines: readonly PickerLine[], selected: number, height: number): number {
  if (selected < height - 2) return 0;
  const middle = selected - Math.floor(height / 2);
  return Math.max(0, Math.min(lines.length - height, middle));
}

/** Index of the line of the selected scenario; -1 where nothing is listed. */
function lineOfSelected(lines: readonly PickerLine[], at: number): number {
  let n = -1;
  return lines.findIndex((line) => line.kind === 'row' && ++n === at);
}

function paintLine(line: PickerLine, width: number, selected: boolean, w: number, theme: Theme): string {
  if (line.kind === 'heading') {
    const { subject, date } = line.group;
    return paintRow(theme, w, [
      ['title', subject],
      ['dim', date === null ? '' : `  ${date}`],
    ]);
  }
  const { row } = line;
  const text = `${selected ? '>' : ' '} ${shortName(row).padEnd(width)}  ${row.title}`;
  return paintRow(theme, w, [[selected ? 'current' : 'plain', text]], selected ? 'current' : 'plain');
}

/** Paints the list. */
export function paintPickerList(state: PickerState, w: number, h: number, theme: Theme): string[] {
  const lines = pickerLines(state);
  const selected = lineOfSelected(lines, state.at);
  if (selected < 0)
    return fillRows([paintRow(theme, w, [['dim', 'no scenario has these words; Esc lists all']])], w, h);
  const longest = Math.max(...lines.map((line) => (line.kind === 'row' ? shortName(line.row).length : 0)));
  const width = Math.min(longest, Math.max(16, Math.floor(w * 0.42)));
  const first = firstShown(lines, selected, h);
  const rows = lines.slice(first, first + h).map((line, i) => paintLine(line, width, first + i === selected, w, theme));
  // the thread of what is shown first stays in sight
  const heading = lines.findLast((line, i) => i <= first && line.kind === 'heading');
  if (first > 0 && heading !== undefined) rows[0] = paintLine(heading, width, false, w, theme);
  return fillRows(rows, w, h);
}

const shortName = ({ name }: GalleryRow): string => name.slice(name.lastIndexOf('/') + 1);

/** Paints what the selected scenario is about, under a rule with its name. */
export function paintPickerAbout(state: PickerState, w: number, h: number, theme: Theme): string[] {
  const row = pickerRows(state)[state.at];
  if (h < 2) return fillRows([], w, h);
  if (row === undefined) return fillRows([ruleTitle('', false, w, theme)], w, h);
  const { name, title, about, kernel, patches, tourSteps } = row;
  const wrap = (text: string) => text.split('\n').flatMap((line) => wrapWords(guard(line, theme.ascii), w, 0));
  const given = [[kernel, ...patches].join(' + '), tourSteps > 0 ? `a tour of ${tourSteps} notes` : ''];
  const rows = [
    ruleTitle(name, true, w, theme),
    ...wrap(title).map((line) => paintRow(theme, w, [['bold', line]])),
    ...wrap(given.filter(Boolean).join('; ')).map((line) => paintRow(theme, w, [['dim', line]])),
    ...wrap(about).map((line) => paintRow(theme, w, [line])),
  ];
  if (rows.length > h)
    rows[h - 1] = paintRow(theme, w, [['dim', `${theme.glyphs.dots} once it is open, :about tells the rest`]]);
  return fillRows(rows, w, h);
}

/** Paints the row above the list. */
export function paintPickerHead(state: PickerState, w: number, theme: Theme): string {
  const listed = pickerRows(state).length;
  const all = state.groups.reduce((sum, { rows }) => sum + rows.length, 0);
  const count = listed === all ? `${all} scenarios` : `${listed} of ${all} scenarios`;
  const looked = state.typing || state.filter !== '' ? ` /${state.filter}${state.typing ? '_' : ''}` : '';
  return paintRow(theme, w, [['status', 'khodbg'], '  ', count, ['bold', looked]]);
}

const KEYS = ['Enter|open', 'arrows j k|move', 'Tab|next thread', '/|look for words', 'q|quit'];
const TYPING = ['Enter|open', 'arrows|move', 'Esc|list all'];

/** Paints the keys. */
export function paintPickerFoot({ typing }: PickerState, w: number, theme: Theme): string {
  const hints = (typing ? TYPING : KEYS).flatMap((hint, i) => {
    const [keys = '', word = ''] = hint.split('|');
    return [i === 0 ? '' : '  ', ['key', keys] as const, ` ${word}`];
  });
  return paintRow(theme, w, hints);
}
