// Where one stands and has stood in a session file: the place, checkpoints, marks, the way back and forward, the tour.
import * as z from 'zod';
import { position } from '../../debugger/index.ts';
import { entries } from '../../machine/index.ts';
import { stateHash } from '../../vm/index.ts';
import { anyText, list, object, whole } from '../scenario/fields.ts';
import type { Cursor, Mark, Session } from '../session.ts';
import type { LogLine } from '../view.ts';
import { cursorIn, cursorSchema, cursorText, notThere, stepOf, stepSchema, stepText } from './cursors.ts';
import { type Refuse, section } from './section.ts';

/** Of the places to go back or forward to, so many are kept: the newest. */
const KEPT = 20;
/** Lines of the log that a session begins with. */
const LOGGED = 5000;

const STOPS = [
  'start',
  'step',
  'breakpoint',
  'watchpoint',
  'catchpoint',
  'fault',
  'end',
  'seek',
  'interrupted',
] as const;

const stopSchema = object('why one stands there; write as in {"kind": "seek", "lines": ["kho_init"]}', {
  kind: z.enum(STOPS),
  lines: list(anyText, 'lines', 1000),
});

/** Names the simulated state at a cursor: equal states have equal names. */
function stateName(session: Session, cursor: Cursor): string {
  return stateHash(session.kernelAt(cursor).linked.program, session.now(cursor)).toString(16);
}

/** The console up to where one stands, as the log has it. */
function logAt(session: Session, cursor: Cursor): LogLine[] {
  const lines = entries(session.now(cursor).machine.console).slice(-LOGGED);
  return lines.map((text): LogLine => ({ kind: 'dmesg', text }));
}

/** Where one stands, mid-statement too, and what the state there is called. */
export const standsSection = section(
  'stands',
  object('where one stands; write as in {"at": "#9417 T1", "state": "1a2b3c", ...}', {
    at: cursorSchema,
    state: z.string().regex(/^[0-9a-f]{1,16}$/, 'is not the name of a state; write 1 to 16 hexadecimal digits'),
    direction: z.enum(['fwd', 'rev']).default('fwd'),
    previous: cursorSchema.optional(),
    stop: stopSchema.optional(),
  }),
  (session) => {
    const { cursor, previous, direction, stop } = session.state;
    return {
      at: cursorText(cursor),
      state: stateName(session, cursor),
      direction,
      previous: cursorText(previous),
      stop: { kind: stop.kind, lines: [...stop.lines] },
    };
  },
  (session, { at, state, direction, previous: before, stop }, refuse) => {
    const cursor = cursorIn(session, at);
    if (typeof cursor === 'string') return refuse(['at'], cursor);
    const name = stateName(session, cursor);
    if (name !== state)
      refuse(['state'], `${at} was the state ${state}, and is ${name} now: the history is not the one that was saved`);
    const previous = before === undefined ? cursor : cursorIn(session, before);
    if (typeof previous === 'string') refuse(['previous'], previous);
    session.change((draft) => {
      draft.cursor = cursor;
      draft.previous = typeof previous === 'string' ? cursor : previous;
      draft.direction = direction;
      if (stop !== undefined) draft.stop = stop;
      draft.dmesg = session.now(cursor).machine.console?.length ?? 0;
      draft.log = [...draft.log, ...logAt(session, cursor)];
    });
  },
);

/** The cursors of a list that the history has. */
function cursorsIn(session: Session, texts: readonly string[], key: string, refuse: Refuse): Cursor[] {
  return texts.flatMap((text, i) => {
    const cursor = cursorIn(session, text);
    if (typeof cursor !== 'string') return [cursor];
    refuse([key, i], cursor);
    return [];
  });
}

/** Checkpoints with their notes. */
export const checkpointsSection = section(
  'checkpoints',
  list(
    object('a checkpoint; write as in {"number": 1, "at": "#9417 T1", "note": "..."}', {
      number: whole(1, 999_999, 'the number of a checkpoint'),
      at: cursorSchema,
      note: anyText.default(''),
    }),
    'checkpoints',
    10_000,
  ),
  ({ state: { checkpoints } }) =>
    checkpoints.length === 0
      ? undefined
      : checkpoints.map(({ number, cursor, note }) => ({ number, at: cursorText(cursor), note })),
  (session, rows, refuse) => {
    for (const [i, { number, at, note }] of rows.entries()) {
      const cursor = cursorIn(session, at);
      if (session.state.checkpoints.some((one) => one.number === number))
        refuse([i, 'number'], `there are two checkpoints ${number}; give one of them another number`);
      else if (typeof cursor === 'string') refuse([i, 'at'], cursor);
      else
        session.change((draft) => {
          draft.checkpoints = [...draft.checkpoints, { number, cursor, note }];
          draft.nextCheckpoint = Math.max(draft.nextCheckpoint, number + 1);
        });
    }
  },
);

