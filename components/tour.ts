// Presses a scenario's tour on a screen, step by step, and looks whether the screen then shows what the tour says. Knows
// neither terminals nor scenarios.
import { openHeadless } from './headless.ts';
import { keyChunks } from './keys/decode.ts';
import type { SessionPort } from './session-view.ts';

/** Keys, and the text that the screen then shows. */
export interface Step {
  readonly keys: string;
  readonly shows: string;
}

/** What a tour needs of a screen. */
export interface TourScreen {
  press(keys: string): Promise<void>;
  text(): string;
}

/** The step that failed, counted from 1, and what the screen showed instead. */
export interface TourFailure {
  readonly step: number;
  readonly keys: string;
  readonly shows: string;
  readonly screen: string;
}

/** Size of the screen that tours are written for. */
export const TOUR_SIZE = { cols: 120, rows: 40 } as const;

/** How long a step may take to show, once its commands have run, in milliseconds. */
const PATIENCE = 3000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function shown(screen: TourScreen, text: string): Promise<boolean> {
  for (let waited = 0; waited <= PATIENCE; waited += 5) {
    if (screen.text().includes(text)) return true;
    await pause(5);
  }
  return false;
}

/** Presses the steps on a screen over the session; the first that fails, or null. */
export async function pressTour(
  screen: TourScreen,
  port: SessionPort,
  steps: readonly Step[],
): Promise<TourFailure | null> {
  for (const [i, { keys, shows }] of steps.entries()) {
    for (const chunk of keyChunks(keys)) {
      await screen.press(chunk);
      while (port.view().busy !== null) await pause(2);
    }
    if (!(await shown(screen, shows))) return { step: i + 1, keys, shows, screen: screen.text() };
  }
  return null;
}

/** The session as it listens to a tour: what the user alone may do is refused. */
function toured(port: SessionPort): SessionPort {
  return {
    view: () => port.view(),
    glance: () => port.glance(),
    subscribe: (changed) => port.subscribe(changed),
    execute: (line) => port.execute(line, 'tour'),
    savedScreen: () => port.savedScreen(),
    keepScreen: (screen) => port.keepScreen(screen),
    interrupt: () => port.interrupt(),
    played: () => port.played(),
    complete: (line) => port.complete(line),
  };
}

/** Presses a tour on a screen without a terminal. */
export async function runTour(port: SessionPort, steps: readonly Step[]): Promise<TourFailure | null> {
  const screen = await openHeadless(toured(port), TOUR_SIZE.cols, TOUR_SIZE.rows);
  try {
    return await pressTour(screen, port, steps);
  } finally {
    await screen.close();
  }
}
