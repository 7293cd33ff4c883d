// Guided tours of shipped scenarios, pressed key by key on the real screen at 120x40, in a terminal emulator and without a
// terminal, as `khodbg check` does: after each step the screen shows what the tour says.
import { describe, expect, test } from 'vitest';
import { pressTour, runTour, TOUR_SIZE } from '../../components/index.ts';
import { runCommands } from '../../src/line-mode.ts';
import { SEED, share } from '../laws/support.ts';
import { execute, openPort, openScreen } from '../support/open.ts';
import { shippedFiles } from '../support/shipped.ts';

const TOURS = shippedFiles().map((file) => file.replace(/^scenarios\/|\.json$/g, ''));

/** In a terminal: a seeded share. test/e2e/check-shipped.test.ts needs no terminal. */
const IN_A_TERMINAL = share(TOURS, 80);

describe('tours', () => {
  test.each(IN_A_TERMINAL)(`%s (seed ${SEED})`, async (name) => {
    const { t, port } = await openScreen(name, TOUR_SIZE);
    try {
      const { tour } = port.session.loaded.scenario;
      const screen = { press: t.press, text: t.screen };
      expect(await pressTour(screen, port, tour)).toBeNull();
    } finally {
      await t.close();
    }
  });

  test('next-note presses them, says why above the timeline, and brings back who wandered off', async () => {
    const { t, port } = await openScreen('seed-000/uninit-boundary-before', TOUR_SIZE);
    try {
      const { tour } = port.session.loaded.scenario;
      expect(t.screen()).toContain(`a tour of ${tour.length} notes: . (next-note) begins it`);
      for (const [i, { shows, note }] of tour.entries()) {
        const where = port.view().position.label;
        if (i === 1) await execute(port, 'seek end');
        await t.press('.');
        await t.waitFor(`note ${i + 1}/${tour.length}`);
        await t.waitFor(shows);
        if (i === 1) expect(port.view().log.map(({ text }) => text)).toContain('back to where the tour stood');
        if (i === 1) expect(port.view().position.label).toBe(where);
        expect(t.screen().replace(/\s+/g, ' ')).toContain(note.slice(0, 40).replace(/\s+/g, ' '));
        while (port.session.state.tour.places.length < i + 2) await t.settle();
      }
      const last = port.view().position.label;
      await t.press('.');
      await t.waitFor('the tour is over');
      expect(t.screen()).not.toContain(`note ${tour.length}/${tour.length}`);
      await execute(port, 'seek start');
      await t.press(',');
      await t.waitFor(`note ${tour.length}/${tour.length}`);
      expect(port.view().position.label).toBe(last);
    } finally {
      await t.close();
    }
  });

  test('next-note without a screen runs the commands and names the keys that are none', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    const out: string[] = [];
    const say = (text: string) => out.push(text);
    const status = await runCommands(port, [{ line: 'next-note', origin: 'test' }], say, say);
    expect(status).toEqual({ status: 0, quit: false });
    expect(out[0]).toBe('note 1 of 10: c');
    expect(out.join('\n')).toContain('Catchpoint 1 (uninit)');
    expect(await execute(await openPort('seed-000/uninit-boundary-before'), 'previous-note')).toContain(
      'no note before',
    );
  });

  test('without a terminal the same holds', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    expect(await runTour(port, port.session.loaded.scenario.tour)).toBeNull();
  });
});
