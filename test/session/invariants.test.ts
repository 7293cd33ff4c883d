// Invariants: each holds on a healthy boot and is broken by a small change, at the micro-step that did it; what turns do not
// show is found at a stage and looked back for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { profileText, shippedPatch } from '../../src/kernel/index.ts';
import { MEMBLOCK_RSRV_KERN, type Region } from '../../src/machine/index.ts';
import { type Loaded, lastBoot, loadScenarioText, Port, runReport } from '../../src/session/index.ts';
import { INVARIANT_NAMES, INVARIANTS, turnReader } from '../../src/session/invariants/index.ts';
import { newTrace, type State } from '../../src/vm/index.ts';
import { generated, law, smallMachine } from '../laws/support.ts';
import { execute, openPort, scenarioFile } from '../support/open.ts';
import { type Change, edited, loadPatched, patchWithThoseBefore } from '../support/patched.ts';
import { folderWith } from '../support/temporary.ts';

type Rows = ReadonlyMap<string, { readonly ok: boolean; readonly at?: string; readonly what?: string }>;

function run(loaded: Loaded): { rows: Rows; status: number } {
  const result = runReport(loaded);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return { rows: new Map(result.report.invariants.map((row) => [row.name, row])), status: result.status };
}

const healthy = new Map<string, Rows>();

/** The rows of a scenario as it is shipped, run once. */
function rowsOf(scenario: string): Rows {
  const rows = healthy.get(scenario) ?? run(loadPatched(scenario, null)).rows;
  healthy.set(scenario, rows);
  return rows;
}

const KHO = 'kernel/liveupdate/kexec_handover.ts';
const INIT = 'mm/mm_init.ts';

