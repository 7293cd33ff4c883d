// The bug of the preserved page that nobody initialised, on the real screen at 120x40: the whole session a user would have.
import { afterEach, describe, expect, test } from 'vitest';
import type { Port } from '../../src/session/index.ts';
import { move, openScreen } from '../support/open.ts';
import type { VirtualTerminal } from '../support/vterm.ts';

let open: VirtualTerminal | null = null;

afterEach(async () => {
  await open?.close();
  open = null;
});

async function start(name: string): Promise<{ t: VirtualTerminal; port: Port }> {
  const { t, port } = await openScreen(name, { cols: 120, rows: 40 });
  open = t;
  return { t, port };
}

const BACKTRACE = [
  'kho_preserved_memory_reserve',
  'kho_radix_walk_leaf',
  '__kho_radix_walk_tree',
  '__kho_radix_walk_tree',
  '__kho_radix_walk_tree',
  '__kho_radix_walk_tree',
  '__kho_radix_walk_tree',
  'kho_radix_walk_tree',
  'kho_mem_retrieve',
  'kho_memory_init',
  'mm_core_init',
  'start_kernel',
];

/** Function and field of the 17 accesses, in order. */
const STOPS: readonly (readonly [string, string])[] = [
  ['kho_preserved_memory_reserve', 'write of page(0x18000).private'],
  ...Array.from({ length: 10 }, () => ['page_is_buddy', 'read of page(0x18000).page_type'] as const),
  ['__pageblock_pfn_to_page', 'read of page(0x18000).flags'],
  ['kho_restore_page', 'read of page(0x18000).private'],
  ['kho_restore_page', 'write of page(0x18000).private'],
  ['kho_init_folio', 'write of page(0x18000)._refcount'],
  ['adjust_managed_page_count', 'read of page(0x18000).flags'],
  ['kho_restore_folio', 'read of page(0x18000).compound_info'],
];

describe('uninit-boundary-before at 120x40', () => {
  test('catch uninit stops before KHO writes private, the line lit, the stack shown', async () => {
    const { t, port } = await start('seed-000/uninit-boundary-before');
    await t.press(':catch uninit\r');
    await move(t, port, 'c');
    expect(t.line(1)).toContain('Catchpoint 1 (uninit), write of page(0x18000).private, uninitialised');
    const y = t.rowOf('page.private = kho_page_info(KHO_PAGE_MAGIC');
    expect(t.line(y)).toContain('=>');
    const column = t.line(y).indexOf('page.private');
    const other = t.rowOf('memblock_reserve(phys, size);');
    expect(t.cell(column, y)).not.toEqual({ ...t.cell(column, other), ch: t.cell(column, y).ch });
    const screen = t.screen();
    const rows = [
      '#0  kho_preserved_memory_reserve',
      '#1  kho_radix_walk_leaf',
      '#2..#6 __kho_radix_walk_tree  5 frames',
      '#7  kho_radix_walk_tree',
      '#8  kho_mem_retrieve',
      '#9  kho_memory_init',
      '#10 mm_core_init',
      '#11 start_kernel',
    ];
    for (const row of rows) expect(screen).toContain(row);
    expect(port.view().stack.map((frame) => frame.function)).toEqual(BACKTRACE);
  });

  test('a watch on private shows the magic after next, and reverse-next takes it back', async () => {
    const { t, port } = await start('seed-000/uninit-boundary-before');
    await t.press(':catch uninit\r');
    const before = await move(t, port, 'c');
    await t.press(':watch page(0x18000)->private\r');
    await t.waitFor('2 page(0x18000)->private  0x0');
    await move(t, port, 'n');
    expect(t.line(1)).toContain('0x0 → 0x4b484f5000000000');
    await t.waitFor('2 page(0x18000)->private  0x4b484f5000000000  (was 0x0)');
    expect(await move(t, port, 'N')).toBe(before);
    await t.waitFor('2 page(0x18000)->private  0x0  (was 0x4b484f5000000000)');
    await t.press(':delete 2\r');
    await t.waitFor('watch (0)');
  });

  test('continue finds the 17 statements that touch the page, the end, and C the same ones back', async () => {
    const { t, port } = await start('seed-000/uninit-boundary-before');
    await t.press(':catch uninit\r');
    const seen: string[] = [];
    for (const [fn, what] of STOPS) {
      seen.push(await move(t, port, 'c'));
      expect(t.line(1)).toContain(what);
      expect(port.view().stack[0]?.function).toBe(fn);
    }
    const orders = new Set<string>();
    for (const at of seen.slice(1, 11)) {
      await port.execute(`seek ${at}`);
      expect(port.view().thread?.name).toBe('pgdatinit0');
      orders.add(port.view().locals.find((local) => local.name === 'order')?.value ?? '');
    }
    expect([...orders]).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    await port.execute(`seek ${seen.at(-1)}`);
    await t.settle();
    await move(t, port, 'c');
    expect(t.line(1)).toContain('the boot has ended');
    const back: string[] = [];
    for (let i = 0; i < STOPS.length; i++) back.push(await move(t, port, 'C'));
    expect(back.reverse()).toEqual(seen);
    await move(t, port, 'C');
    expect(t.line(1)).toContain('no more reverse-execution history');
  });

  test('stepping inside deferred_init_memmap_chunk shows spfn, epfn and nr_pages change', async () => {
    const { t, port } = await start('seed-000/uninit-boundary-before');
    await port.execute('break deferred_init_memmap_chunk');
    await port.execute('disable 1');
    await move(t, port, 'c');
    const values = new Map<string, Set<string>>([
      ['spfn', new Set()],
      ['epfn', new Set()],
      ['nr_pages', new Set()],
    ]);
    for (let i = 0; i < 60; i++) {
      await move(t, port, 'n');
      for (const local of port.view().locals) values.get(local.name)?.add(local.value);
    }
    expect([...(values.get('spfn') ?? [])]).toEqual(expect.arrayContaining(['0x10000', '0x10400', '0x10800']));
    expect([...(values.get('epfn') ?? [])]).toEqual(expect.arrayContaining(['0x4000', '0x18000']));
    expect([...(values.get('nr_pages') ?? [])]).toEqual(expect.arrayContaining(['0', '1024', '2048']));
    await t.waitFor('nr_pages');
  });
});

