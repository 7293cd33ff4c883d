// The kernels before the radix tree: bitmaps and the list that is made of them, from the kernel that preserves to the one that
// restores, and what each of them does differently from the kernels after it.
import { describe, expect, test } from 'vitest';
import { type Loaded, type LoadOptions, loadScenarioText } from '../../src/session/load.ts';
import { Port } from '../../src/session/port.ts';
import type { Report } from '../../src/session/report/index.ts';
import { runReport } from '../../src/session/run-report.ts';
import { execute } from '../support/open.ts';

const PLAIN = { CONFIG_DEFERRED_STRUCT_PAGE_INIT: false };

type Json = Record<string, unknown>;

function load(boots: readonly Json[], machine: Json = {}, options: LoadOptions = {}): Loaded {
  const whole = { memory: [{ start: '0x0', size: '256M', node: 0 }], nodes: [{ node: 0, cpus: 1 }], ...machine };
  const result = loadScenarioText('s.json', JSON.stringify({ format: 1, title: 't', machine: whole, boots }), options);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}

function run(loaded: Loaded, budget?: number): { report: Report; status: number } {
  const result = runReport(loaded, budget);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result;
}

const actor = (at: string, call: string, ...args: unknown[]): Json => ({ at, call, args });

/** A cold kernel that does something and goes on into the next, which restores it. */
function kexec(kernel: string, first: readonly Json[], second: Json = {}): Loaded {
  const leave = [actor('userspace', 'kexec_file_load', '4M', 0), actor('userspace', 'kernel_kexec')];
  const cmdline = 'kho=on kho_scratch=8M,4M,4M';
  return load([
    { kernel, config: PLAIN, cmdline, actors: [...first, ...leave] },
    { kernel, config: PLAIN, cmdline: 'kho=on', ...second },
  ]);
}

const SCRATCH = [{ start: '64M', size: '4M' }];

function handed(kernel: string, preserved: readonly Json[], boot: Json = {}, machine: Json = {}, more: Json = {}) {
  const handover = { scratch: SCRATCH, preserved, ...more };
  return load([{ handover }, { kernel, config: PLAIN, ...boot }], machine);
}

const broken = (report: Report) => report.invariants.filter(({ ok }) => !ok).map(({ name }) => name);

describe.each([
  ['v6.18', 5, 4],
  ['v6.16', 1, 4],
])('%s, from the old kernel to the new', (kernel, bitmapPages, chunks) => {
  const preserve = [
    actor('late_initcall', 'test_kho_folio_at', '0xc000000', 9),
    actor('late_initcall', 'test_kho_pages_at', '0xd003000', 13),
    actor('late_initcall', 'test_kho_announce'),
  ];
  const restore = { actors: [actor('late_initcall', 'test_kho_restore_all')] };
  const loaded = kexec(kernel, preserve, restore);
  const { report } = run(loaded);

  test('hands over what was preserved, orders ascending, in chunks and bitmaps', () => {
    const { preserved, radix_pages } = report.boots[1] as Report['boots'][number];
    const ours = preserved.filter(({ phys }) => Number(phys) >= 0xc000000);
    expect(ours).toEqual([
      { phys: '0xd003000', order: 0 },
      { phys: '0xd004000', order: 2 },
      { phys: '0xd008000', order: 3 },
      { phys: '0xc000000', order: 9 },
    ]);
    // besides, the FDT and the driver's list of items, of order 0 elsewhere
    expect(preserved.length).toBe(ours.length + 2);
    expect(radix_pages).toBe(chunks + bitmapPages);
  });

  test('shows bits before there is a list, and the list once it is made', async () => {
    const port = new Port(loaded);
    const before = await execute(port, 'seek boot1:kho_init', 'info radix out');
    expect(before).toContain('no outgoing list of bitmaps');
    await execute(port, 'break boot1:kho_mem_serialize', 'continue');
    const list = await execute(port, 'info radix out');
    expect(list).toMatch(/^KHO bitmaps \(out\), no list yet: 6 blocks, 0 chunks, 5 bitmaps$/m);
    const made = await execute(port, 'finish', 'info radix out', 'info kho');
    expect(made).toMatch(/^KHO bitmaps \(out\), list at 0x[0-9a-f]+: 6 blocks, 4 chunks, 5 bitmaps$/m);
    expect(made).toMatch(/^kho_out\.finalized = false$/m);
    const next = await execute(port, 'seek boot2:kho_populate', 'info radix in', 'info fdt');
    expect(next).toMatch(/^KHO bitmaps \(in\), list at 0x[0-9a-f]+: 6 blocks, 4 chunks, 5 bitmaps$/m);
    expect(next).toMatch(/compatible = "kho-v1"/);
    expect(next).toMatch(/khodbg \{\s+fdt = <0x[0-9a-f]+>;\s+\}/);
  });

  test('gives it back', () => {
    const restored = report.boots[1]?.restored.filter(({ phys }) => ['0xc000000', '0xd003000'].includes(phys));
    expect(restored?.map(({ call, ok }) => `${call} ${ok}`)).toEqual([
      'kho_restore_folio true',
      // once more: only the magic tells that it was restored
      `kho_restore_folio ${kernel === 'v6.16'}`,
      'kho_restore_pages true',
    ]);
    expect(broken(report)).toEqual(kernel === 'v6.16' ? ['managed-pages-add-up'] : []);
  });
});