interface Case {
  readonly name: string;
  readonly scenario: string;
  readonly change: Change;
  /** the statement that breaks it, and what the message says */
  readonly fn: string;
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'initialised-once',
    scenario: 'seed-000/uninit-boundary-after',
    change: { file: KHO, edits: [['init_deferred_page(pfn, pfn + pages_of_order(order), nid);', '']] },
    fn: 'kho_preserved_memory_reserve',
    says: /^page\(0x18000\): expected initialised once, found reserved with RSRV_NOINIT, and initialised never/,
  },
  {
    name: 'initialised-once',
    scenario: 'seed-000/uninit-boundary-after',
    change: { file: INIT, edits: [['epfn = min(epfn, end_pfn);', 'epfn = min(epfn, end_pfn - 1);']] },
    fn: 'page_alloc_init_late',
    says: /^page\(0x1ffff\): expected initialised once, found initialised never/,
  },
  {
    name: 'initialised-once',
    scenario: 'seed-000/uninit-boundary-after',
    change: { file: INIT, edits: [['spfn = max(spfn, start_pfn);', 'spfn = max(spfn, start_pfn - 1);']] },
    fn: 'deferred_init_pages',
    says: /^page\(0xffff\): expected initialised once, found initialised again/,
  },
  {
    name: 'no-uninit-access',
    scenario: 'seed-000/uninit-mid-after',
    change: { file: KHO, edits: [['init_deferred_page(pfn, pfn + pages_of_order(order), nid);', '']] },
    fn: 'kho_preserved_memory_reserve',
    says: /^page\(0x18005\): expected initialised before it is touched, found a write of its private/,
  },
  {
    name: 'page-links-right',
    scenario: 'two-nodes',
    change: {
      file: INIT,
      edits: [
        [
          'zone_idx(zone), zone_to_nid(zone));\n\treturn end_pfn - pfn;',
          'zone_idx(zone), 0);\n\treturn end_pfn - pfn;',
        ],
      ],
    },
    fn: 'deferred_init_pages',
    says: /expected linked to zone\(1, DMA32\), found zone\(0, DMA32\)/,
  },
  {
    name: 'kho-pages-untouched',
    scenario: 'seed-000/uninit-boundary-after',
    change: { file: KHO, edits: [['memblock_reserve(phys, size);\n\t/* whoever', '/* whoever']] },
    fn: 'deferred_init_pages',
    says: /^page\(0x18000\): expected left alone until KHO restores it, found initialised again/,
  },
  {
    name: 'kho-pages-untouched',
    scenario: 'seed-000/uninit-order9',
    change: { file: 'mm/memblock.ts', edits: [['(region.flags & MEMBLOCK_RSRV_NOINIT) === 0', 'true']] },
    fn: '__init_deferred_page',
    says: /^pages 0x18000\.\.0x18200: expected left alone/,
  },
  {
    name: 'scratch-is-cma',
    scenario: 'seed-000/uninit-boundary-after',
    change: { file: KHO, edits: [['return MIGRATE_CMA;', 'return mt;']] },
    fn: 'memmap_init_range',
    says: /^pageblock\(0x4000\): expected MIGRATE_CMA, as it overlaps scratch, found MIGRATE_MOVABLE/,
  },
  {
    name: 'nothing-preserved-in-scratch',
    scenario: 'seed-000/uninit-boundary-after',
    change: {
      file: KHO,
      edits: [
        [
          'const size = num(u64(PAGE_SIZE) << u64(order));\n\tconst page',
          'const size = num(u64(PAGE_SIZE) << u64(order));\n\tconst page: page = pfn_to_page(0x4000);\n\tconst other',
        ],
      ],
    },
    fn: 'kho_preserved_memory_reserve',
    says: /^page\(0x4000\): expected preserved outside scratch 0x4000\.\.0x4400/,
  },
  {
    name: 'noinit-covers-preserved',
    scenario: 'seed-000/uninit-order9',
    change: {
      file: KHO,
      edits: [['memblock_reserved_mark_noinit(phys, size);', 'memblock_reserved_mark_noinit(phys, PAGE_SIZE);']],
    },
    fn: 'kho_preserved_memory_reserve',
    says: /^pages 0x18000\.\.0x18200: expected reserved with RSRV_NOINIT, 2097152 bytes, found 4096 bytes/,
  },
  {
    name: 'restored-pages-clean',
    scenario: 'seed-000/uninit-order9',
    change: {
      file: KHO,
      edits: [
        [
          'set_page_count(pfn + 1, pfn + pages_of_order(order), 0);',
          'set_page_count(pfn + 1, pfn + pages_of_order(order), 1);',
        ],
      ],
    },
    fn: 'kho_init_folio',
    says: /^pages 0x18001\.\.0x18200\._refcount: expected 0, as of a tail page of a folio, found 1/,
  },
  {
    name: 'restored-pages-clean',
    scenario: 'seed-000/uninit-order9',
    change: { file: KHO, edits: [['page.private = 0n;', '']] },
    fn: 'kho_restore_page',
    says: /^page\(0x18000\)\.private: expected 0 once it is restored, found 0x4b484f5000000009/,
  },
  {
    name: 'managed-pages-add-up',
    scenario: 'seed-000/uninit-order9',
    change: {
      file: KHO,
      edits: [['adjust_managed_page_count(page, nr_pages);', 'adjust_managed_page_count(page, 1);']],
    },
    fn: 'adjust_managed_page_count',
    says: /^zone\(0, DMA32\)\.managed_pages: expected 512 pages from page\(0x18000\) on counted, found 1 counted/,
  },
  {
    name: 'first-deferred-sane',
    scenario: 'seed-000/uninit-boundary-after',
    change: { file: INIT, edits: [['first_deferred_pfn = pfn;', 'first_deferred_pfn = pfn + 1;']] },
    fn: 'defer_init',
    says: /^node\(0\)\.first_deferred_pfn: expected ULONG_MAX, or .*, found 0x10001/,
  },
  {
    name: 'page-zero-never-allocated',
    scenario: 'seed-000/uninit-boundary-after',
    change: {
      file: KHO,
      edits: [
        [
          'const phys = memblock_alloc(PAGE_SIZE, PAGE_SIZE);\n\n\tif (phys !== 0) clear_page(phys);',
          'const phys = 0;\n\n\tclear_page(phys);',
        ],
      ],
    },
    fn: 'kho_radix_alloc_node',
    says: /^page\(0x0\): expected never allocated/,
  },
];

const positionOf = (at = ''): { at: number; sub: number } => {
  const [step = 0, sub = 0] = at.slice(1).split('.').map(Number);
  return { at: step, sub };
};

