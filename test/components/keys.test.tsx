// Keys on the real screen: which commands they run, what they change of the screen itself.

import { afterEach, describe, expect, test } from 'vitest';
import { KEYS } from '../../components/keys/table.ts';
import { type FakeSession, fakeSession } from '../support/fake-session.ts';
import { mountScreen, type VirtualTerminal } from '../support/vterm.ts';

let open: VirtualTerminal[] = [];

async function screen(session: FakeSession = fakeSession(), size: { cols?: number; rows?: number } = {}) {
  const t = mountScreen(session, size);
  open.push(t);
  await t.waitFor('khodbg');
  return { t, session };
}

afterEach(async () => {
  for (const t of open) await t.close();
  open = [];
});

const BYTES: Readonly<Record<string, string>> = {
  Home: '\x1b[H',
  End: '\x1b[F',
  'M-Left': '\x1b[1;3D',
  'M-Right': '\x1b[1;3C',
  'M-b': '\x1bb',
  'M-f': '\x1bf',
};

describe('single keys', () => {
  test.each(KEYS.flatMap((row) => (row.command ? [[row.key, row.command] as const] : [])))(
    '%s runs %s',
    async (key, command) => {
      const { t, session } = await screen();
      await t.press(BYTES[key] ?? key);
      expect(session.executed).toEqual([command]);
    },
  );

  test('no key is bound twice', () => {
    expect(new Set(KEYS.map((row) => row.key)).size).toBe(KEYS.length);
  });

  test('Enter on the empty line asks the session to repeat', async () => {
    const { t, session } = await screen();
    await t.press('\r');
    await t.press('s');
    await t.press('\r');
    expect(session.executed).toEqual(['', 'step', '']);
  });

  test('b sets and clears a breakpoint on the cursor line', async () => {
    const { t, session } = await screen();
    await t.press('b');
    for (let i = 0; i < 3; i++) await t.press('\x1b[B');
    expect(t.screen()).toContain('B  >  20');
    await t.press('b');
    expect(session.executed).toEqual(['break mm/mm_init.ts:17', 'clear mm/mm_init.ts:20']);
  });

  test('an unbound letter starts the command line with itself', async () => {
    const { t, session } = await screen();
    await t.press('p');
    expect(t.line(38)).toBe('(khodbg) p');
    await t.press('\x1b');
    expect(t.line(38)).toBe('(khodbg)');
    expect(session.executed).toEqual([]);
  });
});

describe('chunks', () => {
  test('the same key repeated in one chunk runs as often', async () => {
    const { t, session } = await screen();
    await t.press('nnn');
    expect(session.executed).toEqual(['next', 'next', 'next']);
    await t.waitFor('=>  20');
  });

  test('different letters in one chunk open the command line', async () => {
    const { t, session } = await screen();
    await t.press('ns');
    expect(t.line(38)).toBe('(khodbg) ns');
    expect(session.executed).toEqual([]);
  });

  test('a chunk may type and run commands', async () => {
    const { t, session } = await screen();
    await t.press(':catch uninit\r');
    await t.press('info b\rn');
    expect(session.executed).toEqual(['catch uninit', 'info b', 'next']);
    await t.press('n\r');
    expect(session.executed.at(-1)).toBe('n');
  });

  test('a bracketed paste goes to the command line as text, whatever it contains', async () => {
    const { t, session } = await screen();
    await t.press('\x1b[200~nq\nprint 1\n\x1b[201~');
    expect(t.line(38)).toBe('(khodbg) nq print 1');
    expect(session.executed).toEqual([]);
  });

  test('control characters within a chunk act as keys', async () => {
    const { t, session } = await screen();
    await t.press(':reek\x01b\r');
    expect(session.executed).toEqual(['breek']);
    expect(t.line(38)).toBe('(khodbg)');
  });

  test('mouse reports and focus events are no keys', async () => {
    const { t, session } = await screen();
    await t.press('\x1b[<0;10;5M');
    await t.press('\x1b[I');
    expect(t.line(38)).toBe('(khodbg)');
    expect(session.executed).toEqual([]);
  });
});

