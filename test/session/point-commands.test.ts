// What points do besides stopping, and how they are changed: lists of commands, once and delete, ranges of numbers, conditions.
import { expect, test } from 'vitest';
import { runCommands } from '../../src/line-mode.ts';
import type { Port } from '../../src/session/index.ts';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';

async function atStart(...lines: string[]): Promise<Port> {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', ...lines);
  return port;
}

/** Lines as a script gives them; what it printed and complained. */
async function script(port: Port, text: string): Promise<{ status: number; out: string[]; wrong: string[] }> {
  const [out, wrong]: [string[], string[]] = [[], []];
  const given = text
    .trim()
    .split('\n')
    .map((line, i) => ({ line: line.trim(), origin: `x:${i + 1}` }));
  const print = (list: string[]) => (line: string) => void list.push(line);
  const { status } = await runCommands(port, given, print(out), print(wrong));
  return { status, out, wrong };
}

test('the list of a point is run after its stop, forwards and backwards; silent leaves the stop out', async () => {
  const port = await atStart('break kho_restore_page', 'commands 2 silent; printf "at %x",phys');
  expect(await execute(port, 'continue')).toBe('at 18000000');
  expect(await execute(port, 'seek end', 'reverse-continue')).toMatch(/\nat 18000000$/);
  await execute(port, 'commands 2 print phys', 'seek end');
  expect((await execute(port, 'reverse-continue')).split('\n')).toMatchObject([
    expect.stringContaining('Breakpoint 2, kho_restore_page'),
    expect.stringContaining('#122187'),
    expect.any(String),
    '$1 = 0x18000000',
  ]);
});

test('a list goes on by itself; where that stops, the list of that point is run, and the rest is left out', async () => {
  const port = await atStart('tbreak setup_arch', 'break mm_core_init', 'break kho_memory_init');
  await execute(port, 'commands 3 silent; echo core; continue; echo never', 'commands 4 silent; echo kho');
  expect(await execute(port, 'tbreak memblock_free_all', 'continue', 'continue')).toMatch(/\ncore\nkho$/);
  expect(port.view().stop.lines[0]).toContain('Breakpoint 4');
});

test('a script writes a list on lines of its own, for the last point, for numbers and $bpnum', async () => {
  const port = await atStart();
  const { status, out } = await script(
    port,
    `break mm_core_init
     break kho_restore_page
     commands
     silent
     printf "phys=%lx; %s\\n",phys,"a;b"
     end
     commands 2
     silent
     echo first
     continue
     end
     continue`,
  );
  expect(status).toBe(0);
  expect(out.slice(-2)).toEqual(['first', 'phys=18000000; a;b']);
  expect(await execute(port, 'info breakpoints 3')).toMatch(/\n {8}silent\n {8}printf "phys=%lx; %s\\n",phys,"a;b"$/);
  await script(port, 'commands $bpnum\nend');
  expect(await execute(port, 'info breakpoints 3')).not.toContain('silent');
});

test('a list without its end, and one for a point that is not there, end a script', async () => {
  const open = await script(await atStart('break mm_core_init'), 'commands 2\nprint 1');
  expect(open).toMatchObject({
    status: 2,
    wrong: ['x:2: the list of commands has no end; write end after its last line'],
  });
  const missing = await script(await atStart(), 'commands 9\nprint 1\nend');
  expect(missing).toMatchObject({
    status: 2,
    wrong: [expect.stringContaining('x:1: commands: No breakpoint number 9.')],
  });
});

test('lists that go round for ever are ended by C-c', async () => {
  const port = await atStart('break mm_core_init', 'break kho_memory_init');
  await execute(port, 'commands 2 silent; continue', 'commands 3 silent; reverse-continue');
  const running = port.execute('continue');
  await new Promise((resolve) => setTimeout(resolve, 50));
  port.interrupt();
  const { output } = await running;
  expect(output.join('\n')).toContain('interrupted');
});

/** One session for all that is refused, as that changes nothing. */
let refusing: Promise<Port> | null = null;

test.each([
  ['commands 2', 'the list is missing; on one line: commands 2 silent; print pfn; continue'],
  ['commands 2 prnt x', 'Undefined command: "prnt"'],
  ['commands 2 print 1; silent', 'silent stands first'],
  ['commands 2 commands 2 print 1', 'a list has no list of its own'],
  ['commands 7 print 1', 'No breakpoint number 7.'],
  ['delete 2-', "'2-' is not a breakpoint number"],
  ['delete 3-2', 'the range 3-2 is the wrong way round'],
  ['enable once', 'a number is missing'],
  ['enable count 0 2', 'a count and numbers are expected'],
  ['ignore 2', 'a number and a count are expected'],
  ['condition', 'a number is missing'],
])('%s is refused', async (command, reason) => {
  refusing ??= atStart('break mm_core_init');
  const { ok, output } = await (await refusing).execute(command);
  expect(ok).toBe(false);
  expect(output.join('\n')).toContain(reason);
});

test('commands completes with commands and numbers', async () => {
  const port = await atStart('break mm_core_init');
  expect(port.complete('commands 2 sil').words).toEqual(['silent']);
  expect(port.complete('commands 2 silent; backt').words).toEqual(['backtrace']);
  expect(port.complete('commands ').words).toContain('2');
});

test('enable once, count and delete say what becomes of a point after its stops', async () => {
  const port = await atStart('break deferred_free_pages', 'enable once 2', 'continue');
  expect(await execute(port, 'info breakpoints')).toMatch(/\n2 .* n {4}deferred_free_pages/);
  expect(await execute(port, 'enable count 2 2', 'info breakpoints')).toContain('disabled after 2 stops more');
  await execute(port, 'continue 2');
  expect(port.view().stop.lines[0]).toContain('Breakpoint 2');
  expect(await execute(port, 'continue')).toContain('end of boot');
  await execute(port, 'run', 'enable delete 2', 'continue');
  expect(await execute(port, 'info breakpoints')).toBe('No breakpoints, watchpoints or catchpoints.');
});

test('numbers are ranges as well; info breakpoints and info watchpoints take them', async () => {
  const port = await atStart(
    'break mm_core_init',
    'watch node(0).first_deferred_pfn',
    'break setup_arch',
    'break kho_init',
  );
  expect((await execute(port, 'info breakpoints 2-3')).split('\n')).toHaveLength(3);
  expect(await execute(port, 'info watchpoints')).toMatch(/^Num .*\n3 +hw watchpoint [^\n]*$/);
  await execute(port, 'delete 3-4');
  expect((await execute(port, 'info breakpoints')).match(/^\d+/gm)).toEqual(['2', '5']);
});

test('a step that a passed watch ends at the same place ends there', async () => {
  const watched = await atStart('watch node(0).first_deferred_pfn', 'continue', 'reverse-step');
  await execute(watched, 'ignore 2 1', 'step');
  const plain = await atStart(`seek ${watched.view().position.label}`, 'reverse-step', 'step');
  expect(watched.view().position.label).toBe(plain.view().position.label);
});
