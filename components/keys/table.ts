// Every key and what it does, one row each. The footer and the help overlay are made from this table.
// Knows nothing of how an action is carried out.

import type { PaneId } from '../layout-spec.ts';

/** What a key can do on the screen itself, without the session. */
export type ActionName =
  | 'focus-next'
  | 'focus-previous'
  | 'focus-threads'
  | 'zoom'
  | 'line-up'
  | 'line-down'
  | 'page-up'
  | 'page-down'
  | 'toggle-break'
  | 'help'
  | 'command-line'
  | 'enter'
  | 'open'
  | 'close'
  | 'pane-next'
  | 'pane-previous'
  | 'find'
  | 'find-next'
  | 'find-previous'
  | 'leave'
  | 'ask-quit'
  | 'quit'
  | 'interrupt'
  | 'redraw'
  | 'suspend'
  | 'search'
  | 'why'
  | 'accesses'
  | 'watch'
  | 'go'
  | 'run-thread'
  | 'result-next'
  | 'result-previous'
  | 'copy'
  | 'map-view'
  | 'map-in'
  | 'map-out'
  | 'map-mark';

/** A row: the key's name, a command line or an action, and how help and footer word it. */
export interface KeyRow {
  readonly key: string;
  /** the command line it runs */
  readonly command?: string;
  readonly action?: ActionName;
  /** the pane it calls up */
  readonly pane?: PaneId;
  readonly help: string;
  readonly group: 'move' | 'time' | 'ask' | 'frames' | 'stops' | 'panes' | 'session';
  /** `n/N|next`, keys and word: its place in the footer, which shows the first that fit */
  readonly footer?: string;
}

type Group = KeyRow['group'];

const command = (group: Group, key: string, line: string, help: string, footer?: string): KeyRow => ({
  key,
  command: line,
  help,
  group,
  ...(footer === undefined ? {} : { footer }),
});

const action = (group: Group, key: string, name: ActionName, help: string, footer?: string): KeyRow => ({
  key,
  action: name,
  help,
  group,
  ...(footer === undefined ? {} : { footer }),
});

const calls = (key: string, pane: PaneId, help: string): KeyRow => ({ key, pane, help, group: 'panes' });

