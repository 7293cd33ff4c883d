// What the panes that are called up show: radix trees, scratch, FDT, console. On a whole boot, and on machines made by hand.

import { describe, expect, test } from 'vitest';
import {
  type Machine,
  makeConfig,
  makeMachine,
  memblock_add_node,
  memblock_mark_kho_scratch,
  putRow,
  runSet,
  withWord,
  ZERO_PAGE,
} from '../../src/machine/index.ts';
import { loadScenarioText, Port } from '../../src/session/index.ts';
import { radixItems, radixLines, radixTree } from '../../src/session/views/radix.ts';
import { scratchLines, scratchView } from '../../src/session/views/scratch.ts';
import { execute, openPort } from '../support/open.ts';

const MIB = 2 ** 20;

/** A machine of `mib` MiB on one node, all of it memory of memblock. */
function machineOf(mib: number, scratch: readonly { start: number; size: number }[]): Machine {
  const memory = [{ start: 0, size: mib * MIB, node: 0, type: 'ram' as const }];
  const handover = {
    scratch,
    preserved: [],
    radixRoot: 0x5000000,
    scratchArray: null,
    nrScratch: scratch.length,
    fdt: null,
  };
  const m = makeMachine(makeConfig({ CONFIG_HUGETLB_PAGE: true }, 'zero', ''), {
    memory,
    nodes: [{ node: 0, cpus: 1 }],
    handover,
    reserved: [],
    early: [],
    placements: {},
    outgoing: true,
    left: null,
  });
  return { ...m, memblock: memblock_add_node(m.memblock, 0, mib * MIB, 0, 0).memblock };
}

describe('radix', () => {
  test('each block that was handed over is a key, and says what became of it', async () => {
    const port = await openPort('two-nodes');
    const lines = async () => (await execute(port, 'info radix in')).split('\n').filter((line) => /phys/.test(line));
    expect(await lines()).toHaveLength(6);
    expect((await lines()).every((line) => line.includes('no struct page'))).toBe(true);
    await execute(port, 'seek memmap_init');
    expect((await lines()).join('\n')).toMatch(/order 4 {2}pfn 0x8010..0x8020 {2}initialised, not taken over yet/);
    expect((await lines()).join('\n')).toMatch(/order 0 {2}pfn 0x18000 {2}uninitialised, not taken over yet/);
    await execute(port, 'seek kho_memory_init');
    expect((await lines()).join('\n')).toMatch(/order 9 {2}pfn 0x38000..0x38200 {2}initialised, magic KHOP order 9/);
    await execute(port, 'seek end');
    expect((await lines()).every((line) => line.includes('initialised, no magic: restored'))).toBe(true);
    expect(await execute(port, 'info radix out')).toBe('no outgoing radix tree');
    expect(await execute(port, 'info radix up')).toContain("'up': in or out");
  }, 60000);

  test('a block whose page was never initialised, in a kernel without the fix', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    await execute(port, 'seek kho_memory_init');
    expect(await execute(port, 'info radix')).toContain('pfn 0x18000  uninitialised, magic KHOP order 0');
  });

  test('closed rows count what lies below; rows are made for the window only', async () => {
    const port = await openPort('two-nodes');
    const all = port.view().radix(['in', 'in/000'], 0, 100);
    expect(all.rows.map((row) => `${row.depth} ${row.narrow}`)).toEqual([
      '0 in L5 0x5000000 6 keys 0x8010000..0x48010000',
      '1 000 L4 0x5001000 4 keys 0x8010000..0x48010000',
      '2 002 L3 0x500b000 1 key 0x38000000..0x38200000',
      '2 040 L3 0x5002000 1 key 0x8010000..0x8020000',
      '2 080 L3 0x5014000 1 key 0x48008000..0x48010000',
      '2 100 L3 0x5010000 1 key 0x48004000..0x48008000',
      '1 002 L4 0x5006000 2 keys 0x18000000..0x48004000',
    ]);
    expect(all.rows[2]?.opens).toEqual([
      'in/000/002',
      'in/000/002/000',
      'in/000/002/000/000',
      'in/000/002/000/000/000',
    ]);
    const part = port.view().radix(['in', 'in/000'], 99, 3);
    expect([part.first, part.total, part.rows.length]).toEqual([4, 7, 3]);
  });

  test('a leaf of several words, an outgoing tree beside the one that came in', () => {
    const bare = machineOf(256, []);
    let { phys } = bare;
    const put = (pfn: number, index: number, word: bigint) => {
      phys = runSet(phys, pfn, pfn + 1, withWord(ZERO_PAGE, index, word));
    };
    // order 0: bit 52 of the key is bit 1 of the index into the table of level 5, whose slots are bits 51 to 59
    for (const [level, pfn] of [0x6000, 0x6001, 0x6002, 0x6003, 0x6004].entries())
      put(pfn, level === 0 ? 2 : 0, BigInt(pfn + 1) << 12n);
    phys = runSet(phys, 0x6005, 0x6006, withWord(withWord(ZERO_PAGE, 0, 0b101n), 511, 1n << 63n));
    const m = { ...bare, phys, table: putRow(bare.table, 'kho_radix_tree', 'kho_out', { root: 0x6000000 }) };
    const tree = radixTree(m, 'out');
    expect(tree).toMatchObject({ keys: 3, start: 0, end: 0x8000000, orders: [0, 0] });
    const keys = tree === null ? [] : radixItems(m, tree, () => true).flatMap(({ key }) => key ?? []);
    expect(keys).toEqual([1n << 52n, (1n << 52n) | 2n, (1n << 52n) | 0x7fffn]);
    const text = radixLines(m, '');
    expect(text[0]).toBe('KHO radix tree (in), root L5 0x5000000: 0 keys, 1 page');
    expect(text).toContain('KHO radix tree (out), root L5 0x6000000: 3 keys, 6 pages');
  });

  test('a tree that points at itself is followed so far and no further', () => {
    const bare = machineOf(256, []);
    let page = ZERO_PAGE;
    for (let i = 0; i < 512; i++) page = withWord(page, i, 0x5000000n);
    const tree = radixTree({ ...bare, phys: runSet(bare.phys, 0x5000, 0x5001, page) }, 'in');
    expect(tree?.address).toBe(0x5000000);
  });
});

