// The history as a line: boots, their stages as |name-----|, stops, faults and the current position. Knows nothing of what a
// stage is.

import { paintRow, type Span } from '../row.ts';
import type { BootView, TimelineMark, TimelineView } from '../session-view.ts';
import { cut, textWidth } from '../text.ts';
import type { Theme } from '../theme.ts';

interface Scale {
  readonly width: number;
  /** the column of a position, from 0 */
  column(at: number): number;
}

function scaleOf(end: number, width: number): Scale {
  const last = Math.max(1, end);
  return { width, column: (at) => Math.min(width - 1, Math.max(0, Math.round((at / last) * (width - 1)))) };
}

function write(cells: string[], text: string, at: number): void {
  for (const [i, char] of [...text].entries()) cells[at + i] = char;
}

/** `boot2:` before a stage's name says whose it is; without it, its position does. */
const PREFIX = /^boot(\d+):/;

function isOf({ at, label }: TimelineMark, { number, from, to }: BootView): boolean {
  const own = PREFIX.exec(label)?.[1];
  return own === undefined ? at >= from && at <= to : Number(own) === number;
}

/** `boot 2 v7.3:`, or as much of it as leaves room for stages; empty where even the number has none. */
function bootText({ number, kernel }: BootView, room: number): string {
  return [`boot ${number} ${kernel}:`, `boot ${number}:`, `${number}:`].find((text) => text.length <= room / 3) ?? '';
}

/** Draws the stages of one boot: a bar where each was reached, its name in the stretch that led there if it fits. */
function stageCells(
  cells: string[],
  boot: BootView,
  named: boolean,
  { marks }: TimelineView,
  scale: Scale,
  theme: Theme,
) {
  let from = scale.column(boot.from);
  const last = scale.column(boot.to);
  cells[from] = named ? theme.glyphs.boot : '|';
  const title = named ? bootText(boot, last - from) : '';
  write(cells, title, from + 1);
  let used = title.length;
  for (const mark of marks) {
    if (mark.kind !== 'stage' || !isOf(mark, boot)) continue;
    const name = mark.label.replace(PREFIX, '');
    const to = scale.column(mark.at);
    const room = to - from - 1 - used;
    if (room >= Math.min(6, name.length)) write(cells, cut(name, room), from + 1 + used);
    if (to > from + used || used === 0) {
      cells[to] = '|';
      used = 0;
      from = to;
    }
  }
}

/** Draws all boots one after the other; where there is only one, its border and number say nothing and are left out. */
function bootCells(timeline: TimelineView, scale: Scale, theme: Theme): string[] {
  const cells: string[] = new Array(scale.width).fill('-');
  const { boots, end, ended } = timeline;
  const all = boots.length > 0 ? boots : [{ number: 1, kernel: '', from: 0, to: end }];
  for (const boot of all) stageCells(cells, boot, all.length > 1, timeline, scale, theme);
  cells[scale.width - 1] = ended ? '|' : '>';
  return cells;
}

/** Draws stops (^) and faults (!) over given cells. */
function putMarks(cells: string[], marks: readonly TimelineMark[], scale: Scale): void {
  for (const mark of marks) if (mark.kind === 'stop') cells[scale.column(mark.at)] = '^';
  for (const mark of marks) if (mark.kind === 'fault') cells[scale.column(mark.at)] = '!';
}

function spansOf(cells: readonly string[], here: number, theme: Theme): readonly Span[] {
  const spans: Span[] = [];
  for (const [i, cell] of cells.entries()) {
    if (i === here) spans.push(['here', theme.glyphs.here]);
    else if (cell === '!') spans.push(['bad', cell]);
    else if (cell === '^') spans.push(['changed', cell]);
    else spans.push(cell);
  }
  return merged(spans);
}

/** Joins neighbouring plain letters into one span. */
function merged(spans: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (typeof span === 'string' && typeof last === 'string') out[out.length - 1] = last + span;
    else out.push(span);
  }
  return out;
}

/** Paints the timeline: two rows, stages above marks, or both in one. */
export function paintTimeline(timeline: TimelineView, w: number, h: number, theme: Theme): string[] {
  const left = '#0 ';
  const right = ` ${timeline.ended ? `#${timeline.end}` : `#${timeline.end}${theme.glyphs.dots}`}`;
  const scale = scaleOf(timeline.end, Math.max(4, w - left.length - textWidth(right)));
  const stages = bootCells(timeline, scale, theme);
  const here = scale.column(timeline.at);
  if (h < 2) {
    putMarks(stages, timeline.marks, scale);
    return [paintRow(theme, w, [left, ...spansOf(stages, here, theme), right])];
  }
  const below: string[] = new Array(scale.width).fill(theme.glyphs.unset);
  putMarks(below, timeline.marks, scale);
  return [
    paintRow(theme, w, [['dim', left], stages.join(''), ['dim', right]]),
    paintRow(theme, w, [' '.repeat(left.length), ...spansOf(below, here, theme)]),
  ];
}
