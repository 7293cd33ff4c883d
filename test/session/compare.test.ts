// compare: what counts as a difference and what does not, that the first one is named with function and effect, and what
// operands mean. Through the command's function, as the command line calls it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dropWords, runCompare } from '../../src/compare-command.ts';
import { BUDGET, type Comparison, compareVariants, comparisonText } from '../../src/session/index.ts';
import { execute, openPort, scenarioFile } from '../support/open.ts';
import { type Change, loadPatched } from '../support/patched.ts';

const MID = 'seed-000/uninit-mid-after';
const BEFORE = scenarioFile('seed-000/uninit-mid-before');
const AFTER = scenarioFile(MID);
const folder = mkdtempSync(join(tmpdir(), 'khodbg-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The command run: exit status, standard output, standard error. */
function run(
  operands: readonly string[],
  options: { json?: boolean; all?: boolean; exitCode?: boolean; budget?: number } = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const given = { budget: BUDGET, ...options };
  const status = runCompare(
    operands,
    given,
    (text) => out.push(text),
    (text) => err.push(text),
  );
  return { status, out: out.join('\n'), err: err.join('\n') };
}

/** As much memory as the preserved page needs. */
const SMALLER = [['"size": "512M"', '"size": "388M"']] as const;

/** The shipped scenario against itself on a changed kernel. */
function againstChanged(change: Change): Comparison {
  const variants = [
    { label: 'plain', loaded: loadPatched(MID, null, SMALLER) },
    { label: 'changed', loaded: loadPatched(MID, change, SMALLER) },
  ];
  const result = compareVariants(variants);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.comparison;
}

const init = '\t\t__init_single_page(pfn, next, zone, nid);\n';
const reserve = '\tmemblock_reserve(phys, size);\n';
const magic = '\tpage.private = kho_page_info(KHO_PAGE_MAGIC, order);\n';

describe('what is no difference', () => {
  test('the same scenario twice', () => {
    const { status, out } = run([AFTER, 'base'], { exitCode: true });
    expect(status).toBe(0);
    expect(out).toContain('nothing differs in what they are given');
    expect(out).toContain('no difference in effects');
    expect(out).toContain('at the end: nothing differs');
  });

  test('ranges split otherwise, a function more, more reads, a value written twice', () => {
    const apart = 'for (let p = pfn; p < min(pfn + 3, next); p++) __init_single_page(p, p + 1, zone, nid);';
    const [pair] = againstChanged({
      file: 'mm/mm_init.ts',
      edits: [
        [init, `\t\tlook_twice(pfn);\n\t\t${apart}\n\t\t__init_single_page(min(pfn + 3, next), next, zone, nid);\n`],
        [
          'function memmap_init_range(',
          'function look_twice(pfn: pfn_t): boolean {\n\tNODE_DATA(0).nr_zones = NODE_DATA(0).nr_zones;\n\treturn NODE_DATA(0).first_deferred_pfn === pfn;\n}\n\nfunction memmap_init_range(',
        ],
      ],
    }).pairs;
    expect(pair).toMatchObject({ divergence: null, order: null, end: [] });
  });

  test('statements in another order; an invariant that looks at moments may tell', () => {
    const [pair] = againstChanged({
      file: 'kernel/liveupdate/kexec_handover.ts',
      edits: [
        [magic, ''],
        [reserve, `${magic}${reserve}`],
      ],
    }).pairs;
    expect(pair).toMatchObject({ divergence: null, order: null });
    expect(pair?.end.map(({ topic, place }) => `${topic}: ${place}`)).toEqual(['invariants: noinit-covers-preserved']);
  });
});

describe('the first divergence', () => {
  test('one statement less: who does it, where the other stands, and that it never does it', () => {
    const comparison = againstChanged({
      file: 'kernel/liveupdate/kexec_handover.ts',
      edits: [['\tmemblock_reserved_mark_noinit(phys, size);\n', '']],
    });
    const found = comparison.pairs[0]?.divergence;
    expect(found).toMatchObject({ after: 'memmap_init', before: 'kho_memory_init', first: 'A' });
    expect(found?.a.moment).toMatchObject({
      function: 'kho_preserved_memory_reserve',
      args: 'key=0x10000000018005, data=NULL',
      effects: ['memblock.reserved 0x18005000..0x18006000: no node → no node RSRV_NOINIT'],
    });
    expect(found?.a.moment?.source.find((line) => line.current)).toMatchObject({
      text: '  memblock_reserved_mark_noinit(phys, size);',
      changed: true,
    });
    expect(found?.b).toMatchObject({ own: false, later: null });
    expect(found?.b.moment?.function).toBe('kho_preserved_memory_reserve');
  });

  test('another value of the same place: both sides have an effect of their own', () => {
    const comparison = againstChanged({
      file: 'kernel/liveupdate/kexec_handover.ts',
      edits: [[magic, '\tpage.private = kho_page_info(KHO_PAGE_MAGIC, order + 1);\n']],
    });
    const found = comparison.pairs[0]?.divergence;
    expect([found?.a, found?.b].map((side) => [side?.own, side?.moment?.effects])).toEqual([
      [true, ['page 0x18005 private: 0x0 → 0x4b484f5000000000']],
      [true, ['page 0x18005 private: 0x0 → 0x4b484f5000000001']],
    ]);
  });

  test('the same at a later stage is order, and said as such', () => {
    const comparison = againstChanged({
      file: 'mm/mm_init.ts',
      edits: [
        ['\tkho_memory_init();\n', ''],
        ['\tmemblock_free_all();\n', '\tmemblock_free_all();\n\tkho_memory_init();\n'],
      ],
    });
    const [pair] = comparison.pairs;
    expect(pair?.order?.a.own).toBe(true);
    expect(pair?.order?.b.later).not.toBeNull();
    expect(comparisonText(comparison)).toMatch(/^order differs first|^the order of effects differs/m);
  });

  test('before and after: the page that is never initialised, and all it leads to', () => {
    const { status, out } = run([BEFORE, AFTER], { exitCode: true });
    expect(status).toBe(1);
    expect(out).toContain('   patches: no-preserved-page-init  |  none');
    expect(out).toContain('B  initialises page 0x18005 (node 0, DMA32)');
    expect(out).toContain('A  never does this');
    expect(out).toMatch(/=> +\d+ +__init_single_page\(pfn, next, zid, nid\);/);
    expect(out).toContain('< init_deferred_page:');
    expect(out).toMatch(/zone\(0, DMA\)\.managed_pages +A 4097 +B 4096/);
    expect(out).toMatch(/page 0x18005 +A not initialised +B initialised once, node 0 DMA32, refcount 1/);
    expect(out).toMatch(/no-uninit-access +A broken +B holds/);
    expect(out).toContain('more; --all lists them');
    expect(run([BEFORE, AFTER], { all: true }).out).not.toContain('--all lists them');
  });

  test('another configuration: what nobody wrote is not compared', () => {
    const { status, out } = run([scenarioFile('two-nodes'), 'CONFIG_DEBUG_VM=n,CONFIG_DEBUG_VM_PGFLAGS=n']);
    expect(status).toBe(0);
    expect(out).toContain('CONFIG_DEBUG_VM: y  |  n');
    expect(out).toContain('A  check_pages_enabled: false → true');
    expect(out.slice(out.indexOf('at the end')).split('\n').slice(1)).toEqual([
      ' variables: 1 differs',
      '   check_pages_enabled  A true  B false',
    ]);
  });

  test('another kernel on a healthy machine: what v7.3 does early', () => {
    const { out } = run([scenarioFile('today/restore-across-nodes'), 'v7.2']);
    expect(out).toContain('kernel: v7.3  |  v7.2');
    expect(out).toContain('A  memblock.memory 0x40000000..0x50000000: node 1 → node 1 KHO_SCRATCH');
    expect(out).toContain('kho_extend_scratch (');
  });
});

describe('operands', () => {
  test('more than two variants are a table of figures that differ', () => {
    const { out } = run([BEFORE, 'base', '-no-preserved-page-init', 'v7.2,-no-preserved-page-init']);
    expect(out).toContain('A and B: first divergence');
    expect(out).toContain('A and C: first divergence');
    expect(out).toMatch(/zone\(0, DMA\)\.managed +4097 +4096 +4096/);
    expect(out).toMatch(/no-uninit-access +broken +holds +holds/);
  });

  test('a patch of ones own by path; --json holds what the text says', () => {
    const file = join(folder, 'mine.patch');
    const diff = [
      'diff --git a/kernel/liveupdate/kexec_handover.ts b/kernel/liveupdate/kexec_handover.ts',
      '--- a/kernel/liveupdate/kexec_handover.ts',
      '+++ b/kernel/liveupdate/kexec_handover.ts',
      '@@ -1,2 +1,1 @@',
      ' \t/* whoever writes to these struct pages later would lose what follows */',
      '-\tmemblock_reserved_mark_noinit(phys, size);',
    ].join('\n');
    writeFileSync(file, `${diff}\n`);
    const { status, out, err } = run([AFTER, `+${file}`], { json: true });
    expect(err).toBe('');
    expect(status).toBe(0);
    const comparison = JSON.parse(out) as Comparison;
    expect(comparison.format).toBe(1);
    expect(comparison.variants.map(({ boots }) => boots[0]?.patches)).toEqual([[], [file]]);
    expect(comparison.pairs[0]?.divergence?.a.moment?.effects[0]).toContain('RSRV_NOINIT');
  });

  test.each<readonly [string, readonly string[], RegExp]>([
    ['a file that is not there', [AFTER, 'nowhere.json'], /nowhere\.json: cannot be read: no such file/],
    ['one variant', [AFTER], /two variants at least/],
    ['words without a scenario', ['v7.2', 'v7.3'], /a scenario is missing/],
    ['a patch that is not in force', [AFTER, '-nothing'], /no patch 'nothing' to drop; in force are none/],
    ['a patch that nobody ships', [AFTER, '+nothing'], /no shipped patch 'nothing'/],
    ['a value no option has', [AFTER, 'CONFIG_NODES_SHIFT=77'], /CONFIG_NODES_SHIFT=77: .*CONFIG_NODES_SHIFT/],
    ['an option nobody has', [AFTER, 'CONFIG_NOTHING=y'], /CONFIG_NOTHING/],
    ['a value that is none', [AFTER, 'CONFIG_DEBUG_VM=maybe'], /'CONFIG_DEBUG_VM=maybe' is no change/],
  ])('%s is bad input', (_name, operands, message) => {
    const { status, out, err } = run(operands);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
  });

  test('a run that does not end is exit 3', () => {
    const { status, err } = run([BEFORE, AFTER], { budget: 500 });
    expect(status).toBe(3);
    expect(err).toMatch(/uninit-mid-before: the budget of 500 turns ran out .*, in \w+ at \S+\.ts:\d+;/);
  });

  test('-PATCH is a word for compare alone', () => {
    expect(dropWords(['compare', 'a.json', '-mine', '--json'])).toEqual(['compare', 'a.json', 'base,-mine', '--json']);
    expect(dropWords(['run', '-x', 'file'])).toEqual(['run', '-x', 'file']);
  });
});

describe('in a session', () => {
  test('words are about the open scenario; both columns can be painted, and seek goes to a side', async () => {
    const port = await openPort('seed-000/uninit-mid-before');
    expect(port.view().comparison).toBeNull();
    const printed = await execute(port, 'compare -no-preserved-page-init');
    expect(printed).toContain('B  initialises page 0x18005 (node 0, DMA32)');
    const view = port.view().comparison;
    expect(view).toMatchObject({ first: 'B', verdict: 'first divergence: between memmap_init and kho_memory_init' });
    expect(view?.sides.map(({ name, own, headline }) => [name, own, headline])).toEqual([
      ['A', false, ['never does this']],
      ['B', true, ['initialises page 0x18005 (node 0, DMA32)']],
    ]);
    const [a] = view?.sides ?? [];
    expect(await execute(port, `seek ${a?.position}`)).toContain(
      'kho_preserved_memory_reserve (key=0x10000000018005, data=NULL)',
    );
    expect((await port.execute('compare +nothing')).ok).toBe(false);
    expect(port.view().comparison).toBe(view);
    const dropped = await execute(port, 'patch drop no-preserved-page-init', 'compare +no-preserved-page-init');
    expect(dropped).toContain('patches: none  |  no-preserved-page-init');
    expect(dropped).toContain('A  initialises page 0x18005 (node 0, DMA32)');
  });

  test('it says how far it is, and ^C stops it and leaves what was compared before', async () => {
    const port = await openPort('seed-000/uninit-mid-before');
    const seen = new Set<string | null>();
    port.subscribe(() => {
      seen.add(port.view().busy);
      if (seen.size === 3) port.interrupt();
    });
    const { ok, output } = await port.execute('compare -no-preserved-page-init');
    expect({ ok, output }).toEqual({ ok: false, output: ['interrupted'] });
    for (const busy of seen) if (busy !== null) expect(busy).toMatch(/^compare -no-preserved-page-init … #\d+$/);
    expect(seen.size).toBeGreaterThanOrEqual(3);
    expect(port.view()).toMatchObject({ comparison: null, busy: null });
  });
});
