// Stop points in a session file: each as the command that sets it, with what has become of it since. They are read back by
// those commands, so what no longer reads is refused with their words.
import * as z from 'zod';
import type { Place } from '../../debugger/index.ts';
import { type Command, type Output, refuse, say } from '../commands/command.ts';
import { makeDprintf } from '../commands/dprintf.ts';
import { stopCommands } from '../commands/stops.ts';
import { lineOf, type Places, readPlaces } from '../places.ts';
import { printable } from '../printable.ts';
import { printsText } from '../prints.ts';
import { anyText, list, object, whole } from '../scenario/fields.ts';
import type { Cursor, PointRow, Session } from '../session.ts';
import { cursorIn, cursorSchema, cursorText } from './cursors.ts';
import { section } from './section.ts';

/** The commands that set a point, by what a point is called. */
const SETS: Readonly<Record<string, string>> = {
  breakpoint: 'break',
  'temporary breakpoint': 'tbreak',
  'hw watchpoint': 'watch',
  'hw read watchpoint': 'rwatch',
  'hw acc watchpoint': 'awatch',
  catchpoint: 'catch',
  dprintf: 'dprintf',
};
const WORDS = Object.values(SETS);

/** Executes one of them. */
type Setter = (session: Session, args: string) => Output;

/** A command that sets a point is done at once. */
function atOnce({ names, run }: Command): Setter {
  return (session, args) => {
    const output = run(session, args);
    if ('next' in output) throw new Error(`${names[0]} takes its time`);
    return output;
  };
}

const SETTERS: Readonly<Record<string, Setter | undefined>> = {
  ...Object.fromEntries(stopCommands.map((command) => [command.names[0], atOnce(command)])),
  // the command would also read the past, which takes its time
  dprintf(session, args) {
    const made = makeDprintf(session, args);
    return typeof made === 'string' ? refuse(made) : say();
  },
};

const samePlace = (a: Place | undefined, b: Place): boolean =>
  a !== undefined && a.fn === b.fn && a.pcs.length === b.pcs.length && a.pcs.every((pc, i) => pc === b.pcs[i]);

const samePlaces = (a: Places, b: Places): boolean =>
  a.size === b.size && [...b].every(([boot, place]) => samePlace(a.get(boot), place));

/** What reads as these places: a function or a line of one, in one boot or in all; else boot by boot. */
function placeTexts(session: Session, places: Places): string[] {
  const each = [...places].flatMap(([boot, place]) => {
    const kernel = session.loaded.boots.find((one) => one.number === boot)?.kernel;
    const line = kernel === undefined ? 0 : lineOf(kernel, place).line;
    const names = [place.fn, `${place.fn}:${line}`];
    return [names.map((name) => ({ boot, name, place }))];
  });
  const reads = (name: string, wanted: Places) => {
    const read = readPlaces(session, name);
    return read.ok && samePlaces(read.value, wanted);
  };
  const [first = []] = each;
  const all = first.flatMap(({ boot, name }) => [name, `boot${boot}:${name}`]).find((name) => reads(name, places));
  if (all !== undefined) return [all];
  return each.map((names) => {
    const own = names.find(({ boot, name, place }) => reads(`boot${boot}:${name}`, new Map([[boot, place]])));
    return `boot${names[0]?.boot}:${own?.name ?? names.at(-1)?.name}`;
  });
}

/** What stands between the command and `thread` or `if`. */
function whatTexts(session: Session, { trigger, what }: PointRow): string[] {
  if (trigger.kind === 'location') return placeTexts(session, trigger.places);
  return [trigger.kind === 'pages' ? what.replace(/^pages /, 'page ') : what];
}

/** The command that sets a point, and other places that it stands at. */
function commandOf(session: Session, row: PointRow): { readonly set: string; readonly also: readonly string[] } {
  const [what = '', ...also] = whatTexts(session, row);
  const thread = row.thread === null ? '' : ` thread ${row.thread + 1}`;
  const condition = row.condition === null ? '' : ` if ${row.condition}`;
  const prints = row.prints === null ? '' : `,${printsText(row.prints)}`;
  return { set: `${SETS[row.type] ?? 'break'} ${what}${thread}${condition}${prints}`, also };
}

const count = (what: string) => whole(0, Number.MAX_SAFE_INTEGER, what);

const pointSchema = object('a stop point; write as in {"number": 1, "set": "break kho_restore_page"}', {
  number: whole(1, 999_999, 'the number of a stop point'),
  set: anyText,
  also: list(anyText, 'places', 16).default([]),
  at: cursorSchema.optional(),
  enabled: z.boolean('is neither true nor false; write one of them').default(true),
  hits: count('a number of hits').default(0),
  ignore: count('a number of hits').default(0),
  stopsLeft: whole(1, Number.MAX_SAFE_INTEGER, 'a number of stops').optional(),
  commands: list(anyText, 'commands', 1000).default([]),
});

