// accesses, last, first: who read, wrote or changed a place in memory, before and after now, in all boots of a history.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Port } from '../../src/session/index.ts';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';
const PRIVATE = 'page(0x18000)->private';

let port: Port;
beforeAll(async () => {
  port = await openPort(BEFORE);
  await execute(port, 'delete');
});

/** Rows without threads and spaces: `#N rw function old → new`. */
const rows = (text: string) =>
  text
    .split('\n')
    .filter((line) => /^(?:=>| {2}) #/.test(line))
    .map((line) =>
      /(#\d+) +T\d+ \S+ +(.*)$/.exec(line)?.slice(1, 3).join(' ').replace(/:\d+/g, '').replace(/ +/g, ' '),
    );

describe('accesses', () => {
  test('a field: how, where, old and new; each row can be sought, and is marked', async () => {
    const text = await execute(port, 'start', `accesses ${PRIVATE}`);
    expect(text).toContain(`${PRIVATE}: 3 accesses, 0 before now\n-- now #0 --\n`);
    expect(rows(text)).toEqual([
      '#7523 w kho_preserved_memory_reserve 0x0 → 0x4b484f5000000000',
      '#122189 r kho_restore_page 0x4b484f5000000000',
      '#122197 w kho_restore_page 0x4b484f5000000000 → 0x0',
    ]);
    const there = await execute(port, 'seek #122189', `accesses ${PRIVATE}`);
    expect(there).toContain('1 before now');
    expect(there).toMatch(/^=> #122189 +T2 kernel_init +r +kho_restore_page:\d+ {2}0x4b484f5000000000$/m);
  });

  test('r, w and c choose; a count limits the rows to those nearest now', async () => {
    const place = 'node(0).first_deferred_pfn';
    expect(await execute(port, `accesses ${PRIVATE} r`)).toContain(': 1 read, ');
    expect(await execute(port, `accesses ${PRIVATE} w 1`)).toContain(': 2 writes, ');
    const changes = rows(await execute(port, `accesses ${place} c`));
    expect(changes.slice(-2)).toEqual([
      '#7310 w defer_init ULONG_MAX → 0x10000',
      '#17172 w deferred_init_memmap 0x10000 → ULONG_MAX',
    ]);
    const near = await execute(port, 'seek #7310', `accesses ${place} 3`);
    expect(rows(near)).toHaveLength(3);
    expect(near).toMatch(/^… \d+ earlier$/m);
    expect(near).toMatch(/^… \d+ later$/m);
  });

  test('pages: all fields of theirs, a range operation as the part of it that falls on them', async () => {
    const text = await execute(port, 'start', 'accesses page 0x18000..0x18004 c 4');
    expect(rows(text).slice(0, 3)).toEqual([
      '#7523 w kho_preserved_memory_reserve page(0x18000).private 0x0 → 0x4b484f5000000000',
      '#22655 w deferred_init_pages pages 0x18001..0x18004',
      '#22689 w __free_pages_core page(0x18001)._refcount 1 → 0',
    ]);
    expect(await execute(port, 'accesses page 98304')).toContain('page 98304: 17 accesses');
  });

  test('the type of the pageblock is read 511 times and never written: that is the bug', async () => {
    expect(await execute(port, 'accesses pageblock(0x18000).migratetype w')).toContain('no write in this history');
    expect(await execute(port, 'accesses pageblock(0x18000).migratetype r 1')).toContain('511 reads');
    expect(await execute(port, 'accesses pageblock(0x18000) 1')).toContain(
      'pageblock(0x18000).migratetype  MIGRATE_UN',
    );
  });

  test('memblock, whose lists are written as a whole: the entries that a write changed, and limits', async () => {
    const text = await execute(port, 'seek #7519', 'accesses memblock.reserved.regions[0].base w 2');
    expect(rows(text)).toEqual([
      '#1072 w memblock_free 0x43ff000 → 0x0',
      '#7519 w kho_preserved_memory_reserve 0x0 → 0x18000000',
    ]);
    // as rows of why write a region
    expect(await execute(port, 'accesses memblock.reserved[0].base w 2')).toContain('0x43ff000 → 0x0');
    expect(rows(await execute(port, 'accesses memblock.reserved.cnt c'))).toHaveLength(3);
    expect(await execute(port, 'accesses memblock.reserved.regions[0] r 2')).toContain(
      'memblock.reserved.regions[0].flags  0x10',
    );
    expect(rows(await execute(port, 'accesses memblock.current_limit'))).toHaveLength(2);
  });

  test('an expression over locals is the memory that it names where one stands', async () => {
    const there = await execute(port, 'seek #122189', 'accesses page->private');
    expect(rows(there)).toHaveLength(3);
  });

  test('all boots of a history', async () => {
    const two = await openPort('old-kernel/whole-handover');
    expect(rows(await execute(two, 'accesses memblock.current_limit'))).toEqual([
      '#81 w e820__memblock_setup PHYS_ADDR_MAX → 0x100000',
      '#117 w init_mem_mapping 0x100000 → 0x18000000',
      '#120784 w e820__memblock_setup PHYS_ADDR_MAX → 0x100000',
      '#120820 w init_mem_mapping 0x100000 → 0x18000000',
    ]);
  });

  test('it can be interrupted, and one stands where one stood', async () => {
    const fresh = await openPort(BEFORE);
    const asked = fresh.execute(`accesses ${PRIVATE}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    fresh.interrupt();
    expect(await asked).toMatchObject({ ok: false, output: ['interrupted'] });
    expect(fresh.view().position.label).toBe('#0');
  });

  test('what is no place is refused with the reason', async () => {
    for (const [args, why] of [
      ['', 'an expression is missing'],
      ['3', 'is a value, not a place in memory'],
      ['page(0x18000)->nope', "no member named 'nope'"],
      ['page 0x99999999', 'is outside the machine'],
      ['page(0x99999999)->flags', 'is outside the machine'],
    ]) {
      const { ok, output } = await port.execute(`accesses ${args}`);
      expect([ok, output[0]]).toEqual([false, expect.stringContaining(why ?? '')]);
    }
  });
});

describe('last and first', () => {
  test('last goes back to the write before now, again and again, and says when there is none', async () => {
    const place = 'zone(0, DMA).managed_pages';
    const text = await execute(port, 'seek end', `last ${place}`);
    expect(text).toMatch(/^last write of zone\(0, DMA\)\.managed_pages:\n {3}#122207 .* 4096 → 4097$/m);
    expect(text.split('\n').at(-2)).toMatch(/^#122207 {2}T2 kernel_init {2}adjust_managed_page_count/);
    expect(await execute(port, `last ${place}`)).toContain('__free_pages_core');
    expect(await execute(port, 'when')).toContain('#8080');
    const { ok, output } = await port.execute(`last ${PRIVATE}`);
    expect([ok, output]).toEqual([true, expect.arrayContaining([`last write of ${PRIVATE}:`])]);
    expect(await execute(port, `last ${PRIVATE}`)).toBe(`${PRIVATE}: no write before #7523`);
  });

  test('it arrives where reverse-continue with a watchpoint arrives', async () => {
    await execute(port, 'seek end', `watch ${PRIVATE}`, 'reverse-continue');
    const watched = await execute(port, 'when', 'delete');
    expect(await execute(port, 'seek end', `last ${PRIVATE}`, 'when')).toContain(watched.split('\n')[0]);
  });

  test('first goes to the oldest, from anywhere; r asks for reads; back returns', async () => {
    await execute(port, 'seek #7600');
    expect(await execute(port, `first ${PRIVATE} r`)).toContain('#122189');
    expect(await execute(port, 'back', `first ${PRIVATE}`)).toContain('#7523');
    expect(await execute(port, 'back', 'when')).toContain('#7600');
    expect((await port.execute(`first ${PRIVATE} r 5`)).ok).toBe(false);
  });
});
