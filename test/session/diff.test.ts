// diff: what differs between two positions of one history, in ranges; without arguments since the last stop.
import { describe, expect, test } from 'vitest';
import { execute, openPort } from '../support/open.ts';

const AFTER = 'seed-000/uninit-mid-after';

/** The lines below a topic. */
function rowsOf(text: string, topic: string): string[] {
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith(` ${topic}:`)) + 1;
  const length = lines.slice(from).findIndex((line) => !line.startsWith('   '));
  return from === 0 ? [] : lines.slice(from, length < 0 ? undefined : from + length).map((line) => line.trim());
}

describe('diff', () => {
  test('between two stages: pages, memblock, variables, zones and free lists, old and new', async () => {
    const port = await openPort(AFTER);
    const text = await execute(port, 'diff kho_memory_init memblock_free_all');
    expect(text).toMatch(/^#\d+ \(kho_memory_init\) → #\d+ \(memblock_free_all\)\n/);
    expect(rowsOf(text, 'struct pages')).toEqual(['pages 0x0..0x10000  _refcount 1 → _refcount 0']);
    expect(rowsOf(text, 'memblock')).toContain('memblock.kho_scratch_only                 true → false');
    expect(rowsOf(text, 'zones and nodes')).toContain('zone(0, DMA32).managed_pages      126976 → 61440');
    expect(rowsOf(text, 'free lists')).toContain('node 0 DMA32 CMA      none → 1024 pages (0 0 0 0 0 0 0 0 0 0 1)');
    expect(await execute(port, 'when')).toContain('#0 ');
  });

  test('a page that is initialised again for a reservation: it is reserved then', async () => {
    const port = await openPort('seed-001/reserved-head-before');
    const text = await execute(port, 'diff kho_memory_init memmap_init_reserved_pages');
    expect(rowsOf(text, 'struct pages')).toEqual([
      'page 0x20000  initialised once, node 0 DMA32, refcount 1 → initialised more than once, node 0 DMA32, reserved, refcount 1',
    ]);
  });

  test('struct pages that only one has are cut at zones and at what is initialised; the first five of each kind', async () => {
    const port = await openPort(AFTER);
    const text = await execute(port, 'diff start kho_memory_init');
    expect(rowsOf(text, 'struct pages')).toEqual([
      'pages 0x0..0x1000       no struct page → initialised once, node 0 DMA, refcount 1',
      'pages 0x1000..0x10000   no struct page → initialised once, node 0 DMA32, refcount 1',
      'pages 0x10000..0x18005  no struct page → not initialised',
      'page 0x18005            no struct page → initialised once, node 0 DMA32, refcount 1',
      'pages 0x18006..0x20000  no struct page → not initialised',
    ]);
    expect(rowsOf(text, 'pageblocks')).toContain('pageblocks 0x20..0x22 (pfn 0x4000..0x4400)   never set → CMA');
    expect(rowsOf(text, 'structs')).toContain('kho_radix_tree(kho_in).root  0x0 → 0x5000000');
    expect(rowsOf(text, 'zones and nodes').at(-1)).toMatch(/^… \d+ more; --all lists them$/);
    const all = await execute(port, 'diff start kho_memory_init --all');
    expect(all).not.toContain('--all lists them');
    expect(rowsOf(all, 'zones and nodes').length).toBeGreaterThan(5);
  });

  test('the other way round values swap, and lines of the console are gone', async () => {
    const port = await openPort(AFTER);
    const forth = await execute(port, 'diff kho_memory_init end');
    const back = await execute(port, 'diff end kho_memory_init');
    expect(forth).toMatch(/\n console: 2 lines added\n {3}node 0 deferred pages initialised in \d+ms\n/);
    expect(back).toMatch(/\n console: 2 lines gone\n {3}node 0 deferred pages initialised in \d+ms\n/);
    expect(rowsOf(forth, 'pageblocks')).toEqual(['pageblocks 0x80..0x100 (pfn 0x10000..0x20000)  never set → MOVABLE']);
    expect(rowsOf(back, 'pageblocks')).toEqual(['pageblocks 0x80..0x100 (pfn 0x10000..0x20000)  MOVABLE → never set']);
  });

  test('one position: from there to here; none: from where one stood at the last stop', async () => {
    const port = await openPort(AFTER);
    await execute(port, 'seek kho_memory_init', 'seek memblock_free_all');
    const alone = await execute(port, 'diff');
    expect(alone).toBe(await execute(port, 'diff kho_memory_init'));
    expect(alone).toBe(await execute(port, 'diff kho_memory_init memblock_free_all'));
    expect((await execute(port, 'diff -0')).split('\n')[1]).toBe('nothing differs');
    expect(await execute(port, 'step', 'diff')).toMatch(/\n variables: 1 differs\n {3}slab_available {2}false → true$/);
  });

  test('positions of different boots: the first line says so', async () => {
    const port = await openPort('old-kernel/whole-handover');
    const text = await execute(port, 'diff boot1:deferred boot2:deferred');
    expect(text.split('\n')[0]).toMatch(
      /^#\d+ \(deferred\) in boot 1 → #\d+ \(deferred\) in boot 2: two kernels that ran in the same memory$/,
    );
    expect(rowsOf(text, 'memblock')).toContain('memblock.memory 0x15c00000..0x17c00000    node 0 → node 0 KHO_SCRATCH');
    expect(rowsOf(text, 'contents of memory')[0]).toMatch(/ 0 words set → \d+ words set$/);
  });

  test('where one stood may lie in another branch', async () => {
    const port = await openPort('two-nodes');
    await execute(port, 'break padata_do_multithreaded', 'continue', 'schedule next 4', 'next', 'branch 0');
    expect(await execute(port, 'diff')).toMatch(/^#\d+ \(\w+, branch 1\) → #\d+ \(\w+, branch 0\)\n/);
  });

  test('stages complete; what is no position is refused', async () => {
    const port = await openPort(AFTER);
    expect(port.complete('diff kho_memory_init memblock_f').words).toEqual(['memblock_free_all']);
    expect((await port.execute('diff kho_memory_int')).output[0]).toContain("'kho_memory_int' is no position");
    expect((await port.execute('diff 0 1 2')).output[0]).toContain("'2' is not expected");
  });
});
