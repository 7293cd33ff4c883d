// The last answer as a list that one walks through: each row leads to a position. Knows nothing of what was asked.

import { paintRow } from '../row.ts';
import type { ResultsView, ResultView, SessionView } from '../session-view.ts';
import type { UiState } from '../state.ts';
import { cut, textWidth } from '../text.ts';
import type { Theme } from '../theme.ts';
import { foundSpans } from './lines.ts';
import { definePane } from './pane.ts';

/** What the list is painted from; `cursor` is a row number, `shift` so many columns are scrolled away. */
export interface ResultsSlice {
  readonly results: ResultsView | null;
  readonly at: number;
  readonly sub: number;
  /** the branch one stands in */
  readonly branch: number;
  readonly cursor: number;
  readonly shift: number;
  readonly find: UiState['find'];
  readonly focused: boolean;
}

/** Columns before a row's text: the cursor, and where one stands. */
const MARGIN = 4;

/** What is worked out once of an answer. */
interface Known {
  /** rows in the order of their positions can be searched by halves; a chain of causes is in its own order */
  readonly sorted: boolean;
  readonly texts: readonly string[];
  readonly width: number;
  /** the texts with blanks taken out that all of them have in the same columns */
  readonly narrow: readonly string[];
}

const KNOWN = new WeakMap<ResultsView, Known>();

/** The text of a row, indented by its depth in a chain of causes. */
export const rowText = ({ depth, text }: ResultView): string => `${'  '.repeat(depth)}${text.trimEnd()}`;

/** Takes out columns in which every text has a blank, but for one between words. */
export function squeezed(texts: readonly string[]): readonly string[] {
  const width = Math.max(0, ...texts.map((text) => text.length));
  const blank = Array.from({ length: width + 1 }, (_, i) => texts.every((text) => (text[i] ?? ' ') === ' '));
  return texts.map((text) => [...text].filter((_, i) => !(blank[i] && blank[i + 1])).join(''));
}

function knownOf(results: ResultsView): Known {
  const known = KNOWN.get(results);
  if (known !== undefined) return known;
  const { rows } = results;
  const texts = rows.map(rowText);
  const made = {
    sorted: rows.every(
      ({ at, branch }, i) => at !== null && branch === undefined && (i === 0 || at.at >= (rows[i - 1]?.at?.at ?? 0)),
    ),
    texts,
    width: Math.max(0, ...texts.map(textWidth)),
    narrow: squeezed(texts),
  };
  KNOWN.set(results, made);
  return made;
}

/** The texts of the rows for a pane `w` wide. */
function textsFor(results: ResultsView, w: number): readonly string[] {
  const { texts, width, narrow } = knownOf(results);
  return width + MARGIN <= w ? texts : narrow;
}

/** Where one stands. */
export interface Place {
  readonly at: number;
  readonly sub: number;
  readonly branch: number;
}

/** Where the session stands. */
export const placeOf = ({ position: { at, sub }, timeline }: SessionView): Place => ({
  at,
  sub,
  branch: timeline.branches.find(({ current }) => current)?.id ?? 0,
});

/** How far a row leads away; one that is of another branch leads nowhere near. */
function distance(row: ResultView, { at, sub, branch }: Place): number {
  if (row.at === null || (row.branch ?? branch) !== branch) return Number.POSITIVE_INFINITY;
  return Math.abs(row.at.at - at) + Math.abs(row.at.sub - sub) / 2 ** 40;
}

/** The number of the row that lies nearest to a position, -1 where none leads anywhere. */
export function nearestRow(results: ResultsView, place: Place): number {
  const { at } = place;
  const { rows } = results;
  let [low, high] = [0, rows.length];
  if (knownOf(results).sorted) {
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rows[middle]?.at?.at ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    [low, high] = [Math.max(0, low - 1), Math.min(rows.length, low + 2)];
  }
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = low; i < high; i++) {
    const row = rows[i];
    const far = row === undefined ? least : distance(row, place);
    if (far < least) [best, least] = [i, far];
  }
  return best;
}

