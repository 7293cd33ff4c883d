// Commands that ask who read, wrote or changed a place in memory: accesses lists, last and first go there.
import { label, position } from '../../debugger/index.ts';
import { accessesTo, firstAccess, lastAccess, type Mode } from '../accesses.ts';
import type { Session } from '../session.ts';
import { PLACE_WORDS, readTarget } from '../targets.ts';
import { answer } from './answer.ts';
import { type Command, type Output, type Running, refuse, say, usage } from './command.ts';
import { stand } from './time.ts';

const WORDS: Readonly<Record<Mode, readonly [string, string]>> = {
  r: ['read', 'reads'],
  w: ['write', 'writes'],
  c: ['change', 'changes'],
  rw: ['access', 'accesses'],
};

interface Asked {
  readonly text: string;
  readonly mode: Mode | null;
  readonly count: number | null;
}

/** Splits `EXPR [r|w|c] [COUNT]`. */
function readAsked(args: string): Asked | null {
  const read = /^(page\s+\S+|.+?)(?:\s+(r|w|c))?(?:\s+(\d+))?$/.exec(args.trim());
  if (read?.[1] === undefined) return null;
  const [, text, mode, count] = read;
  return { text, mode: (mode as Mode | undefined) ?? null, count: count === undefined ? null : Number(count) };
}

function* accesses(session: Session, args: string): Running {
  const asked = readAsked(args);
  if (asked === null) return usage(accessesCommand, 'an expression is missing');
  const { text, mode, count } = asked;
  const target = readTarget(session, text);
  if (!target.ok) return usage(accessesCommand, target.error);
  const found = yield* accessesTo(session, target.value, mode ?? 'rw');
  if (found === null) return refuse('interrupted');
  const [one, many] = WORDS[mode ?? 'rw'];
  if (found.length === 0) return say(`${text}: no ${one} in this history`);
  const here = session.state.cursor.at.at;
  const head = `${text}: ${found.length} ${found.length === 1 ? one : many}, ${found.before(here)} before now`;
  return yield* answer(session, [head], found, count === null ? undefined : Math.max(1, count));
}

const accessesCommand: Command = {
  names: ['accesses'],
  group: 'time',
  usage: 'accesses EXPRESSION | page PFN[..PFN] [r|w|c] [COUNT]',
  help: 'who reads (r), writes (w) or changes (c) that memory in the history, before and after now, with old and new; seek goes to one',
  run: accesses,
  words: () => PLACE_WORDS,
};

/** Goes to one access and says which it is. */
function* toOne(session: Session, args: string, command: Command): Running {
  const asked = readAsked(args);
  if (asked === null || asked.count !== null)
    return usage(command, asked === null ? 'an expression is missing' : `'${asked.count}' is not expected`);
  const mode = asked.mode ?? 'w';
  const target = readTarget(session, asked.text);
  if (!target.ok) return usage(command, target.error);
  const isLast = command.names[0] === 'last';
  const found = yield* isLast ? lastAccess(session, target.value, mode) : firstAccess(session, target.value, mode);
  if (found === null) return refuse('interrupted');
  const [row] = found;
  const [one] = WORDS[mode];
  if (row === undefined)
    return refuse(
      `${asked.text}: no ${one} ${isLast ? `before ${label(session.state.cursor.at)}` : 'in this history'}`,
    );
  const head = `${isLast ? 'last' : 'first'} ${one} of ${asked.text}`;
  const out: Output = stand(session, position(row.at), head);
  return { ...out, lines: [`${head}:`, `   ${row.text}`, ...out.lines] };
}

function toOneCommand(name: 'last' | 'first', help: string): Command {
  const command: Command = {
    names: [name],
    group: 'time',
    usage: `${name} EXPRESSION | page PFN[..PFN] [r|w|c]`,
    help,
    run: (session, args) => toOne(session, args, command),
    words: () => PLACE_WORDS,
  };
  return command;
}

/** The commands that ask about accesses. */
export const accessCommands: readonly Command[] = [
  accessesCommand,
  toOneCommand('last', 'back to the statement before now that wrote that memory last; r: read it, c: changed it'),
  toOneCommand('first', 'to the first statement of the history that writes that memory; r: reads it, c: changes it'),
];