describe('the command line', () => {
  test('edits, runs, remembers', async () => {
    const { t, session } = await screen();
    await t.type(':brek foo');
    for (let i = 0; i < 5; i++) await t.press('\x1b[D');
    await t.press('a');
    expect(t.line(38)).toBe('(khodbg) break foo');
    await t.press('\r');
    await t.press(':');
    await t.press('\x1b[A');
    expect(t.line(38)).toBe('(khodbg) break foo');
    await t.press('\x15');
    await t.press('\x12');
    await t.type('ea');
    expect(t.line(38)).toContain("(search)'ea': break foo");
    await t.press('\r');
    expect(session.executed).toEqual(['break foo', 'break foo']);
  });

  test('Tab completes, lists candidates above the prompt, and they go with the next key', async () => {
    const { t } = await screen();
    await t.press(':');
    await t.type('con');
    await t.press('\t');
    expect(t.line(37)).toMatch(/^condition {2}continue/);
    await t.press('t');
    expect(t.line(37)).not.toContain('condition');
    await t.press('\t');
    expect(t.line(38)).toBe('(khodbg) continue');
    expect(t.cursor().x).toBe(18);
  });

  test('a refused command shows its text until the next one', async () => {
    const { t } = await screen();
    await t.press(':print fo\r');
    expect(t.line(37)).toContain('No symbol "fo" in current context.');
    await t.press('n');
    expect(t.line(37)).not.toContain('No symbol');
  });

  test('short output goes to the message row', async () => {
    const { t } = await screen();
    await t.press(':catch uninit\r');
    expect(t.line(37)).toContain('Catchpoint 3 (uninit)');
  });
});

describe('overlays', () => {
  test('long output opens one that scrolls and closes with q', async () => {
    const { t, session } = await screen();
    await t.press('w');
    expect(t.screen()).toContain('bt  1-31 of 60');
    await t.press('\x1b[B');
    await t.press('\x1b[6~');
    expect(t.screen()).toContain('frame_number_32');
    expect(t.screen()).not.toContain('frame_number_5 ');
    await t.press('q');
    expect(t.screen()).toContain('source  deferred');
    expect(session.executed).toEqual(['bt']);
  });

  test('status and stop line stay in sight; a movement key leaves the overlay and moves', async () => {
    const { t, session } = await screen();
    await t.press('?');
    expect(t.screen()).toContain('This pane: source');
    for (const part of ['#9417 / 18432', 'STOP  Catchpoint']) expect(t.screen()).toContain(part);
    await t.press('n');
    expect(t.screen()).toContain('=>  18');
    expect(session.executed).toEqual(['next']);
    await t.press('\x1bOP');
    expect(t.screen()).toContain('This pane: source');
    await t.press('\x1b');
    expect(t.screen()).not.toContain('This pane');
  });
});

/** Output of a session, as it answers a command line. */
function answering(result: { readonly ok: boolean; readonly output: readonly string[] }) {
  return { ...fakeSession(), execute: async () => ({ ...result, quit: false }) };
}

describe('what does not fit into the message row', () => {
  const WHY = `the patch is for v7.3, v7.2, not for v7.1; ${'v7.1 lacks a function that it changes; '.repeat(2)}drop it first`;

  test('a refusal is shown whole over the panes, broken between words', async () => {
    const { t } = await screen(answering({ ok: false, output: [WHY] }), { cols: 80, rows: 24 });
    await t.press(':kernel v7.1\r');
    expect(t.screen()).toContain('── kernel v7.1');
    const rows = [3, 4].map((y) => t.line(y).trimEnd());
    expect(rows[1]).toMatch(/^ {4}\S/);
    expect(rows.map((row) => row.trim()).join(' ')).toBe(WHY);
    await t.press('\x1b');
    expect(t.screen()).toContain('── source');
  });

  test('where it fits it is not', async () => {
    const { t } = await screen(answering({ ok: false, output: [WHY] }), { cols: 200, rows: 60 });
    await t.press(':kernel v7.1\r');
    expect(t.line(57)).toContain(WHY);
    expect(t.screen()).not.toContain('kernel v7.1');
  });

  test.each([
    [
      'another frame',
      {
        stack: fakeSession()
          .view()
          .stack.map((frame, i) => ({ ...frame, selected: i === 1 })),
      },
    ],
    ['another stop', { points: 'breakpoints 9  catch 0  watch 0' }],
  ])('what the panes show, %s, leaves them in sight, however long the line about it is', async (_, parts) => {
    const fake = fakeSession();
    const session = {
      ...fake,
      async execute() {
        fake.change({ stop: fake.view().stop, ...parts });
        return { ok: true, output: [WHY], quit: false };
      },
    };
    const { t } = await screen(session, { cols: 80, rows: 24 });
    await t.press('u');
    expect(t.screen()).toContain('── source');
    expect(t.line(21)).toContain('the patch is for v7.3');
  });

  test('kernel text keeps its indentation', async () => {
    const output = ['  9\tfunction f(): void {', '  10\t\tif (a)', '  11\t\t\treturn;', '  12\t}', '  13\t'];
    const { t } = await screen(answering({ ok: true, output }), { cols: 80, rows: 24 });
    await t.press(':list f\r');
    expect([3, 4, 5, 6].map((y) => t.line(y).trimEnd())).toEqual([
      '  9     function f(): void {',
      '  10        if (a)',
      '  11            return;',
      '  12    }',
    ]);
  });
});

