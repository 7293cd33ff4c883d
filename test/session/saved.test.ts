// Sessions saved and opened: what comes back, what is refused and with which words, and who may write files at all.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SAVED_SCREEN } from '../../components/index.ts';
import { checkScenario } from '../../src/check-scenarios.ts';
import { setStops } from '../../src/line-mode.ts';
import { loadScenario, openSession, Port } from '../../src/session/index.ts';
import { sessionText } from '../../src/session/saved/index.ts';
import { execute, openPort } from '../support/open.ts';
import { smallScenario } from '../support/small.ts';
import { folderWith } from '../support/temporary.ts';
import { mountScreen } from '../support/vterm.ts';

const SMALL = 'seed-000/uninit-boundary-before';
const KEEP = readFileSync(join(import.meta.dirname, '../fixtures/keep-init.patch'), 'utf8');

/** A session file opened; what is wrong with it throws. */
function reopened(file: string, acceptChanges = false): { port: Port; warnings: readonly string[] } {
  const opened = openSession(file, { screen: SAVED_SCREEN, acceptChanges });
  if (!opened.ok) throw new Error(opened.errors.join('\n'));
  return opened;
}

/** What opening a session file is refused with. */
function refusal(file: string): string {
  const opened = openSession(file, { screen: SAVED_SCREEN });
  if (opened.ok) throw new Error(`${file} opens`);
  return opened.errors.join('\n');
}

/** A session in a new folder, after these commands. */
async function saved(name: string, ...lines: string[]): Promise<{ file: string; folder: string; port: Port }> {
  const port = await openPort(name);
  for (const line of lines) expect(await port.execute(line)).toMatchObject({ ok: true });
  const folder = folderWith({});
  const file = join(folder, 's.json');
  expect(await execute(port, `save session ${file}`)).toBe(`Saved in ${file}; khodbg ${file} opens it.`);
  return { file, folder, port };
}

/** The file with a part of its text replaced. */
function changed(file: string, from: string | RegExp, to: string): string {
  const text = readFileSync(file, 'utf8');
  const next = text.replace(from, to);
  expect(next).not.toBe(text);
  const other = file.replace(/s\.json$/, 'changed.json');
  writeFileSync(other, next);
  return other;
}

