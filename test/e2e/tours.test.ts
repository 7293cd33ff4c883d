// The guided tours of the shipped scenarios, pressed key by key on the real screen at 120x40, once in a terminal emulator and
// once without a terminal, as `khodbg check` does: after each step the screen shows what the tour says.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { pressTour, runTour, TOUR_SIZE } from '../../components/index.ts';
import { openPort, openScreen } from '../support/open.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../scenarios');
const names = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''))
  .sort();

describe('tours', () => {
  test.each(names)('%s', async (name) => {
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
