// The history as a line: boots, their stages as |name-----|, stops, checkpoints, faults, branches and the current position; with
// room for it who moved when, and a row for each branch. Knows nothing of what a stage is.

import { fillRows, paintRow, type Span } from '../row.ts';
import type { BootView, BranchView, LaneView, TimelineMark, TimelineView } from '../session-view.ts';
import { cut, textWidth } from '../text.ts';
import type { StyleName, Theme } from '../theme.ts';

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
  const { boots, end, ended } = timeline;
  const last = scale.column(end);
  const cells = Array.from({ length: scale.width }, (_, i): string => (i <= last ? '-' : ' '));
  const all = boots.length > 0 ? boots : [{ number: 1, kernel: '', from: 0, to: end }];
  for (const boot of all) stageCells(cells, boot, all.length > 1, timeline, scale, theme);
  cells[last] = ended ? '|' : '>';
  return cells;
}

/** A checkpoint's sign: its number, or that there is one. */
function checkpointSign(label: string, theme: Theme): string {
  const number = Number(/^\d+/.exec(label)?.[0]);
  return theme.glyphs.checkpoints[number - 1] ?? theme.glyphs.checkpoint;
}

/** The branch one stands in, and those that it left. */
function lineageOf(branches: readonly BranchView[]): ReadonlySet<number> {
  const out = new Set<number>();
  let next = branches.find(({ current }) => current);
  while (next !== undefined) {
    const { id, parent }: BranchView = next;
    out.add(id);
    next = branches.find((branch) => branch.id === parent);
  }
  return out;
}

/** Draws where branches leave (├), stops (^), checkpoints and faults (!) over given cells; later ones count more. */
function putMarks(cells: string[], { marks, branches }: TimelineView, scale: Scale, theme: Theme): void {
  const own = lineageOf(branches);
  for (const { parent, from } of branches)
    if (parent !== null && own.has(parent)) cells[scale.column(from)] = theme.glyphs.fork;
  for (const { kind, at } of marks) if (kind === 'stop') cells[scale.column(at)] = '^';
  for (const { kind, at, label } of marks)
    if (kind === 'checkpoint') cells[scale.column(at)] = checkpointSign(label, theme);
  for (const { kind, at } of marks) if (kind === 'fault') cells[scale.column(at)] = '!';
}

/** What is told from its surroundings by more than its sign. */
function styleOf(cell: string, theme: Theme): StyleName | null {
  if (cell === '!') return 'bad';
  const { checkpoint, checkpoints, fork } = theme.glyphs;
  return cell === '^' || cell === checkpoint || cell === fork || checkpoints.includes(cell) ? 'changed' : null;
}

