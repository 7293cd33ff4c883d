// The memmap as a session shows it: which part, which letters, what changed since a mark; against a look at each page.
import { describe, expect, test } from 'vitest';
import { runGet, samePage } from '../../src/machine/index.ts';
import { loadScenarioText, type MemmapView, Port } from '../../src/session/index.ts';
import { execute, openPort } from '../support/open.ts';
import { smallScenario } from '../support/small.ts';

const rowOf = (map: MemmapView, name: string): string => map.rows.find((row) => row.name === name)?.cells ?? '';

const at = (per: number | null, from: number | null, page: number | null) => ({ per, from, at: page });

/** What changed on a page since the position of a mark, by a look at the page in both machines. */
function pageChange(port: Port, mark: number, pfn: number): string {
  const { session } = port;
  const [was, now] = [mark, session.state.cursor.at.at].map((n) => {
    const state = session.time.stateAt(0, { at: n, sub: 0 });
    if (state === null) throw new Error(`no state at #${n}`);
    return state.machine;
  });
  if (was === undefined || now === undefined) throw new Error('no machine');
  const [x, y] = [was, now].map((m) => {
    const page = runGet(m.memmap, pfn);
    if (page === null) return 'none';
    if (runGet(m.inits, pfn) === 0) return 'uninit';
    return page._refcount === 0 ? 'B' : '+';
  });
  if (x !== y) return y ?? '';
  const type = Math.floor(pfn / 512);
  if (runGet(was.pageblocks, type) !== runGet(now.pageblocks, type)) return 't';
  const pages = [runGet(was.memmap, pfn), runGet(now.memmap, pfn)] as const;
  return pages[0] === null || pages[1] === null || samePage(pages[0], pages[1]) ? '.' : 'w';
}

describe('a part of the memmap', () => {
  test('is a letter for each page at last, the same as of larger cells that are not mixed', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    await execute(port, 'seek memblock_free_all');
    const view = port.view();
    const whole = view.memmap(64);
    expect(whole).toMatchObject({ start: 0, end: 0x20000, pagesPerCell: 2048, whole: true });
    const states = rowOf(whole, 'state');
    for (const cell of [0, 31, 32, states.indexOf('*')]) {
      const start = cell * 2048;
      const pages = Array.from({ length: 2048 / 64 }, (_, i) =>
        rowOf(view.memmap(64, at(1, start + i * 64, start + i * 64)), 'state'),
      ).join('');
      expect(pages).toHaveLength(2048);
      expect(new Set(pages).size === 1 ? pages[0] : '*').toBe(states[cell]);
    }
  });

  test('has the cursor in it, begins at round numbers, ends with the machine', async () => {
    const port = await openPort('two-nodes');
    await execute(port, 'seek memblock_free_all');
    const view = port.view();
    const zones = view.memmap(64, at(16, null, 0x28005));
    expect(zones).toMatchObject({ start: 0x28000, end: 0x28400, pagesPerCell: 16, whole: false, at: 0x28005 });
    expect(zones.cursor).toBe(0);
    expect(zones.nodes).toBe('node 1 DMA32');
    expect(view.memmap(64, at(16, 0x28100, 0x28005)).start).toBe(0x28000);
    expect(view.memmap(64, at(16, 0x27f00, 0x28005))).toMatchObject({ start: 0x27f00, nodes: 'nodes 0 1' });
    const last = view.memmap(64, at(16, null, 0x7ffffff));
    expect(last).toMatchObject({ start: 0x4fc00, end: 0x50000, at: 0x4ffff, cursor: 63 });
    expect(view.memmap(64, at(2 ** 30, 7, 9))).toMatchObject({ whole: true, start: 0, at: 9 });
  });

  test('pageblocks show the block of the cursor', async () => {
    const port = await openPort('two-nodes');
    const blocks = port.view().pageblocks(32, 2, at(1, null, 0x28005));
    expect(blocks.cursor).toBe(0x140);
    expect(blocks.rows.map((row) => row.first)).toEqual([0x120, 0x140]);
    expect(port.view().pageblocks(32, 2).cursor).toBe(-1);
  });
});