test('what a movement has to say that no pane shows stands in the message row', async () => {
  const fake = fakeSession();
  const session = {
    ...fake,
    async execute(line: string) {
      await fake.execute('next');
      const told = line === 'finish' ? ['Value returned is $1 = 0x10'] : [];
      return { ok: true, output: ['Run till exit', ...told], quit: false, told };
    },
  };
  const { t } = await screen(session, { cols: 80, rows: 24 });
  await t.press('f');
  expect(t.line(21)).toBe('Value returned is $1 = 0x10');
  await t.press('n');
  expect(t.line(21)).not.toContain('Value returned');
});

test('while a note of a tour is shown, the footer begins with the way to the next one', async () => {
  const note = { step: 1, steps: 3, keys: 'c', keysText: 'c', text: 'It stops.' };
  const session = { ...fakeSession(), execute: async () => ({ ok: true, output: [], quit: false, note }) };
  const { t } = await screen(session, { cols: 80, rows: 24 });
  expect(t.line(23)).toMatch(/^n\/N next/);
  await t.press('.');
  expect(t.line(23)).toMatch(/^\. next note {2}, note before {2}n\/N next .*q quit/);
  await t.press('?');
  expect(t.line(23)).toMatch(/^\. next note {2}, note before {2}Esc close/);
});

describe('panes', () => {
  test('Tab and Shift-Tab move the focus, its frame is heavier', async () => {
    const { t } = await screen();
    expect(t.line(2)).toContain('┏━ source');
    await t.press('\t');
    expect(t.line(2)).toContain('┌─ source');
    await t.press('\x1b[Z');
    expect(t.line(2)).toContain('┏━ source');
    await t.press('t');
    expect(t.screen()).toContain('┏━ threads');
  });

  test('z gives the pane the whole screen and back', async () => {
    const { t } = await screen();
    const before = t.screen();
    await t.press('z');
    expect(t.screen()).not.toContain('memblock  memory');
    expect(t.screen()).toContain('deferred_init_memmap_chunk');
    await t.press('\x1b');
    expect(t.screen()).toBe(before);
  });

  test('the focused pane scrolls, not further than its rows go', async () => {
    const { t } = await screen();
    await t.press('\x1b[Z');
    expect(t.screen()).toContain('┏━ log');
    for (let i = 0; i < 20; i++) await t.press('k');
    expect(t.screen()).toContain('found kexec handover');
    await t.press('\x1b[6~');
    expect(t.screen()).not.toContain('found kexec handover');
  });
});

describe('while a command runs', () => {
  test('the stop line says so, other keys wait, C-c interrupts and forgets them', async () => {
    const { t, session } = await screen();
    const release = session.hold();
    await t.press('c');
    await t.waitFor('RUN  continue');
    await t.type('nnn');
    await t.waitFor('3 waiting');
    await t.press('\x03');
    expect(session.interrupts()).toBe(1);
    release();
    await t.settle();
    expect(session.executed).toEqual(['continue']);
    expect(t.exitCode).toBeNull();
    expect(t.screen()).toContain('STOP  Catchpoint');
  });

  test('the stop line follows the progress that the session reports', async () => {
    const { t, session } = await screen();
    for (const at of [100, 200, 300]) session.change({ busy: `continue … #${at}` });
    await t.waitFor('RUN  continue … #300');
    session.change({ busy: null });
    await t.waitFor('STOP  Catchpoint');
  });

  test('keys pressed meanwhile run afterwards, every one', async () => {
    const { t, session } = await screen();
    const release = session.hold();
    await t.press('c');
    for (let i = 0; i < 50; i++) await t.press('i');
    release();
    await t.settle();
    expect(session.executed).toEqual(['continue', ...new Array(50).fill('stepi')]);
  });
});
