// find and rfind: where a condition begins to hold, forwards and backwards, and what they refuse.
import { expect, test } from 'vitest';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';

test('find goes to where a condition begins to hold, rfind back to where it last did', async () => {
  const port = await openPort(BEFORE);
  const credited = await execute(port, 'delete', 'find zone(0, DMA).managed_pages == 4097');
  expect(credited).toContain('adjust_managed_page_count');
  expect(
    await execute(port, 'print zone(0, DMA).managed_pages', 'reverse-stepi', 'print zone(0, DMA).managed_pages'),
  ).toMatch(/= 4097[\s\S]*= 4096/);
  const marked = await execute(port, 'rfind page(0x18000).private == 0x4b484f5000000000');
  expect(marked).toContain('kho_preserved_memory_reserve');
  expect(await execute(port, 'find page(0x18000).private == 0')).toContain('kho_restore_page');
});

test('what holds here is looked for where it begins once more', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'find node(0).first_deferred_pfn == 0x10000');
  const refused = await execute(port, 'find node(0).first_deferred_pfn == 0x10000');
  expect(refused).toContain('does not begin to hold after this position');
  expect(await execute(port, 'rfind node(0).first_deferred_pfn == 0x10000')).toContain(
    'does not begin to hold before this position',
  );
});

test('locals are asked in the frame of the thread that has moved', async () => {
  const port = await openPort(BEFORE);
  const there = await execute(port, 'delete', 'find buddy == page(0x18000)', 'print buddy.private');
  expect(there).toMatch(/pgdatinit0 {2}find_buddy_page_pfn [\s\S]*= 0x4b484f5000000000$/);
});

test('a condition that nothing can mean is refused with its reason', async () => {
  const port = await openPort(BEFORE);
  expect(await execute(port, 'find')).toContain('find: a condition is missing; usage: find CONDITION');
  expect(await execute(port, 'find zoen(0, DMA).managed_pages > 1')).toContain('did you mean zone?');
  expect(await execute(port, 'rfind nonesuch == 1')).toContain('No symbol "nonesuch"');
});

test('a fault on the way is no end: what comes after it is found', async () => {
  const port = await openPort('family/grow-past-end-before');
  await execute(port, 'delete', 'seek memmap_init');
  expect(await execute(port, 'find node(0).first_deferred_pfn == 0x18000')).toContain('deferred_grow_zone');
});

test.each([
  ['page(0x6000).nope == 1', "struct page has no member named 'nope'"],
  ['PageReserved(5)', 'a struct page is expected, not 5'],
])('a condition that never has a meaning is refused before anything is run: %s', async (text, why) => {
  const port = await openPort(BEFORE);
  const { ok, output } = await port.execute(`find ${text}`);
  expect([ok, output.join()]).toEqual([false, expect.stringContaining(why)]);
});

test('a condition that is nested beyond reading is refused before anything is run', async () => {
  const port = await openPort(BEFORE);
  const { ok, output } = await port.execute(`find ${'('.repeat(20_000)}1${')'.repeat(20_000)}`);
  expect([ok, output.join()]).toEqual([false, expect.stringContaining('nested too deep to be read')]);
});

test('a number beyond every memory is a value as others are', async () => {
  const port = await openPort(BEFORE);
  expect((await port.execute('print 1e30 > 0xffffffffffffffff')).output).toEqual(['$1 = true']);
});

test('a condition of a point may ask for the pfn of a struct page that a local names', async () => {
  const port = await openPort('seed-000/uninit-boundary-before');
  const there = await execute(port, 'delete', 'break __free_pages_core:37 if page_to_pfn(page) == 0x10400', 'continue');
  expect(there).toContain('__free_pages_core (page=page(0x10400), order=10');
});
