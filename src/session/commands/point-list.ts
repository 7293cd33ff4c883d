// Commands that list stop points, change them and take them away. Know nothing of what a point stops at.
import type { Place } from '../../debugger/index.ts';
import { readPlaces } from '../places.ts';
import { printsText } from '../prints.ts';
import type { PointRow, Session } from '../session.ts';
import { deleteCheckpoints } from './checkpoints.ts';
import { type Command, type Output, refuse, say, usage } from './command.ts';
import { changeDisplays } from './display.ts';
import { pointNumbers } from './numbers.ts';
import { conditionError, placesOf } from './stops.ts';

function changePoints(
  session: Session,
  numbers: readonly number[],
  change: (row: PointRow) => PointRow | null,
): Output {
  session.change((draft) => {
    draft.points = draft.points.flatMap((row) => (numbers.includes(row.number) ? (change(row) ?? []) : [row]));
  });
  return say();
}

/** One of the three verbs: on points, on displays, and what else it takes. */
function verb(
  row: Pick<Command, 'names' | 'usage' | 'help'>,
  change: (row: PointRow) => PointRow | null,
  more: (session: Session, word: string, rest: string) => Output | null,
): Command {
  const command: Command = {
    ...row,
    group: 'stops',
    run(session, args) {
      const [, word = '', rest = ''] = /^([a-z]*)\s*(.*)$/s.exec(args) ?? [];
      const other = more(session, word, rest);
      if (other !== null) return other;
      const numbers = pointNumbers(session, /^breakpoints?$/.test(word) ? rest : args);
      return typeof numbers === 'string' ? usage(command, numbers) : changePoints(session, numbers, change);
    },
    words: (session) => [
      'display',
      ...(row.names[0] === 'enable' ? ['once', 'delete', 'count'] : []),
      ...(row.names[0] === 'delete' ? ['checkpoint'] : []),
      ...session.state.points.map(({ number }) => String(number)),
    ],
  };
  return command;
}

const deleteCommand: Command = verb(
  {
    names: ['delete', 'd', 'del'],
    usage: 'delete [NUMBER… | FIRST-LAST] | delete display [NUMBER…] | delete checkpoint [NUMBER…]',
    help: 'deletes stop points, displays or checkpoints; all of them without a number',
  },
  () => null,
  (session, word, rest) => {
    if (/^checkpoints?$/.test(word))
      return deleteCheckpoints(
        session,
        rest.split(/\s+/).filter((one) => one !== ''),
      );
    return word === 'display' ? changeDisplays(session, deleteCommand, rest, () => null) : null;
  },
);

const ONCE = { enabled: true, temporary: true, stopsLeft: null };

/** `enable once|delete N…`, `enable count COUNT N…`: what becomes of a point after its stops. */
function enableFor(session: Session, word: string, rest: string): Output | null {
  const [, count, numbers = ''] = word === 'count' ? (/^(\d+)\s+(.+)$/.exec(rest) ?? []) : ['', '1', rest];
  if (count === undefined || Number(count) < 1) return usage(enableCommand, 'a count and numbers are expected');
  const read = numbers === '' ? 'a number is missing' : pointNumbers(session, numbers);
  if (typeof read === 'string') return usage(enableCommand, read);
  return changePoints(session, read, (row) =>
    word === 'delete'
      ? { ...row, type: row.type.replace(/^breakpoint$/, 'temporary breakpoint'), ...ONCE }
      : { ...row, enabled: true, stopsLeft: Number(count) },
  );
}

const enableCommand: Command = verb(
  {
    names: ['enable'],
    usage: 'enable [NUMBER…] | enable once|delete NUMBER… | enable count COUNT NUMBER… | enable display [NUMBER…]',
    help: 'enables stop points, or all; once: disabled again after its next stop; count: after COUNT; delete: deleted after it',
  },
  (row) => ({ ...row, enabled: true, stopsLeft: null }),
  (session, word, rest) => {
    if (word === 'display') return changeDisplays(session, enableCommand, rest, (row) => ({ ...row, enabled: true }));
    return /^(?:once|delete|count)$/.test(word) ? enableFor(session, word, rest) : null;
  },
);

const disableCommand: Command = verb(
  {
    names: ['disable'],
    usage: 'disable [NUMBER…] | disable display [NUMBER…]',
    help: 'disables stop points or displays, or all of them',
  },
  (row) => ({ ...row, enabled: false }),
  (session, word, rest) =>
    word === 'display' ? changeDisplays(session, disableCommand, rest, (row) => ({ ...row, enabled: false })) : null,
);

const clearCommand: Command = {
  names: ['clear'],
  group: 'stops',
  usage: 'clear [LOCATION]',
  help: 'deletes the breakpoints at that line, or at the line where one stands',
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
    if (gone.length === 0) return refuse(`No breakpoint at ${args === '' ? 'this line' : args}.`);
    changePoints(
      session,
      gone.map(({ number }) => number),
      () => null,
    );
    return say(`Deleted breakpoint${gone.length > 1 ? 's' : ''} ${gone.map((p) => p.number).join(' ')}`);
  },
};

