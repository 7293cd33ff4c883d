// why, on the bugs of the threads: the rows that a maintainer looks for, and that each leads to the statement it names.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Port } from '../../../src/session/index.ts';
import { Interrupted, why } from '../../../src/session/why/index.ts';
import { execute, openPort } from '../../support/open.ts';
import { rowsLead } from '../../support/why-rows.ts';

/** The rows of an answer as they are printed, without positions. */
const rows = (printed: string) => printed.split('\n').map((line) => line.trimEnd());

/** A row that holds all of some texts, with its indentation; fails when there is none. */
function row(printed: string, ...texts: string[]): string {
  const found = rows(printed).find((line) => texts.every((text) => line.includes(text)));
  expect(found, `${texts.join(' … ')} in:\n${printed}`).toBeDefined();
  return found ?? '';
}

/** The rows of the last answer of a port lead to where they say; how many there are. */
const everyRowLeadsThere = (port: Port): number => rowsLead(port.session, port.session.state.results?.rows ?? []);

let border: Port;
let scratch: Port;
let unsplit: Port;
beforeAll(async () => {
  unsplit = await openPort('seed-003/unsplit-before');
  border = await openPort('seed-000/uninit-boundary-before');
  scratch = await openPort('seed-001/scratch-cma-before');
});

describe('why', () => {
  test('a page at the border: three loops, and what left it out of each', async () => {
    const port = border;
    const printed = await execute(port, 'seek end', 'why page(0x18000)');
    row(printed, 'never initialised in this boot');
    row(printed, 'fill "zero": scenario machine.fill');
    row(printed, 'memmap_init_range:', 'pages 0xfe00..0x10000');
    row(printed, 'if (defer_init(', 'is true');
    row(printed, 'NODE_DATA(nid).first_deferred_pfn = pfn', 'ULONG_MAX → 0x10000');
    row(printed, 'if ((region.flags & MEMBLOCK_RSRV_NOINIT) === 0)', 'is false');
    row(
      printed,
      'memblock.reserved[0] 0x18000000..0x18001000 RSRV_NOINIT',
      'memblock_reserved_mark_noinit(phys, size)',
    );
    row(printed, 'deferred_init_pages:', 'nearest:', 'pages 0x17c00..0x18000');
    row(printed, 'spfn = 0x17c00 of 0x10000..0x18000');
    expect(everyRowLeadsThere(port)).toBeGreaterThan(10);
  });

  test('lost CMA: deferred_free_pages writes MOVABLE, and nobody on its path asks for scratch', async () => {
    const printed = await execute(scratch, 'seek end', 'why pageblock(0x30000).migratetype');
    row(printed, 'deferred_free_pages:', 'MIGRATE_MOVABLE, false)', 'MIGRATE_CMA → MIGRATE_MOVABLE');
    row(printed, 'not asked on this path: KHO_SCRATCH of memblock.memory[3]', 'memblock_mark_kho_scratch(');
    // what was written is a constant: first what nobody asked, then whose range it was
    expect(rows(printed).slice(2, 4).join('\n')).toMatch(
      /deferred_free_pages:.*\n.*not asked on this path: KHO_SCRATCH/,
    );
    row(printed, 'the path: deferred_free_pages ← deferred_init_memmap_chunk');
    row(printed, 'before that MIGRATE_CMA:', 'kho_release_scratch');
    row(printed, 'handover.scratch[1]');
    expect(everyRowLeadsThere(scratch)).toBeGreaterThan(5);
  });

  test('one reserved page: the type is written with the head of its pageblock', async () => {
    const printed = await execute(scratch, 'seek end', 'why pageblock(0x30400).migratetype');
    row(printed, '__init_page_from_nid:', 'init_pageblock_migratetype(', 'MIGRATE_CMA → MIGRATE_MOVABLE');
    row(printed, 'if (pageblock_aligned(pfn))', 'is true: pfn = 0x30400');
    row(printed, 'called from __init_deferred_page:', '← init_deferred_page:', '← memmap_init_reserved_pages:');
    row(printed, 'scenario boots[1].reserved[0]');
  });

  test('a block over two nodes: the node of its first pfn', async () => {
    const port = await openPort('seed-004/one-block-two-nodes');
    const printed = await execute(port, 'seek restore', 'why page(0x28000).flags');
    row(printed, '__init_deferred_page:', '__init_single_page(pfn, next, zid, nid)');
    row(printed, 'kho_get_preserved_page:', 'const nid = early_pfn_to_nid(pfn)  = 0: pfn = 0x20000');
    const at = (text: string) => rows(printed).findIndex((line) => line.includes(text));
    expect(at('early_pfn_to_nid(pfn)')).toBeLessThan(at('pfn < end_pfn'));
    row(printed, 'not asked on this path: the node of memblock.memory[3]', 'node 1');
    // the loop over the zones of node 0 ran on: none of them spans the page
    row(printed, 'zid++  = 5: zid = 4');
    row(printed, 'if (pfn >= zone.zone_start_pfn && pfn < zone_end)', 'is false: pfn = 0x28000', 'zone_end = 0x28000');
    expect(rows(printed).filter((line) => line.includes('if (pfn >= zone.zone_start_pfn'))).toHaveLength(5);
    // of a page that a zone spans, the round that found it
    const found = await execute(port, 'why page(0x20000).flags');
    row(found, 'if (pfn >= zone.zone_start_pfn && pfn < zone_end)', 'is true: pfn = 0x20000', 'zone_end = 0x28000');
    expect(rows(found).filter((line) => line.includes('if (pfn >= zone.zone_start_pfn'))).toHaveLength(1);
  });

  test('stale magic: the fill, and a page nobody has initialised yet', async () => {
    const port = await openPort('seed-004/stale-magic');
    const printed = await execute(port, 'tbreak kho_restore_page', 'continue', 'why page(0x14000).private');
    row(printed, 'page(0x14000).private = 0x4b484f5000000000');
    row(printed, 'never initialised in this boot');
    row(printed, 'fill "stale": scenario machine.fill');
    row(printed, 'boot 2', 'page.private = kho_page_info(KHO_PAGE_MAGIC, order)');
    row(printed, 'if (defer_init(', 'is true');
    row(printed, 'not called in this boot so far: deferred_init_pages()');
  });

  test('a page put on a free list twice: who put it there first', async () => {
    const port = await openPort('seed-004/stale-magic');
    const printed = await execute(port, 'continue', 'why');
    row(printed, 'BUG: list_add double add: pfn 0x14000');
    row(printed, 'the same before: ', 'T2 __free_one_page:', '__add_to_free_list(page, zone, order, mt, to_tail)');
    row(printed, 'called from split_large_buddy:', '← kho_restore_free:');
    expect(everyRowLeadsThere(port)).toBeGreaterThan(8);
  });

  test('unsplit tails: kho_init_pages sets 1 on each', async () => {
    const port = unsplit;
    const printed = await execute(port, 'tbreak dma_restore_block', 'continue', 'next', 'why page(0x8001)._refcount');
    row(printed, 'kho_init_pages:', 'set_page_count(pfn, pfn + nr_pages, 1)', 'pages 0x8000..0x8010');
    row(printed, 'if (is_folio)', 'is false');
    row(printed, 'kho_restore_pages:', 'is_folio = false');
    row(printed, 'scenario boots[1].actors[0]');
    expect(everyRowLeadsThere(port)).toBeGreaterThan(5);
  });

  test('restore across a border: the order is computed again, and no node is asked for', async () => {
    const port = await openPort('seed-004/restore-border-before');
    const printed = await execute(port, 'tbreak kho_restore_page', 'continue', 'up', 'why order');
    row(printed, 'const order = min(', '= 16: end_pfn = 0x30000, pfn = 0x20000');
    row(printed, 'pfn = 0x20000 of 0x20000..0x30000');
    row(printed, 'not asked on this path: the node of memblock.memory[3] 0x28000000..0x40000000 node 1');
    row(printed, 'late_initcall_1:4  kho_restore_pages(0x20000000, 65536)');
  });

  test('restore across a border: the restore that did not come to the second block, from its field and from the stop', async () => {
    const port = await openPort('seed-004/restore-border-before');
    const fromField = await execute(port, 'seek end', 'why page(0x28000).private');
    const fromStop = await execute(port, 'seek start', 'catch invariant', 'continue', 'why');
    for (const printed of [fromField, fromStop]) {
      row(printed, 'not written since by kho_restore_page:', 'page.private = 0n');
      row(printed, 'kho_restore_pages:', 'if (kho_restore_page(PFN_PHYS(pfn), false) === null)  came nearest');
      row(printed, 'pfn += pages_of_order(order)  stepped over it, 0x20000 → 0x30000');
      row(printed, 'const order = min(', '= 16: end_pfn = 0x30000, pfn = 0x20000');
    }
    expect(await execute(port, 'seek end', 'why page(0x20000).private')).not.toContain('not written since');
  });

  test('a WARN: the test that led away from the write, and what never stored the field', async () => {
    const port = await openPort('family/abi-mismatch');
    const at = await execute(port, 'catch warn', 'continue', 'why');
    row(at, 'not executed in this boot: kho_preserved_memory_reserve:', 'page.private = kho_page_info(');
    row(at, 'kho_memory_init:', 'if (kho_in.fdt)  is false');
    // the restore stands before its test: nothing has led it away yet
    expect(await execute(port, 'why page(0x8000).private')).not.toContain('not written since by kho_restore_page');
    const nothing = await execute(port, 'finish', 'why');
    row(nothing, 'kho_restore_folio:', 'const page = kho_restore_page(phys, true)  = NULL');
    row(nothing, 'if (WARN_ON_ONCE(kho_page_magic(info) !== KHO_PAGE_MAGIC', 'is true');
    const after = await execute(port, 'why page(0x8000).private');
    row(after, 'not written since by kho_restore_page:', 'page.private = 0n');
    row(after, 'if (WARN_ON_ONCE(kho_page_magic(info) !== KHO_PAGE_MAGIC', 'is true');
  });

  test('a zone that is not contiguous: who came by, and the page that led it away', async () => {
    const printed = await execute(border, 'seek end', 'why zone(0, DMA32).contiguous');
    row(printed, 'init_node_zone(', 'stays false');
    row(printed, 'not written since by set_zone_contiguous:', 'zone.contiguous = true');
    expect(everyRowLeadsThere(border)).toBeGreaterThan(8);
    row(printed, 'if (page_zone(start_page) !== zone)', 'is true: page_zone() = zone(0, DMA), zone = zone(0, DMA32)');
    row(printed, 'page(0x18000) is not initialised');
    row(printed, 'MEMBLOCK_RSRV_NOINIT');
  });

  test('of a field that was written, why its page was not initialised is told when asked', async () => {
    const first = await execute(border, 'seek end', 'why page(0x18000).private');
    row(first, 'kho_restore_page:', 'page.private = 0n');
    row(first, 'never initialised in this boot');
    expect(first).not.toContain('if (defer_init(');
    expect(first.trimEnd()).toMatch(/… more: why --all$/);
    row(await execute(border, 'why page(0x18000).private 4'), 'if (defer_init(');
    row(await execute(border, 'why page(0x18000)'), 'if (defer_init(');
  });

  test('a type that was never written, and by what it is left out', async () => {
    const printed = await execute(border, 'seek end', 'why pb[192].mt');
    row(printed, 'never written in this boot, reads as UNMOVABLE');
    row(printed, 'pageblock_migratetype_init_range:', 'nearest:', 'pages 0x17e00..0x18000');
    row(printed, 'pfn < end_pfn', 'pfn = 0x18200 of 0x18200..0x18400');
  });

  test('a region of memblock is the one that lies there now, whatever its number was', async () => {
    const printed = await execute(scratch, 'seek end', 'why memblock.reserved.regions[0].base');
    row(printed, 'memblock.reserved[0] 0x30400000..0x30401000', 'memblock_reserve(entry.addr, entry.size)');
    row(printed, 'scenario boots[1].reserved[0]');
  });

  test('what the scenario has, and what is not there', async () => {
    expect(await execute(scratch, 'why kho_scratch[1].addr')).toMatch(
      /\n {2}scenario boots\[0\]\.handover\.scratch\[1\], /,
    );
    expect(await execute(scratch, 'why e820_table.entries[0].size')).toContain(
      'memory map: scenario machine.memory[0]',
    );
    expect(await execute(scratch, 'why kho_enable')).toContain('command line, kho=: scenario boots[1].cmdline');
    expect(await execute(scratch, 'why page(0xfffff)')).toContain('no memory is behind this struct page here');
    const noNode = await execute(scratch, 'why node(1).first_deferred_pfn');
    row(noNode, 'there is no node 1: the machine has node 0');
    row(noNode, 'memory map: scenario machine.memory[0], scratch-cma-before.json:');
    row(noNode, 'scenario machine.nodes, scratch-cma-before.json:');
    expect(await execute(scratch, 'why zone(1, DMA32).contiguous')).toContain('there is no node 1');
    expect(await execute(scratch, 'why node(0).first_deferred_pfn')).not.toContain('there is no node');
    expect(await execute(scratch, 'why 2 + 2')).toContain('made of constants');
    expect(await execute(scratch, 'why nonsense')).toContain('No symbol "nonsense" in current context.');
  });

  test('where one stands: the operands and tests of the statement, and at a fault what it touched', async () => {
    const here = await execute(
      border,
      'start',
      'tbreak defer_init if pfn == 0x10000',
      'continue',
      'next',
      'next',
      'why',
    );
    row(here, 'defer_init:');
    row(here, 'called from memmap_init_range:');
    const port = await openPort('seed-000/uninit-boundary-before-debug');
    const fault = await execute(port, 'delete', 'continue', 'why');
    row(fault, 'BUG: VM_BUG_ON_PAGE(PagePoisoned(page)) in __pageblock_pfn_to_page');
    row(fault, 'page(0x18000) is not initialised');
    row(fault, 'block_start_pfn = 0x18000 of 0x1000..0x20000');
  });

  test('what a call will give is not known while it is made, although the history goes on', async () => {
    await execute(border, 'seek end', 'start', 'delete', 'tbreak defer_init if pfn == 0x10000', 'continue', 'up');
    row(
      await execute(border, 'why next'),
      'const next = min(pageblock_end_pfn(pfn), end_pfn)',
      '= 0x10200: pfn = 0x10000',
    );
    row(await execute(border, 'why $_pfn'), 'pfn = 0x10000 of 0x4400..0x20000');
    row(await execute(border, 'up', 'up', 'why hole_pfn'), 'hole_pfn = 0x4400, in steps from 0x0');
  });

  test('a bad page: who left it so that it looks wrong', async () => {
    const port = await openPort('seed-003/unsplit-before');
    const printed = await execute(port, 'delete', 'catch bad-page', 'continue', 'why');
    row(printed, 'Catchpoint 2 (bad-page), nonzero _refcount');
    row(printed, 'const next = check_pages_enabled ? find_bad_tail(', '= 0x8001');
    row(printed, 'kho_init_pages:', 'set_page_count(pfn, pfn + nr_pages, 1)', 'pages 0x8000..0x8010');
  });

  test('of two constants the condition says which: a count is 0 as the type in the key was lost', async () => {
    const port = await openPort('seed-003/rfc-lost-before');
    const printed = await execute(port, 'continue', 'why page(0x8001)._refcount 6');
    row(printed, 'kho_restore_refcounts:', 'pages 0x8001..0x8010, 1 → 0');
    row(printed, 'type = 0');
  });

  test('a variable that nobody has written: the statements that could have', async () => {
    const port = await openPort('family/second-kernel-off');
    const printed = await execute(port, 'seek boot1:kho_memory_init', 'why kho_in.fdt');
    row(printed, 'not written in this boot; statements that can write it: 2');
    row(printed, 'kho_populate:', 'kho_in.fdt = true', 'not executed in this boot');
    row(printed, 'parse_setup_data:', 'if (boot_params.kho)', 'is false');
  });

  test('an expression is asked about in its parts, an accessor in what it reads', async () => {
    await execute(border, 'seek end');
    const zone = await execute(border, 'why page_zone(page(0x18000))');
    row(zone, 'page_zone(page(0x18000)) = zone(0, DMA)');
    row(zone, 'page(0x18000) is not initialised');
    expect(everyRowLeadsThere(border)).toBeGreaterThan(5);
    const nid = await execute(border, 'why page_to_nid(page(0x18001))');
    row(nid, 'deferred_init_pages:', '__init_single_page(');
    const region = await execute(border, 'why early_pfn_to_nid(0x18000)');
    row(region, 'memblock.memory[2] 0x4400000..0x20000000 node 0', 'memblock_set_node(');
    const both = await execute(border, 'why zone(0, DMA32).present_pages - node(0).nr_zones');
    expect(both.split('\n').filter((line) => /^ {2}#/.test(line))).toHaveLength(2);
    expect(await execute(border, 'why initialised(0x18000)')).toContain('never initialised in this boot');
    expect(await execute(border, 'why memblock_end_of_DRAM()')).toContain(
      'read of tables whose writes are not recorded',
    );
  });

  test('the answer goes on in the boot before', async () => {
    const printed = await execute(unsplit, 'seek boot2:kho_memory_init', 'why kho_in.fdt');
    row(printed, 'boot 1: #', 'kho_fill_kimage:', 'kimage.kho = true');
    row(printed, 'scenario boots[0].actors[1]');
  });

  test('depth and --all; what is sent an interrupt stops', async () => {
    const rowsOf = async (line: string) => (await execute(scratch, 'seek end', line)).split('\n').length;
    const [few, some, all] = [
      await rowsOf('why zone(0, DMA32).contiguous 1'),
      await rowsOf('why zone(0, DMA32).contiguous'),
      await rowsOf('why zone(0, DMA32).contiguous --all'),
    ];
    expect(few).toBeLessThan(some);
    expect(some).toBeLessThan(all);
    const work = why(scratch.session, 'page(0x38001).flags', { depth: 5, rows: 40 });
    expect(work.next(false).done).toBe(false);
    expect(() => work.next(true)).toThrow(Interrupted);
  });
});