describe('a session that is opened again', () => {
  test('stands where it stood, inside a range operation, and is saved as the same text', async () => {
    const { file, port } = await saved(
      SMALL,
      'break page 0x18010',
      'continue',
      'continue',
      'seek #22655.15',
      'watch page(0x18000).private if page(0x18000).private != 0',
      'ignore 2 3',
      'disable 1',
      'tbreak mm_init.ts:300',
      'break kho_restore_page thread 2',
      'commands 4 silent; print page(0x18000).private; echo "a; b"',
      'enable count 3 4',
      'dprintf kho_restore_page if phys > 0,"phys \\"%x\\"\\tof %s\\n",phys, "a, b"',
      'display/x page(0x18000).private',
      'display end_pfn',
      'set history-budget 1G',
      'checkpoint a "note" \u001b[2J\u202e of three kinds',
      'print page(0x18000).private',
      'set scheduler-locking step',
      'up',
    );
    expect(port.view().position.label).toBe('#22655.15');
    const again = reopened(file);
    expect(again.warnings).toEqual([]);
    for (const line of [
      'info breakpoints',
      'info checkpoints',
      'info display',
      'backtrace',
      'when',
      'show scheduler-locking',
      'print $1 == 0',
      'info stages',
    ])
      expect([line, await execute(again.port, line)]).toEqual([line, await execute(port, line)]);
    expect(await execute(again.port, 'show history-budget')).toContain('may take 1024M;');
    expect(again.port.view().stop).toEqual(port.view().stop);
    expect(again.port.view().timeline).toEqual(port.view().timeline);
    const folder = join(file, '..');
    expect(sessionText(reopened(file).port.session, folder)).toBe(readFileSync(file, 'utf8'));
    expect(await execute(again.port, 'continue')).toBe(await execute(port, 'continue'));
    expect(await execute(again.port, 'back')).toBe(await execute(port, 'back'));
  });

  test('has its branches with their choices of threads, and each goes on as it did', async () => {
    const { file, port } = await saved(
      'two-nodes',
      'break padata_do_multithreaded',
      'continue',
      'schedule next 4',
      'next',
      'schedule next 3',
      'branch name the-other',
      'continue',
      'branch 1',
      'checkpoint in a branch',
    );
    const again = reopened(file);
    for (const line of [
      'info branches',
      'info schedule',
      'info threads',
      'info checkpoints',
      'continue',
      'branch 2',
      'next',
    ])
      expect([line, await execute(again.port, line)]).toEqual([line, await execute(port, line)]);
  });

  test('watches the locals of the frame in which that was typed', async () => {
    const { file, port } = await saved(SMALL, 'continue', 'continue', 'up', 'watch buddy', 'seek +40');
    const again = reopened(file);
    expect(await execute(again.port, 'info breakpoints')).toBe(await execute(port, 'info breakpoints'));
    expect(await execute(again.port, 'reverse-continue')).toBe(await execute(port, 'reverse-continue'));
  });

  test('has the kernels and patches it had, own ones by paths from its folder', async () => {
    const folder = folderWith({
      'scenario/small.json': smallScenario([{ call: 'kho_restore_folio', args: ['96M'] }], {
        patches: ['no-preserved-page-init'],
      }),
      'patches/keep.patch': KEEP,
      'sessions/.keep': '',
    });
    const loaded = loadScenario(join(folder, 'scenario/small.json'));
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    const port = new Port(loaded.loaded);
    expect(await setStops(port)).toBeNull();
    await execute(port, `patch add ${join(folder, 'patches/keep.patch')}`, 'break kho_get_preserved_page', 'continue');
    const file = join(folder, 'sessions/s.json');
    await execute(port, `save session ${file}`);
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('"file": "../scenario/small.json"');
    expect(text).toContain('"file": "../patches/keep.patch"');
    const again = reopened(file);
    expect(again.port.view().variant).toBe(port.view().variant);
    expect(await execute(again.port, 'next')).toBe(await execute(port, 'next'));
    writeFileSync(join(folder, 'patches/keep.patch'), KEEP.replace('Puts', 'puts'));
    expect(refusal(file)).toMatch(
      /boots\[0\]\.patches\[1\]: the patch .*keep\.patch has changed: it was saved with sha256 [0-9a-f]{64}, and has [0-9a-f]{64} now\n.*--accept-changes opens it nevertheless/,
    );
    const accepted = reopened(file, true);
    expect(accepted.warnings.join('\n')).toMatch(/keep\.patch has changed/);
    // what was left out is in the file still
    expect(await execute(accepted.port, 'save session')).toContain('a name is missing');
  });
});

describe('a session of two boots', () => {
  test('has its points in the kernels of both, at other lines where these differ', async () => {
    const commands = ['delete', 'break mm_init.ts:300', 'break boot1:kho_init', 'kernel v7.2', 'seek boot2:start'];
    const { file, port } = await saved('seed-003/unsplit-before', ...commands);
    expect(readFileSync(file, 'utf8')).toMatch(/"set": "break boot1:\w+:300", "also": \["boot2:\w+:299"\]/);
    const again = reopened(file);
    for (const line of ['info breakpoints', 'kernel', 'when', 'reverse-continue'])
      expect([line, await execute(again.port, line)]).toEqual([line, await execute(port, line)]);
  });
});

