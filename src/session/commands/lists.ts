// The command commands: lines that are run when a point has stopped. The list is written on the same line, or on lines of its
// own, which a front end that can gathers. Knows nothing of how lists are run.
import type { Session } from '../session.ts';
import { type Command, say, usage } from './command.ts';
import { pointNumbers } from './numbers.ts';

/** Splits at semicolons outside of quotes, and at the ends of lines. */
function splitList(text: string): string[] {
  const out: string[] = [''];
  for (const part of text.match(/"(?:[^"\\\n]|\\.)*"|[;\n]|[^";\n]+|"/g) ?? []) {
    if (part === ';' || part === '\n') out.push('');
    else out.push(`${out.pop()}${part}`);
  }
  return out.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

/** The points that a `commands` line means, the last one made without a number; and its list, null when none is on the line. */
function readLine(session: Session, args: string): { numbers: number[]; list: string[] | null } | string {
  const [, head = '', rest = ''] = /^((?:(?:\d+|\$bpnum)(?:-(?:\d+|\$bpnum))?(?:[\s,]+|$))*)(.*)$/s.exec(args) ?? [];
  const numbers = pointNumbers(session, head.trim() === '' ? '$bpnum' : head);
  if (session.state.points.length === 0 && head.trim() === '') return 'No breakpoints specified.';
  if (typeof numbers === 'string') return numbers;
  const prints = session.state.points.find((row) => row.prints !== null && numbers.includes(row.number));
  if (prints !== undefined) return `dprintf ${prints.number} prints and goes on, and never runs a list`;
  const isOpen = rest === '' && !args.includes('\n');
  return { numbers, list: isOpen ? null : splitList(rest) };
}

/** The command of a line and what follows its name, or why it is none. */
export type ReadCommand = (line: string) => { readonly command: Command; readonly args: string } | string;

/** What is wrong with a line of a list; `i`: which, from 0. */
export function lineError(read: ReadCommand, line: string, i: number): string | null {
  if (line === 'silent') return i === 0 ? null : 'silent stands first';
  const found = read(line);
  if (typeof found === 'string') return found;
  const { command, args } = found;
  if (command.writes?.(args) === true) return `${command.names[0]} writes a file, which a list of commands may not do`;
  return command.names[0] === 'commands' ? 'a list has no list of its own' : null;
}

/** What is wrong with a list of commands, the first thing; null when nothing is. */
function listError(read: ReadCommand, list: readonly string[]): string | null {
  return list.map((line, i) => lineError(read, line, i)).find((one) => one !== null) ?? null;
}

/** The command, with the way to find others in its lists. */
export function commandsCommand(readCommand: ReadCommand, names: () => readonly string[]): Command {
  const command: Command = {
    names: ['commands'],
    group: 'stops',
    usage: 'commands [NUMBER…] COMMAND; COMMAND… | commands [NUMBER…], then lines up to end',
    help: 'what is run when a point has stopped, forwards or backwards, up to a command that moves; silent first: the stop is not told; an empty list takes it away',
    run(session, args) {
      const read = readLine(session, args);
      if (typeof read === 'string') return usage(command, read);
      const example = `commands ${read.numbers.join(' ')} silent; print pfn; continue`;
      if (read.list === null) return usage(command, `the list is missing; on one line: ${example}`);
      const list = read.list.at(-1) === 'end' ? read.list.slice(0, -1) : read.list;
      const wrong = listError(readCommand, list);
      if (wrong !== null) return usage(command, wrong);
      session.change((draft) => {
        draft.points = draft.points.map((row) =>
          read.numbers.includes(row.number) ? { ...row, commands: list } : row,
        );
      });
      return say();
    },
    words: (session) => ['silent', ...names(), ...session.state.points.map(({ number }) => String(number))],
  };
  return command;
}

/** The points whose list begins with such arguments and goes on up to `end`; null when it is on the line, or they are wrong. */
export function opensFor(session: Session, args: string): readonly number[] | null {
  const read = readLine(session, args);
  return typeof read === 'string' || read.list !== null ? null : read.numbers;
}