/** The table. Upper case reverses a movement. */
export const KEYS: readonly KeyRow[] = [
  command('move', 'n', 'next', 'next line, over calls', 'n/N|next'),
  command('move', 'N', 'reverse-next', 'back one line, over calls'),
  command('move', 's', 'step', 'next line, into calls', 's/S|step'),
  command('move', 'S', 'reverse-step', 'back one line, into calls'),
  command('move', 'c', 'continue', 'on to the next stop', 'c/C|continue'),
  command('move', 'C', 'reverse-continue', 'back to the stop before'),
  command('move', 'i', 'stepi', 'next effect of this thread', 'i/I|stepi'),
  command('move', 'I', 'reverse-stepi', 'back one effect'),
  command('move', 'f', 'finish', 'on to the return of this function', 'f/F|finish'),
  command('move', 'F', 'reverse-finish', 'back to the call of this function'),
  command('move', 'o', 'nexti', 'next effect, over calls'),
  command('move', 'O', 'reverse-nexti', 'back one effect, over calls'),
  command('move', 'r', 'run', 'from the start'),
  command('frames', 'u', 'up', 'to the caller', 'u/d|frame'),
  command('frames', 'd', 'down', 'to the callee'),
  command('frames', 'w', 'bt', 'the whole stack', 'w|where'),
  command('frames', 'v', 'info locals', 'locals of this frame'),
  action('frames', 't', 'focus-threads', 'to the list of threads', 't|thread'),
  action('frames', 'T', 'run-thread', 'let the selected thread move next, in a new branch'),
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => command('frames', String(n), `thread ${n}`, `thread ${n}`)),
  action('stops', 'b', 'toggle-break', 'breakpoint on the cursor line, on or off', 'b|break'),
  action('stops', 'W', 'watch', 'watch the value under the cursor'),
  action('ask', 'a', 'accesses', 'who reads and writes the value under the cursor', 'a|accesses'),
  action('ask', 'y', 'why', 'why it has that value; where there is none, why one stands here', 'y|why'),
  action('ask', 'M-Down', 'result-next', 'to the next row of the answer, from any pane'),
  action('ask', 'M-n', 'result-next', 'to the next row of the answer, from any pane'),
  action('ask', 'M-Up', 'result-previous', 'to the row before'),
  action('ask', 'M-p', 'result-previous', 'to the row before'),
  action('panes', 'Tab', 'focus-next', 'next pane', 'Tab|pane'),
  action('panes', 'C-x o', 'focus-next', 'next pane'),
  action('panes', 'S-Tab', 'focus-previous', 'pane before'),
  action('panes', 'z', 'zoom', 'pane to full screen and back', 'z|zoom'),
  action('panes', 'C-x 1', 'zoom', 'pane to full screen and back'),
  action('panes', '>', 'pane-next', 'next pane in the lower right', '< >|lower pane'),
  action('panes', 'C-x 2', 'pane-next', 'next pane in the lower right'),
  action('panes', '<', 'pane-previous', 'the one before'),
  calls('L', 'log', 'the log'),
  calls('M', 'console', 'messages of the kernel: the console'),
  calls('K', 'radix', 'the KHO radix trees'),
  calls('A', 'scratch', 'scratch areas'),
  calls('D', 'fdt', 'the device tree (FDT) of the handover'),
  calls('B', 'buddyinfo', '/proc/buddyinfo'),
  calls('P', 'pagetypeinfo', '/proc/pagetypeinfo'),
  calls('Z', 'zoneinfo', '/proc/zoneinfo'),
  calls('R', 'results', 'the last answer, as a list'),
  action('panes', '/', 'find', 'look for a word in the pane', '/|find'),
  action('panes', 'C-n', 'find-next', 'where it stands next'),
  action('panes', 'C-p', 'find-previous', 'where it stands before'),
  action('panes', 'm', 'map-view', 'next view of the memmap: all rows, or one'),
  action('panes', '+', 'map-in', 'zoom into the memmap'),
  action('panes', '-', 'map-out', 'out of it again'),
  action('panes', '=', 'map-mark', 'count changes of the memmap from here, or from the last stop again'),
  action(
    'panes',
    'Right',
    'open',
    'open the row of a tree; next value of the line; rest of long rows; right in the memmap',
  ),
  action(
    'panes',
    'l',
    'open',
    'open the row of a tree; next value of the line; rest of long rows; right in the memmap',
  ),
  action('panes', 'Left', 'close', 'close it, or go to the row above it; value before; back; left in the memmap'),
  action('panes', 'h', 'close', 'close it, or go to the row above it; value before; back; left in the memmap'),
  action('panes', 'Up', 'line-up', 'up in the pane'),
  action('panes', 'k', 'line-up', 'up in the pane'),
  action('panes', 'Down', 'line-down', 'down in the pane'),
  action('panes', 'j', 'line-down', 'down in the pane'),
  action('panes', 'PgUp', 'page-up', 'page up in the pane'),
  action('panes', 'PgDn', 'page-down', 'page down in the pane'),
  action('time', 'g', 'go', 'go to a position, a pfn or a function', 'g|go to'),
  command('time', '[', 'seek -1', 'back one position, of any thread', '[ ]|any thread'),
  command('time', ']', 'seek +1', 'on one position, of any thread'),
  command('time', '{', 'prev-stage', 'to the stage before', '{ }|stage'),
  command('time', '}', 'next-stage', 'to the next stage'),
  command('time', '(', 'prev-mark', 'to the mark before', '( )|mark'),
  command('time', ')', 'next-mark', 'to the next mark'),
  command('time', 'Home', 'start', 'to the very first position'),
  command('time', 'End', 'seek end', 'to the end of the history'),
  command('time', 'M-Left', 'back', 'back to where you were'),
  command('time', 'M-b', 'back', 'back to where you were'),
  command('time', 'M-Right', 'forward', 'forward again'),
  command('time', 'M-f', 'forward', 'forward again'),
  command('time', 'U', 'undo-move', 'undo what the last key did to where you stand', 'U|undo'),
  command('session', '.', 'next-note', "the next step of the scenario's tour", './,|tour'),
  command('session', ',', 'previous-note', 'the note before'),
  action('session', ':', 'command-line', 'command line', ':|command'),
  action('session', 'C-x a', 'command-line', 'command line'),
  action('session', '?', 'help', 'help', '?|help'),
  action('session', 'F1', 'help', 'help'),
  action('session', 'Enter', 'enter', 'the last command again; in a tree: open, close; in a list: go there'),
  action('session', 'Y', 'copy', 'copy the pane or the overlay, as text (OSC 52)'),
  action('session', 'C-r', 'search', 'search the history of commands'),
  action('session', 'Esc', 'leave', 'leave overlay, zoom, lower pane or command line'),
  action('session', 'q', 'ask-quit', 'leave overlay; quit, after asking', 'q|quit'),
  action('session', 'C-c', 'interrupt', 'stop what runs; never quits'),
  action('session', 'C-d', 'quit', 'quit'),
  action('session', 'C-l', 'redraw', 'draw the screen again'),
  action('session', 'C-z', 'suspend', 'suspend'),
];

const BY_KEY: ReadonlyMap<string, KeyRow> = new Map(KEYS.map((row) => [row.key, row]));

/** The row of a key, or null where the key is not bound. */
export function keyRow(key: string): KeyRow | null {
  return BY_KEY.get(key) ?? null;
}
