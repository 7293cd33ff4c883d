// Commands on threads and on who moves next.
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

function schedule(session: Session, args: string): Output {
  const parsed = /^next\s+(\d+)$/.exec(args);
  if (parsed === null) return usage(scheduleCommand, `'${args}' is not understood`);
  const index = Number(parsed[1]) - 1;
  const { cursor } = session.state;
  if (session.now().threads[index] === undefined) return refuse(`Unknown thread ${index + 1}.`);
  if (!session.canMove(index)) return refuse(`thread ${index + 1} cannot move: ${whereOf(session, index)}`);
  if (cursor.at.sub > 0) return refuse('inside a range operation; seek out of it first');
  const same = session.mover(cursor.at) === index;
  const branch = same ? cursor.branch : session.time.fork(cursor.branch, cursor.at.at, index);
  session.goto(
    { ...cursor, branch, thread: index, level: 0 },
    { kind: 'seek', lines: [`thread ${index + 1} moves next`] },
  );
  return say(
    `Thread ${index + 1} moves next${same ? '' : `: branch ${branch} from #${cursor.at.at}; branch 0 stays as it is`}.`,
  );
}

const scheduleCommand: Command = {
  names: ['schedule'],
  group: 'threads',
  usage: 'schedule next THREAD',
  help: 'lets another thread move next, in a new branch of the history',
  run: schedule,
};

const branchCommand: Command = {
  names: ['branch'],
  group: 'threads',
  usage: 'branch NUMBER',
  help: 'goes to a branch, to the position where it leaves its parent',
  run(session, args) {
    const id = Number(args);
    const branch = session.time.branches[id];
    if (args === '' || !Number.isInteger(id) || branch === undefined)
      return usage(branchCommand, `no branch '${args}'; info branches lists them`);
    const current = session.time.branch(session.state.cursor.branch);
    const at = { at: branch.parent === null ? current.from : branch.from, sub: 0 };
    session.goto(
      { branch: id, at, thread: session.mover(at, id), level: 0 },
      { kind: 'seek', lines: [`branch ${id}`] },
    );
    return say(`Branch ${id} at #${at.at}.`);
  },
};

/** The commands on threads and schedules. */
export const threadCommands: readonly Command[] = [
  threadCommand,
  setCommand,
  showCommand,
  scheduleCommand,
  branchCommand,
];
