// Commands that go to a position: seek, run, back, marks; and those that say which position it is.
import { comparePositions, label, type Position, position } from '../../debugger/index.ts';
import { placeLines } from '../describe.ts';
import { readPosition, runOn } from '../positions.ts';
import { STAGES } from '../scenario/index.ts';
import type { Cursor, Mark, Session } from '../session.ts';
import { type Command, type Output, type Running, refuse, say, usage } from './command.ts';

/** Goes to a position and says what is there; `why` is told as the stop. */
export function stand(session: Session, at: Position, why: string): Output {
  const { branch } = session.state.cursor;
  const cursor: Cursor = { branch, at, thread: session.mover(at, branch), level: 0 };
  const way = comparePositions(at, session.state.cursor.at) < 0 ? 'rev' : 'fwd';
  const place = placeLines(session, cursor);
  session.goto(cursor, { kind: 'seek', lines: [why === '' ? (place[0] ?? '') : why] }, way);
  return say(...place);
}

function* seek(session: Session, text: string, command: Command): Running {
  if (text === '') return usage(command, 'a position is missing');
  const read = yield* readPosition(session, text);
  return read.ok ? stand(session, read.value, '') : usage(command, read.error);
}

const seekCommand: Command = {
  names: ['seek', 'goto', 'tt', 'g'],
  group: 'time',
  usage: 'seek #N | #N.M | +N | -N | 50% | start | end | STAGE',
  help: 'goes to a position; one that lies ahead is run to, without stopping on the way',
  run: (session, args) => seek(session, args, seekCommand),
  words: () => [...STAGES, 'start'],
};

const runCommand: Command = {
  names: ['run', 'r'],
  group: 'time',
  usage: 'run [POSITION]',
  help: 'back to the start of the boot, or to POSITION',
  run: (session, args) =>
    args === '' ? stand(session, position(0), 'start of the boot') : seek(session, args, runCommand),
};

function stageLines(session: Session): string[] {
  return session
    .marks()
    .filter((mark) => mark.kind === 'stage')
    .map((mark) => `${label(position(mark.at)).padEnd(10)} ${mark.label}`);
}

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

/** Goes to where a cursor stood, frame and thread included; `why`: for the stop line, else the place. */
export function restore(session: Session, cursor: Cursor, why?: string): Output {
  const place = placeLines(session, cursor);
  const way = comparePositions(cursor.at, session.state.cursor.at) < 0 ? 'rev' : 'fwd';
  session.goto(cursor, { kind: 'seek', lines: [why ?? place[0] ?? ''] }, way);
  return say(...place);
}

function back(session: Session): Output {
  const { past, cursor, future } = session.state;
  const last = past.at(-1);
  if (last === undefined) return refuse('back: nothing to go back to; every stop and jump is remembered');
  const out = restore(session, last);
  session.change((draft) => {
    draft.past = past.slice(0, -1);
    draft.future = [...future, cursor];
  });
  return out;
}

function forth(session: Session): Output {
  const { past, cursor, future } = session.state;
  const next = future.at(-1);
  if (next === undefined) return refuse('forward: nothing to go forward to; back comes first');
  const out = restore(session, next);
  session.change((draft) => {
    draft.past = [...past, cursor];
    draft.future = future.slice(0, -1);
  });
  return out;
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
  const branch = cursor.branch === 0 ? '' : `, branch ${cursor.branch}`;
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
  { names: ['back'], group: 'time', usage: 'back', help: 'where one stood before the last stop or jump', run: back },
  { names: ['forward'], group: 'time', usage: 'forward', help: 'undoes back', run: forth },
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

/** Lines of `info stages`. */
export const infoStages = stageLines;
