// Settings of a session: set changes one, show prints them. A setting is a row.
import { didYouMean } from '../../vm/index.ts';
import { LEAST_BUDGET } from '../history-budget.ts';
import { BYTES, parseBytes } from '../scenario/bytes.ts';
import type { Locking, Session } from '../session.ts';
import { type Command, type Output, say, usage } from './command.ts';

interface Setting {
  readonly name: string;
  /** what can follow its name */
  readonly values: string;
  readonly help: string;
  /** how it stands, as gdb words it where gdb has it */
  show(session: Session): string;
  /** null, or what is wrong with the value */
  set(session: Session, value: string): string | null;
}

const LOCKINGS: readonly Locking[] = ['off', 'on', 'step', 'replay'];

/** All of them. */
export const SETTINGS: readonly Setting[] = [
  {
    name: 'scheduler-locking',
    values: LOCKINGS.join('|'),
    help: 'off: the schedule decides who moves; on: only the selected thread moves; step: only while stepping; replay: as off, along what is recorded',
    show: (session) => `Mode for locking scheduler during execution is "${session.state.locking}".`,
    set(session, value) {
      if (!LOCKINGS.some((one) => one === value)) return `'${value}' is not one of ${LOCKINGS.join(', ')}`;
      session.change((draft) => {
        draft.locking = value as Locking;
      });
      return null;
    },
  },
  {
    name: 'history-budget',
    values: 'SIZE',
    help: 'memory of this process, with a unit (512M, 2G), beyond which fewer states of the past are kept; every position stays in reach',
    show: (session) => `The history may take ${session.historyBudget.text}.`,
    set(session, value) {
      if (value === '') return 'a size is missing; write 512M or 2G';
      if (!BYTES.test(value)) return `'${value}' is no size; write 512M or 2G`;
      const size = parseBytes(value);
      if (size < LEAST_BUDGET)
        return `${value} is less than khodbg itself takes; write ${LEAST_BUDGET / 2 ** 20}M or more`;
      session.historyBudget.bytes = size;
      return null;
    },
  },
];

const names = () => SETTINGS.map(({ name }) => name);

function find(name: string): Setting | string {
  const exact = SETTINGS.find((one) => one.name === name);
  const found = exact ?? (name.length > 2 ? SETTINGS.find((one) => one.name.startsWith(name)) : undefined);
  return found ?? `no setting '${name}'${didYouMean(name, names())}; there is ${names().join(', ')}`;
}

function set(session: Session, args: string): Output {
  const [name = '', value = '', extra] = args.split(/\s+/);
  const setting = find(name);
  if (typeof setting === 'string') return usage(setCommand, setting);
  if (extra !== undefined) return usage(setCommand, `'${extra}' is one word too many`);
  const wrong = setting.set(session, value);
  return wrong === null ? say() : usage(setCommand, wrong);
}

const setCommand: Command = {
  names: ['set'],
  group: 'session',
  usage: `set ${SETTINGS.map(({ name, values }) => `${name} ${values}`).join(' | ')}`,
  help: 'changes a setting; show prints them',
  run: set,
  words: names,
};

const showCommand: Command = {
  names: ['show'],
  group: 'session',
  usage: 'show [SETTING]',
  help: 'settings, how they stand and what they are for',
  run(session, args) {
    const one = args === '' ? null : find(args);
    if (typeof one === 'string') return usage(showCommand, one);
    const rows = one === null ? SETTINGS : [one];
    return say(...rows.flatMap((row) => [row.show(session), `  ${row.name} ${row.values}: ${row.help}`]));
  },
  words: names,
};

/** The commands of this file. */
export const settingCommands: readonly Command[] = [setCommand, showCommand];
