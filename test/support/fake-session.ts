// A session that simulates nothing: a rich, invented view that moves by a line when told to. For tests of the screen.

import type { CommandResult, SessionPort, SessionView } from '../../components/session-view.ts';
import { fakeView } from './fake-view.ts';

/** A fake session: remembers what was executed, and can be made slow. */
export interface FakeSession extends SessionPort {
  /** every line executed, in order */
  readonly executed: string[];
  /** how often interrupt() was called */
  interrupts(): number;
  /** replaces parts of the view and tells the readers */
  change(parts: Partial<SessionView>): void;
  /** makes the next commands wait until the returned function is called */
  hold(): () => void;
}

const WORDS = ['backtrace', 'break', 'catch', 'condition', 'continue', 'delete', 'disable', 'display', 'down'];

const LONG = Array.from({ length: 60 }, (_, i) => `#${i}  frame_number_${i} () at mm/mm_init.ts:${i}`);

/** Steps by command name: forwards, backwards. */
const STEPS: Readonly<Record<string, number>> = {
  next: 1,
  step: 1,
  stepi: 1,
  nexti: 1,
  'reverse-next': -1,
  'reverse-step': -1,
  'reverse-stepi': -1,
};

function answer(line: string): CommandResult {
  if (line === 'bt') return { ok: true, output: LONG, quit: false };
  if (line === 'quit') return { ok: true, output: [], quit: true };
  if (line.startsWith('catch')) return { ok: true, output: [`Catchpoint 3 (${line.slice(6)})`], quit: false };
  if (line.startsWith('print')) return { ok: false, output: ['No symbol "fo" in current context.'], quit: false };
  if (line === 'throw') throw new Error('the session broke');
  return { ok: true, output: [], quit: false };
}

/** Makes a fake session. */
export function fakeSession(parts: Partial<SessionView> = {}): FakeSession {
  let current = 17;
  let direction: 'fwd' | 'rev' = 'fwd';
  let own = parts;
  let view = { ...fakeView(current, direction), ...own };
  let interrupts = 0;
  let gate: Promise<void> = Promise.resolve();
  const executed: string[] = [];
  const readers = new Set<() => void>();
  const tell = () => {
    for (const reader of [...readers]) reader();
  };
  const change = (next: Partial<SessionView>) => {
    own = { ...own, ...next };
    view = { ...fakeView(current, direction), ...own };
    tell();
  };
  return {
    executed,
    interrupts: () => interrupts,
    change,
    hold() {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
    view: () => view,
    glance() {
      const { position, stop, results, comparison, thread, stack, points } = view;
      const level = stack.find((frame) => frame.selected)?.level;
      return { position, stop, results, comparison, selection: `${thread?.number} ${level} ${points}` };
    },
    savedScreen: () => undefined,
    keepScreen: () => {},
    subscribe(changed) {
      readers.add(changed);
      return () => readers.delete(changed);
    },
    async execute(line) {
      executed.push(line);
      await gate;
      const step = STEPS[line] ?? 0;
      if (step !== 0) {
        current += step;
        direction = step > 0 ? 'fwd' : 'rev';
        change({});
      }
      return answer(line);
    },
    played() {},
    interrupt() {
      interrupts++;
    },
    complete(line) {
      const from = line.lastIndexOf(' ') + 1;
      return { from, words: WORDS.filter((word) => word.startsWith(line.slice(from))) };
    },
  };
}
