// The threads of the simulated kernel, with their states. Knows nothing of scheduling.

import { paintRow } from '../row.ts';
import type { ThreadView } from '../session-view.ts';
import type { Theme } from '../theme.ts';
import { clampScroll, definePane } from './pane.ts';

/** What the list of threads is painted from. */
export interface ThreadsSlice {
  readonly threads: readonly ThreadView[];
  readonly scroll: number;
}

function paintThread(thread: ThreadView, names: number, w: number, theme: Theme): string {
  const head = `${thread.selected ? '*' : ' '}${thread.number} ${thread.name.padEnd(names)} `;
  const state = thread.state === '!' ? 'bad' : thread.state === 'R' ? 'bold' : 'plain';
  const style = thread.selected ? 'selected' : thread.state === 'X' ? 'dim' : 'plain';
  return paintRow(theme, w, [
    [style, head],
    [state, thread.state],
    [style, ` ${thread.where}`],
  ]);
}

/** Paints the threads; the selected one stays in sight. */
export function paintThreads({ threads, scroll }: ThreadsSlice, w: number, h: number, theme: Theme): string[] {
  const names = Math.min(16, Math.max(0, ...threads.map((thread) => thread.name.length)));
  const selected = threads.findIndex((thread) => thread.selected);
  const first = clampScroll(scroll > 0 ? scroll : selected - h + 1, threads.length, h);
  return threads.slice(first, first + h).map((thread) => paintThread(thread, names, w, theme));
}

/** The threads pane. */
export const THREADS = definePane<ThreadsSlice>({
  id: 'threads',
  name: 'threads',
  help: [
    'R runs next, r runnable, D waits, X ended, ! died of a fault; * is the selected one.',
    '1 to 9 select a thread. lock: what set scheduler-locking says.',
  ],
  length: (view) => view.threads.length,
  title: ({ view }) => `threads (${view.threads.length})  lock:${view.schedulerLocking}`,
  slice: ({ view, ui }) => ({ threads: view.threads, scroll: ui.scroll.threads ?? 0 }),
  paint: paintThreads,
});
