// callers and lines: the static tree, and the executions of a function, a line, and what is no text, before and after now.
import { describe, expect, test } from 'vitest';
import { loadScenario, Port } from '../../src/session/index.ts';
import { execute, openPort, scenarioFile } from '../support/open.ts';

const AFTER = 'seed-000/uninit-mid-after';

/** Names in a tree of callers, by their indentation. */
const names = (tree: string) => tree.split('\n').map((line) => /^( *)(\S+)/.exec(line)?.slice(1, 3).join('') ?? '');

describe('callers', () => {
  test('who calls __init_page_from_nid on v7.2: reserved pages and KHO, not the threads', async () => {
    const loaded = loadScenario(scenarioFile(AFTER), { kernel: 'v7.2' });
    if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
    const tree = await execute(new Port(loaded.loaded), 'callers __init_page_from_nid');
    const found = names(tree);
    expect(found.slice(0, 6)).toEqual([
      '__init_page_from_nid',
      '  __init_deferred_page',
      '    init_deferred_page',
      '      memmap_init_reserved_range',
      '        memmap_init_reserved_pages',
      '          free_low_memory_core_early',
    ]);
    expect(found).toContain('      kho_get_preserved_page');
    expect(found.some((name) => name.trim() === 'start_kernel')).toBe(true);
    expect(tree).not.toContain('deferred_init_memmap');
    expect(tree).toContain('by reference');
  });

  test('init_pageblock_migratetype, which is no text, has its callers; --depth cuts', async () => {
    const port = await openPort(AFTER);
    const tree = await execute(port, 'callers init_pageblock_migratetype --depth 1');
    expect(names(tree)).toEqual(
      expect.arrayContaining(['  memmap_init_range', '  __init_deferred_page', '  init_cma_reserved_pageblock']),
    );
    expect(names(tree).every((name) => !name.startsWith('   '))).toBe(true);
  });

  test('threads, initcalls and actors are named as such', async () => {
    const port = await openPort(AFTER);
    expect(await execute(port, 'callers deferred_init_memmap --depth 1')).toMatch(
      /page_alloc_init_late +mm\/mm_init\.ts:\d+ +by reference/,
    );
    expect(await execute(port, 'callers kho_restore_folio')).toMatch(/late_initcall_1 .*initcall of late_initcall/);
    expect(await execute(port, 'callers late_initcall_1')).toContain('nobody calls it in this kernel text');
  });

  test('a name that is none is refused, with the nearest', async () => {
    const port = await openPort(AFTER);
    const { ok, output } = await port.execute('callers kho_memory_int');
    expect(ok).toBe(false);
    expect(output[0]).toContain('kho_memory_init');
    expect((await port.execute('callers')).ok).toBe(false);
  });
});

describe('lines', () => {
  test('each execution of a function, with arguments and caller; each can be sought', async () => {
    const port = await openPort(AFTER);
    const rows = (await execute(port, 'lines kho_restore_page')).split('\n');
    expect(rows[0]).toBe('kho_restore_page: 1 execution, 0 before now');
    const at = /#\d+/.exec(rows[2] ?? '')?.[0];
    expect(rows[2]).toMatch(
      /^ {3}#\d+ +T2 kernel_init +kho_restore_page \(phys=0x18005000, is_folio=true\) from kho_restore_folio:\d+$/,
    );
    expect(await execute(port, `seek ${at}`)).toContain('kho_restore_page (phys=0x18005000');
    expect(await execute(port, 'lines kho_restore_page')).toContain(`=> ${at}`);
    expect(await execute(port, 'seek end', 'lines kho_restore_page')).toContain('1 before now');
  });

  test('a count limits the rows to those nearest now', async () => {
    const port = await openPort(AFTER);
    const rows = (await execute(port, 'seek deferred', 'lines deferred_free_pages 4')).split('\n');
    const shown = rows.filter((row) => /^(=>| {2}) #/.test(row));
    expect(shown).toHaveLength(4);
    expect(rows.some((row) => /^… \d+ earlier$/.test(row))).toBe(true);
    expect(rows.at(-1)).toMatch(/^-- now #\d+ --$/);
  });

  test('what is no text: arguments by their declared names, at the micro-step of the call', async () => {
    const port = await openPort(AFTER);
    const rows = await execute(port, 'lines init_pageblock_migratetype 2');
    expect(rows).toContain('init_pageblock_migratetype (page=page(0x0), mt=MIGRATE_MOVABLE, isolate=false) from');
    const single = await execute(port, 'lines __init_single_page 1');
    expect(single).toMatch(/__init_single_page \(pfn=0x0, end_pfn=0x200, zid=0, nid=0\) from memmap_init_range:\d+/);
  });

  test('alone: the line where one stands', async () => {
    const port = await openPort(AFTER);
    const here = await execute(port, 'tbreak kho_restore_page', 'continue', 'next', 'lines');
    expect(here).toMatch(/\nkho_restore_page:\d+: 1 execution, 0 before now\n=> #/);
    expect(await execute(port, 'seek end', 'lines')).toContain('the thread has returned; a function is missing');
  });

  test('a line of a function, and what never ran', async () => {
    const port = await openPort(AFTER);
    const found = /deferred_init_memmap_chunk:(\d+)/.exec(await execute(port, 'lines deferred_free_pages 1'))?.[1];
    expect(await execute(port, `lines deferred_init_memmap_chunk:${found} 1`)).toMatch(/executions, 0 before now/);
    expect(await execute(port, 'lines kho_radix_del_key')).toContain('not executed in this history');
    expect((await port.execute('lines pfn_to_page')).ok).toBe(false);
    expect((await port.execute('lines nowhere')).ok).toBe(false);
  });
});
