// Commands on threads and on settings.
import { frameText, threadState, whereOf } from '../describe.ts';
import type { Locking, Session } from '../session.ts';
import { type Command, type Output, refuse, say, usage } from './command.ts';

function thread(session: Session, args: string): Output {
  const state = session.now();
  if (args === '') {
    const index = session.state.cursor.thread;
    return say(`[Current thread is ${index + 1} (${state.threads[index]?.name ?? ''})]`);
  }
  const all = /^apply\s+all\s+(?:bt|backtrace|where)$/.test(args);
  if (all) return say(...state.threads.flatMap((_, i) => threadStack(session, i)));
  const index = Number(args) - 1;
  const wanted = state.threads[index];
  if (!Number.isInteger(index)) return usage(threadCommand, `'${args}' is not a thread number`);
  if (wanted === undefined)
    return refuse(`Unknown thread ${args}. There are ${state.threads.length}: info threads lists them.`);
  session.change((draft) => {
    draft.trail = [...draft.trail.slice(-999), draft.cursor];
    draft.cursor = { ...draft.cursor, thread: index, level: 0 };
    draft.listed = null;
  });
  return say(
    `[Switching to thread ${index + 1} (${wanted.name})]`,
    `${threadState(session, index)}  ${whereOf(session, index)}`,
  );
}

function threadStack(session: Session, index: number): string[] {
  const cursor = { ...session.state.cursor, thread: index, level: 0 };
  const name = session.now().threads[index]?.name ?? '';
  const stack = session.stack(cursor);
  return [
    `Thread ${index + 1} (${name}):`,
    ...(stack.length === 0 ? ['has returned'] : stack.map((f, i) => `#${String(i).padEnd(3)}${frameText(session, f)}`)),
    '',
  ];
}

const threadCommand: Command = {
  names: ['thread', 't'],
  group: 'threads',
  usage: 'thread [NUMBER | apply all bt]',
  help: 'shows or selects a thread; apply all bt: every stack',
  run: thread,
};

const LOCKINGS: readonly Locking[] = ['off', 'on', 'step', 'replay'];

const SETTINGS: readonly { readonly name: string; readonly values: readonly string[]; readonly help: string }[] = [
  {
    name: 'scheduler-locking',
    values: LOCKINGS,
    help: 'off: the schedule decides who moves; on: only the selected thread moves; step: only while stepping; replay: as off, along what is recorded',
  },
];

function set(session: Session, args: string): Output {
  const [name = '', value = ''] = args.split(/\s+/);
  const setting = SETTINGS.find((s) => s.name === name || (name.length > 2 && s.name.startsWith(name)));
  if (setting === undefined)
    return usage(setCommand, `no setting '${name}'; there is ${SETTINGS.map((s) => s.name).join(', ')}`);
  if (!setting.values.includes(value))
    return usage(setCommand, `'${value}' is not one of ${setting.values.join(', ')}`);
  session.change((draft) => {
    draft.locking = value as Locking;
  });
  return say();
}

const setCommand: Command = {
  names: ['set'],
  group: 'threads',
  usage: 'set scheduler-locking off|on|step|replay',
  help: 'changes a setting; show prints them',
  run: set,
  words: () => SETTINGS.map((s) => s.name),
};

const showCommand: Command = {
  names: ['show'],
  group: 'threads',
  usage: 'show [SETTING]',
  help: 'settings and their values',
  run: (session) =>
    say(
      `Mode for locking scheduler during execution is "${session.state.locking}".`,
      ...SETTINGS.map((s) => `${s.name}: ${s.help}`),
    ),
};

/** The commands on threads and settings. */
export const threadCommands: readonly Command[] = [threadCommand, setCommand, showCommand];
