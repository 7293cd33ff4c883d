// The two rows that are never given up: where in time one stands, and why. Knows nothing of panes.

import { paintRow, paintSides, type Span } from '../row.ts';
import type { PositionView, SessionView, StopView } from '../session-view.ts';
import { textWidth } from '../text.ts';
import type { StyleName, Theme } from '../theme.ts';

/** What the status row is painted from. */
export type StatusSlice = Pick<SessionView, 'scenario' | 'variant' | 'position' | 'thread'>;

/** What the stop row is painted from. */
export interface StopSlice extends Pick<SessionView, 'stop' | 'thread' | 'position' | 'busy'> {
  /** the command under way, for as long as the session does not say what it does */
  readonly running: string | null;
}

/** `#9417 / 18432 (51.1%)`, or `#9417 / …` while the boot has not ended; `b1:#9417 / …` where there are several branches. */
export function positionText({ label, at, end, ended, branch }: PositionView, theme: Theme): string {
  const here = branch === undefined ? label : `${branch}:${label}`;
  if (!ended) return `${here} / ${theme.glyphs.dots}`;
  return `${here} / ${end} (${end === 0 ? '100.0' : ((100 * at) / end).toFixed(1)}%)`;
}

function direction({ direction: way }: PositionView): Span {
  return [way === 'rev' ? 'reverse' : 'plain', way];
}

function threadText(thread: SessionView['thread']): string {
  return thread ? `T${thread.number} ${thread.name}` : 'no thread';
}

/** Narrower than this, thread and direction move to the stop row, and names get short. */
const ROOMY = 110;

/** Paints scenario, variant, position, stage; on wide screens also thread and direction. */
export function paintStatus({ scenario, variant, position, thread }: StatusSlice, w: number, theme: Theme): string {
  const roomy = w >= ROOMY;
  const bare = position.stage === 'start' || position.stage === 'end' || w < 80;
  const stage = bare ? position.stage : `after ${position.stage}`;
  const where: Span[] = [['position', positionText(position, theme)], '  ', stage];
  if (roomy) where.push('  ', threadText(thread), '  ', direction(position));
  const need = where.reduce((sum, span) => sum + textWidth(typeof span === 'string' ? span : span[1]), 0);
  const name: Span[] = [['status', 'khodbg'], ` ${scenario}`];
  const full = [...name, `  ${roomy && w >= 150 ? 'variant ' : ''}${variant}`];
  const left = paintRow(theme, Math.max(8, w - need - 1), full);
  return w - need - 1 < 8
    ? paintRow(theme, w, where)
    : left + paintRow(theme, w - Math.max(8, w - need - 1), [' ', ...where]);
}

const HEADS: Readonly<Record<StopView['kind'], readonly [word: string, style: StyleName]>> = {
  start: ['START', 'stop'],
  step: ['STEP', 'bold'],
  breakpoint: ['STOP', 'stop'],
  watchpoint: ['STOP', 'stop'],
  catchpoint: ['STOP', 'stop'],
  fault: ['FAULT', 'fault'],
  end: ['END', 'stop'],
  seek: ['SEEK', 'bold'],
  interrupted: ['INTERRUPTED', 'stop'],
};

/** Paints why the session stands here, or what it is doing; on narrow screens also thread and direction. */
export function paintStop(slice: StopSlice, w: number, theme: Theme): string {
  const { stop, thread, position, busy, running } = slice;
  const right: Span[] = w >= ROOMY ? [] : [threadText(thread), '  ', direction(position)];
  if (busy !== null || running !== null) {
    return paintSides(theme, w, [['stop', 'RUN'], `  ${busy ?? running}`, ['dim', '  C-c stops']], right);
  }
  const [word, style] = HEADS[stop.kind];
  const [headline = '', ...details] = stop.lines.filter((line) => line.trim() !== '');
  const rest: Span[] = details.flatMap((line) => ['  ', ['dim', line.trim()]] satisfies Span[]);
  return paintSides(theme, w, [[style, word], '  ', ['bold', headline], ...rest], right);
}