function paintResult(row: ResultView, i: number, near: number, slice: ResultsSlice, w: number, theme: Theme): string {
  const { results, cursor, shift, find, focused } = slice;
  const here = i === cursor;
  const exact = distance(row, slice) === 0;
  const mark = exact ? '=>' : i === near ? '~>' : '  ';
  const head = `${here ? '>' : ' '}${mark} `;
  const text = (results === null ? '' : (textsFor(results, w)[i] ?? '')).slice(shift);
  if (here && focused) return paintRow(theme, w, [['here', head + text]], 'here');
  const spans = shift > 0 ? [text] : foundSpans(text, i, find);
  if (row.at === null) return paintRow(theme, w, [head, ['dim', text]]);
  return paintRow(theme, w, [[exact || i === near ? 'bold' : 'plain', head], ...spans]);
}

/** The first row to show: the cursor's in sight, with as many above it as below. */
export function firstRow(cursor: number, rows: number, h: number): number {
  return Math.max(0, Math.min(cursor - ((h - 1) >> 1), rows - h));
}

/** Paints the rows round the cursor. `=>` is where one stands, `~>` the row nearest to it. */
function paintResults(slice: ResultsSlice, w: number, h: number, theme: Theme): string[] {
  const { results, cursor } = slice;
  if (results === null)
    return [
      paintRow(theme, w, [['dim', 'no answer yet; a asks who accesses the value under the cursor; :lines FUNCTION']]),
    ];
  const near = nearestRow(results, slice);
  const first = firstRow(cursor, results.rows.length, h);
  return results.rows.slice(first, first + h).map((row, i) => paintResult(row, first + i, near, slice, w, theme));
}

const most = ({ rows }: ResultsView): number => Math.max(0, rows.length - 1);

/** How far to the right the list can be scrolled when it is `w` wide. */
function widest(results: ResultsView, first: number, h: number, w: number): number {
  const shown = textsFor(results, w).slice(first, first + h);
  return Math.max(0, ...shown.map((text) => textWidth(text) + MARGIN - w));
}

/** The pane of the last answer. */
export const RESULTS = definePane<ResultsSlice>({
  id: 'results',
  name: 'results',
  help: [
    'The last answer of accesses, lines, why and their like. Up and Down walk through it, Home and End go to its ends, Enter goes to the position of a row, M-Left back.',
    'M-Up and M-Down go to the row before and the next one, from any pane.',
    '=> is where one stands, ~> the row nearest to it. Left and Right show the rest of long rows.',
    'a and y ask about the value that the row names; q or Esc leaves the list, R shows it again.',
  ],
  hasCursor: true,
  isList: true,
  length: ({ results }) => results?.rows.length ?? 0,
  lines: ({ results }) => (results === null ? [] : knownOf(results).texts),
  enter: ({ results }, at) => (results?.rows[at]?.at ? `result ${at + 1}` : null),
  widest: ({ results }, ui, w, h) =>
    results === null ? 0 : widest(results, firstRow(ui.scroll.results ?? 0, results.rows.length, h), h, w),
  title: ({ view: { results }, ui, w, theme }) => {
    if (results === null) return 'results';
    const row = Math.min(ui.scroll.results ?? 0, most(results)) + 1;
    // how many lie before now is marked in the list, and changes as one walks
    const asked = results.title.replace(/, \d+ before now/, '').replace(/ {2,}/g, ' ');
    const count = `row ${row} of ${results.rows.length}`;
    const room = Math.max(8, w - 'results'.length - count.length - 12);
    const text = textWidth(asked) <= room ? asked : `${cut(asked, room - 1)}${theme.glyphs.more}`;
    return `results  ${text}  ${count}`;
  },
  slice: ({ view, view: { results }, ui, focused }) => ({
    results,
    ...placeOf(view),
    cursor: Math.min(ui.scroll.results ?? 0, results === null ? 0 : most(results)),
    shift: ui.shift.results ?? 0,
    find: ui.find?.pane === 'results' ? ui.find : null,
    focused,
  }),
  paint: paintResults,
});
