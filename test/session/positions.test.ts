// Positions as they are typed, wherever one is asked for: numbers, shares, stages, checkpoints, marks, faults, values; back and
// forward by several.
import { expect, test } from 'vitest';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';
const at = (text: string) => /#[\d.]+/.exec(text)?.[0];

test('a checkpoint is a position by number and by note, with its thread and frame', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'continue', 'up', 'checkpoint the magic is about to be written', 'checkpoint twice');
  await execute(port, 'seek end', 'checkpoint twice', 'seek start');
  for (const word of [
    'cp1',
    'checkpoint 1',
    'the magic is about to be written',
    '"the magic is about to be written"',
  ]) {
    expect(await execute(port, 'seek 0', `seek ${word}`), word).toMatch(/#7523 {2}T1 swapper/);
    expect(port.view().stack.findIndex((frame) => frame.selected)).toBe(1);
  }
  expect(await execute(port, 'diff cp1 checkpoint 3')).toMatch(/^#7523 .* → #122230 /);
  expect(await execute(port, 'restart the magic is about to be written')).toContain('#7523');
  expect(await execute(port, 'run #7000', 'run cp1')).toMatch(/^#7000[\s\S]*\n#7523/);
  expect(await execute(port, 'seek twice')).toContain('several checkpoints have that note: cp2, cp3');
  expect(await execute(port, 'seek "none"')).toContain('no checkpoint has the note "none"');
  expect(await execute(port, 'seek cp9')).toContain('No checkpoint number 9.');
});

test('what stopped is a mark with a number that stays, listed as rows to jump to', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'tbreak memblock_free_all', 'continue', 'run', 'tbreak kho_memory_init', 'continue');
  const list = await execute(port, 'info marks');
  expect(list).toMatch(/^#\d+ +mark2 .*kho_memory_init[^\n]*\n#\d+ +mark1 .*memblock_free_all/);
  expect(port.view().results?.rows.map((row) => `#${row.at?.at}`)).toEqual(list.match(/^#\d+/gm));
  expect(at(await execute(port, 'seek mark1'))).toBe(list.match(/#\d+/g)?.[1]);
  expect(await execute(port, 'seek mark 7')).toContain('no mark 7 in branch 0; info marks lists them');
});

test('a fault is run to', async () => {
  const port = await openPort('family/grow-past-end-before');
  await execute(port, 'delete', 'seek fault');
  expect(port.view().threads.some(({ state }) => state === '!')).toBe(true);
  expect(await execute(port, 'info marks')).toMatch(/ fault1 /);
  expect(await execute(port, 'seek fault2')).toContain('there is no fault 2');
});

test('a note that is a position by itself does not hide that; one with a colon is no branch', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'seek kho_memory_init');
  const stage = port.view().position.label;
  await execute(port, 'seek #5', 'checkpoint kho_memory_init', 'checkpoint later: look here', 'seek start');
  expect(at(await execute(port, 'seek kho_memory_init'))).toBe(stage);
  expect(at(await execute(port, 'seek "kho_memory_init"'))).toBe('#5');
  expect(
    at(await execute(port, 'seek start', 'seek later: look here').then((text) => text.split('\n').at(-2) ?? '')),
  ).toBe('#5');
});

test('a value is a position when it is a whole number', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'print 7000', 'print page(0x18000)');
  expect(at(await execute(port, 'seek $1'))).toBe('#7000');
  expect(at(await execute(port, 'seek $_step + 23'))).toBe('#7023');
  expect(await execute(port, 'seek $2')).toContain('$2 is page(0x18000), which is no position');
  expect(await execute(port, 'seek $9')).toContain('No symbol "$9"');
});

test('what is no position is refused with what may be written, and completes', async () => {
  const port = await openPort(BEFORE);
  const wrong = (await port.execute('seek kho_memory_int')).output[0];
  expect(wrong).toContain("'kho_memory_int' is no position; write #N, ");
  expect(wrong).toContain('did you mean kho_memory_init');
  await execute(port, 'checkpoint here', 'tbreak setup_arch', 'continue');
  expect(port.complete('seek cp').words).toEqual(['cp1']);
  expect(port.complete('run mar').words).toEqual(['mark1', 'mark2']);
  expect(port.complete('restart he').words).toEqual(['here']);
});

test('back and forward take a count, and info history says which leads where', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'seek #100', 'seek #200', 'seek #300');
  expect(await execute(port, 'info history')).toMatch(/ {2}back 3 +#0 [\s\S]*back 1 +#200 .*\n\* here +#300 /);
  expect(at(await execute(port, 'back 2'))).toBe('#100');
  expect(await execute(port, 'info history')).toMatch(/\* here +#100 .*\n {2}forward 1 +#200 .*\n {2}forward 2 +#300 /);
  expect(port.view().results?.rows.map((row) => row.at?.at)).toEqual([0, 100, 200, 300]);
  expect(at(await execute(port, 'forward 2'))).toBe('#300');
  expect(at(await execute(port, 'back 99'))).toBe('#0');
  expect(await execute(port, 'back')).toContain('nothing to go back to');
  expect(await execute(port, 'forward 0')).toContain("'0' is not a count; usage: forward [COUNT]");
});

test('until, advance and reverse-until go to a position, and stop on the way', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'checkpoint', 'break kho_preserved_memory_reserve', 'seek #7300');
  expect(await execute(port, 'advance #7520')).toContain('Breakpoint 2, kho_preserved_memory_reserve');
  expect(at(await execute(port, 'delete', 'until #7530'))).toBe('#7530');
  expect(at(await execute(port, 'reverse-until cp1'))).toBe('#0');
  expect(await execute(port, 'reverse-until #9')).toContain('#9 does not lie behind; seek goes there');
  expect(await execute(port, 'until #999999')).toContain('lies after the end');
});