describe('what changed since a mark', () => {
  test('is the same as page by page, at any size of a cell', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    await execute(port, 'seek kho_memory_init');
    const mark = port.view().position.at;
    await execute(port, 'memmap since here', 'seek deferred');
    const view = port.view();
    for (const start of [0, 0x1000, 0x4000, 0x10000 - 32, 0x18000 - 32]) {
      const cells = rowOf(view.memmap(64, at(1, start, start)), 'since');
      const pages = Array.from({ length: 64 }, (_, i) => pageChange(port, mark, start + i));
      // the head of the line is what the test knows; where memblock changed no page did
      expect([...cells].map((letter) => (letter === 'm' ? '.' : letter)).join('')).toBe(pages.join(''));
    }
    const coarse = rowOf(view.memmap(64), 'since');
    for (const [i, letter] of [...coarse].entries()) {
      const fine = rowOf(view.memmap(2048, at(1, i * 2048, i * 2048)), 'since');
      const states = new Set([...fine].filter((one) => !'.wtm'.includes(one)));
      expect(letter).toBe(states.size === 0 ? letter : states.size > 1 ? '*' : [...states][0]);
      if (states.size === 0) expect('.wtm').toContain(letter);
    }
  });

  test('goes with the last stop, a checkpoint, a position; what is said of a cell counts pages', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    await execute(port, 'seek memmap_init', 'checkpoint pages', 'seek kho_memory_init', 'seek deferred');
    expect(port.view().memmap(64).since).toBe(`last stop ${/#\d+/.exec(await execute(port, 'diff'))?.[0]}`);
    await execute(port, 'memmap since checkpoint 1');
    const map = port.view().memmap(64, at(512, 0x8000, 0x8000));
    expect(map.since).toMatch(/^#\d+ \(checkpoint 1\)$/);
    expect(port.view().memmapCell(64, at(512, 0x8000, 0x8000))).toEqual({
      now: '512 buddy  mt M',
      since: '512 init → buddy',
    });
    // deferred pages: not initialised at the checkpoint, their types were never written
    expect(port.view().memmapCell(64, at(512, 0x12000, 0x12000))).toEqual({
      now: '512 buddy  mt M',
      since: '512 uninit → buddy, 1 block · → M',
    });
    expect(await execute(port, 'memmap since kho_memory_init')).toMatch(/from #\d+ \(kho_memory_init\) on/);
    expect(port.view().memmapCell(64, at(512, 0x8000, 0x8000))?.since).toBe('512 init → buddy');
    await execute(port, 'memmap since here');
    expect(rowOf(port.view().memmap(64), 'since')).toBe('.'.repeat(64));
    expect(port.view().memmapCell(64, at(512, 0x8000, 0x8000))?.since).toBe('');
  });

  test('what cannot be is refused', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    expect(await execute(port, 'memmap since checkpoint 3')).toBe('No checkpoint number 3.');
    expect(await execute(port, 'memmap since nowhere')).toContain('is no position');
    expect(await execute(port, 'memmap since')).toContain('since when?');
    expect(await execute(port, 'memmap 0..0x900000')).toContain('outside the machine, which is 0x0..0x20000');
    expect(await execute(port, 'memmap here')).toContain('is not a pfn');
    expect(port.session.state.memmapSince).toBeNull();
  });
});

test('the command prints a part as wide as a mail', async () => {
  const port = await openPort('seed-000/uninit-boundary-before');
  await execute(port, 'seek memblock_free_all');
  const lines = (await execute(port, 'memmap 0x8000..0x8400')).split('\n');
  expect(lines[0]).toBe('node 0 DMA32  0x8000..0x8400  1 cell = 16 pages');
  expect(lines[2]).toBe(`state ${'B'.repeat(64)}`);
  const result = await port.execute('memmap 0x8000..0x8400');
  expect(result.look).toEqual({ start: 0x8000, end: 0x8400, instead: true });
  expect((await port.execute('memmap')).look).toBeUndefined();
});

test('a hole between nodes is shown as one, and the cursor goes through it', async () => {
  const machine = {
    memory: [
      { start: '0x0', size: '256M', node: 0 },
      { start: '1G', size: '128M', node: 1 },
      { start: '2G', size: '128M', node: 0 },
    ],
    nodes: [
      { node: 0, cpus: 1 },
      { node: 1, cpus: 1 },
    ],
    fill: 'zero',
  };
  const loaded = loadScenarioText('holes.json', smallScenario([], {}, { machine }));
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  const port = new Port(loaded.loaded);
  const firmware = port.view().memmap(64);
  expect(firmware).toMatchObject({ start: 0, end: 0x88000, nodes: 'nodes 0 1' });
  await execute(port, 'seek memblock_free_all');
  const view = port.view();
  const whole = view.memmap(64);
  const cell = (page: number) => Math.floor(page / whole.pagesPerCell);
  for (const name of ['state', 'mt', 'mblk']) {
    const row = rowOf(whole, name);
    for (const page of [0x10000 + whole.pagesPerCell, 0x30000, 0x60000]) expect('n ').toContain(row[cell(page)]);
    for (const page of [0x4000, 0x42000, 0x82000]) expect('n ').not.toContain(row[cell(page)]);
  }
  expect(view.memmap(64, at(64, null, 0x30000))).toMatchObject({ start: 0x30000, nodes: 'no memory' });
  expect(view.memmapCell(64, at(64, null, 0x30000))).toEqual({ now: '64 no struct page', since: '' });
  expect(view.memmap(64, at(1, null, 0x40000)).nodes).toBe('node 1 DMA32');
  expect(rowOf(view.memmap(64, at(1, 0x40000 - 32, 0x40000)), 'state')).toMatch(/^n{32}[^n]{32}$/);
});