type Saved = z.output<typeof pointSchema>;

const rowOf = (session: Session, row: PointRow): z.input<typeof pointSchema> => {
  const { number, enabled, hits, ignore, at, trigger, stopsLeft, commands } = row;
  const { set, also } = commandOf(session, row);
  return {
    number,
    set,
    ...(also.length === 0 ? {} : { also: [...also] }),
    // an expression means what it meant where it was typed: its locals are those of that frame
    ...(trigger.kind === 'watch' || trigger.kind === 'access' ? { at: cursorText(at) } : {}),
    ...(enabled ? {} : { enabled }),
    ...(hits === 0 ? {} : { hits }),
    ...(ignore === 0 ? {} : { ignore }),
    ...(stopsLeft === null ? {} : { stopsLeft }),
    ...(commands.length === 0 ? {} : { commands: [...commands] }),
  };
};

/** Executes the command that sets the point; the point, or why there is none. */
function setPoint(session: Session, set: string): PointRow | string {
  const [, word = '', args = ''] = /^(\S+)\s*(.*)$/s.exec(set) ?? [];
  const run = SETTERS[word];
  if (run === undefined) return `"${printable(word, 40)}" sets no stop point; write one of ${WORDS.join(', ')}`;
  const before = session.state.points.length;
  const output = run(session, args);
  const made = session.state.points[before];
  return made ?? output.lines.map((line) => printable(line, 1000)).join('; ');
}

/** What a breakpoint at several places is called: by the place in the last boot that has one. */
function whatOf(session: Session, places: Places): string | null {
  const last = session.loaded.boots.findLast(({ number }) => places.has(number));
  const place = last === undefined ? undefined : places.get(last.number);
  if (last === undefined || place === undefined) return null;
  const { file, line } = lineOf(last.kernel, place);
  return `${place.fn} at ${file}:${line}`;
}

/** The point at its other places too; why that cannot be, or null. */
function alsoAt(session: Session, made: PointRow, also: readonly string[]): string | null {
  if (also.length === 0) return null;
  if (made.trigger.kind !== 'location') return 'only a breakpoint at a place of the text stands at other places too';
  const places = new Map(made.trigger.places);
  for (const text of also) {
    const read = readPlaces(session, text);
    if (!read.ok) return read.error;
    for (const [boot, place] of read.value) places.set(boot, place);
  }
  const what = whatOf(session, places) ?? made.what;
  session.change((draft) => {
    draft.points = draft.points.map((p) => (p === made ? { ...made, what, trigger: { kind: 'location', places } } : p));
  });
  return null;
}

/** The point that a command sets where one stood when it was typed, or why there is none. */
function setAt(session: Session, from: Cursor, set: string): PointRow | string {
  const here = session.state.cursor;
  const stand = (cursor: Cursor) =>
    session.change((draft) => {
      draft.cursor = cursor;
    });
  stand(from);
  const made = setPoint(session, set);
  stand(here);
  return made;
}

/** Reads one point; what is wrong with which of its keys, or null. */
function readPoint(session: Session, saved: Saved): readonly [key: keyof Saved, why: string] | null {
  const { number, set, also, at, enabled, hits, ignore, stopsLeft = null, commands } = saved;
  const from = at === undefined ? session.state.cursor : cursorIn(session, at);
  if (session.state.points.some((one) => one.number === number))
    return ['number', `there are two stop points ${number}; give one of them another number`];
  if (typeof from === 'string') return ['at', from];
  const made = setAt(session, from, set);
  if (typeof made === 'string') return ['set', made];
  const wrong = alsoAt(session, made, also);
  const own = { number, enabled, hits, ignore, stopsLeft, commands };
  session.change((draft) => {
    draft.points = draft.points.map((p) => (p.number === made.number ? { ...p, ...own } : p));
    draft.nextPoint = Math.max(...draft.points.map((p) => p.number)) + 1;
  });
  return wrong === null ? null : ['also', wrong];
}

/** Stop points, in their order. */
export const pointsSection = section(
  'points',
  list(pointSchema, 'stop points', 10_000),
  (session) => {
    const { points } = session.state;
    return points.length === 0 ? undefined : points.map((row) => rowOf(session, row));
  },
  (session, rows, refuse) => {
    for (const [i, row] of rows.entries()) {
      const wrong = readPoint(session, row);
      if (wrong !== null) refuse([i, wrong[0]], wrong[1]);
    }
  },
);