/** `#N` of the line in which a command says where one stands. */
const stoppedAt = (output: string): number => Number(/^#(\d+)/m.exec(output)?.[1] ?? -1);

describe('an invariant', () => {
  test('has a sentence, a source, writers, and a name of its own', () => {
    expect(new Set(INVARIANT_NAMES).size).toBe(INVARIANTS.length);
    for (const { name, text, source, writers } of INVARIANTS) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(text).toMatch(/^[A-Z].*\.$|^managed_pages .*\.$|^first_deferred_pfn .*\.$/);
      expect(source).toMatch(/^v7\.3 \w+\(\)/);
      expect(writers.length).toBeGreaterThan(0);
    }
  });

  test.each(CASES)('$name holds in $scenario and is broken in $fn by a change of the kernel', async (one) => {
    expect(rowsOf(one.scenario).get(one.name)).toEqual({ name: one.name, ok: true });
    const loaded = loadPatched(one.scenario, one.change);
    const { rows, status } = run(loaded);
    const row = rows.get(one.name);
    expect(row).toMatchObject({ ok: false, expected: false });
    expect(row?.what).toMatch(one.says);
    expect(row?.what).toContain(`; broken at ${row?.at} in ${one.fn} at `);
    expect(status).toBe(1);

    const port = new Port(loaded);
    await execute(port, `catch invariant ${one.name}`);
    const stop = stoppedAt(await execute(port, 'continue'));
    const { at } = positionOf(row?.at);
    expect(stop).toBeLessThanOrEqual(at);
    const frame = port.session.stack()[0];
    expect(frame?.fn).toBe(one.fn);
    await execute(port, 'delete', 'next');
    expect(port.session.state.cursor.at.at).toBeGreaterThan(at);
  });

  test('asks a kernel that knows types for the counts that a type says', () => {
    const name = 'seed-003/rfc-refused-after';
    expect(run(loadPatched(name, null)).rows.get('restored-pages-clean')).toMatchObject({ ok: true });

    const typed = profileText('v7.3', [
      ...patchWithThoseBefore('seed003-3'),
      { name: 'seed003-bit-53', text: shippedPatch('seed003-bit-53') },
    ]);
    const text = typed.ok ? (typed.files[KHO] ?? '') : '';
    const forgetful = edited(text, [['type === KHO_PAGE_SPLIT ? 1 : 0', '0']]);
    const folder = folderWith({ 'forgetful.patch': createTwoFilesPatch(`a/${KHO}`, `b/${KHO}`, text, forgetful) });
    const file = scenarioFile(name);
    const result = loadScenarioText(file, readFileSync(file, 'utf8'), { patches: [join(folder, 'forgetful.patch')] });
    if (!result.ok) throw new Error(result.errors.join('\n'));
    expect(run(result.loaded).rows.get('restored-pages-clean')).toMatchObject({
      ok: false,
      what: expect.stringMatching(/^pages 0x8001\.\.0x8010\._refcount: expected 1, as of a page restored by itself/),
    });
  });

  test('every case has another row, and every row but the regions has a case', () => {
    const without = INVARIANT_NAMES.filter((name) => !CASES.some((one) => one.name === name));
    expect(without).toEqual(['regions-sorted']);
  });

  test('holds on generated healthy machines', () => {
    fc.assert(
      fc.property(smallMachine, (small) => {
        const { rows } = run(generated({ ...small, patched: false }));
        expect([...rows.values()].filter(({ ok }) => !ok)).toEqual([]);
      }),
      law(40),
    );
  });
});

describe('initialised-once', () => {
  test('lets a page that two reservations share be initialised again, as v7.3 does', () => {
    const shared = '"reserved": [{ "start": "0x19000000", "size": 2048 }, { "start": "0x19000900", "size": 256 }]';
    const result = runReport(loadPatched('seed-000/uninit-boundary-after', null, [['"reserved": []', shared]]));
    if (!result.ok) throw new Error(result.errors.join('\n'));
    const { boots, invariants } = result.report;
    expect(boots.at(-1)?.stages.at(-1)?.pages.initialised_more_than_once).toBe(1);
    expect(invariants.filter(({ ok }) => !ok)).toEqual([]);
  });
});