describe('opening refuses', () => {
  test('what is no session of this version, or none at all, with the place', async () => {
    const { file } = await saved(SMALL, 'delete', 'break kho_preserved_memory_reserve', 'continue', 'checkpoint');
    const cases: readonly (readonly [string | RegExp, string, string])[] = [
      [
        '"khodbg-session": 1',
        '"khodbg-session": 2',
        ':2:21: khodbg-session: 2 is not a version that this khodbg reads; it reads 1; a newer khodbg wrote it',
      ],
      ['"khodbg-session"', '"khodbg-sesion"', ':2:3: khodbg-sesion: unknown key; did you mean khodbg-session?'],
      ['"points"', '"pionts"', ': pionts: unknown key; did you mean points?'],
      ['"stands"', '"stood"', ': stands: missing'],
      [
        /"at": "#\d+ T1",\n/,
        '"at": "#90000000000 T1",\n',
        ': stands.at: the history ends at #122230, before #90000000000',
      ],
      [
        /"at": "(#\d+) T1",\n/,
        '"at": "$1.7 T1",\n',
        ': stands.at: there is no range operation of more than 7 pages at #',
      ],
      [/"at": "(#\d+) T1",\n/, '"at": "$1 T9",\n', ': stands.at: there is no thread 9 at that position, which has 1'],
      [/"at": "#(\d+) T1",\n/, '"at": "#1$1 T1",\n', ': stands.'],
      [/"at": "(#\d+) T1",\n/, '"at": 9,\n', ': stands.at: 9 is not a place in the history; write as in "#9417 T2"'],
      [/"state": "\w/, '"state": "f', ': the history is not the one that was saved'],
      [
        'break kho_preserved_memory_reserve',
        'break kho_preserved_memory_resreve',
        'points[0].set: break: Function "kho_preserved_memory_resreve" not defined; did you mean kho_preserved_memory_reserve?',
      ],
      [
        '"set": "break kho_preserved_memory_reserve"',
        '"set": "break kho_preserved_memory_reserve", "commands": ["print 1", "save session x"]',
        'points[0].commands[1]: save writes a file, which a list of commands may not do',
      ],
      [
        'break kho_preserved_memory_reserve',
        'save session x',
        'points[0].set: "save" sets no stop point; write one of break, tbreak, watch, rwatch, awatch, catch, dprintf',
      ],
      ['"shipped": "seed-000/', '"shipped": "seed-009/', 'scenario.shipped: no shipped scenario is called "seed-009/'],
      [
        /"shipped": "[^"]*"/,
        '"file": "gone.json"',
        /scenario\.file: the scenario .*gone\.json cannot be read: no such file/.source,
      ],
      [/"sha256": "./, '"sha256": "g', 'is not a SHA-256 sum; write 64 hexadecimal digits'],
      [/"sha256": "....../, '"sha256": "012345', 'has changed: it was saved with sha256 012345'],
      [
        /\{ "end"/,
        '{ "parent": 0, "at": "#3", "thread": 1, "end"',
        'branches[0]: the first branch is the default schedule',
      ],
      [
        /\{ "end": "#\d+" \}/,
        '{ "end": "#9" }, { "parent": 0, "at": "#3", "thread": 2, "end": "#9" }',
        'branches[1]: thread 2 cannot move at #3 of branch 0',
      ],
      [/\n}\n$/, '\n', 'stands where an object ends; close it with }'],
    ];
    for (const [from, to, expected] of cases) {
      const other = changed(file, from, to);
      const why = refusal(other);
      expect(why.startsWith(`${other}:`)).toBe(true);
      expect([to, why]).toEqual([
        to,
        expect.stringMatching(
          expected.includes('.*') ? new RegExp(expected) : expected.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
        ),
      ]);
    }
  });

  test('and other commands say what a session is', async () => {
    const { file } = await saved(SMALL);
    const loaded = loadScenario(file);
    expect(loaded.ok ? [] : loaded.errors).toEqual([
      `${file}: is a saved session, not a scenario; khodbg ${file} opens it`,
    ]);
  });
});

describe('saving', () => {
  test('writes over sessions only, keeps the mode, leaves nothing else behind', async () => {
    const { file, folder, port } = await saved(SMALL);
    chmodSync(file, 0o640);
    await execute(port, 'stepi');
    expect(await execute(port, 'save session')).toBe(`Saved in ${file}; khodbg ${file} opens it.`);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readFileSync(file, 'utf8')).toContain('"at": "#1 T1"');
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    writeFileSync(join(folder, 'newer.json'), '{"khodbg-session": 2}');
    writeFileSync(join(folder, 'empty'), '');
    mkdirSync(join(folder, 'folder'));
    symlinkSync('notes.txt', join(folder, 'link'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    symlinkSync('s.json', join(folder, 'to-session'));
    const before = readdirSync(folder);
    const refusals: readonly (readonly [string, string])[] = [
      ['notes.txt', 'it is there and no session; it is left as it is: write another name'],
      ['empty', 'it is there and no session; it is left as it is: write another name'],
      ['newer.json', 'it is a session that this khodbg cannot read, or of another version than 1; it is left as it is'],
      ['folder', 'it is there, and it is a folder; it is left as it is'],
      ['link', 'it is there and no session; it is left as it is: write another name'],
      ['dangling', 'it is a symbolic link that leads nowhere; remove it first'],
      ['gone/x.json', 'it cannot be written: its folder is not there; nothing is changed'],
      ['notes.txt/x.json', 'it cannot be written: its folder is not there; nothing is changed'],
      [`${'x'.repeat(300)}`, 'it cannot be written: its name is too long; nothing is changed'],
      ['a\0b', 'it cannot be written: its name holds a null byte; nothing is changed'],
    ];
    for (const [name, why] of refusals) {
      const path = join(folder, name);
      const { ok, output } = await port.execute(`save session ${path}`);
      expect([ok, output.join('\n').split(': ').slice(1).join(': ')]).toEqual([false, why]);
    }
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(before);
    await execute(port, 'stepi');
    expect(await execute(port, `save session ${join(folder, 'to-session')}`)).toContain('Saved in');
    expect(readFileSync(file, 'utf8')).toContain('"at": "#2 T1"');
    expect(await execute(port, 'save session')).toContain('to-session');
  });

  test('needs a name the first time', async () => {
    const port = await openPort(SMALL);
    expect(await execute(port, 'save session')).toBe(
      'save: a name is missing: no file holds this session yet; usage: save session [FILE]',
    );
    expect(await execute(port, 'save')).toBe('save: session is missing; usage: save session [FILE]');
  });

  test('is what the user may ask for, and neither a tour nor what comes with a file', async () => {
    const port = await openPort(SMALL);
    const folder = folderWith({});
    for (const by of ['tour', 'file'] as const)
      for (const line of [`save session ${folder}/s.json`, `report ${folder}/r.txt`, `sav session ${folder}/s.json`])
        expect(await port.execute(line, by)).toMatchObject({
          ok: false,
          output: [expect.stringMatching(/^(save|report) writes a file: only you may ask for that, .*; this /)],
        });
    expect((await port.execute('report', 'tour')).ok).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a tour that types it is refused, on the screen and in check', async () => {
    const folder = folderWith({});
    const keys = `:save session ${folder}/s.json\r`;
    const file = join(folder, 'tour.json');
    writeFileSync(file, smallScenario([], {}, { tour: [{ keys, shows: 'only you may ask for', note: 'a trap' }] }));
    expect((await checkScenario(file)).failures).toEqual([]);
    expect(existsSync(join(folder, 's.json'))).toBe(false);
    const loaded = loadScenario(file);
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    const t = mountScreen(new Port(loaded.loaded), { cols: 120, rows: 40 });
    await t.waitFor('(khodbg)');
    await t.press('.');
    await t.waitFor('only you may ask for');
    await t.close();
    // a line that the tour leaves at the prompt stays the tour's
    writeFileSync(file, smallScenario([], {}, { tour: [{ keys: keys.trimEnd(), shows: 'save', note: 'a trap' }] }));
    const again = loadScenario(file);
    if (!again.ok) throw new Error(again.errors.join('\n'));
    const left = mountScreen(new Port(again.loaded), { cols: 120, rows: 40 });
    await left.waitFor('(khodbg)');
    await left.press('.');
    await left.waitFor('save session');
    await left.press('\r');
    await left.waitFor('only you may ask for');
    await left.press(keys);
    await left.waitFor('Saved in');
    await left.close();
    expect(existsSync(join(folder, 's.json'))).toBe(true);
  });
});