/** Marks of stops on the timeline; stages and faults mark themselves. */
export const marksSection = section(
  'marks',
  list(
    object('a mark; write as in {"at": "#9417", "label": "Breakpoint 1, ..."}', {
      number: whole(1, 999_999_999, 'the number of a mark').optional(),
      at: stepSchema,
      branch: whole(0, 4096, 'the number of a branch').default(0),
      label: anyText,
    }),
    'marks',
    10_000,
  ),
  ({ state }) => {
    const rows = Object.entries(state.marks).flatMap(([id, marks]) =>
      marks.map(({ at, label, number }) => ({
        ...(number === undefined ? {} : { number }),
        at: stepText(at),
        ...(id === '0' ? {} : { branch: Number(id) }),
        label,
      })),
    );
    return rows.length === 0 ? undefined : rows;
  },
  (session, rows, refuse) => {
    const marks: Record<number, Mark[]> = {};
    const numbers = rows.map(({ number }) => number ?? 0);
    let last = Math.max(0, ...numbers);
    for (const [i, { number, at: text, branch, label }] of rows.entries()) {
      const at = stepOf(text);
      const known = session.time.branches[branch] !== undefined;
      const state = known ? session.time.stateAt(branch, position(at)) : null;
      if (!known) refuse([i, 'branch'], `there is no branch ${branch}`);
      else if (state === null) refuse([i, 'at'], notThere(session, branch, position(at)));
      else if (number !== undefined && numbers.indexOf(number) !== i)
        refuse([i, 'number'], `there are two marks ${number}; give one of them another number`);
      else {
        const mark: Mark = { at, boot: state.boot, kind: 'stop', label, number: number ?? ++last };
        marks[branch] = [...(marks[branch] ?? []), mark];
      }
    }
    for (const list of Object.values(marks)) list.sort((a, b) => a.at - b.at);
    session.change((draft) => {
      draft.marks = marks;
      draft.nextMark = last + 1;
    });
  },
);

const way = list(cursorSchema, 'places', 1000).default([]);

/** The places that back and forward lead to; undo-move begins with those of back. */
export const historySection = section(
  'history',
  object('the way one came; write as in {"back": ["#9417 T1"], "forward": []}', { back: way, forward: way }),
  ({ state: { past, future } }) =>
    past.length + future.length === 0
      ? undefined
      : { back: past.slice(-KEPT).map(cursorText), forward: future.slice(-KEPT).map(cursorText) },
  (session, { back, forward }, refuse) => {
    const past = cursorsIn(session, back, 'back', refuse);
    const future = cursorsIn(session, forward, 'forward', refuse);
    session.change((draft) => {
      Object.assign(draft, { past, future, trail: past });
    });
  },
);

/** Which notes of the tour were played, and where one stood then; null: in another kernel's history. */
export const tourSection = section(
  'tour',
  object('how far the tour is; write as in {"played": 1, "places": ["#0 T1", "#9417 T1"]}', {
    played: whole(0, 1001, 'a number of notes'),
    places: list(z.union([cursorSchema, z.null()], { error: 'is not a place in the history' }), 'places', 1002),
  }),
  ({ state: { tour } }) =>
    tour.at === 0
      ? undefined
      : { played: tour.at, places: tour.places.map((place) => (place == null ? null : cursorText(place))) },
  (session, { played, places }, refuse) => {
    const { length } = session.loaded.scenario.tour;
    if (played > length + 1) return refuse(['played'], `the scenario's tour has ${length} notes, not ${played}`);
    const read = places.map((text, i) => {
      const cursor = text === null ? null : cursorIn(session, text);
      if (typeof cursor === 'string') refuse(['places', i], cursor);
      return typeof cursor === 'string' ? null : cursor;
    });
    session.change((draft) => {
      draft.tour = { at: played, places: read };
    });
  },
);
