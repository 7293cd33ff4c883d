// All commands, one row each, and finding a row by what was typed: names, abbreviations, unambiguous prefixes.
import { didYouMean } from '../../vm/index.ts';
import { mailText } from '../mail-text.ts';
import type { Session } from '../session.ts';
import { accessCommands } from './accesses.ts';
import { askCommands } from './ask.ts';
import { checkpointCommands } from './checkpoints.ts';
import { type Command, type Group, type Output, type Running, refuse, say, usage } from './command.ts';
import { diffCommands } from './diff.ts';
import { findCommands } from './find.ts';
import { infoCommand } from './info.ts';
import { lookCommands } from './look.ts';
import { moveCommands } from './move.ts';
import { stopCommands } from './stops.ts';
import { threadCommands } from './threads.ts';
import { timeCommands } from './time.ts';
import { tourCommands } from './tour.ts';
import { variantCommands } from './variant.ts';
import { whyCommands } from './why.ts';

const GROUPS: readonly (readonly [Group, string])[] = [
  ['running', 'Running, forwards and backwards'],
  ['time', 'Positions in time'],
  ['stops', 'Stops'],
  ['looking', 'Looking'],
  ['info', 'What is simulated'],
  ['threads', 'Threads and schedule'],
  ['variants', 'Kernels and patches'],
  ['session', 'The session'],
];

const quitCommand: Command = {
  names: ['quit', 'q', 'exit'],
  group: 'session',
  usage: 'quit',
  help: 'leaves khodbg',
  run: () => ({ ok: true, lines: [], quit: true }),
};

const echoCommand: Command = {
  names: ['echo'],
  group: 'session',
  usage: 'echo TEXT',
  help: 'prints TEXT, for scripts',
  run: (_session, args) => say(args),
};

const aboutCommand: Command = {
  names: ['about'],
  group: 'session',
  usage: 'about',
  help: 'what this scenario shows',
  run: (session) => say(session.loaded.scenario.title, '', ...session.loaded.scenario.about.split('\n')),
};

const reportCommand: Command = {
  names: ['report'],
  group: 'session',
  usage: 'report',
  help: 'where one stands as text for a mail, at most 72 columns, with the command line that comes back here',
  run: (session) => say(...mailText(session)),
};

const helpCommand: Command = {
  names: ['help', 'h'],
  group: 'session',
  usage: 'help [COMMAND]',
  help: 'lists the commands, or says what one does',
  run: (_session, args) => help(args),
  words: () => COMMANDS.map((command) => command.names[0] ?? ''),
};

/** Every command. */
export const COMMANDS: readonly Command[] = [
  ...moveCommands,
  ...timeCommands,
  ...findCommands,
  ...checkpointCommands,
  ...stopCommands,
  ...lookCommands,
  ...askCommands,
  ...diffCommands,
  ...accessCommands,
  ...whyCommands,
  infoCommand,
  ...threadCommands,
  ...variantCommands,
  helpCommand,
  aboutCommand,
  ...tourCommands,
  reportCommand,
  echoCommand,
  quitCommand,
];

/** Help of one command, or the list of all by group. */
function help(word: string): Output {
  if (word === '') {
    const lines = GROUPS.flatMap(([group, title]) => [
      `${title}:`,
      ...COMMANDS.filter((c) => c.group === group).map(
        (c) =>
          `  ${(c.names.length > 1 ? `${c.names[0]} (${c.names.slice(1).join(', ')})` : (c.names[0] ?? '')).padEnd(24)} ${c.help}`,
      ),
      '',
    ]);
    return say(...lines, 'help COMMAND says how it is written. An empty line repeats the last command.');
  }
  const found = findCommand(word);
  if (typeof found === 'string') return refuse(found);
  return say(
    found.help,
    `usage: ${found.usage}`,
    ...(found.names.length > 1 ? [`also: ${found.names.slice(1).join(', ')}`] : []),
  );
}

/** The command of that name, abbreviation or unambiguous prefix; else a sentence. */
export function findCommand(word: string): Command | string {
  const exact = COMMANDS.find((command) => command.names.includes(word));
  if (exact !== undefined) return exact;
  const prefixed = COMMANDS.filter((command) => command.names[0]?.startsWith(word));
  if (prefixed.length === 1 && prefixed[0] !== undefined) return prefixed[0];
  if (prefixed.length > 1) return `Ambiguous command "${word}": ${prefixed.map((c) => c.names[0]).join(', ')}.`;
  const hint = didYouMean(
    word,
    COMMANDS.map((c) => c.names[0] ?? ''),
  );
  return `Undefined command: "${word}".  Try "help"${hint === '' ? '.' : hint}`;
}

/** Name and arguments of a line: `p/x foo` is print with `/x foo`. */
export function splitLine(line: string): readonly [string, string] {
  const parsed = /^\s*([a-zA-Z-]+)(.*)$/s.exec(line);
  if (parsed === null) return [line.trim().split(/\s+/)[0] ?? '', ''];
  return [parsed[1] ?? '', (parsed[2] ?? '').trim()];
}

/** What a line came to before it ran: a command at work, or an answer. Words after a command that takes none are refused. */
export function begin(session: Session, line: string): Output | Running {
  const [word, args] = splitLine(line);
  const command = findCommand(word);
  if (typeof command === 'string') return refuse(command);
  if (args !== '' && !command.usage.includes(' ')) return usage(command, `'${args}' is not expected`);
  return command.run(session, args);
}

/** Words that complete the last word of a line. */
export function complete(session: Session, line: string): { readonly from: number; readonly words: readonly string[] } {
  const start = /^\s*([a-zA-Z-]+)\s+/.exec(line);
  if (start === null) {
    const word = line.trimStart();
    const names = COMMANDS.map((c) => c.names[0] ?? '').filter((name) => name.startsWith(word));
    return { from: line.length - word.length, words: names.sort() };
  }
  const found = findCommand(start[1] ?? '');
  const from = line.length - (/[^\s,(]*$/.exec(line)?.[0].length ?? 0);
  if (typeof found === 'string' || found.words === undefined) return { from, words: [] };
  const word = line.slice(from);
  return {
    from,
    words: [...new Set(found.words(session))]
      .filter((w) => w.startsWith(word))
      .sort()
      .slice(0, 200),
  };
}
