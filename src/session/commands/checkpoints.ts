// Checkpoints: places in the history that the user keeps, by number, with a note. They belong to the session, and go with the
// kernel whose history they are of.

import { positionWords, readPosition } from '../positions.ts';
import type { Checkpoint, Session } from '../session.ts';
import { type Command, listed, noPosition, type Output, type Running, refuse, say, usage } from './command.ts';
import { cursorRow, cursorText } from './history.ts';
import { restore, standAt } from './time.ts';

/** The note stands before what is long and may be cut. */
function textOf(session: Session, { number, cursor, note }: Checkpoint): string {
  const text = cursorText(session, cursor);
  return `${number}  ${note === '' ? text : text.replace(/^\S+/, (at) => `${at}  "${note}"`)}`;
}

/** What `info checkpoints` answers. */
export function infoCheckpoints(session: Session): Output {
  const { checkpoints } = session.state;
  if (checkpoints.length === 0) return say('No checkpoints.');
  return listed(
    session,
    'checkpoints',
    checkpoints.map((one) => cursorRow(one.cursor, textOf(session, one))),
  );
}

/** The checkpoint that is meant, or why there is none. */
function named(session: Session, text: string): Checkpoint | string {
  const found = session.state.checkpoints.find(({ number }) => String(number) === text);
  return found ?? `No checkpoint number ${text}.`;
}

/** `delete checkpoint N…`: takes checkpoints away; their marks on the timeline stay. */
export function deleteCheckpoints(session: Session, numbers: readonly string[]): Output {
  const wrong = numbers.map((text) => named(session, text)).find((one) => typeof one === 'string');
  if (typeof wrong === 'string') return refuse(wrong);
  session.change((draft) => {
    draft.checkpoints = draft.checkpoints.filter(
      ({ number }) => numbers.length > 0 && !numbers.includes(String(number)),
    );
  });
  return say();
}

const checkpointCommand: Command = {
  names: ['checkpoint'],
  group: 'time',
  usage: 'checkpoint [NOTE]',
  help: 'keeps the place where one stands, with a note; restart NUMBER comes back, info checkpoints lists them',
  run(session, args) {
    // where a position is asked for, a note may be written in quotes as well
    const note = /^"([^"]*)"$/.exec(args)?.[1] ?? args;
    const { cursor, nextCheckpoint: number } = session.state;
    const made: Checkpoint = { number, cursor, note };
    session.change((draft) => {
      draft.checkpoints = [...draft.checkpoints, made];
      draft.nextCheckpoint = number + 1;
    });
    session.mark(cursor.at.at, `checkpoint ${number}${note === '' ? '' : `: ${note}`}`);
    return say(`Checkpoint ${textOf(session, made)}`);
  },
};

function* restart(session: Session, args: string): Running {
  if (args === '') return usage(restartCommand, 'the number of a checkpoint is missing');
  if (/^\d+$/.test(args)) {
    const found = named(session, args);
    if (typeof found === 'string') return usage(restartCommand, found);
    return restore(session, found.cursor, `checkpoint ${textOf(session, found)}`);
  }
  const read = yield* readPosition(session, args);
  return read.ok ? standAt(session, read.value) : noPosition(restartCommand, read.error);
}

const restartCommand: Command = {
  names: ['restart'],
  group: 'time',
  usage: 'restart NUMBER | NOTE | POSITION',
  help: 'goes to a checkpoint, by its number or note, thread and frame included; run goes to the start of the boot',
  run: restart,
  words: (session) => [...session.state.checkpoints.map(({ number }) => String(number)), ...positionWords(session)],
};

/** The commands of this file. */
export const checkpointCommands: readonly Command[] = [checkpointCommand, restartCommand];
