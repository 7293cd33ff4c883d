// The commands display and undisplay: expressions that are shown at every stop. Know nothing of where they are shown.
import { displayLines, displayText, functionOf } from '../displays.ts';
import { readFormat } from '../printed-value.ts';
import type { Display, Session } from '../session.ts';
import { PLACE_WORDS } from '../targets.ts';
import { type Command, type Output, refuse, say, usage } from './command.ts';
import { readNumbers } from './numbers.ts';

const displayCommand: Command = {
  names: ['display'],
  group: 'looking',
  usage: 'display[/x|/d|/t|/s|/r] [EXPRESSION]',
  help: 'shows an expression now and at every stop, where it has a meaning; alone, shows all of them now; info display lists them',
  run(session, args) {
    if (args === '') return say(...displayLines(session));
    const read = readFormat(args);
    if (typeof read === 'string') return usage(displayCommand, read);
    const value = session.evaluate(read.text);
    const fn = functionOf(session, read.text);
    // what cannot be read here may be readable elsewhere; what has no meaning never will
    if (!value.ok && !/^Cannot access memory/.test(value.error)) return refuse(value.error);
    const number = session.state.nextDisplay;
    const made: Display = { number, expression: read.text, format: read.letter, enabled: true, fn };
    session.change((draft) => {
      draft.displays = [...draft.displays, made];
      draft.nextDisplay = number + 1;
    });
    return say(displayText(session, made) ?? '');
  },
  words: () => PLACE_WORDS,
};

/** Changes displays by their numbers, all without one; null takes them away. */
export function changeDisplays(
  session: Session,
  command: Command,
  text: string,
  change: (row: Display) => Display | null,
): Output {
  const known = session.state.displays.map(({ number }) => number);
  const numbers = text.trim() === '' ? known : readNumbers(text, known, 'display');
  if (typeof numbers === 'string') return usage(command, numbers);
  session.change((draft) => {
    draft.displays = draft.displays.flatMap((row) => (numbers.includes(row.number) ? (change(row) ?? []) : [row]));
  });
  return say();
}

const undisplayCommand: Command = {
  names: ['undisplay'],
  group: 'looking',
  usage: 'undisplay [NUMBER… | FIRST-LAST]',
  help: 'shows them no more; all without a number',
  run: (session, args) => changeDisplays(session, undisplayCommand, args, () => null),
  words: (session) => session.state.displays.map(({ number }) => String(number)),
};

/** Lines of `info display`. */
export function infoDisplay(session: Session): string[] {
  const { displays } = session.state;
  if (displays.length === 0) return ['There are no auto-display expressions now.'];
  const lines = displays.flatMap((row) => {
    const format = row.format === '' ? '' : `/${row.format} `;
    const head = `${`${row.number}:`.padEnd(5)}${row.enabled ? 'y' : 'n'}  ${format}${row.expression}`;
    const out = displayText(session, row) === null;
    return out ? [head, `    cannot be evaluated in the current context: it is of ${row.fn}()`] : [head];
  });
  return ['Auto-display expressions now in effect:', 'Num Enb Expression', ...lines];
}

/** The commands of this file. */
export const displayCommands: readonly Command[] = [displayCommand, undisplayCommand];
