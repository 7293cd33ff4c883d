// Commands that set stop points: break, watch, catch.
import type { Trigger } from '../../debugger/index.ts';
import { evaluate, isNever, type Prepared, prepare, textError } from '../expression.ts';
import { rangeText } from '../format.ts';
import { lineOf, type Places, placeHere, readPlaces } from '../places.ts';
import { addPoint, type NewPoint } from '../point-work.ts';
import type { Session } from '../session.ts';
import { outsideMachine, PLACE_WORDS } from '../targets.ts';
import { readRange } from '../words.ts';
import { CATCH_WORDS, catchTrigger } from './catch.ts';
import { type Command, type Output, say, usage } from './command.ts';

/** What follows a place. */
export interface Tail {
  readonly text: string;
  readonly thread: number | null;
  readonly condition: string | null;
}

/** Splits `LOC [thread N] [if COND]`. */
export function tail(args: string): Tail {
  const condition = /(?:^|\s)if\s+(.+)$/.exec(args);
  const rest = condition === null ? args : args.slice(0, condition.index).trim();
  const thread = /(?:^|\s)thread\s+(\d+)$/.exec(rest);
  return {
    text: (thread === null ? rest : rest.slice(0, thread.index)).trim(),
    thread: thread?.[1] === undefined ? null : Number(thread[1]) - 1,
    condition: condition?.[1]?.trim() ?? null,
  };
}

/** Where a point stops in the text; null: not at a place of it. */
export const placesOf = (trigger: Trigger): Places | null => (trigger.kind === 'location' ? trigger.places : null);

/** Why a condition cannot be asked; where it is asked at places in the text only, its names must be known there. */
export function conditionError(session: Session, text: string | null, places: Places | null): string | null {
  if (text === null) return null;
  const standing = /\$_(?:step|thread|pfn)\b/.exec(text)?.[0];
  if (standing !== undefined) return `${standing} is where you stand now; a condition is asked elsewhere`;
  const bound = places === null ? null : placeHere(session, places);
  const at =
    bound === null
      ? session.frame()
      : { fn: bound.place.fn, pc: bound.place.pcs[0] ?? 0, locals: [], own: null, up: null };
  const kernel = bound?.kernel ?? session.kernel;
  const variables = session.variables();
  const wrong = textError(kernel, text, at, variables);
  if (wrong === null) {
    // where it is to be asked its locals hold what nobody knows yet
    if (bound !== null) return null;
    const { thread } = session.state.cursor;
    const read = evaluate(kernel, text, { state: session.now(), thread, frame: at }, variables);
    return !read.ok && isNever(read.error) ? read.error : null;
  }
  const name = places === null ? /^No symbol "(\w+)"/.exec(wrong)?.[1] : undefined;
  const isLocal = Object.values(session.kernel.linked.program.fns).some((fn) => fn.vars.some(([one]) => one === name));
  return isLocal ? null : wrong;
}

function add(session: Session, command: Command, row: NewPoint, label: string): Output {
  const wrong = conditionError(session, row.condition, placesOf(row.trigger));
  if (wrong !== null) return usage(command, `condition: ${wrong}`);
  if (row.thread !== null && session.now().threads[row.thread] === undefined && row.thread >= 64)
    return usage(command, `no thread ${row.thread + 1}`);
  const { row: made, known } = addPoint(session, row);
  return say(
    known
      ? `${label} ${made.number} (${made.what}) is set already`
      : `${label} ${made.number}${made.type === 'catchpoint' ? ` (${made.what})` : `: ${made.what}`}`,
  );
}

function breakAt(session: Session, args: string, command: Command, temporary: boolean): Output {
  const { text, thread, condition } = tail(args);
  const page = /^page\s+(.+)$/.exec(text);
  const type = temporary ? 'temporary breakpoint' : 'breakpoint';
  const label = temporary ? 'Temporary breakpoint' : 'Breakpoint';
  if (page?.[1] !== undefined) {
    const range = readRange(page[1]);
    if (!range.ok) return usage(command, range.error);
    const outside = outsideMachine(session, range.value.end);
    if (outside !== null) return usage(command, outside);
    const what = `page ${rangeText(range.value.start, range.value.end)}`;
    return add(
      session,
      command,
      { type, what, trigger: { kind: 'page', ...range.value }, temporary, thread, condition },
      label,
    );
  }
  const places = readPlaces(session, text);
  if (!places.ok) return usage(command, places.error);
  const { place, kernel } = placeHere(session, places.value);
  const { file, line } = lineOf(kernel, place);
  const boot = /^\s*boot\d+:/.exec(text)?.[0].trim() ?? '';
  const what = `${boot}${place.fn} at ${file}:${line}`;
  const trigger: Trigger = { kind: 'location', places: places.value };
  return add(session, command, { type, what, trigger, temporary, thread, condition }, label);
}

const breakCommand: Command = {
  names: ['break', 'b', 'br'],
  group: 'stops',
  usage: 'break FUNCTION | FUNCTION:LINE | FILE:LINE | page PFN[..PFN] [thread N] [if COND]',
  help: 'stops before that statement; `page`: before a statement that touches that struct page, or inside a range operation before it',
  run: (session, args) => breakAt(session, args, breakCommand, false),
  words: (session) => ['page', ...Object.keys(session.kernel.linked.program.fns)],
};

