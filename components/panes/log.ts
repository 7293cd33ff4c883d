// The log: console of the simulated kernel, events, output of commands. Knows nothing of who wrote a line.

import { paintRow } from '../row.ts';
import type { LogLine } from '../session-view.ts';
import type { StyleName, Theme } from '../theme.ts';
import { widestOf } from './lines.ts';
import { clampScroll, definePane } from './pane.ts';

/** What the log is painted from; `scroll` counts rows up from the end. */
export interface LogSlice {
  readonly log: readonly LogLine[];
  readonly scroll: number;
  /** columns scrolled away */
  readonly shift?: number;
}

const STYLES: Readonly<Record<LogLine['kind'], StyleName>> = {
  dmesg: 'plain',
  event: 'event',
  out: 'plain',
  error: 'error',
};
const MARKS: Readonly<Record<LogLine['kind'], string>> = { dmesg: '', event: '', out: '| ', error: '! ' };

/** Paints one line of the log. */
export function paintLogLine(line: LogLine, w: number, theme: Theme, shift = 0): string {
  return paintRow(theme, w, [[STYLES[line.kind], (MARKS[line.kind] + line.text).slice(shift)]]);
}

/** Paints the last lines, or those that scrolling up reached. */
export function paintLog({ log, scroll, shift = 0 }: LogSlice, w: number, h: number, theme: Theme): string[] {
  const last = log.length - clampScroll(scroll, log.length, h);
  return log.slice(Math.max(0, last - h), last).map((line) => paintLogLine(line, w, theme, shift));
}

/** The log pane. */
export const LOG = definePane<LogSlice>({
  id: 'log',
  name: 'log',
  help: [
    'The simulated console, what the debugger noticed, output of commands (|), refused commands (!).',
    'It follows the end unless you scroll up.',
  ],
  fromEnd: true,
  length: (view) => view.log.length,
  lines: (view) => view.log.map((line) => line.text),
  widest: (view, _ui, w) =>
    widestOf(
      view.log.map(({ kind, text }) => MARKS[kind] + text),
      w,
    ),
  title: ({ ui }) => ((ui.scroll.log ?? 0) > 0 ? 'log  scrolled up' : 'log'),
  slice: ({ view, ui }) => ({ log: view.log, scroll: ui.scroll.log ?? 0, shift: ui.shift.log ?? 0 }),
  paint: paintLog,
});