describe('regions-sorted', () => {
  const region = (base: number, size: number, flags = 0): Region => ({ base, size, nid: 0, flags });
  const row = INVARIANTS.find(({ name }) => name === 'regions-sorted');

  function stateWith(regions: readonly Region[]): State {
    const { first } = loadPatched('seed-000/uninit-boundary-after', null);
    const { memblock } = first.machine;
    return {
      ...first,
      machine: { ...first.machine, memblock: { ...memblock, memory: { ...memblock.memory, regions } } },
    };
  }

  test.each([
    ['overlap', [region(0, 0x3000), region(0x2000, 0x1000, 1)], 'one that ends at 0x3000 before it'],
    ['are out of order', [region(0x4000, 0x1000), region(0, 0x1000)], 'one that ends at 0x5000 before it'],
    ['are not merged', [region(0, 0x1000), region(0x1000, 0x1000)], 'one like it that ends where it begins'],
  ])('is broken when regions %s', (_what, regions, found) => {
    const [before, after] = [stateWith([]), stateWith(regions)];
    const trace = newTrace(true);
    trace.accesses?.push({ rw: 'w', struct: 'memblock', at: 'memory', field: 'regions', op: 2 });
    const { linked } = lastBoot(loadPatched('seed-000/uninit-boundary-after', null)).kernel;
    const read = turnReader(row === undefined ? [] : [row], () => linked.program);
    const breaches = read({ before, after, thread: 0, trace }, { at: 10, sub: 0 });
    expect(breaches.map(({ at, violation }) => [at, violation.found])).toEqual([[{ at: 12, sub: 0 }, found]]);
    expect(read({ before: after, after, thread: 0, trace }, { at: 10, sub: 0 })).toEqual([]);
  });

  test('holds where neighbours differ in flags', () => {
    const state = stateWith([region(0, 0x1000), region(0x1000, 0x1000, MEMBLOCK_RSRV_KERN)]);
    const { program } = lastBoot(loadPatched('seed-000/uninit-boundary-after', null)).kernel.linked;
    expect([...(row?.check(state, { preserved: [], scratch: [], largest: 0 }, 'end', program) ?? [])]).toEqual([]);
  });
});

describe('what no turn shows', () => {
  test('is found at a stage, and the write is found by looking back', () => {
    const change: Change = {
      file: 'mm/memblock.ts',
      edits: [
        ['for (let zid = 0; zid < MAX_NR_ZONES; zid++) pgdat', 'for (let zid = 1; zid < MAX_NR_ZONES; zid++) pgdat'],
      ],
    };
    const row = run(loadPatched('seed-000/uninit-boundary-after', change)).rows.get('managed-pages-add-up');
    expect(row?.what).toMatch(
      /^zone\(0, DMA\)\.managed_pages: expected 4096 pages freed or restored, found 8192; broken at #\d+ in __free_pages_core/,
    );
  });
});

describe('a position', () => {
  test('is the one before the micro-step: there the invariant holds, one step on it does not', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    const row = run(port.session.loaded).rows.get('initialised-once');
    const { at } = positionOf(row?.at);
    await execute(port, `seek #${at}`);
    expect(await execute(port, 'info invariants initialised-once')).toMatch(/^initialised-once: held/);
    await execute(port, 'stepi');
    expect(await execute(port, 'info invariants initialised-once')).toContain(`initialised-once: broken at #${at}\n`);
    await execute(port, 'reverse-stepi');
    expect(await execute(port, 'info invariants initialised-once')).toMatch(/^initialised-once: held/);
  });
});

describe('info invariants', () => {
  test('lists rows as not checked, held and broken', async () => {
    const port = await openPort('seed-000/uninit-boundary-before');
    const start = await execute(port, 'info invariants');
    expect(start.split('\n')).toHaveLength(INVARIANTS.length);
    expect(start).not.toMatch(/held|broken/);
    await execute(port, 'delete', 'continue');
    const end = await execute(port, 'info invariants');
    expect(end).toMatch(/^no-uninit-access +broken at #\d+$/m);
    expect(end).toMatch(/^scratch-is-cma +held$/m);
    expect(await execute(port, 'info invariants scratch-is-cmb')).toContain('did you mean scratch-is-cma');
  });
});

describe('breaks', () => {
  const before = 'seed-000/uninit-boundary-before';
  const line = '{ "breaks": "managed-pages-add-up" },';

  test('that happen make a pass', () => {
    expect(run(loadPatched(before, null)).status).toBe(0);
  });

  test('that nobody expects fail', () => {
    const { rows, status } = run(loadPatched(before, null, [[line, '']]));
    expect(rows.get('managed-pages-add-up')).toMatchObject({ ok: false, expected: false });
    expect(status).toBe(1);
  });

  test('that do not happen fail', () => {
    const loaded = loadPatched(before, null, [[line, `${line} { "breaks": "scratch-is-cma" },`]]);
    const result = runReport(loaded);
    expect(result.ok && result.report.expect.filter(({ ok }) => !ok)).toEqual([
      { what: 'breaks scratch-is-cma', ok: false, got: 'it held' },
    ]);
    expect(result.ok && result.status).toBe(1);
  });

  test('of no invariant are a mistake of the file', () => {
    expect(() => loadPatched(before, null, [[line, '{ "breaks": "managed-pages-add-upp" },']])).toThrow(
      /expect\[2\]\.breaks: .*is no invariant; did you mean managed-pages-add-up/,
    );
  });
});
