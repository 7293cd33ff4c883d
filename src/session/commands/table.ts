// All commands, one row each, and finding a row by what was typed: names, abbreviations, unambiguous prefixes.
import { didYouMean } from '../../vm/index.ts';
import { calledNames } from '../call-graph.ts';
import { STAGES } from '../scenario/index.ts';
import type { Session } from '../session.ts';
import { notDefined, readRange } from '../words.ts';
import { accessCommands } from './accesses.ts';
import { askCommands } from './ask.ts';
import { branchCommands } from './branches.ts';
import { checkpointCommands } from './checkpoints.ts';
import { type Command, type Group, type Output, type Running, refuse, type Speaker, say, usage } from './command.ts';
import { diffCommands } from './diff.ts';
import { displayCommands } from './display.ts';
import { dprintfCommands } from './dprintf.ts';
import { findCommands } from './find.ts';
import { historyCommands } from './history.ts';
import { infoCommand } from './info.ts';
import { commandsCommand, opensFor, type ReadCommand } from './lists.ts';
import { lookCommands } from './look.ts';
import { memmapCommands } from './memmap.ts';
import { moveCommands } from './move.ts';
import { pointCommands } from './point-list.ts';
import { resultCommands } from './results.ts';
import { saveCommands } from './save.ts';
import { settingCommands } from './settings.ts';
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

/** What a place to go to is, and the command line that goes there. */
function lineTo(session: Session, text: string): string {
  if (/^(?:0x|phys:|(?:0x)?ffffea)[0-9a-f]+/i.test(text)) return `page ${text}`;
  const name = text.replace(/^boot\d+:/, '').split(/[:\s]/)[0] ?? '';
  const known = session.loaded.boots.some(({ kernel }) => kernel.linked.program.fns[name] !== undefined);
  const isFunction = known || session.kernel.linked.env.intrinsics[name] !== undefined;
  // a stage is a position: it is called as the function that reaches it
  return isFunction && !STAGES.includes(name) ? `lines ${text}` : `seek ${text}`;
}

/** Of a word that is no position either: the functions that it may be. */
function* named(session: Session, text: string, seeking: Running): Running {
  const output = yield* seeking;
  const isName = /^[a-z_]\w*$/i.test(text) && !/^(?:cp|mark|fault)\d+$/.test(text);
  if (output.ok || output.lines[0] === 'interrupted' || !isName || STAGES.includes(text)) return output;
  const hint = notDefined(text, calledNames(session.kernel));
  return hint.includes(';') ? refuse(`'${text}' is no position. ${hint}`) : output;
}

/** Goes there; of a page the memmap goes, too. */
function goTo(session: Session, text: string): Output | Running {
  const line = lineTo(session, text);
  const output = begin(session, line);
  if ('next' in output && line.startsWith('seek ')) return named(session, text, output);
  const pages = line.startsWith('page ') && !('next' in output) && output.ok ? readRange(text) : null;
  return pages?.ok ? { ...output, look: { ...pages.value, instead: false } } : output;
}

const goCommand: Command = {
  names: ['go', 'g'],
  group: 'time',
  usage: 'go POSITION | PFN | FUNCTION[:LINE]',
  help: 'to a position; of a pfn in hex: its struct page; of a function that is no stage: its executions, to choose from',
  run: (session, args) => (args === '' ? usage(goCommand, 'where to is missing') : goTo(session, args)),
  words: (session) => [...STAGES, 'start', ...calledNames(session.kernel)],
};

const helpCommand: Command = {
  names: ['help', 'h'],
  group: 'session',
  usage: 'help [COMMAND]',
  help: 'lists the commands, or says what one does',
  run: (_session, args) => help(args),
  words: () => COMMANDS.map((command) => command.names[0] ?? ''),
};

const readCommand: ReadCommand = (line) => {
  const [word, args] = splitLine(line);
  const command = findCommand(word);
  return typeof command === 'string' ? command : { command, args };
};

const listsCommand = commandsCommand(readCommand, () => COMMANDS.map(({ names }) => names[0] ?? ''));

/** Every command. */
export const COMMANDS: readonly Command[] = [
  ...moveCommands,
  ...timeCommands,
  ...historyCommands,
  ...findCommands,
  ...checkpointCommands,
  ...stopCommands,
  ...dprintfCommands,
  ...pointCommands,
  listsCommand,
  ...lookCommands,
  ...displayCommands,
  ...askCommands,
  ...diffCommands,
  ...accessCommands,
  ...resultCommands,
  goCommand,
  ...whyCommands,
  infoCommand,
  ...memmapCommands,
  ...threadCommands,
  ...settingCommands,
  ...branchCommands,
  ...variantCommands,
  helpCommand,
  aboutCommand,
  ...tourCommands,
  ...saveCommands,
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

/** What gdb, rr and a shell have for it, and what there is here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  call: 'print calls what only reads',
  dmesg: 'info console',
  ptype: 'print shows a struct with its fields',
  source: 'khodbg -x FILE runs a file of commands',
  whatis: 'print shows a struct with its fields',
};

/** The command of that name, abbreviation or unambiguous prefix; else a sentence. */
export function findCommand(word: string): Command | string {
  const exact = COMMANDS.find((command) => command.names.includes(word));
  if (exact !== undefined) return exact;
  const here = ELSEWHERE[word];
  if (here !== undefined) return `Undefined command: "${word}".  Here: ${here}`;
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

/** The points whose list of commands a line begins, which lines up to `end` are to follow; null for other lines. */
export function opensList(session: Session, line: string): readonly number[] | null {
  const [word, args] = splitLine(line);
  return findCommand(word) === listsCommand ? opensFor(session, args) : null;
}

const NOT_USERS: Readonly<Record<Exclude<Speaker, 'user'>, string>> = {
  tour: 'this was typed by the tour',
  list: 'this is of the list of a point',
  file: 'this came with a file',
};

/**
 * What a line came to before it ran: a command at work, or an answer. Words after a command that takes none are refused, and
 * so is what writes files unless the user himself says it.
 */
export function begin(session: Session, line: string, by: Speaker = 'file'): Output | Running {
  const [word, args] = splitLine(line);
  const command = findCommand(word);
  if (typeof command === 'string') return refuse(command);
  if (args !== '' && !command.usage.includes(' ')) return usage(command, `'${args}' is not expected`);
  if (by !== 'user' && command.writes?.(args) === true)
    return refuse(
      `${command.names[0]} writes a file: only you may ask for that, at the prompt, with -ex or in a file of -x; ${NOT_USERS[by]}`,
    );
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