function spansOf(cells: readonly string[], here: number, theme: Theme): readonly Span[] {
  const spans: Span[] = [];
  for (const [i, cell] of cells.entries()) {
    const style = i === here ? 'here' : styleOf(cell, theme);
    spans.push(style === null ? cell : [style, i === here ? theme.glyphs.here : cell]);
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

/** Columns before the line: `#0`, or whose row it is. */
const LEFT = 3;

function rightText({ axis, branches, ended, end }: TimelineView, theme: Theme): string {
  const known = end === axis ? ended : (branches.find((branch) => branch.end === axis)?.ended ?? ended);
  return known ? ` #${axis}` : ` #${axis}${theme.glyphs.dots}`;
}

/** Columns of the line itself, in which lanes are to be counted. */
export function timelineColumns(timeline: TimelineView, w: number, theme: Theme): number {
  return Math.max(4, w - LEFT - textWidth(rightText(timeline, theme)));
}

/** The thread that moved most, column by column, as a digit; none where only one ever moved. */
function moverCells(lanes: readonly LaneView[], cells: string[]): void {
  if (lanes.length < 2) return;
  for (let i = 0; i < cells.length; i++) {
    let most = 0;
    for (const { number, turns } of lanes) {
      if ((turns[i] ?? 0) <= most) continue;
      most = turns[i] ?? 0;
      cells[i] = number < 36 ? number.toString(36) : '+';
    }
  }
}

/** The row of stops and the like under the stages. */
function marksRow(timeline: TimelineView, lanes: readonly LaneView[], scale: Scale, theme: Theme): string[] {
  const last = scale.column(timeline.end);
  const cells = Array.from({ length: scale.width }, (_, i) => (i <= last ? theme.glyphs.unset : ' '));
  moverCells(lanes, cells);
  putMarks(cells, timeline, scale, theme);
  return cells;
}

/** The items that have room, in their order: those that count more first, so many. */
function chosen<T>(items: readonly T[], room: number, weight: (item: T) => number): readonly T[] {
  const best = [...items].sort((a, b) => weight(b) - weight(a)).slice(0, room);
  return items.filter((item) => best.includes(item));
}

function branchRow(
  { id, parent, from, end, ended, current }: BranchView,
  scale: Scale,
  w: number,
  theme: Theme,
): string {
  const [first, last] = [scale.column(from), scale.column(end)];
  const line = theme.glyphs.rule.repeat(Math.max(0, last - first - 1));
  const start = parent === null ? '|' : theme.glyphs.fork;
  const text = `${' '.repeat(first)}${start}${line}${last > first ? (ended ? '|' : '>') : ''}`;
  const label = `${current ? '*' : ' '}${id} `.padEnd(LEFT);
  const to = ` #${end}${ended ? '' : theme.glyphs.dots}`;
  return paintRow(theme, w, [
    [current ? 'bold' : 'plain', label.slice(0, LEFT)],
    [current ? 'bold' : 'plain', text.padEnd(scale.width)],
    ['dim', to],
  ]);
}

/** A thread's row: full where most turns of the column are its own, half where some are; `more` threads have no row. */
function laneRow(
  { number, selected, turns }: LaneView,
  all: readonly number[],
  more: number,
  w: number,
  theme: Theme,
): string {
  const { laneMost, laneSome } = theme.glyphs;
  const cells = turns.map((own, i) => (own === 0 ? ' ' : own * 2 >= (all[i] ?? 0) ? laneMost : laneSome));
  const style = selected ? 'bold' : 'plain';
  return paintRow(theme, w, [
    [style, `T${number}`.padEnd(LEFT).slice(0, LEFT)],
    [selected ? 'changed' : 'event', cells.join('')],
    ['dim', more > 0 ? ` +${more}` : ''],
  ]);
}

/** The rows under stages and marks: branches where there are several, then threads; what has no room is counted. */
function moreRows(
  timeline: TimelineView,
  lanes: readonly LaneView[],
  scale: Scale,
  w: number,
  h: number,
  theme: Theme,
) {
  const { branches } = timeline;
  const forBranches = branches.length > 1 ? Math.min(branches.length, Math.max(1, h >> 1)) : 0;
  const own = lineageOf(branches);
  const shown = chosen(branches, forBranches, ({ id, current }) => (current ? 2e9 : own.has(id) ? 1e9 : id));
  const total = ({ turns }: LaneView) => turns.reduce((sum, n) => sum + n, 0);
  const room = h - shown.length;
  const few = chosen(lanes, room, (lane) => (lane.selected ? Number.POSITIVE_INFINITY : total(lane)));
  const all = Array.from({ length: scale.width }, (_, i) => lanes.reduce((sum, { turns }) => sum + (turns[i] ?? 0), 0));
  return [
    ...shown.map((branch) => branchRow(branch, scale, w, theme)),
    ...few.map((lane) => laneRow(lane, all, lane === few.at(-1) ? lanes.length - few.length : 0, w, theme)),
  ];
}

/** Paints the timeline: stages and marks in one row, or in two; with more rows the branches and the threads below. */
export function paintTimeline(
  timeline: TimelineView,
  lanes: readonly LaneView[],
  w: number,
  h: number,
  theme: Theme,
): string[] {
  const left = '#0 ';
  const right = rightText(timeline, theme);
  const scale = scaleOf(timeline.axis, timelineColumns(timeline, w, theme));
  const stages = bootCells(timeline, scale, theme);
  const here = scale.column(timeline.at);
  if (h < 2) {
    putMarks(stages, timeline, scale, theme);
    return [paintRow(theme, w, [left, ...spansOf(stages, here, theme), right])];
  }
  const below = marksRow(timeline, h === 2 ? lanes : [], scale, theme);
  const rows = [
    paintRow(theme, w, [['dim', left], stages.join(''), ['dim', right]]),
    paintRow(theme, w, [' '.repeat(LEFT), ...spansOf(below, here, theme)]),
    ...moreRows(timeline, lanes, scale, w, h - 2, theme),
  ];
  return fillRows(rows, w, h);
}