describe('scratch', () => {
  test('areas become CMA, free and initialised; on the way each figure is there', async () => {
    const port = await openPort('two-nodes');
    expect(await execute(port, 'info scratch')).toMatch(/^0 .* 4 MiB {2}0 of 2 .*0 of 1024 .*array only$/m);
    await execute(port, 'seek end');
    const end = await execute(port, 'info scratch');
    expect(end.match(/4 MiB {2}2 of 2 +1024 of 1024 +all +KHO_SCRATCH$/gm)).toHaveLength(2);
    expect(end).toContain('no extended scratch');
  }, 60000);

  test('three areas on one node have names; marked memory beside them is extended scratch', () => {
    const areas = [16, 32, 64].map((at) => ({ start: at * MIB, size: 4 * MIB }));
    let m = machineOf(256, areas);
    m = { ...m, memblock: memblock_mark_kho_scratch(m.memblock, 16 * MIB, 6 * MIB).memblock };
    m = { ...m, memblock: memblock_mark_kho_scratch(m.memblock, 62 * MIB, 4 * MIB).memblock };
    const view = scratchView(m);
    expect(view.areas.map(({ name, memblock }) => `${name} ${memblock}`)).toEqual([
      'lowmem KHO_SCRATCH',
      'global array only',
      'node0 KHO_SCRATCH in part',
    ]);
    expect(view.extended).toEqual([
      { start: 20 * MIB, size: 2 * MIB },
      { start: 62 * MIB, size: 2 * MIB },
    ]);
    for (const wide of [true, false]) expect(scratchLines(view, wide)).toHaveLength(7);
    for (const line of scratchLines(view, false)) expect(line.length).toBeLessThanOrEqual(64);
  });

  test('a free block that begins before an area counts with what lies in it', () => {
    const m = machineOf(64, [{ start: 3 * MIB, size: MIB }]);
    const block = { zone: 0, order: 10, migratetype: 1, prev: -1, next: -1 };
    const buddy = { ...m.buddy, blocks: runSet(m.buddy.blocks, 0, 1, block) };
    expect(scratchView({ ...m, buddy }).areas[0]).toMatchObject({ free: 256, pages: 256 });
  });
});

test('the FDT says where the tree is', async () => {
  const port = await openPort('two-nodes');
  expect(await execute(port, 'info fdt')).toContain('preserved-memory-map = <0x5000000>;');
});

