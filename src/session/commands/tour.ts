// The tour of a scenario, a note at a time: next-note says what to press and why; who runs the screen presses it. Knows
// nothing of keys.
import { comparePositions } from '../../debugger/index.ts';
import type { Session } from '../session.ts';
import type { NoteView } from '../view.ts';
import { type Command, type Output, refuse, say } from './command.ts';

const NONE = 'this scenario has no tour; about says what it shows';

/** Keys as one reads them: `:seek end`, `c`, `L Esc`. */
function keysText(keys: string): string {
  if (keys.startsWith(':')) return keys.replace(/\r$/, '');
  const names: Readonly<Record<string, string>> = { '\r': 'Enter', '\t': 'Tab', '\u001b': 'Esc', ' ': 'Space' };
  return [...keys].map((key) => names[key] ?? key).join(' ');
}

/** The note of a step, counted from 1. */
function noteOf(session: Session, step: number): NoteView {
  const { tour } = session.loaded.scenario;
  const { keys = '', note = '' } = tour[step - 1] ?? {};
  return { step, steps: tour.length, keys, keysText: keysText(keys), text: note };
}

/** Goes to where the tour stood after so many steps, when one has wandered off since. */
function goBackTo(session: Session, step: number): boolean {
  const place = session.state.tour.places[step];
  const { cursor } = session.state;
  if (place == null) return false;
  if (place.branch === cursor.branch && comparePositions(place.at, cursor.at) === 0) return false;
  session.goto(place, { kind: 'seek', lines: [step === 0 ? 'where the tour begins' : `where note ${step} left off`] });
  return true;
}

function setStep(session: Session, at: number): void {
  session.change((draft) => {
    draft.tour = { ...draft.tour, at };
  });
}

const headline = ({ step, steps, keysText: keys }: NoteView): string => `note ${step} of ${steps}: ${keys}`;

function nextNote(session: Session): Output {
  const { length } = session.loaded.scenario.tour;
  const { at } = session.state.tour;
  if (length === 0) return refuse(NONE);
  if (at >= length) {
    setStep(session, length + 1);
    const over = `the tour is over (${length} notes); previous-note goes back, the rest is yours to try`;
    return { ...say(over), note: null };
  }
  const back = goBackTo(session, at);
  setStep(session, at + 1);
  const note = noteOf(session, at + 1);
  const lines = [...(back ? ['back to where the tour stood'] : []), headline(note), ...note.text.split('\n')];
  return { ok: true, lines, note, play: note.keys };
}

function previousNote(session: Session): Output {
  const { length } = session.loaded.scenario.tour;
  if (length === 0) return refuse(NONE);
  const step = Math.min(session.state.tour.at, length + 1) - 1;
  if (step < 1) return refuse('there is no note before; next-note plays the next one');
  setStep(session, step);
  goBackTo(session, step);
  const note = noteOf(session, step);
  return { ok: true, lines: [headline(note), ...note.text.split('\n')], note };
}

const nextCommand: Command = {
  names: ['next-note', 'nn'],
  group: 'session',
  usage: 'next-note',
  help: "the next step of the scenario's tour: presses its keys and says why; whoever wandered off is brought back first",
  run: nextNote,
};

const previousCommand: Command = {
  names: ['previous-note', 'pn'],
  group: 'session',
  usage: 'previous-note',
  help: 'the note before, and where it was shown',
  run: previousNote,
};

/** Commands about the tour. */
export const tourCommands: readonly Command[] = [nextCommand, previousCommand];
