// The log: console of the simulated kernel, events, output of commands. Knows nothing of who wrote a line.

import { paintRow } from '../row.ts';
import type { LogLine } from '../session-view.ts';
import type { StyleName, Theme } from '../theme.ts';
import { clampScroll, definePane } from './pane.ts';

/** What the log is painted from; `scroll` counts rows up from the end. */
export interface LogSlice {
  readonly log: readonly LogLine[];
  readonly scroll: number;
}

const STYLES: Readonly<Record<LogLine['kind'], StyleName>> = {
  dmesg: 'plain',
  event: 'event',
  out: 'plain',
  error: 'error',
};
const MARKS: Readonly<Record<LogLine['kind'], string>> = { dmesg: '', event: '', out: '| ', error: '! ' };

/** Paints one line of the log. */
export function paintLogLine(line: LogLine, w: number, theme: Theme): string {
  return paintRow(theme, w, [[STYLES[line.kind], MARKS[line.kind] + line.text]]);
}

/** Paints the last lines, or those that scrolling up reached. */
export function paintLog({ log, scroll }: LogSlice, w: number, h: number, theme: Theme): string[] {
  const last = log.length - clampScroll(scroll, log.length, h);
  return log.slice(Math.max(0, last - h), last).map((line) => paintLogLine(line, w, theme));
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
  title: ({ ui }) => ((ui.scroll.log ?? 0) > 0 ? 'log  scrolled up' : 'log'),
  slice: ({ view, ui }) => ({ log: view.log, scroll: ui.scroll.log ?? 0 }),
  paint: paintLog,
});
