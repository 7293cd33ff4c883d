// dprintf: a point that prints and goes on, also over what has happened already; and printf. Know nothing of formats.
import { position } from '../../debugger/index.ts';
import { executionsOf } from '../executions.ts';
import { lineOf, placeHere, readPlaces } from '../places.ts';
import { addPoint } from '../point-work.ts';
import { formatted, printedBy, readPrints } from '../prints.ts';
import { LISTED, type Row, resultsOf, rowText, shownRows } from '../rows.ts';
import type { PointRow, Prints, Session } from '../session.ts';
import { type Command, type Output, type Running, refuse, say, usage } from './command.ts';
import { pointNumbers } from './numbers.ts';
import { conditionError, tail } from './stops.ts';

/** What a point would have printed in the history so far, a row each. */
function* printedSoFar(
  session: Session,
  row: PointRow,
): Generator<ReturnType<typeof position>, Row[] | null, boolean | undefined> {
  const { prints, trigger, condition } = row;
  if (prints === null || trigger.kind !== 'location') return [];
  const found = yield* executionsOf(session, { places: trigger.places, entry: false });
  if (found === null) return null;
  const { branch } = session.state.cursor;
  const holds = condition === null ? null : session.condition(condition);
  const out: Row[] = [];
  for (const [i, { at }] of found.entries()) {
    const state = session.time.stateAt(branch, position(at));
    const thread = session.mover(position(at), branch);
    if (i % 256 === 255 && (yield position(at)) === true) return null;
    if (state === null || (row.thread !== null && row.thread !== thread)) continue;
    if (holds !== null && !holds(state, thread)) continue;
    out.push({ at, text: rowText(state, thread, at, printedBy(session, prints, state, thread).join(' ')) });
  }
  return out;
}

/** The rows of the past as an answer below a head. */
function* tellPast(session: Session, row: PointRow, head: string): Running {
  const found = yield* printedSoFar(session, row);
  if (found === null) return refuse('interrupted');
  if (found.length === 0) return say(head);
  const here = session.state.cursor.at.at;
  const before = found.filter(({ at }) => at < here).length;
  const count = `${found.length} execution${found.length === 1 ? '' : 's'} so far, ${before} before now`;
  return {
    ok: true,
    lines: [head, count, ...shownRows(found, here, LISTED)],
    results: resultsOf(session, `${head}: ${count}`, found),
  };
}

/** The format and its arguments, checked where they are to be asked. */
function checked(text: string, error: (expression: string) => string | null): Prints | string {
  const read = readPrints(text);
  if (!read.ok) return read.error;
  const wrong = read.value.args.map((arg) => error(arg)).find((one) => one !== null);
  return wrong ?? read.value;
}

function* dprintf(session: Session, args: string): Running {
  const [, location, format = ''] = /^(.*?)\s*,\s*(".*)?$/s.exec(args) ?? [];
  if (location === undefined)
    return usage(dprintfCommand, args === '' ? 'a place is missing' : 'Format string required');
  const { text, thread, condition } = tail(location);
  const places = readPlaces(session, text);
  if (!places.ok) return usage(dprintfCommand, places.error);
  const askable = (expression: string | null) => conditionError(session, expression, places.value);
  const prints = checked(format, askable);
  if (typeof prints === 'string') return usage(dprintfCommand, prints);
  const wrong = askable(condition);
  if (wrong !== null) return usage(dprintfCommand, `condition: ${wrong}`);
  const { place, kernel } = placeHere(session, places.value);
  const { file, line } = lineOf(kernel, place);
  const boot = /^\s*boot\d+:/.exec(text)?.[0].trim() ?? '';
  const { row } = addPoint(session, {
    type: 'dprintf',
    what: `${boot}${place.fn} at ${file}:${line}`,
    trigger: { kind: 'location', places: places.value },
    temporary: false,
    thread,
    condition,
    prints,
  });
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
