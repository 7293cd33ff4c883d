// khodbg conform --patch: a kernel with one line changed gives other answers, and the rows that it concerns are named.
// A seeded share of such changes, all when laws run whole.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTwoFilesPatch } from 'diff';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kernelText } from '../../src/kernel/index.ts';
import { answersWith, compareRow, conform, type Row, readRows } from '../../src/session/conform/index.ts';
import { SEED, share } from '../laws/support.ts';

const FILE = fileURLToPath(new URL('../fixtures/vectors.json', import.meta.url));
const READ = readRows(FILE);

const row = (vid: string): Row => {
  const found = READ.ok ? READ.rows.find((one) => one.vid === vid) : undefined;
  if (found === undefined) throw new Error(`no row ${vid}`);
  return found;
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'khodbg-conform-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file; its path. */
function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** A patch that changes one line of a function. */
interface Change {
  readonly file: string;
  readonly fn: string;
  readonly from: string;
  readonly to: string;
  /** rows that then differ, and some that do not */
  readonly fail: readonly string[];
  readonly pass: readonly string[];
}

const MM = 'mm/mm_init.ts';
const ALLOC = 'mm/page_alloc.ts';
const BLOCK = 'mm/memblock.ts';
const KHO = 'kernel/liveupdate/kexec_handover.ts';

const CHANGES: readonly Change[] = [
  {
    file: MM,
    fn: 'memmap_init_range',
    from: 'kho_scratch_migratetype(pfn, MIGRATE_MOVABLE)',
    to: 'MIGRATE_MOVABLE',
    fail: ['K057', 'K072'],
    pass: ['K058'],
  },
  {
    file: MM,
    fn: 'defer_init',
    from: 'nr_initialised > PAGES_PER_SECTION',
    to: 'nr_initialised > 2 * PAGES_PER_SECTION',
    fail: ['K058'],
    pass: ['K061'],
  },
  {
    file: MM,
    fn: 'defer_init',
    from: 'nr_initialised = 0;',
    to: 'nr_initialised += 0;',
    fail: ['K059'],
    pass: ['K058'],
  },
  {
    file: KHO,
    fn: 'kho_preserved_memory_reserve',
    from: 'memblock_reserved_mark_noinit(phys, size);',
    to: '',
    fail: ['K057', 'K072'],
    pass: ['K058'],
  },
  {
    file: KHO,
    fn: 'kho_preserved_memory_reserve',
    from: 'kho_page_info(KHO_PAGE_MAGIC, order)',
    to: 'kho_page_info(KHO_PAGE_MAGIC, 0)',
    fail: ['K057', 'K075'],
    pass: ['K072'],
  },
  {
    file: MM,
    fn: 'deferred_free_pages',
    from: 'pageblock_migratetype_init_range(pfn, nr_pages, MIGRATE_MOVABLE);',
    to: '',
    fail: ['K058'],
    pass: ['K061'],
  },
  {
    file: MM,
    fn: 'deferred_free_pages',
    from: 'MAX_PAGE_ORDER, MEMINIT_EARLY',
    to: 'MAX_PAGE_ORDER - 1, MEMINIT_EARLY',
    fail: ['K058'],
    pass: ['K061', 'K062'],
  },
  {
    file: ALLOC,
    fn: '__free_one_page',
    from: 'order < MAX_PAGE_ORDER',
    to: 'order < MAX_PAGE_ORDER - 1',
    fail: ['K061'],
    pass: ['K016'],
  },
  {
    file: ALLOC,
    fn: '__free_one_page',
    from: 'order >= pageblock_order',
    to: 'order > pageblock_order',
    fail: ['K068', 'K070'],
    pass: ['K072'],
  },
  {
    file: ALLOC,
    fn: 'page_is_buddy',
    from: '!PageBuddy(buddy)',
    to: 'PageBuddy(buddy)',
    fail: ['K061'],
    pass: ['K016'],
  },
  {
    file: ALLOC,
    fn: 'set_zone_contiguous',
    from: '=== null) return;',
    to: '=== null) break;',
    fail: ['K060', 'K071'],
    pass: ['K072'],
  },
  {
    file: ALLOC,
    fn: '__pageblock_pfn_to_page',
    from: 'page_zone(start_page) !== zone',
    to: 'page_zone(start_page) === zone',
    fail: ['K061'],
    pass: ['K016'],
  },
  {
    file: KHO,
    fn: 'kho_radix_add_key',
    from: '> KHO_RADIX_KEY_WIDTH',
    to: '>= KHO_RADIX_KEY_WIDTH',
    fail: ['K035', 'K043'],
    pass: ['K045', 'K072'],
  },
  {
    file: KHO,
    fn: 'kho_radix_del_key',
    from: '__kho_radix_del_key(tree.root, key);',
    to: '',
    fail: ['K040'],
    pass: ['K039'],
  },
  {
    file: KHO,
    fn: 'kho_radix_get_table_index',
    from: '(level - 1) * KHO_TABLE_SIZE_LOG2',
    to: 'level * KHO_TABLE_SIZE_LOG2',
    fail: ['K022', 'K052'],
    pass: ['K033'],
  },
  {
    file: KHO,
    fn: '__kho_preserve_pages_order',
    from: 'pfn_to_nid(start_pfn + pages_of_order(order) - 1)',
    to: 'pfn_to_nid(start_pfn)',
    fail: ['K048'],
    pass: ['K047', 'K049'],
  },
  {
    file: BLOCK,
    fn: 'memmap_init_reserved_range',
    from: '__SetPageReserved(pfn, next);',
    to: '',
    fail: ['K053'],
    pass: ['K072'],
  },
  {
    file: BLOCK,
    fn: 'memmap_init_reserved_pages',
    from: 'MEMBLOCK_RSRV_NOINIT) === 0',
    to: 'MEMBLOCK_RSRV_NOINIT) !== 0',
    fail: ['K016', 'K017', 'K053'],
    pass: ['K020', 'K058'],
  },
  {
    file: BLOCK,
    fn: '__free_pages_memory',
    from: 'min(MAX_PAGE_ORDER, __ffs(start))',
    to: 'min(MAX_PAGE_ORDER - 1, __ffs(start))',
    fail: ['K016'],
    pass: ['K017'],
  },
  {
    file: MM,
    fn: 'deferred_grow_zone',
    from: 'spfn < zone_end_pfn ? spfn : ULONG_MAX',
    to: 'spfn',
    fail: ['K056'],
    pass: ['K057'],
  },
  {
    file: KHO,
    fn: 'kho_scratch_migratetype',
    from: 'area.addr < end',
    to: 'area.addr <= end',
    fail: ['K072'],
    pass: ['K058'],
  },
  {
    file: MM,
    fn: 'init_unavailable_range',
    from: '__SetPageReserved(spfn, next);',
    to: '',
    fail: ['K056', 'K062'],
    pass: ['K058'],
  },
  { file: MM, fn: 'early_page_initialised', from: 'pfn <', to: 'pfn <=', fail: ['K058'], pass: ['K061'] },
  {
    file: KHO,
    fn: 'kho_extend_scratch',
    from: 'memblock_end_of_DRAM() > data.prev_end',
    to: 'memblock_end_of_DRAM() < data.prev_end',
    fail: ['K055'],
    pass: ['K072'],
  },
  { file: KHO, fn: 'kho_restore_pages', from: 'ilog2(end_pfn - pfn)', to: '0', fail: ['K078'], pass: ['K072'] },
  { file: KHO, fn: 'kho_init_pages', from: 'nr_pages, 1)', to: 'nr_pages, 0)', fail: ['K078'], pass: ['K072'] },
];

function patchOf({ file, fn, from, to }: Pick<Change, 'file' | 'fn' | 'from' | 'to'>): string {
  const before = kernelText()[file] ?? '';
  const start = before.indexOf(`function ${fn}(`);
  const at = before.indexOf(from, start);
  expect(start >= 0 && at >= 0 && !before.slice(start, at).includes('\n}\n')).toBe(true);
  const after = before.slice(0, at) + to + before.slice(at + from.length);
  return createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after);
}

