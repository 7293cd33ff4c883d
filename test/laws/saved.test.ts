// Session files that somebody has tampered with, 200 by `npm run laws` and 24 with the tests: opened as they say, or refused
// with what is wrong and where. None shows a stack trace, none takes long, none is written to.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { SAVED_SCREEN } from '../../components/index.ts';
import { openSession } from '../../src/session/index.ts';
import { dice, mutate } from '../session/mutator.ts';
import { execute, openPort } from '../support/open.ts';
import { folderWith } from '../support/temporary.ts';
import { mountScreen } from '../support/vterm.ts';
import { WHOLE } from './support.ts';

const FILES = WHOLE ? 200 : 24;
/** The longest that one may take, in milliseconds; a whole boot takes a tenth of it. */
const LONG = 10_000;

/** Sessions that have something in every section. */
const SESSIONS: readonly (readonly [scenario: string, commands: readonly string[]])[] = [
  [
    'seed-000/uninit-boundary-before',
    [
      ...['continue', 'checkpoint where KHO writes', 'continue', 'up', 'watch buddy', 'break page 0x18010', 'continue'],
      ...['tbreak mm_init.ts:300', 'print page(0x18000).private', 'set scheduler-locking step', 'ignore 1 2', 'back'],
      ...[
        'commands 1 print 1; echo x',
        'dprintf kho_restore_page,"%x",phys',
        'display/x page(0x18000).flags',
        'display pfn',
      ],
    ],
  ],
  [
    'two-nodes',
    [
      ...['break padata_do_multithreaded', 'continue', 'schedule next 4', 'next', 'checkpoint', 'schedule next 3'],
      ...['step 20', 'branch 1', 'awatch zone(0, DMA32).contiguous', 'next', 'catch stage kho_init if $_thread > 1'],
    ],
  ],
];

const folder = folderWith({});
const originals: string[] = [];

beforeAll(async () => {
  for (const [i, [scenario, commands]] of SESSIONS.entries()) {
    const port = await openPort(scenario);
    await execute(port, ...commands);
    const screen = { focus: 'radix', zoom: true, called: 'radix', opened: ['in'], scroll: { radix: 3 } };
    const map = { view: 'since', per: 64, from: 98304, at: 98816 };
    port.keepScreen(() => ({ ...screen, map, cursor: { anchor: 'mm/mm_init.ts:1', line: 3 } }));
    const file = join(folder, `session-${i}.json`);
    expect(await execute(port, `save session ${file}`)).toContain('Saved in');
    originals.push(readFileSync(file, 'utf8'));
  }
});

type Change = { readonly text: string; readonly what: string };

const NUMBERS = ['0', '1', '2', '3', '9', '17', '4096', '999999', '4294967296', '999999999999999', '9007199254740993'];

/** One number in it, also within a position, is another. */
function otherNumber(text: string, seed: number): Change {
  const roll = dice(seed);
  const places = [...text.matchAll(/(?<=[#.TA-Za-z": ])\d+(?=[^\da-f])/g)];
  const place = roll.pick(places);
  const by = roll.pick(NUMBERS);
  const end = place.index + place[0].length;
  return { text: text.slice(0, place.index) + by + text.slice(end), what: `${place[0]} at ${place.index} as ${by}` };
}

/** One bit of one byte is another. */
function otherByte(text: string, seed: number): Change {
  const roll = dice(seed);
  const bytes = Buffer.from(text);
  const at = roll.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << roll.below(8));
  return { text: bytes.toString('latin1'), what: `byte ${at} flipped` };
}

const CHANGES = [mutate, mutate, otherNumber, otherByte];

/** What could steer a terminal. */
const STEERING = /[\p{Cc}\u202a-\u202e]/u;

test('a session file that was changed is opened or refused with the place, and left as it is', async () => {
  const counts = { opened: 0, refused: 0 };
  for (let seed = 0; seed < FILES; seed++) {
    const original = originals[seed % originals.length] ?? '';
    const { text, what } = (CHANGES[(seed >> 1) % CHANGES.length] ?? mutate)(original, seed + 9000);
    const file = join(folder, 'mutated.json');
    writeFileSync(file, text, 'latin1');
    const bytes = readFileSync(file);
    const before = performance.now();
    const opened = openSession(file, { screen: SAVED_SCREEN });
    const told = `seed ${seed}: ${what}`;
    if (opened.ok) {
      counts.opened++;
      const { port } = opened;
      expect(port.view().position.label, told).toMatch(/^#\d+/);
      const t = mountScreen(port, { cols: 80, rows: 24 });
      await t.waitFor('(khodbg)');
      await t.press('s');
      await t.close();
      await execute(port, 'info breakpoints', 'info checkpoints', 'info branches', 'back', 'stepi');
      expect(await execute(port, `save session ${join(folder, 'again.json')}`), told).toContain('Saved in');
    } else {
      counts.refused++;
      expect(opened.errors.length, told).toBeGreaterThan(0);
      for (const error of opened.errors) {
        expect(error.startsWith(`${file}:`), `${told}: ${error}`).toBe(true);
        expect(STEERING.test(error), `${told}: ${JSON.stringify(error)}`).toBe(false);
        expect(error, told).not.toMatch(/^\s+at |\.ts:\d+:\d+\)/m);
      }
    }
    expect(performance.now() - before, told).toBeLessThan(LONG);
    expect(readFileSync(file).equals(bytes), told).toBe(true);
  }
  for (const [i, original] of originals.entries())
    expect(readFileSync(join(folder, `session-${i}.json`), 'utf8')).toBe(original);
  expect(readdirSync(folder).sort()).toEqual(['again.json', 'mutated.json', 'session-0.json', 'session-1.json']);
  expect(counts.refused).toBeGreaterThan(FILES * 0.5);
  expect(counts.opened).toBeGreaterThan(FILES * 0.05);
}, 240_000);
