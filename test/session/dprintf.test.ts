// dprintf: prints on the way, forwards and backwards, and what it would have printed before; printf; formats read as gdb does.
import { expect, test } from 'vitest';
import type { Port } from '../../src/session/index.ts';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';
const FREE = 'dprintf deferred_free_pages,"free %lx+%ld\\n",pfn,nr_pages';

test('it prints and goes on, forwards and backwards alike', async () => {
  const port = await openPort(BEFORE);
  expect(await execute(port, 'delete', FREE)).toMatch(/^Dprintf 2: deferred_free_pages at mm\/mm_init\.ts:\d+$/);
  const moved = await port.execute('continue');
  expect(moved.told).toEqual(['64 lines printed, in the log; the last: free 1fc00+1024']);
  const forth = moved.output;
  const printed = forth.filter((line) => line.startsWith('free '));
  expect(printed).toHaveLength(64);
  expect(printed[0]).toBe('free 10000+1024');
  expect(forth.indexOf('free 10000+1024')).toBe(0);
  expect(await execute(port, 'info breakpoints')).toMatch(
    /2 +dprintf +y {4}deferred_free_pages[^\n]*\n {8}printf "free %lx\+%ld\\n",pfn,nr_pages\n\tbreakpoint already hit 64 times$/,
  );
  const back = (await execute(port, 'reverse-continue')).split('\n').filter((line) => line.startsWith('free '));
  expect(back).toEqual([...printed].reverse());
});

test('the history so far is printed when it is made, each row a place to go to, and again by info dprintf', async () => {
  const port = await openPort(BEFORE);
  const made = await execute(port, 'delete', 'seek end', FREE);
  expect(made).toContain('64 executions so far, 64 before now\n… 44 earlier');
  const rows = port.view().results?.rows ?? [];
  expect(rows).toHaveLength(64);
  expect(rows[0]?.text).toMatch(/^#\d+ +T3 pgdatinit0 +free 10000\+1024$/);
  await execute(port, `seek #${rows[0]?.at?.at}`);
  expect(await execute(port, 'print pfn', 'info dprintf')).toContain('= 0x10000\nDprintf 2:');
  expect(await execute(port, 'info dprintf 2')).toContain('64 executions so far, 0 before now\n=> #');
  const some = await execute(port, 'dprintf deferred_free_pages if pfn > 0x1f000,"%#lx",pfn');
  expect(some).toContain('3 executions so far, 0 before now');
});

test('a step onto its place prints once, a step back too, and steps are as long as without it', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'tbreak kho_restore_page', 'continue', 'step');
  const line = port.view().source?.currentLine;
  const there = port.view().position.label;
  await execute(port, 'reverse-step', `dprintf kexec_handover.ts:${line},"came by"`);
  const count = (text: string) => text.split('\n').filter((one) => one === 'came by').length;
  expect(count(await execute(port, 'step'))).toBe(1);
  expect(port.view().position.label).toBe(there);
  expect(count(await execute(port, 'step'))).toBe(0);
  expect(count(await execute(port, 'reverse-step'))).toBe(1);
  expect(port.view().position.label).toBe(there);
});

test('printf: numbers, text, pointers and the flags of a page', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'seek end');
  expect(await execute(port, 'printf "%5d|%-4u|%#x|%o|%c%%\\n",-3,7,255,8,65')).toBe('   -3|7   |0xff|10|A%');
  expect(await execute(port, 'printf "%p %pa\\n%s",page(0x18000),0x1000,page(0x18000)')).toBe(
    '0xffffea0000600000 0x0000000000001000\npage(0x18000)',
  );
  expect(await execute(port, 'printf "%pGp",page(0x10000).flags')).toMatch(/^0x[0-9a-f]+\(.*node=0\|zone=1.*\)$/);
});

/** One session for all that is refused, as that changes nothing. */
let refusing: Promise<Port> | null = null;

test.each([
  ['dprintf', 'a place is missing'],
  ['dprintf mm_core_init', 'Format string required'],
  ['dprintf mm_core_init,fmt', 'Format string required'],
  ['dprintf nope,"x"', 'Function "nope" not defined'],
  ['dprintf mm_core_init,"x', "Bad format string, missing '\"'"],
  ['dprintf mm_core_init,"%d"', 'Wrong number of arguments for specified format-string: 1 wanted, 0 given'],
  ['dprintf mm_core_init,"%q",1', "Unrecognized format specifier 'q' in printf"],
  ['dprintf mm_core_init,"%d",1,', 'an argument is missing between two commas'],
  ['dprintf mm_core_init,"%d",nope', 'No symbol "nope" in current context.'],
  ['dprintf mm_core_init,"%d" 1', "Invalid argument syntax: '1'"],
  ['dprintf mm_core_init if nope,"x"', 'condition: No symbol "nope"'],
  ['printf "%*d",1', "Unrecognized format specifier '*' in printf"],
  ['printf "%"', 'Incomplete format specifier at end of format string'],
  ['printf "\\q"', 'Unrecognized escape character \\q in format string.'],
])('%s is refused', async (command, reason) => {
  refusing ??= openPort(BEFORE);
  const { ok, output } = await (await refusing).execute(command);
  expect(ok).toBe(false);
  expect(output.join('\n')).toContain(reason);
});