test('bitmaps of v6.16 lie eight to a page, one behind the other; those of v6.18 in pages of their own', () => {
  const blocks = Array.from({ length: 9 }, (_, order) => ({
    start: (0x8000000 + 2 ** (21 + (order % 2))).toString(),
    order,
  }));
  const pages = (kernel: string) => run(handed(kernel, blocks)).report.boots[0]?.radix_pages;
  expect([pages('v6.18'), pages('v6.16')]).toEqual([9 + 9, 9 + 2]);
});

test('a chunk has 255 elements, and all of one order', async () => {
  // a bitmap of v6.16 covers 16 MiB of pages
  const preserved = Array.from({ length: 256 }, (_, i) => ({ start: `${128 + 16 * i}M`, order: 0 }));
  const machine = { memory: [{ start: '0x0', size: '5G', node: 0 }] };
  const port = new Port(handed('v6.16', preserved, {}, machine));
  const lines = (await execute(port, 'info radix in')).split('\n');
  expect(lines[0]).toBe('KHO bitmaps (in), list at 0x4400000: 256 blocks, 2 chunks, 256 bitmaps');
  expect(lines.filter((line) => /chunk/.test(line)).slice(1)).toEqual([
    expect.stringMatching(/^ \[0x000\] chunk 0x4400000 {2}255 blocks/),
    expect.stringMatching(/^ \[0x001\] chunk 0x4401000 {2}1 block /),
  ]);
});

describe('deserialize_bitmap() of v6.18', () => {
  const reserved = async (order: number): Promise<string> => {
    const machine = { memory: [{ start: '0x0', size: '9G', node: 0 }] };
    const port = new Port(handed('v6.18', [{ start: '4G', order }], {}, machine));
    await execute(port, 'seek boot2:kho_memory_init');
    return execute(port, 'print memblock.reserved.regions[0].base', 'print memblock.reserved.regions[0].size');
  };

  test('reserves a block of order 18 as it is', async () => {
    expect(await reserved(18)).toContain('0x40000000');
  });

  test('takes a negative int for all addresses from order 19 on: nothing behind the block stays', async () => {
    const [, size = ''] = (await reserved(19)).split('$2 = ');
    expect(Number(/0x[0-9a-f]+|\d+/.exec(size)?.[0])).toBeGreaterThan(5 * 2 ** 30);
  });

  test('and of order 20 protects one byte', async () => {
    expect(await reserved(20)).toMatch(/= (?:0x)?1$/m);
  });
});

describe('an order above MAX_PAGE_ORDER', () => {
  const big = [{ start: '0x8000000', order: 11 }];
  const actors = [actor('late_initcall', 'kho_restore_folio', '0x8000000')];
  const outcome = (kernel: string) => {
    const { report } = run(handed(kernel, big, { actors }));
    return [report.boots[1]?.restored[0]?.ok, report.boots[1]?.faults.length];
  };

  test('is given back by v7.1, not by v6.18, which warns, nor by v6.16, which does not', () => {
    expect([outcome('v7.1'), outcome('v6.18'), outcome('v6.16')]).toEqual([
      [true, 0],
      [false, 1],
      [false, 0],
    ]);
  });
});