/** The one point that a number at the beginning of a text means, and what follows. */
function onePoint(session: Session, args: string): { readonly row: PointRow; readonly rest: string } | string {
  const [, word, rest = ''] = /^(\d+|\$bpnum)(?:\s+(.*))?$/s.exec(args) ?? [];
  if (word === undefined) return 'a number is missing';
  const numbers = pointNumbers(session, word);
  const row = session.state.points.find(({ number }) => number === numbers[0]);
  if (typeof numbers === 'string') return numbers;
  return row === undefined ? `No breakpoint number ${word}.` : { row, rest: rest.trim() };
}

const conditionCommand: Command = {
  names: ['condition', 'cond'],
  group: 'stops',
  usage: 'condition NUMBER [COND]',
  help: 'gives a stop point a condition, or takes it away',
  run(session, args) {
    const read = onePoint(session, args);
    if (typeof read === 'string') return usage(conditionCommand, read);
    const { row, rest: text } = read;
    const wrong = conditionError(session, text === '' ? null : text, placesOf(row.trigger));
    if (wrong !== null) return usage(conditionCommand, wrong);
    changePoints(session, [row.number], (p) => ({ ...p, condition: text === '' ? null : text }));
    return say(
      text === '' ? `Breakpoint ${row.number} now unconditional.` : `Breakpoint ${row.number} stops only if ${text}.`,
    );
  },
};

const crossings = (n: number): string => (n === 1 ? '1 crossing' : `${n} crossings`);

const ignoreCommand: Command = {
  names: ['ignore'],
  group: 'stops',
  usage: 'ignore NUMBER COUNT',
  help: 'lets a stop point pass its next COUNT hits, forwards or backwards; they are counted',
  run(session, args) {
    const read = onePoint(session, args);
    if (typeof read === 'string')
      return usage(ignoreCommand, read === 'a number is missing' ? 'a number and a count are expected' : read);
    const { row, rest } = read;
    if (!/^\d+$/.test(rest)) return usage(ignoreCommand, 'a number and a count are expected');
    const ignore = Number(rest);
    changePoints(session, [row.number], (p) => ({ ...p, ignore }));
    if (ignore === 0) return say(`Will stop next time breakpoint ${row.number} is reached.`);
    return say(`Will ignore next ${crossings(ignore)} of breakpoint ${row.number}.`);
  },
};

const times = (n: number): string => (n === 1 ? '1 time' : `${n} times`);

/** The lines of one point below its own: conditions, counts, and as gdb has them its commands, further in. */
function detailLines(p: PointRow): string[] {
  return [
    ...(p.prints === null ? [] : [`        printf ${printsText(p.prints)}`]),
    ...(p.condition === null ? [] : [`\tstop only if ${p.condition}`]),
    ...(p.thread === null ? [] : [`\tstop only in thread ${p.thread + 1}`]),
    ...(p.hits > 0 ? [`\tbreakpoint already hit ${times(p.hits)}`] : []),
    ...(p.ignore > 0 ? [`\tignore next ${p.ignore} hit${p.ignore === 1 ? '' : 's'}`] : []),
    ...(p.temporary && !p.type.startsWith('temporary') ? ['\tdeleted when it stops'] : []),
    ...(p.stopsLeft === null ? [] : [`\tdisabled after ${p.stopsLeft} stop${p.stopsLeft === 1 ? '' : 's'} more`]),
    ...p.commands.map((line) => `        ${line}`),
  ];
}

/** Lines of `info breakpoints [NUMBER…]`; `which`: of those points only. */
export function infoBreakpoints(session: Session, args: string, which: (row: PointRow) => boolean = () => true) {
  const numbers = pointNumbers(session, args);
  if (typeof numbers === 'string') return numbers;
  const points = session.state.points.filter((row) => numbers.includes(row.number) && which(row));
  if (points.length === 0) return ['No breakpoints, watchpoints or catchpoints.'];
  const lines = ['Num  Type                  Enb  What'];
  for (const p of points) {
    lines.push(`${String(p.number).padEnd(5)}${p.type.padEnd(22)}${p.enabled ? 'y' : 'n'}    ${p.what}`);
    lines.push(...detailLines(p));
  }
  return lines;
}

/** Lines of `info watchpoints [NUMBER…]`. */
export function infoWatchpoints(session: Session, args: string): string[] | string {
  const lines = infoBreakpoints(session, args, ({ type }) => type.includes('watchpoint'));
  return typeof lines === 'string' || lines.length > 1 ? lines : ['No watchpoints.'];
}

/** The commands of this file. */
export const pointCommands: readonly Command[] = [
  conditionCommand,
  ignoreCommand,
  deleteCommand,
  enableCommand,
  disableCommand,
  clearCommand,
];
