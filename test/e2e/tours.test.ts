// Guided tours of shipped scenarios, pressed key by key on the real screen at 120x40, in a terminal emulator and without a
// terminal, as `khodbg check` does: after each step the screen shows what the tour says.
import { describe, expect, test } from 'vitest';
import { pressTour, runTour, TOUR_SIZE } from '../../components/index.ts';
import { openPort, openScreen } from '../support/open.ts';

/** With a terminal: test/e2e/check.test.ts runs the tours of all shipped scenarios without one. */
const IN_A_TERMINAL = ['seed-000/uninit-boundary-before', 'today/restore-across-nodes', 'two-nodes'];

describe('tours', () => {
  test.each(IN_A_TERMINAL)('%s', async (name) => {
    const { t, port } = await openScreen(name, TOUR_SIZE);
    try {
      const { tour } = port.session.loaded.scenario;
      expect(tour.length).toBeGreaterThan(0);
      const screen = { press: t.press, text: t.screen };
      expect(await pressTour(screen, port, tour)).toBeNull();
    } finally {
      await t.close();
    }
  });

  test('without a terminal the same holds', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    expect(await runTour(port, port.session.loaded.scenario.tour)).toBeNull();
  });

  test('a step that shows something else fails, with what the screen showed', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    const steps = [
      { keys: 'c', shows: 'page.private = ' },
      { keys: ':print 6 * 7\r', shows: '= 43' },
    ];
    const failure = await runTour(port, steps);
    expect(failure).toMatchObject({ step: 2, shows: '= 43' });
    expect(failure?.screen).toContain('= 42');
  });
});