describe('a kernel with one line changed', () => {
  const changes = CHANGES.map((change, i) => ({ i, ...change }));

  test.each(share(changes, 6))(`$fn: $from -> $to (seed ${SEED})`, ({ i, fail, pass, ...change }) => {
    const path = written(`${i}.patch`, patchOf(change));
    const compute = answersWith([path]);
    if (typeof compute !== 'function') throw new Error(compute.join('\n'));
    const differing = [...fail, ...pass].filter((vid) => {
      const one = row(vid);
      return compareRow(one, compute(one)).differences.length > 0;
    });
    expect(differing).toEqual(fail);
  });
});

describe('a capture', () => {
  const CAPTURE = fileURLToPath(new URL('../fixtures/captures/A-2n-3g+3g', import.meta.url));

  test('shows changes of what only its first kernel runs', () => {
    const patches = [
      { fn: 'kho_init', from: 'pfn < end_pfn', to: 'pfn < base_pfn' },
      { fn: 'kho_reserve_scratch', from: 'num_memory_nodes() + 2', to: 'num_memory_nodes() + 1' },
    ].map((change) => written(`${change.fn}.patch`, patchOf({ file: KHO, ...change })));
    const { status, lines } = conform([CAPTURE], { patches });
    expect(status).toBe(1);
    expect(lines).toContainEqual(
      expect.stringMatching(/^.*: boot1 before run_init_process: zone\(0, DMA32\)\.cma_pages: /),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^.*: boot1 end: scratch\[3\]: /));
  });
});

describe('a patch that fits one kernel only', () => {
  test('fails the rows of the other, saying so', () => {
    const from = 'kho_scratch_migratetype(pfn, MIGRATE_MOVABLE)';
    const path = written('own.patch', patchOf({ file: MM, fn: 'memmap_init_range', from, to: 'MIGRATE_MOVABLE' }));
    const { status, lines } = conform(
      [written('two.json', JSON.stringify({ format: 1, vectors: [row('K058'), row('K070')] }))],
      { patches: [path] },
    );
    expect(status).toBe(1);
    expect(lines[0]).toMatch(
      /^K070: .*own\.patch: hunk 1 of mm\/mm_init\.ts \(line \d+.*\) does not apply; first line not found/,
    );
    expect(lines.at(-1)).toBe('1 passed, 1 failed');
  });

  test('fits none: bad input', () => {
    const path = written('none.patch', 'no diff');
    expect(conform([FILE], { patches: [path] })).toMatchObject({
      status: 2,
      lines: [expect.stringMatching(/none\.patch: no hunk/)],
    });
    expect(conform([FILE], { patches: ['nonsense'] })).toMatchObject({
      status: 2,
      lines: [expect.stringMatching(/no shipped patch/)],
    });
  });
});
