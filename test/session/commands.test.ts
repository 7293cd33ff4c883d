// Commands through the port, without a screen: where one stands after them, and what takes a movement back.
import { describe, expect, test } from 'vitest';
import { loadScenarioText, type Port, runReport } from '../../src/session/index.ts';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';
const at = (port: Port) => port.view().position.label;

describe('counted movements', () => {
  test('stepi N stops at the points on its way', async () => {
    const port = await openPort(BEFORE);
    await execute(port, 'break kho_preserved_memory_reserve', 'seek #7300', 'stepi 500');
    expect(port.view().stop.lines[0]).toContain('Breakpoint 2, kho_preserved_memory_reserve');
  });

  test.each(['stepi 100', 'next 5', 'step 20', 'reverse-stepi 50', 'nexti 7'])(
    '%s is taken back as a whole by undo-move and by back',
    async (command) => {
      const port = await openPort(BEFORE);
      await execute(port, 'delete', 'seek #7000', command);
      const there = at(port);
      expect(there).not.toBe('#7000');
      await execute(port, 'undo-move');
      expect(at(port)).toBe('#7000');
      await execute(port, 'forward');
      await execute(port, `seek ${there}`, 'back');
      expect(at(port)).toBe('#7000');
    },
  );

  test('a long one can be interrupted', async () => {
    const port = await openPort('two-nodes');
    const running = port.execute('step 200000');
    await new Promise((resolve) => setTimeout(resolve, 30));
    port.interrupt();
    expect((await running).ok).toBe(true);
    expect(port.view().stop.kind).toBe('interrupted');
  });
});

test('a seek that is interrupted says that and no more', async () => {
  const port = await openPort('two-nodes');
  const running = port.execute('seek end');
  await new Promise((resolve) => setTimeout(resolve, 30));
  port.interrupt();
  expect(await running).toMatchObject({ ok: false, output: ['interrupted'] });
});

describe('stops', () => {
  test('a breakpoint where a watch stops is told of in the same stop', async () => {
    const port = await openPort(BEFORE);
    await execute(port, 'delete', 'watch node(0).first_deferred_pfn', 'continue');
    const { file, currentLine } = port.view().source ?? { file: '', currentLine: 0 };
    await execute(port, `break ${file}:${currentLine}`, 'run', 'continue');
    const lines = port.view().stop.lines.join('\n');
    expect(lines).toContain('Hardware watchpoint 2');
    expect(lines).toContain('Breakpoint 3');
  });

  test('a step that leads to where a point stops is told of and counted, as backwards', async () => {
    const port = await openPort(BEFORE);
    await execute(port, 'delete', 'tbreak kho_restore_page', 'continue', 'next');
    const { file, currentLine } = port.view().source ?? { file: '', currentLine: 0 };
    await execute(port, 'reverse-next', `break ${file}:${currentLine}`, 'next');
    expect(port.view().stop.lines[0]).toContain('Breakpoint 3, kho_restore_page');
    await execute(port, 'next', 'reverse-next');
    expect(await execute(port, 'info breakpoints')).toContain('already hit 2 times');
    await execute(port, 'reverse-next', 'condition 3 phys == 0', 'next');
    expect(port.view().stop.kind).toBe('step');
  });

  test('stepping does not go past a catchpoint unseen', async () => {
    const port = await openPort(BEFORE);
    await execute(port, 'continue');
    const there = at(port);
    await execute(port, 'reverse-step', 'step');
    expect([at(port), port.view().stop.kind]).toEqual([there, 'catchpoint']);
  });

  test('a catchpoint that is typed twice is one', async () => {
    const port = await openPort(BEFORE);
    expect(await execute(port, 'catch uninit')).toBe('Catchpoint 1 (uninit) is set already');
  });

  test.each([
    ['watch page(0x18000).nope', "struct page has no member named 'nope'"],
    ['watch 3', 'never changes'],
    ['watch page 0x999999999', 'is outside the machine'],
    ['break memmap_init if $_step > 5', '$_step is where you stand now'],
    ['print zone(0, 99).managed_pages', 'there is no zone(0, 99)'],
    ['list 10,5', 'line 5 comes before line 10'],
    ['branch 7', "no branch '7'"],
  ])('%s is refused', async (command, reason) => {
    const port = await openPort(BEFORE);
    const result = await port.execute(command);
    expect(result.ok).toBe(false);
    expect(result.output.join('\n')).toContain(reason);
  });
});