describe('pages across two nodes', () => {
  const machine = {
    memory: [
      { start: '0x0', size: '160M', node: 0 },
      { start: '160M', size: '160M', node: 1 },
    ],
    nodes: [
      { node: 0, cpus: 1 },
      { node: 1, cpus: 1 },
    ],
  };
  const rows = [{ start: '128M', pages: 16384 }];
  const orders = (loaded: Loaded) => loaded.handover?.preserved.map(({ order }) => order);

  test('are one block for v6.18, and two for v7.1, also where the command line chooses', () => {
    expect(orders(handed('v6.18', rows, {}, machine))).toEqual([14]);
    expect(orders(handed('v7.1', rows, {}, machine))).toEqual([13, 13]);
    const boots = [{ handover: { scratch: SCRATCH, preserved: rows } }, { kernel: 'v7.3', config: PLAIN }];
    expect(orders(load(boots, machine, { kernel: 'v6.18' }))).toEqual([14]);
  });
});

describe('v6.18', () => {
  test('preserves nothing once the list is made', async () => {
    const first = [
      actor('late_initcall', 'test_kho_folio_at', '0xc000000', 0),
      actor('late_initcall', 'kho_finalize'),
      actor('late_initcall', 'test_kho_folio_at', '0xc800000', 0),
    ];
    const port = new Port(kexec('v6.18', first));
    const text = await execute(
      port,
      'seek boot1:start',
      'break boot1:kexec_file_load',
      'continue',
      'print test_kho_items[0].err',
      'print test_kho_items[1].err',
    );
    expect(text).toMatch(/= 0\n.*= -16$/s);
  });

  test('turns KHO off where a node has no memory, as v6.16 does; v7.1 does not', async () => {
    const machine = {
      nodes: [
        { node: 0, cpus: 1 },
        { node: 1, cpus: 1 },
      ],
    };
    const said = async (kernel: string): Promise<boolean> => {
      const port = new Port(load([{ kernel, config: PLAIN, cmdline: 'kho=on kho_scratch=8M,4M,4M' }], machine));
      return (await execute(port, 'seek kho_memory_init', 'info console')).includes('Failed to reserve nid 1 scratch');
    };
    expect([await said('v6.16'), await said('v6.18'), await said('v7.1')]).toEqual([true, true, false]);
  });

  test('has no live update', () => {
    const boots = [{ kernel: 'v6.18', config: { ...PLAIN, CONFIG_LIVEUPDATE: true } }];
    expect(() => load(boots)).toThrow(
      /config\.CONFIG_LIVEUPDATE: true is not allowed by v6\.18 at all: it has no live update orchestrator; leave the option out$/,
    );
  });
});

describe('v6.16', () => {
  test('never ends where it unpreserves what has no bitmap', () => {
    const first = [actor('late_initcall', 'test_kho_unpreserve', '0xc000000', 1)];
    expect(run(kexec('v6.16', first), 60_000).status).toBe(3);
    expect(run(kexec('v6.18', first), 60_000).report.boots[0]?.faults.map(({ kind, text }) => [kind, text])).toEqual([
      ['WARN', '!physxa'],
    ]);
  });

  test('compiles with deferred struct page init, and restores the FDT before its struct page is there', () => {
    const fdt = '0x1f000000';
    const machine = { memory: [{ start: '0x0', size: '512M', node: 0 }] };
    const { report } = run(handed('v6.16', [{ start: fdt, order: 0 }], { config: {} }, machine, { fdt }));
    expect(report.boots[1]?.restored).toMatchObject([{ call: 'kho_restore_folio', phys: fdt, ok: true }]);
    expect(broken(report)).toEqual(expect.arrayContaining(['no-uninit-access', 'initialised-once']));
    expect(report.boots[1]?.uninit.map(({ function: fn }) => fn)).toContain('adjust_managed_page_count');
  });
});
