// Answers that lead somewhere: `result N`, whatever branch and thread a row is of; `go`, which guesses what one means; and which
// values a text names.
import { describe, expect, test } from 'vitest';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';

test('result goes to a row in one movement, and back undoes it', async () => {
  const port = await openPort(BEFORE);
  expect(await execute(port, 'result')).toContain('no answer yet');
  await execute(port, 'delete', 'continue', 'accesses page(0x18000)->private');
  const { results, position } = port.view();
  const rows = results?.rows ?? [];
  expect(rows.length).toBeGreaterThan(1);
  expect((await execute(port, 'result')).split('\n')).toHaveLength(rows.length + 1);
  const went = await execute(port, 'result 2');
  expect(went).toMatch(new RegExp(`^#${rows[1]?.at?.at} `));
  expect(port.view().stop.lines[0]).toMatch(new RegExp(`^row 2 of ${rows.length}: [rw]+ {2}\\w+:\\d+ {2}0x`));
  await execute(port, 'back');
  expect(port.view().position.at).toBe(position.at);
  expect(await execute(port, 'result 0')).toContain(`no row '0'; the answer has ${rows.length}`);
  expect(await execute(port, 'result 2 3')).toContain("no row '2 3'");
});

test('a row of another branch leads into it only where histories differ', async () => {
  const port = await openPort('two-nodes');
  await execute(port, 'delete', 'break deferred_init_memmap_chunk', 'continue', 'delete');
  const fork = port.view().position.at;
  await execute(port, 'lines init_deferred_page');
  const before = port.view().results?.rows ?? [];
  const early = before.findIndex(({ at }) => (at?.at ?? 0) > 0 && (at?.at ?? 0) < fork);
  await execute(port, 'lines deferred_init_pages');
  const late = (port.view().results?.rows ?? []).findIndex(({ at }) => (at?.at ?? 0) > fork);
  expect([early >= 0, late >= 0]).toEqual([true, true]);
  expect(await execute(port, 'schedule next 4')).toContain('branch 1');
  await execute(port, `result ${late + 1}`);
  expect(await execute(port, 'info branches')).toMatch(/^\* 0 /m);
  await execute(port, 'branch 1', 'lines __init_single_page');
  const shared = (port.view().results?.rows ?? []).findIndex(({ at }) => (at?.at ?? fork) < fork);
  await execute(port, 'branch 0', `result ${shared + 1}`);
  expect(await execute(port, 'info branches')).toMatch(/^\* 0 /m);
});

test('go guesses: a position, a stage, a pfn, a function', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'go memmap_init');
  expect(port.view().position.stage).toBe('memmap_init');
  await execute(port, 'g #120');
  expect(port.view().position.label).toBe('#120');
  const { output, look } = await port.execute('go 0x18000');
  expect([output[0]?.slice(0, 5), look]).toMatchObject(['page:', { start: 0x18000, end: 0x18001 }]);
  expect(await execute(port, 'go memmap_init_range')).toMatch(/^memmap_init_range: \d+ execution/);
  expect(port.view().results?.title).toContain('memmap_init_range');
  expect(await execute(port, 'go')).toContain('where to is missing');
  expect(await execute(port, 'go nowhere')).toContain("'nowhere' is no position");
  expect(await execute(port, 'go memmap_init_rang')).toContain('did you mean memmap_init_range?');
});

describe('values that a text names', () => {
  test('locals, places in memory, pages; not calls, words and constants', async () => {
    const port = await openPort('two-nodes');
    await execute(port, 'delete', 'break deferred_init_pages', 'continue', 'up');
    const values = (text: string) =>
      port
        .view()
        .values(text)
        .map(({ expression, place }) => [expression, place]);
    const line = 'nr_pages += deferred_init_pages(zone, spfn, chunk_end); // of it.start, epfn';
    expect(values(line)).toEqual([
      ['nr_pages', null],
      ['zone', null],
      ['spfn', 'page 0x10000'],
      ['chunk_end', null],
    ]);
    expect(values('#9 T1  w  f:3  page(0x18000)->flags  0x0 → 0x1, pfn 0x18001, ULONG_MAX, return')).toEqual([
      ['page(0x18000)->flags', 'page(0x18000)->flags'],
      ['page 0x18001', 'page 0x18001'],
    ]);
    const text = 'if (node(0).first_deferred_pfn)';
    const [found] = port.view().values(text);
    expect(text.slice(found?.from, found?.to)).toBe('node(0).first_deferred_pfn');
    expect(found?.place).toBe('node(0).first_deferred_pfn');
  });
});