describe('branches', () => {
  test('another thread first is a new branch; the old one and its marks stay', async () => {
    const port = await openPort('two-nodes');
    await execute(port, 'break padata_do_multithreaded', 'continue');
    const stopped = at(port);
    await execute(port, 'schedule next 4');
    expect(await execute(port, 'info branches')).toContain('* 1');
    await execute(port, 'next', 'prev-mark');
    expect(at(port)).toBe(stopped);
    await execute(port, 'branch 0', 'when');
    expect(at(port)).toBe(stopped);
  });

  test('scheduler-locking keeps the other threads where they are', async () => {
    const port = await openPort('two-nodes');
    await execute(port, 'tbreak padata_do_multithreaded', 'continue', 'set scheduler-locking on', 'thread 4');
    const third = () => port.view().threads[2]?.where;
    const before = third();
    await execute(port, 'next', 'next', 'next');
    expect(third()).toBe(before);
    expect(port.view().thread?.name).toBe('pgdatinit1');
  });
});

describe('expectations', () => {
  const scenario = JSON.stringify({
    format: 1,
    title: 'small',
    about: 'a small machine',
    machine: { memory: [{ start: '0x0', size: '128M', node: 0, type: 'ram' }], nodes: [{ node: 0, cpus: 1 }] },
    boots: [
      { handover: { scratch: [{ start: '64M', size: '4M' }], preserved: [], radixNodes: '0x5000000' } },
      { kernel: 'v7.3', config: {}, cmdline: 'kho=on', earlyAllocations: 'none', actors: [] },
    ],
    expect: [{ stop: 'catch stage if 1 == 1', times: 15 }],
    stops: ['catch stage if 1 == 1'],
  });

  test('an expectation may repeat a stop of the scenario, condition and all', () => {
    const loaded = loadScenarioText('small.json', scenario);
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    const result = runReport(loaded.loaded);
    if (!result.ok) throw new Error(result.errors.join('\n'));
    expect(result.report.boots[1]?.stops).toHaveLength(15);
    expect(result.report.expect).toEqual([{ what: 'catch stage if 1 == 1: 15 times', ok: true }]);
  });
});

test('a word after a command that takes none is refused, and nothing moves', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'seek #7000');
  const answer = await port.execute('start 2');
  expect(answer).toMatchObject({ ok: false, output: ["start: '2' is not expected; usage: start"] });
  expect(at(port)).toBe('#7000');
});

describe('over several boots', () => {
  test('boot1:end is the last position before the kexec, boot2:start the first after it', async () => {
    const port = await openPort('old-kernel/unpreserve');
    const end = await execute(port, 'seek boot1:end');
    expect(end).toContain('machine_kexec();');
    const start = await execute(port, 'seek boot2:start');
    expect(start).toContain('start_kernel () at init/main.ts');
    const number = (text: string) => Number(/^#(\d+)/m.exec(text)?.[1]);
    expect(number(start)).toBe(number(end) + 1);
    expect(await execute(port, 'seek boot2:end')).toContain('has returned');
    expect(await execute(port, 'seek boot3:end')).toContain('boot 3 is not reached');
  });

  test('a place is told in the text of the kernel that runs there', async () => {
    const port = await openPort('seed-002/early-free-drained-before');
    const there = await execute(port, 'seek boot2:end', 'seek boot3:end');
    await execute(port, 'seek boot2:end');
    expect(there).toContain('__add_to_free_list(half, zone, high, mt, false);');
    const files = port.session.loaded.boots.at(-1)?.kernel.files ?? {};
    const line = Number(/page_alloc\.ts:(\d+)\n/.exec(there)?.[1]);
    expect((files['mm/page_alloc.ts'] ?? '').split('\n')[line - 1]).toContain('__add_to_free_list(half');
  });
});

test.each(['lines __free_one_page 100000', 'info invariants'])('%s is interrupted before it is done', async (line) => {
  const port = await openPort('two-nodes');
  await execute(port, 'seek end');
  const running = port.execute(line);
  await new Promise((resolve) => setTimeout(resolve, 30));
  port.interrupt();
  expect(await running).toMatchObject({ ok: false, output: ['interrupted'] });
});
