// display: shown now and after every stop where it has a meaning, listed, switched off, taken away, and in the watch pane.
import { expect, test } from 'vitest';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';

test('an expression is shown now and after every stop, in its format', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'tbreak kho_restore_page', 'continue');
  expect(await execute(port, 'display/x phys')).toBe('1: /x phys = 0x18000000');
  expect(await execute(port, 'display node(0).first_deferred_pfn')).toBe('2: node(0).first_deferred_pfn = ULONG_MAX');
  expect((await execute(port, 'step')).split('\n').slice(-2)).toEqual([
    '1: /x phys = 0x18000000',
    '2: node(0).first_deferred_pfn = ULONG_MAX',
  ]);
  expect(await execute(port, 'print phys', 'up')).not.toContain('1: /x');
  expect(await execute(port, 'display')).toBe('2: node(0).first_deferred_pfn = ULONG_MAX');
});

test('a local is shown in its function only; a value that cannot be read is an error in its line', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'tbreak kho_restore_page', 'continue', 'display phys', 'display page(0x18000).flags');
  const away = await execute(port, 'finish');
  expect(away).not.toContain('1: phys');
  expect(await execute(port, 'info display')).toMatch(
    /^Auto-display expressions now in effect:\nNum Enb Expression\n1: {3}y {2}phys\n +cannot be evaluated in the current context: it is of kho_restore_page\(\)\n2: {3}y {2}page\(0x18000\)\.flags$/,
  );
  expect(await execute(port, 'seek start')).toMatch(/\n2: page\(0x18000\)\.flags = <error: .+>$/);
});

test('undisplay, delete display, disable and enable display take numbers and ranges', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'display 1', 'display 2', 'display 3', 'display 4', 'disable display 2');
  expect((await execute(port, 'seek #5')).split('\n').slice(-3)).toEqual(['1: 1 = 1', '3: 3 = 3', '4: 4 = 4']);
  expect(await execute(port, 'info display')).toContain('2:   n  2');
  await execute(port, 'enable display 2', 'undisplay 3-4', 'delete display 1');
  expect(await execute(port, 'display')).toBe('2: 2 = 2');
  expect(await execute(port, 'undisplay', 'info display')).toBe('There are no auto-display expressions now.');
  expect(await execute(port, 'undisplay 2')).toBe(
    'undisplay: No display number 2. usage: undisplay [NUMBER… | FIRST-LAST]',
  );
});

test.each([
  ['display nope', 'No symbol "nope" in current context.'],
  ['display/q 1', 'no format /q'],
  ['display/2x 1', 'no format /2x'],
  ['display/', 'no format /'],
  ['display/x', 'an expression is missing'],
])('%s is refused', async (command, reason) => {
  const port = await openPort(BEFORE);
  const { ok, output } = await port.execute(command);
  expect(ok).toBe(false);
  expect(output.join('\n')).toContain(reason);
  expect(port.session.state.displays).toEqual([]);
});

test('the watch pane has them beside the watches, with what they were', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'display node(0).first_deferred_pfn', 'seek memmap_init', 'seek end');
  expect(port.view().watches).toEqual([
    {
      number: 1,
      display: true,
      expression: 'node(0).first_deferred_pfn',
      value: 'ULONG_MAX',
      was: '0x10000',
      details: [],
      enabled: true,
    },
  ]);
});
