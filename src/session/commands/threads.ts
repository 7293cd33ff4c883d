// Commands on threads.
import { frameText, threadState, unknownThread, whereOf } from '../describe.ts';
import type { Session } from '../session.ts';
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
  if (wanted === undefined) return refuse(unknownThread(args, state.threads.length));
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

/** The commands on threads. */
export const threadCommands: readonly Command[] = [threadCommand];
