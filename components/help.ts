// The text of the help overlay, made from the table of keys and the focused pane's own help. Knows nothing of views.

import { KEYS, type KeyRow } from './keys/table.ts';

const GROUPS: readonly (readonly [group: KeyRow['group'], title: string])[] = [
  ['move', 'Movement (upper case goes backwards)'],
  ['time', 'Time'],
  ['ask', 'Questions; on a source line, Left and Right choose what is asked about'],
  ['frames', 'Frames and threads'],
  ['stops', 'Stops'],
  ['panes', 'Panes'],
  ['session', 'Session'],
];

/** Rows of the table that do the same thing with other keys, joined: `Up k`. */
function joined(group: KeyRow['group']): readonly { keys: string; help: string; command: string }[] {
  const rows = new Map<string, { keys: string; help: string; command: string }>();
  for (const row of KEYS.filter((candidate) => candidate.group === group)) {
    const thread = /^thread \d$/.test(row.command ?? '');
    const id = thread ? 'thread' : (row.command ?? row.action ?? row.key);
    const known = rows.get(id);
    if (!known) rows.set(id, { keys: row.key, help: thread ? 'to that thread' : row.help, command: row.command ?? '' });
    else known.keys = thread ? `1-${row.key}` : `${known.keys} ${row.key}`;
    if (thread && known) known.command = 'thread N';
  }
  return [...rows.values()];
}

/** Columns for the names of keys, the longest being `M-Right M-f`. */
const NAMES = Math.max(...GROUPS.flatMap(([group]) => joined(group).map(({ keys }) => keys.length)));

/** The lines of the help: the focused pane first, then every key. */
export function helpLines(pane: { readonly name: string; readonly help: readonly string[] }): readonly string[] {
  const keys = GROUPS.flatMap(([group, title]) => [
    '',
    title,
    ...joined(group).map(({ keys: names, help, command }) =>
      `  ${names.padEnd(NAMES)} ${help.padEnd(46)} ${command}`.trimEnd(),
    ),
  ]);
  return [
    `This pane: ${pane.name}`,
    ...pane.help.map((line) => `  ${line}`),
    ...keys,
    '',
    'Any other letter starts a command; :help lists the commands, :help WORD explains one.',
  ];
}
