// The guided tours of the shipped scenarios, pressed key by key on the real screen at 120x40: after each step the screen shows
// what the tour says.
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openScreen } from '../support/open.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../scenarios');
const names = readdirSync(folder, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''))
  .sort();

/** A command line as one chunk; other keys one by one. */
const chunks = (keys: string): string[] => (keys.startsWith(':') ? [keys] : [...keys]);

describe('tours', () => {
  test.each(names)('%s', async (name) => {
    const { t, port } = await openScreen(name, { cols: 120, rows: 40 });
    try {
      const { tour } = port.session.loaded.scenario;
      expect(tour.length).toBeGreaterThan(0);
      for (const step of tour) {
        for (const chunk of chunks(step.keys)) {
          await t.press(chunk);
          for (let i = 0; i < 5000 && port.view().busy !== null; i++)
            await new Promise((resolve) => setTimeout(resolve, 2));
        }
        await t.waitFor(step.shows, 8000);
      }
    } finally {
      await t.close();
    }
  });
});