describe('uninit-boundary-before-debug at 120x40', () => {
  test('ends in VM_BUG_ON_PAGE(PagePoisoned(page)) as a real kernel does, and can be stepped back over', async () => {
    const { t, port } = await start('seed-000/uninit-boundary-before-debug');
    await port.execute('delete');
    await move(t, port, 'c');
    expect(t.line(1)).toContain('VM_BUG_ON_PAGE(PagePoisoned(page)) in __pageblock_pfn_to_page');
    expect(port.view().stack.map((frame) => frame.function)).toEqual([
      '__pageblock_pfn_to_page',
      'set_zone_contiguous',
      'page_alloc_init_late',
      'kernel_init_freeable',
      'kernel_init',
    ]);
    expect(t.screen()).toContain('page_zone(start_page) !== zone');
    const console = port
      .view()
      .log.filter((line) => line.kind === 'dmesg')
      .map((line) => line.text);
    expect(console).toContain('page dumped because: VM_BUG_ON_PAGE(PagePoisoned(page))');
    expect(console).toContain('kernel BUG at ./include/linux/mm.h:2402!');
    const died = port.view().position.at;
    await move(t, port, 'S');
    expect(port.view().position.at).toBeLessThan(died);
    expect(port.view().thread?.state).toBe('R');
    await move(t, port, 'c');
    expect(port.view().position.at).toBe(died);
  });
});

describe('a single page inside a bulk operation of uninit-boundary-after', () => {
  test.each([
    ['0x8123', 'memmap_init_range', '#4'],
    ['0x1a123', 'deferred_init_pages', '#1'],
  ])('break page %s stops in %s with the pages before it initialised', async (pfn, fn, prefix) => {
    const { t, port } = await start('seed-000/uninit-boundary-after');
    await port.execute('delete');
    await t.press(`:break page ${pfn}\r`);
    const at = await move(t, port, 'c');
    expect(at.startsWith(prefix)).toBe(true);
    expect(at).toMatch(/\.291$/);
    expect(port.view().stack[0]?.function).toBe(fn);
    const initialised = async (n: number) =>
      (await port.execute(`print initialised(${n})`)).output[0]?.replace(/^\$\d+ = /, '');
    const page = Number(pfn);
    expect(await initialised(page - 1)).toBe('true');
    expect(await initialised(page)).toBe('false');
    expect(await initialised(page + 1)).toBe('false');
    await t.press(`:page ${pfn}\r`);
    await t.waitFor('is not initialised in this boot');
  });
});
