// Commands that go to a position: seek, run, marks; and those that say which position it is.
import { comparePositions, label, type Position, position } from '../../debugger/index.ts';
import { branchText } from '../branches.ts';
import { placeLines } from '../describe.ts';
import { POSITIONS, positionWords, readPosition, runOn, type Spot } from '../positions.ts';
import type { Cursor, Mark, Session } from '../session.ts';
import { type Command, noPosition, type Output, type Running, refuse, say, usage } from './command.ts';

/** Goes to where a cursor stood, frame and thread included; `why`: for the stop line, else the place. */
export function restore(session: Session, cursor: Cursor, why?: string): Output {
  const was = session.state.cursor;
  const place = placeLines(session, cursor);
  const way = comparePositions(cursor.at, was.at) < 0 ? 'rev' : 'fwd';
  session.goto(cursor, { kind: 'seek', lines: [why ?? place[0] ?? ''] }, way);
  const turned = cursor.branch === was.branch ? [] : [`[Switching to ${branchText(session, cursor.branch)}]`];
  return say(...turned, ...place);
}

/** Goes to a position and says what is there; `why` is told as the stop. */
export function stand(
  session: Session,
  at: Position,
  why: string,
  branch: number = session.state.cursor.branch,
): Output {
  const cursor: Cursor = { branch, at, thread: session.mover(at, branch), level: 0 };
  return restore(session, cursor, why === '' ? undefined : why);
}

/** Goes to a position as it was typed: to a checkpoint with its thread and frame. */
export function standAt(session: Session, { at, branch, cursor }: Spot, why = ''): Output {
  return cursor === undefined
    ? stand(session, at, why, branch)
    : restore(session, cursor, why === '' ? undefined : why);
}

function* seek(session: Session, text: string, command: Command): Running {
  if (text === '') return usage(command, `a position is missing: ${POSITIONS}`);
  const read = yield* readPosition(session, text);
  return read.ok ? standAt(session, read.value) : noPosition(command, read.error);
}

const seekCommand: Command = {
  names: ['seek', 'goto', 'tt'],
  group: 'time',
  usage: 'seek POSITION',
  help: `goes to a position: ${POSITIONS}; one that lies ahead is run to, without stopping on the way`,
  run: (session, args) => seek(session, args, seekCommand),
  words: positionWords,
};

const runCommand: Command = {
  names: ['run', 'r'],
  group: 'time',
  usage: 'run [POSITION]',
  help: 'back to the start of the first boot, or to a position as seek takes it',
  run: (session, args) =>
    args === '' ? stand(session, position(0), 'start of the boot') : seek(session, args, runCommand),
  words: positionWords,
};

/** Standing at the newest stage of this boot at or before here: its name. */
export function stageNow(session: Session, { at, branch }: Cursor = session.state.cursor): string {
  if (session.time.branch(branch).ended && at.at === session.time.end(branch)) return 'end';
  const boot = session.time.stateAt(branch, at)?.boot;
  const reached = (mark: Mark) => mark.kind === 'stage' && mark.boot === boot && mark.at <= at.at;
  return session.marks(branch).findLast(reached)?.label ?? 'start';
}

function* toMark(session: Session, kind: 'stage' | 'any', forwards: boolean): Running {
  const here = session.state.cursor.at;
  const marks = (): readonly Mark[] => {
    const own = session.stopMarks();
    const all =
      kind === 'stage'
        ? session.marks().filter((m) => m.kind === 'stage')
        : [...session.marks().filter((m) => m.kind === 'fault'), ...own];
    return [...all].sort((a, b) => a.at - b.at);
  };
  const find = () =>
    forwards
      ? marks().find((m) => m.at > here.at)
      : marks().findLast((m) => comparePositions(position(m.at), here) < 0);
  if (forwards && kind === 'stage' && !(yield* runOn(session, Number.POSITIVE_INFINITY, () => find() !== undefined))) {
    return refuse('interrupted');
  }
  const found = find();
  if (found !== undefined) return stand(session, position(found.at), `${found.kind}: ${found.label}`);
  if (!forwards && kind === 'stage') return stand(session, position(0), 'start of the boot');
  return refuse(`no ${kind === 'stage' ? 'stage' : 'mark'} ${forwards ? 'after' : 'before'} ${label(here)}`);
}

function undo(session: Session): Output {
  const last = session.state.trail.at(-1);
  if (last === undefined) return refuse('undo-move: nothing to undo; you stand where you began');
  const trail = session.state.trail.slice(0, -1);
  const out = restore(session, last);
  session.change((draft) => {
    draft.trail = trail;
  });
  return out;
}

function when(session: Session): Output {
  const { cursor } = session.state;
  const { ended } = session.time.branch(cursor.branch);
  const end = session.time.end(cursor.branch);
  const branch = cursor.branch === 0 ? '' : `, ${branchText(session, cursor.branch)}`;
  return say(
    `Current position: ${label(cursor.at)} / ${ended ? end : `${end} …`}, boot ${session.now().boot}, stage ${stageNow(session)}${branch}`,
  );
}

/** The commands on positions. */
export const timeCommands: readonly Command[] = [
  seekCommand,
  runCommand,
  {
    names: ['start'],
    group: 'time',
    usage: 'start',
    help: 'to the very first position',
    run: (session) => stand(session, position(0), 'start of the boot'),
  },
  { names: ['when'], group: 'time', usage: 'when', help: 'the position, and how far the history goes', run: when },
  {
    names: ['undo-move', 'U'],
    group: 'time',
    usage: 'undo-move',
    help: 'undoes what the last key or command did to where one stands, frame and thread included',
    run: undo,
  },
  {
    names: ['next-stage'],
    group: 'time',
    usage: 'next-stage',
    help: 'to the next stage of the boot',
    run: (session) => toMark(session, 'stage', true),
  },
  {
    names: ['prev-stage'],
    group: 'time',
    usage: 'prev-stage',
    help: 'to the stage before',
    run: (session) => toMark(session, 'stage', false),
  },
  {
    names: ['next-mark'],
    group: 'time',
    usage: 'next-mark',
    help: 'to the next place where something stopped before',
    run: (session) => toMark(session, 'any', true),
  },
  {
    names: ['prev-mark'],
    group: 'time',
    usage: 'prev-mark',
    help: 'to the last place where something stopped',
    run: (session) => toMark(session, 'any', false),
  },
];
