// Commands that set, list and take away stop points.
import type { Place, Trigger } from '../../debugger/index.ts';
import { evaluate, type Prepared, prepare } from '../expression.ts';
import { rangeText } from '../format.ts';
import { lineOf, type Places, placeHere, readPlaces } from '../places.ts';
import type { PointRow, Session } from '../session.ts';
import { outsideMachine, PLACE_WORDS } from '../targets.ts';
import { readRange } from '../words.ts';
import { CATCH_WORDS, catchTrigger } from './catch.ts';
import { deleteCheckpoints } from './checkpoints.ts';
import { type Command, type Output, refuse, say, usage } from './command.ts';

interface Tail {
  readonly text: string;
  readonly thread: number | null;
  readonly condition: string | null;
}

/** Splits `LOC [thread N] [if COND]`. */
function tail(args: string): Tail {
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
const placesOf = (trigger: Trigger): Places | null => (trigger.kind === 'location' ? trigger.places : null);

/** Why a condition cannot be asked; where it is asked at places in the text only, its names must be known there. */
export function conditionError(session: Session, text: string | null, places: Places | null): string | null {
  if (text === null) return null;
  const standing = /\$_(?:step|thread|pfn)\b/.exec(text)?.[0];
  if (standing !== undefined) return `${standing} is where you stand now; a condition is asked elsewhere`;
  const { program } = session.kernel.linked;
  const bound = places === null ? null : placeHere(session, places);
  const at =
    bound === null
      ? session.frame()
      : { fn: bound.place.fn, pc: bound.place.pcs[0] ?? 0, locals: [], own: null, up: null };
  const read = evaluate(
    bound?.kernel ?? session.kernel,
    text,
    { state: session.now(), thread: session.state.cursor.thread, frame: at },
    session.variables(),
  );
  if (
    read.ok ||
    !/^No symbol|neither a kernel function|kernel text|changes the machine|not part of|unexpected|expected|missing/i.test(
      read.error,
    )
  )
    return null;
  const anywhere = places === null && /^No symbol/.test(read.error);
  if (!anywhere) return read.error;
  const name = /^No symbol "(\w+)"/.exec(read.error)?.[1] ?? '';
  return Object.values(program.fns).some((fn) => fn.vars.some(([local]) => local === name)) ? null : read.error;
}

function add(
  session: Session,
  command: Command,
  row: Omit<PointRow, 'number' | 'hits' | 'ignore' | 'enabled'>,
  label: string,
): Output {
  const wrong = conditionError(session, row.condition, placesOf(row.trigger));
  if (wrong !== null) return usage(command, `condition: ${wrong}`);
  if (row.thread !== null && session.now().threads[row.thread] === undefined && row.thread >= 64)
    return usage(command, `no thread ${row.thread + 1}`);
  const { row: made, known } = session.addPoint(row);
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

function numbers(session: Session, args: string): number[] | string {
  const known = new Set(session.state.points.map((p) => p.number));
  if (args === '') return [...known];
  const out: number[] = [];
  for (const word of args.split(/[\s,]+/)) {
    const [from, to] = word.split('-').map(Number);
    if (from === undefined || Number.isNaN(from) || (to !== undefined && Number.isNaN(to)))
      return `'${word}' is not a breakpoint number`;
    for (let n = from; n <= (to ?? from); n++) {
      if (!known.has(n)) return `No breakpoint number ${n}.`;
      out.push(n);
    }
  }
  return out;
}

function onNumbers(
  names: string[],
  help: string,
  apply: (rows: readonly PointRow[], wanted: ReadonlySet<number>) => PointRow[],
): Command {
  const command: Command = {
    names,
    group: 'stops',
    usage: `${names[0]} [NUMBER…]`,
    help,
    run(session, args) {
      const wanted = numbers(session, args.replace(/^breakpoints?\b\s*/, ''));
      if (typeof wanted === 'string') return usage(command, wanted);
      session.change((draft) => {
        draft.points = apply(draft.points as readonly PointRow[], new Set(wanted));
      });
      return say();
    },
  };
  return command;
}

const clearCommand: Command = {
  names: ['clear'],
  group: 'stops',
  usage: 'clear LOCATION',
  help: 'deletes the breakpoints at that line',
  run(session, args) {
    const places = readPlaces(session, args);
    if (!places.ok) return usage(clearCommand, places.error);
    const same = (boot: number, place: Place) => {
      const given = places.value.get(boot);
      return given?.fn === place.fn && given.pcs.some((pc) => place.pcs.includes(pc));
    };
    const gone = session.state.points.filter(
      ({ trigger }) => trigger.kind === 'location' && [...trigger.places].some(([boot, place]) => same(boot, place)),
    );
    if (gone.length === 0) return refuse(`No breakpoint at ${args}.`);
    session.change((draft) => {
      draft.points = draft.points.filter((p) => !gone.some((g) => g.number === p.number));
    });
    return say(`Deleted breakpoint${gone.length > 1 ? 's' : ''} ${gone.map((p) => p.number).join(' ')}`);
  },
};

const conditionCommand: Command = {
  names: ['condition', 'cond'],
  group: 'stops',
  usage: 'condition NUMBER [COND]',
  help: 'gives a stop point a condition, or takes it away',
  run(session, args) {
    const parsed = /^(\d+)\s*(.*)$/.exec(args);
    const row = session.state.points.find((p) => p.number === Number(parsed?.[1] ?? -1));
    if (row === undefined)
      return usage(conditionCommand, parsed === null ? 'a number is missing' : `No breakpoint number ${parsed[1]}.`);
    const text = parsed?.[2]?.trim() ?? '';
    const wrong = conditionError(session, text === '' ? null : text, placesOf(row.trigger));
    if (wrong !== null) return usage(conditionCommand, wrong);
    session.change((draft) => {
      draft.points = draft.points.map((p) =>
        p.number === row.number ? { ...p, condition: text === '' ? null : text } : p,
      );
    });
    return say(
      text === '' ? `Breakpoint ${row.number} now unconditional.` : `Breakpoint ${row.number} stops only if ${text}.`,
    );
  },
};

/** Lines of `info breakpoints`. */
export function infoBreakpoints(session: Session): string[] {
  const { points } = session.state;
  if (points.length === 0) return ['No breakpoints, watchpoints or catchpoints.'];
  const lines = ['Num  Type                  Enb  What'];
  for (const p of points) {
    lines.push(`${String(p.number).padEnd(5)}${p.type.padEnd(22)}${p.enabled ? 'y' : 'n'}    ${p.what}`);
    if (p.condition !== null) lines.push(`\tstop only if ${p.condition}`);
    if (p.thread !== null) lines.push(`\tstop only in thread ${p.thread + 1}`);
    if (p.ignore > 0) lines.push(`\tignore next ${p.ignore} hit${p.ignore === 1 ? '' : 's'}`);
    if (p.hits > 0) lines.push(`\tbreakpoint already hit ${p.hits} time${p.hits === 1 ? '' : 's'}`);
  }
  return lines;
}

/** The commands on stop points. */
const crossings = (n: number): string => (n === 1 ? '1 crossing' : `${n} crossings`);

const ignoreCommand: Command = {
  names: ['ignore'],
  group: 'stops',
  usage: 'ignore NUMBER COUNT',
  help: 'lets a stop point pass its next COUNT hits, forwards or backwards; they are counted',
  run(session, args) {
    const [, number = '', count = ''] = /^(\d+)\s+(\d+)$/.exec(args) ?? [];
    if (number === '') return usage(ignoreCommand, 'a number and a count are expected');
    const row = session.state.points.find((p) => p.number === Number(number));
    if (row === undefined) return usage(ignoreCommand, `No breakpoint number ${number}.`);
    const ignore = Number(count);
    session.change((draft) => {
      draft.points = draft.points.map((p) => (p.number === row.number ? { ...p, ignore } : p));
    });
    if (ignore === 0) return say(`Will stop next time breakpoint ${number} is reached.`);
    return say(`Will ignore next ${crossings(ignore)} of breakpoint ${number}.`);
  },
};

const deletePoints = onNumbers(['delete', 'd', 'del'], 'deletes stop points, or all', (rows, wanted) =>
  rows.filter((p) => !wanted.has(p.number)),
);

const deleteCommand: Command = {
  ...deletePoints,
  usage: 'delete [NUMBER…] | delete checkpoint [NUMBER…]',
  help: 'deletes stop points, or checkpoints; all without a number',
  run(session, args) {
    const [word = '', ...given] = args.split(/\s+/);
    return /^checkpoints?$/.test(word) ? deleteCheckpoints(session, given) : deletePoints.run(session, args);
  },
};

export const stopCommands: readonly Command[] = [
  breakCommand,
  tbreakCommand,
  watchCommand(['watch', 'wa'], 'w', 'stops after a statement that changes the value, with old and new'),
  watchCommand(['rwatch'], 'r', 'stops after a statement that reads it'),
  watchCommand(['awatch'], 'rw', 'stops after a statement that reads or writes it'),
  catchCommand,
  conditionCommand,
  ignoreCommand,
  deleteCommand,
  onNumbers(['enable'], 'enables stop points, or all', (rows, wanted) =>
    rows.map((p) => (wanted.has(p.number) ? { ...p, enabled: true } : p)),
  ),
  onNumbers(['disable'], 'disables stop points, or all', (rows, wanted) =>
    rows.map((p) => (wanted.has(p.number) ? { ...p, enabled: false } : p)),
  ),
  clearCommand,
];
