// The history as a line: stages as |name-----|, stops, faults and the current position. Knows nothing of boots.

import { paintRow, type Span } from '../row.ts';
import type { TimelineMark, TimelineView } from '../session-view.ts';
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

/** Draws the stages: a bar where each was reached, its name in the stretch that led there if it fits. */
function stageCells(marks: readonly TimelineMark[], scale: Scale, ended: boolean): string[] {
  const cells: string[] = new Array(scale.width).fill('-');
  let from = 0;
  cells[0] = '|';
  for (const mark of marks.filter((candidate) => candidate.kind === 'stage')) {
    const to = scale.column(mark.at);
    const room = to - from - 1;
    if (room >= Math.min(6, mark.label.length))
      for (const [i, char] of [...cut(mark.label, room)].entries()) cells[from + 1 + i] = char;
    cells[to] = '|';
    from = to;
  }
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
  const stages = stageCells(timeline.marks, scale, timeline.ended);
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