const tbreakCommand: Command = {
  names: ['tbreak', 'tb'],
  group: 'stops',
  usage: 'tbreak LOCATION [thread N] [if COND]',
  help: 'a breakpoint that is deleted when it stops',
  run: (session, args) => breakAt(session, args, tbreakCommand, true),
  words: (session) => ['page', ...Object.keys(session.kernel.linked.program.fns)],
};

type Mode = 'w' | 'r' | 'rw';
const MODES: Readonly<Record<Mode, string>> = { w: 'watchpoint', r: 'read watchpoint', rw: 'acc watchpoint' };

function watchPages(session: Session, command: Command, text: string, mode: Mode, rest: Tail): Output {
  const range = readRange(text.replace(/-(?=0x|\d)/, '..'));
  if (!range.ok) return usage(command, range.error);
  const outside = outsideMachine(session, range.value.end);
  if (outside !== null) return usage(command, outside);
  const what = `${range.value.end - range.value.start === 1 ? 'page' : 'pages'} ${rangeText(range.value.start, range.value.end)}`;
  const trigger: Trigger = { kind: 'pages', mode, ...range.value };
  return add(
    session,
    command,
    { type: `hw ${MODES[mode]}`, what, trigger, temporary: false, thread: rest.thread, condition: rest.condition },
    `Hardware ${MODES[mode]}`,
  );
}

/** What watches an expression: the changes of its value, or accesses to the place that it is. */
export function watchTrigger(prepared: Prepared, mode: Mode): Trigger {
  const { evaluate: value, reads, locate, locateReads } = prepared;
  return mode === 'w'
    ? { kind: 'watch', value, reads }
    : { kind: 'access', mode, locate: locate ?? (() => null), value, reads: locateReads };
}

function watchExpression(session: Session, command: Command, mode: Mode, rest: Tail): Output {
  if (/\$_(?:step|thread|pfn)\b/.test(rest.text))
    return usage(command, `'${rest.text}' is where you stand now, not a place in memory`);
  const prepared = prepare(
    session.kernel,
    rest.text,
    { state: session.now(), thread: session.state.cursor.thread, frame: session.frame() },
    session.variables(),
  );
  if (!prepared.ok) return usage(command, prepared.error);
  const { locate, readsMemory } = prepared.prepared;
  const whole = locate?.(session.now(), session.state.cursor.thread);
  if (whole?.field === '*' && whole.struct === 'page')
    return watchPages(session, command, `0x${(whole.at as number).toString(16)}`, mode, rest);
  if (!readsMemory) return usage(command, `'${rest.text}' never changes: it reads no memory`);
  if (mode !== 'w' && locate === null)
    return usage(command, `'${rest.text}' is a value, not a place in memory: name a field`);
  const trigger = watchTrigger(prepared.prepared, mode);
  return add(
    session,
    command,
    {
      type: `hw ${MODES[mode]}`,
      what: rest.text,
      trigger,
      temporary: false,
      thread: rest.thread,
      condition: rest.condition,
    },
    `Hardware ${MODES[mode]}`,
  );
}

function watchCommand(names: string[], mode: Mode, help: string): Command {
  const command: Command = {
    names,
    group: 'stops',
    usage: `${names[0]} EXPRESSION | page PFN[..PFN] | pageblock(PFN).migratetype [if COND]`,
    help,
    run(session, args) {
      const rest = tail(args);
      if (rest.text === '') return usage(command, 'an expression is missing');
      const pages = /^(?:-r\s+|page\s+)(.+)$/.exec(rest.text);
      return pages?.[1] === undefined
        ? watchExpression(session, command, mode, rest)
        : watchPages(session, command, pages[1], mode, rest);
    },
    words: () => PLACE_WORDS,
  };
  return command;
}

const catchCommand: Command = {
  names: ['catch'],
  group: 'stops',
  usage:
    'catch uninit [read|write] | reinit | migratetype [FROM TO] | invariant [NAME] | oops | warn | bad-page | stage [NAME] | thread [if COND]',
  help: 'stops before an access to an uninitialised struct page, an initialisation that is not the first, a write that changes the type of a pageblock (U M E H C I or MIGRATE_…), a statement that breaks an invariant, a WARN, a bad page; after an oops, a stage, a thread that starts or ends',
  run(session, args) {
    const { text, thread, condition } = tail(args);
    const [kind = '', ...words] = text.split(/\s+/);
    if (kind === '') return usage(catchCommand, 'say what to catch');
    const trigger = catchTrigger(session, kind, words);
    if (typeof trigger === 'string') return usage(catchCommand, trigger);
    const what = [kind, ...words].join(' ');
    return add(
      session,
      catchCommand,
      { type: 'catchpoint', what, trigger, temporary: false, thread, condition },
      'Catchpoint',
    );
  },
  words: () => CATCH_WORDS,
};

/** The commands that set stop points. */
export const stopCommands: readonly Command[] = [
  breakCommand,
  tbreakCommand,
  watchCommand(['watch', 'wa'], 'w', 'stops after a statement that changes the value, with old and new'),
  watchCommand(['rwatch'], 'r', 'stops after a statement that reads it'),
  watchCommand(['awatch'], 'rw', 'stops after a statement that reads or writes it'),
  catchCommand,
];
