// dprintf: a point that prints and goes on, also over what has happened already; and printf. Know nothing of formats.
import { type Position, position, type Trigger } from '../../debugger/index.ts';
import { executionsOf } from '../executions.ts';
import { lineOf, placeHere, readPlaces } from '../places.ts';
import { addPoint } from '../point-work.ts';
import { formatted, printedBy, readPrints } from '../prints.ts';
import { type Listing, listing, type Row, rowText } from '../rows.ts';
import type { PointRow, Prints, Session } from '../session.ts';
import { answer } from './answer.ts';
import { type Command, type Output, type Running, refuse, say, usage } from './command.ts';
import { pointNumbers } from './numbers.ts';
import { conditionError, tail } from './stops.ts';

/** Executions with what is printed at each, which is worked out when it is asked for. */
class Printed implements Listing {
  constructor(
    private readonly session: Session,
    private readonly prints: Prints,
    private readonly found: Listing,
  ) {}

  get length(): number {
    return this.found.length;
  }

  before(here: number): number {
    return this.found.before(here);
  }

  rows(first: number, count: number): Row[] {
    const { session, prints } = this;
    const { branch } = session.state.cursor;
    return this.found.rows(first, count).map(({ at, text }) => {
      const state = session.time.stateAt(branch, position(at));
      const thread = session.mover(position(at), branch);
      const words = state === null ? text : printedBy(session, prints, state, thread).join(' ');
      return { at, text: state === null ? text : rowText(state, thread, at, words) };
    });
  }
}

/** Executions looked at between two chances to interrupt. */
const PAUSE = 256;

/** Of the executions those at which the point's condition holds, in its thread. */
function* wanted(
  session: Session,
  row: PointRow,
  found: Listing,
): Generator<Position, Listing | null, boolean | undefined> {
  if (row.condition === null && row.thread === null) return found;
  const holds = row.condition === null ? () => true : session.condition(row.condition);
  const { branch } = session.state.cursor;
  const kept: Row[] = [];
  for (let first = 0; first < found.length; first += PAUSE) {
    for (const one of found.rows(first, PAUSE)) {
      const state = session.time.stateAt(branch, position(one.at));
      const thread = session.mover(position(one.at), branch);
      if ((row.thread === null || row.thread === thread) && state !== null && holds(state, thread)) kept.push(one);
    }
    if ((yield position(kept.at(-1)?.at ?? 0)) === true) return null;
  }
  return listing(kept);
}

/** What a point would have printed in the history so far. */
function* printedSoFar(session: Session, row: PointRow): Generator<Position, Listing | null, boolean | undefined> {
  const { prints, trigger } = row;
  if (prints === null || trigger.kind !== 'location') return listing([]);
  const all = yield* executionsOf(session, { places: trigger.places, entry: false });
  const found = all === null ? null : yield* wanted(session, row, all);
  return found === null ? null : new Printed(session, prints, found);
}

/** The rows of the past as an answer below a head. */
function* tellPast(session: Session, row: PointRow, head: string): Running {
  const found = yield* printedSoFar(session, row);
  if (found === null) return refuse(head, 'interrupted while the history so far was read; info dprintf reads it again');
  if (found.length === 0) return say(head);
  const here = session.state.cursor.at.at;
  const count = `${found.length} execution${found.length === 1 ? '' : 's'} so far, ${found.before(here)} before now`;
  return yield* answer(session, [head, count], found);
}

/** The format and its arguments, checked where they are to be asked. */
function checked(text: string, error: (expression: string) => string | null): Prints | string {
  const read = readPrints(text);
  if (!read.ok) return read.error;
  const wrong = read.value.args.map((arg) => error(arg)).find((one) => one !== null);
  return wrong ?? read.value;
}

/** Makes the point that the words after dprintf ask for; a sentence when they are wrong. */
export function makeDprintf(session: Session, args: string): PointRow | string {
  const [, location, format = ''] = /^(.*?)\s*,\s*(".*)?$/s.exec(args) ?? [];
  if (location === undefined) return args === '' ? 'a place is missing' : 'Format string required';
  const { text, thread, condition } = tail(location);
  const places = readPlaces(session, text);
  if (!places.ok) return places.error;
  const askable = (expression: string | null) => conditionError(session, expression, places.value);
  const prints = checked(format, askable);
  if (typeof prints === 'string') return prints;
  const wrong = askable(condition);
  if (wrong !== null) return `condition: ${wrong}`;
  const { place, kernel } = placeHere(session, places.value);
  const { file, line } = lineOf(kernel, place);
  const boot = /^\s*boot\d+:/.exec(text)?.[0].trim() ?? '';
  const what = `${boot}${place.fn} at ${file}:${line}`;
  const trigger: Trigger = { kind: 'location', places: places.value };
  return addPoint(session, { type: 'dprintf', what, trigger, temporary: false, thread, condition, prints }).row;
}

function* dprintf(session: Session, args: string): Running {
  const row = makeDprintf(session, args);
  if (typeof row === 'string') return usage(dprintfCommand, row);
  return yield* tellPast(session, row, `Dprintf ${row.number}: ${row.what}`);
}

const dprintfCommand: Command = {
  names: ['dprintf'],
  group: 'stops',
  usage: 'dprintf LOCATION [if COND],"FORMAT",EXPRESSION,…',
  help: 'prints whenever LOCATION is come by, and goes on; first, what it would have printed in the history so far, which info dprintf lists again',
  run: dprintf,
  words: (session) => Object.keys(session.kernel.linked.program.fns),
};

/** What `info dprintf [NUMBER]` answers: what a point would have printed in the history so far. */
export function infoDprintf(session: Session, args: string): string[] | string | Running {
  const numbers = pointNumbers(session, args);
  if (typeof numbers === 'string') return numbers;
  const rows = session.state.points.filter((row) => row.prints !== null && numbers.includes(row.number));
  const [row] = rows;
  if (row === undefined) return args === '' ? ['No dprintf.'] : `${args} is no dprintf`;
  if (rows.length > 1) return `which one? ${rows.map(({ number }) => number).join(', ')}`;
  return tellPast(session, row, `Dprintf ${row.number}: ${row.what}`);
}

function print(session: Session, args: string): Output {
  const read = checked(args, () => null);
  if (typeof read === 'string') return usage(printfCommand, read);
  const values = read.args.map((text) => session.evaluate(text));
  const wrong = values.find((one) => !one.ok);
  if (wrong !== undefined && !wrong.ok) return refuse(wrong.error);
  return say(
    ...formatted(
      read,
      values.map((one) => (one.ok ? one.value : null)),
      session.now(),
    ),
  );
}

const printfCommand: Command = {
  names: ['printf'],
  group: 'looking',
  usage: 'printf "FORMAT",EXPRESSION,…',
  help: 'prints by a format of C: %d %u %x %o %c %s %p, and of printk() %pa %pe %pGp (flags of a page)',
  run: print,
};

/** The commands of this file. */
export const dprintfCommands: readonly Command[] = [dprintfCommand, printfCommand];
