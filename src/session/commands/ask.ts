// Commands that ask about the text and the whole history: callers, lines; and compare, which asks about variants.

import { position } from '../../debugger/index.ts';
import type { Machine } from '../../machine/index.ts';
import { calledNames, callersOf, callerTree, startText } from '../call-graph.ts';
import { compareSlices, comparisonText, type RanVariant, readOperands } from '../compare/index.ts';
import { executionsOf, type Wanted } from '../executions.ts';
import { readPlaces } from '../places.ts';
import { runOn } from '../positions.ts';
import type { Session } from '../session.ts';
import { notDefined } from '../words.ts';
import { answer } from './answer.ts';
import { type Command, type Output, type Running, refuse, say, usage } from './command.ts';

/** Levels of callers when no number is given: more than the text has. */
const DEEPEST = 64;

function callers(session: Session, args: string): Output {
  const read = /^(\S+)(?:\s+--depth[ =](\d+))?$/.exec(args.trim());
  if (read?.[1] === undefined)
    return usage(callersCommand, args === '' ? 'a function is missing' : `'${args}' is not expected`);
  const [, name, depth] = read;
  const { kernel } = session;
  const known = calledNames(kernel);
  if (!known.includes(name)) return refuse(notDefined(name, known));
  const tree = callerTree(kernel, name, depth === undefined ? DEEPEST : Number(depth));
  const none = callersOf(kernel, name).length === 0 && tree.length === 0;
  return say(name, ...(none ? [`  nobody calls it in this kernel text${startText(kernel, name)}`] : tree));
}

const callersCommand: Command = {
  names: ['callers'],
  group: 'looking',
  usage: 'callers FUNCTION [--depth N]',
  help: 'who calls a function in the text of this boot, up to start_kernel, with the lines of the calls',
  run: callers,
  words: (session) => calledNames(session.kernel),
};

function wantedOf(session: Session, place: string): Wanted | string {
  const name = place.replace(/^boot\d+:/, '');
  const isText = session.loaded.boots.some(
    ({ kernel }) => kernel.linked.program.fns[name.split(':')[0] ?? ''] !== undefined,
  );
  if (!isText && session.kernel.linked.env.intrinsics[name] !== undefined) {
    const { kind } = session.kernel.linked.env.intrinsics[name] ?? {};
    return kind === 'pure' ? `${name} computes and does nothing else; its calls leave no trace` : { intrinsic: name };
  }
  const read = readPlaces(session, place);
  return read.ok ? { places: read.value, entry: !place.replace(/^boot\d+:/, '').includes(':') } : read.error;
}

/** The line at which the selected frame stands, as FUNCTION:LINE. */
function lineHere(session: Session): string | null {
  const frame = session.frame();
  return frame === null ? null : `${frame.fn}:${session.place(frame).line}`;
}

function* lines(session: Session, args: string): Running {
  const given = args === '' ? lineHere(session) : args.trim();
  if (given === null) return usage(linesCommand, 'the thread has returned; a function is missing');
  const read = /^(\S+)(?:\s+(\d+))?$/.exec(given);
  if (read?.[1] === undefined) return usage(linesCommand, `'${args}' is not expected`);
  const [, place, count] = read;
  const wanted = wantedOf(session, place);
  if (typeof wanted === 'string') return refuse(wanted);
  if (!(yield* runOn(session, Number.POSITIVE_INFINITY))) return refuse('interrupted');
  const found = yield* executionsOf(session, wanted);
  if (found === null) return refuse('interrupted');
  if (found.length === 0) return say(`${place}: not executed in this history`);
  const here = session.state.cursor.at.at;
  const head = `${place}: ${found.length === 1 ? '1 execution' : `${found.length} executions`}, ${found.before(here)} before now`;
  return yield* answer(session, [head], found, count === undefined ? undefined : Math.max(1, Number(count)));
}

const linesCommand: Command = {
  names: ['lines'],
  group: 'time',
  usage: 'lines [FUNCTION[:LINE]] [COUNT]',
  help: 'every execution of a function or a line, or of the line one stands at, in the history, before and after now, with thread, arguments and caller; seek goes to one',
  run: lines,
  words: (session) => calledNames(session.kernel),
};

/** The machines that the first two variants end with. */
function endsOf([a, b]: readonly RanVariant[]): (() => readonly [Machine, Machine]) | null {
  const [ofA, ofB] = [a?.recorded.boots.at(-1), b?.recorded.boots.at(-1)];
  return ofA === undefined || ofB === undefined ? null : () => [ofA.last.machine, ofB.last.machine];
}

function* compare(session: Session, args: string): Running {
  const given = args.split(/\s+/).filter((word) => word !== '');
  const all = given.includes('--all');
  const named = given.filter((word) => word !== '--all');
  if (named.length === 0) return usage(compareCommand, 'a variant is missing');
  const read = readOperands(named.length === 1 ? ['base', ...named] : named, session.loaded);
  if (!read.ok) return refuse(...read.errors);
  const work = compareSlices(read.variants, session.budget);
  let next = work.next();
  for (; next.done !== true; next = work.next())
    if ((yield position(next.value)) === true) return refuse('interrupted');
  if (!next.value.ok) return refuse(...next.value.errors);
  const { comparison, ran } = next.value;
  session.change((draft) => {
    draft.comparison = comparison;
    draft.comparedEnds = endsOf(ran);
  });
  return say(...comparisonText(comparison, { all }).split('\n'));
}

const compareCommand: Command = {
  names: ['compare'],
  group: 'looking',
  usage: 'compare [A] B [C…] [--all]',
  help: 'runs variants of this scenario to their ends: base, v7.2, +PATCH, -PATCH, CONFIG_X=n, joined by commas, or files',
  run: compare,
  words: () => ['base', '--all'],
};

/** The commands that ask. */
export const askCommands: readonly Command[] = [callersCommand, linesCommand, compareCommand];