test('the console follows the position, and goes back with it', async () => {
  const port = await openPort('two-nodes');
  expect(port.view().console().lines).toEqual([]);
  await execute(port, 'seek memmap_init');
  const some = port.view().console().lines;
  expect(some).toContain('KHO: found kexec handover data.');
  await execute(port, 'seek start');
  expect(port.view().console().lines).toEqual([]);
});

test('a part of the view is the same object while nothing in it changed', async () => {
  const port = await openPort('two-nodes');
  await execute(port, 'seek memblock_free_all');
  const opened = ['in'];
  const parts = () => {
    const view = port.view();
    return [
      view.radix(opened, 0, 9),
      view.proc('buddyinfo'),
      view.proc('pagetypeinfo'),
      view.proc('zoneinfo'),
      view.scratch(),
      view.fdt(),
      view.console(),
    ];
  };
  const before = parts();
  await execute(port, 'stepi');
  for (const [i, part] of parts().entries()) expect(part).toBe(before[i]);
});

describe('two boots', () => {
  const scenario = {
    format: 1,
    title: 'two boots',
    machine: {
      memory: [
        { start: '0x0', size: '640M', node: 0, type: 'ram' },
        { start: '640M', size: '640M', node: 1, type: 'ram' },
      ],
      nodes: [
        { node: 0, cpus: 1 },
        { node: 1, cpus: 1 },
      ],
    },
    boots: [
      {
        kernel: 'v7.3',
        cmdline: 'kho=on kho_scratch=4M,4M,4M',
        actors: [
          { at: 'late_initcall', call: 'test_kho_folio_at', args: ['0x8000000', 0] },
          { at: 'userspace', call: 'kexec_file_load', args: ['1M', '1M'] },
          { at: 'userspace', call: 'kernel_kexec', args: [] },
        ],
      },
      { kernel: 'v7.3', cmdline: 'kho=on' },
    ],
  };

  async function twoBoots(): Promise<Port> {
    const loaded = loadScenarioText('two.json', JSON.stringify(scenario));
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    const port = new Port(loaded.loaded);
    await execute(port, 'seek end');
    return port;
  }

  test('what goes out of the first comes into the second: FDT, tree, scratch; the timeline has a border', async () => {
    const port = await twoBoots();
    const { boots, end } = port.view().timeline;
    const border = boots[1]?.from ?? 0;
    expect(boots).toEqual([
      { number: 1, kernel: 'v7.3', from: 0, to: border },
      { number: 2, kernel: 'v7.3', from: border, to: end },
    ]);
    const body = (text: string) => text.split('\n').slice(1).join('\n');
    await execute(port, `seek #${border - 1}`);
    const out = { fdt: await execute(port, 'info fdt'), radix: await execute(port, 'info radix out') };
    const areas = port
      .view()
      .scratch()
      .lines.map((line) => line.slice(0, 50));
    expect(out.radix).toContain('phys 0x8000000  order 0  pfn 0x8000  initialised, refcount 1');
    expect(areas.map((line) => line.split(/ {2}/)[0])).toEqual([
      'area',
      '0 lowmem',
      '1 global',
      '2 node0',
      '3 node1',
      'no extended scratch',
    ]);

    await execute(port, `seek #${border}`);
    expect(body(await execute(port, 'info fdt'))).toBe(body(out.fdt));
    expect((await execute(port, 'info radix in')).match(/key 0x\w+/g)).toEqual(out.radix.match(/key 0x\w+/g));
    expect(
      port
        .view()
        .scratch()
        .lines.slice(0, 5)
        .map((line) => line.slice(0, 50)),
    ).toEqual(areas.slice(0, 5));
    expect(port.view().console().lines).toEqual([]);
  }, 120000);
});

test('a watch set late says nothing of before there were struct pages', async () => {
  const port = await openPort('seed-000/uninit-boundary-before');
  await execute(port, 'continue 11', 'delete 1', 'watch page(0x18000)->private');
  expect(port.view().watches).toMatchObject([{ value: '0x4b484f5000000000', was: null }]);
  await execute(port, 'reverse-continue');
  expect(port.view().watches).toMatchObject([{ value: '0x0', was: '0x4b484f5000000000' }]);
});
