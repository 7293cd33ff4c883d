// The report of a run: every figure of the known answers K071–K075 against the shipped scenarios, what healthy and deadly
// boots report, and that the list of uninitialised accesses lives on the recorded accesses alone.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/session/expression.ts';
import { type Loaded, lastBoot, loadScenario, loadScenarioText } from '../../src/session/load.ts';
import {
  type CountStops,
  checkExpectations,
  eventsOf,
  exitStatus,
  lastRecord,
  type Recorded,
  type Report,
  type ReportBoot,
  type ReportStage,
  reportOf,
  reportText,
  runScenario,
  unexpectedDeaths,
} from '../../src/session/report/index.ts';
import { runReport } from '../../src/session/run-report.ts';
import type { State } from '../../src/vm/index.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const text = (name: string): string => readFileSync(path(`scenarios/${name}.json`), 'utf8');

function load(name: string): Loaded {
  const result = loadScenario(path(`scenarios/${name}.json`));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}

/** A scenario whose text is changed before it is loaded; the change must apply. */
function loadChanged(name: string, from: string | RegExp, to: string): Loaded {
  const changed = text(name).replace(from, to);
  expect(changed).not.toBe(text(name));
  const result = loadScenarioText(path(`scenarios/${name}.json`), changed);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}

const noOthers: CountStops = (command) => ({ ok: false, error: `${command} is not counted here` });

function reported(recorded: Recorded): Report {
  const { kernel } = lastBoot(recorded.loaded);
  const ask = (expression: string, state: State) =>
    evaluate(kernel, expression, { state, thread: state.current, frame: null });
  return reportOf(recorded, { stops: [], expect: checkExpectations(recorded, ask, noOthers) });
}

const bootOf = (report: Report): ReportBoot => {
  const boot = report.boots.at(-1);
  if (boot === undefined) throw new Error('no boot');
  return boot;
};

const stageIn = (boot: ReportBoot, name: string): ReportStage | undefined =>
  boot.stages.find((stage) => stage.name === name);

describe('known answers', () => {
  interface Row {
    readonly vid: string;
    readonly [figure: string]: unknown;
  }
  const rows = (JSON.parse(readFileSync(path('test/fixtures/vectors.json'), 'utf8')) as { vectors: Row[] }).vectors;
  const TYPES = ['UNMOVABLE', 'MOVABLE', 'RECLAIMABLE', 'HIGHATOMIC', 'CMA', 'ISOLATE'];
  const FLAG: Readonly<Record<string, number>> = {
    HOTPLUG: 1,
    NOMAP: 4,
    RSRV_NOINIT: 16,
    RSRV_KERN: 32,
    KHO_SCRATCH: 64,
  };
  /** Keys of a row that are input or origin, not figures. */
  const NO_FIGURE = new Set(['kind', 'name', 'input', 'oracle', 'how', 'vid']);

  function managedOf(stage: ReportStage): Record<string, number>[] {
    return stage.nodes.map(({ node }) =>
      Object.fromEntries(stage.zones.filter((zone) => zone.node === node).map((zone) => [zone.zone, zone.managed])),
    );
  }

  const stageFigures = (stage: ReportStage) => ({
    first_deferred_pfn: stage.nodes.map((node) => String(node.first_deferred_pfn ?? -1)),
    ...stage.pages,
    pageblocks_cma: stage.pageblocks.CMA,
    pageblocks_movable: stage.pageblocks.MOVABLE,
    managed: managedOf(stage),
  });

  function freeLists(stage: ReportStage): Record<string, number[]> {
    const out: Record<string, number[]> = {};
    for (const zone of stage.zones)
      for (const [name, orders] of Object.entries(zone.free)) {
        const key = String(TYPES.indexOf(name));
        out[key] = orders.map((count, i) => count + (out[key]?.[i] ?? 0));
      }
    return out;
  }

  const regions = (list: ReportStage['memblock']['memory']) =>
    list.map((r) => [r.base, r.size, r.nid, r.flags.reduce((sum, name) => sum + (FLAG[name] ?? Number.NaN), 0)]);

  /** The figures of a vector as the report of a run has them. */
  function figures(recorded: Recorded): Record<string, unknown> {
    const boot = bootOf(reported(recorded));
    const end = stageIn(boot, 'end');
    if (end === undefined) throw new Error('the boot did not end');
    const events = eventsOf(lastRecord(recorded));
    return {
      radix_pages: boot.radix_pages,
      zones: end.zones.map(({ node, zone, start_pfn, spanned, present }) => ({
        node,
        zone,
        start_pfn,
        spanned,
        present,
      })),
      ...Object.fromEntries(boot.stages.map((stage) => [`after_${stage.name}`, stageFigures(stage)])),
      deferred_ranges: boot.deferred_ranges,
      contiguous: end.zones.map(({ node, zone, contiguous }) => ({ node, zone, contiguous })),
      restores: boot.restored.map(({ phys, ok, refcounts, private: word }) =>
        ok ? { phys, ok, refcounts, private: word } : { phys, ok },
      ),
      pageblock_runs: boot.pageblock_runs,
      init_runs: boot.init_runs,
      pageblock_set_runs: boot.pageblock_set_runs,
      free_lists: freeLists(end),
      reserved_regions: regions(end.memblock.reserved),
      memory_regions: regions(end.memblock.memory),
      events_total: events.total,
      events: events.events,
    };
  }

  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);

  /** Equal values whatever the order of their keys. */
  const canonical = (value: unknown): string =>
    JSON.stringify(value, (_key, v: unknown) =>
      isRecord(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v,
    ) ?? 'nothing';

  /** Figures that differ, each named with its place; only what the row has is compared. */
  function differences(name: string, want: unknown, got: unknown): string[] {
    if (isRecord(want) && /\.after_\w+$/.test(name))
      return Object.keys(want).flatMap((key) =>
        differences(`${name}.${key}`, want[key], isRecord(got) ? got[key] : undefined),
      );
    const [a, b] = [canonical(want), canonical(got)];
    return a === b ? [] : [`${name}: expected ${a} got ${b}`];
  }

  test.each([
    ['K071', 'uninit-boundary-before'],
    ['K072', 'uninit-boundary-after'],
    ['K073', 'uninit-mid-before'],
    ['K074', 'uninit-mid-after'],
    ['K075', 'uninit-order9'],
  ])('%s equals the run of %s figure by figure', (vid, scenario) => {
    const row = rows.find((one) => one.vid === vid);
    const got = figures(runScenario(load(`seed-000/${scenario}`)));
    const compared = Object.keys(row ?? {}).filter((key) => !NO_FIGURE.has(key));
    expect(compared.length).toBe(18);
    expect(compared.flatMap((key) => differences(`${vid}.${key}`, row?.[key], got[key]))).toEqual([]);
  });
});

describe('shipped scenarios', () => {
  // the large ones are run by the tests of captures
  test('two-nodes is healthy: nothing uninitialised is touched, every page is initialised once, every zone is contiguous', () => {
    const report = reported(runScenario(load('two-nodes')));
    const boot = bootOf(report);
    const end = stageIn(boot, 'end');
    expect(boot.uninit).toEqual([]);
    expect(boot.faults).toEqual([]);
    expect(end?.zones.map((zone) => `${zone.node} ${zone.zone} ${zone.contiguous}`)).toEqual([
      '0 DMA true',
      '0 DMA32 true',
      '1 DMA32 true',
    ]);
    expect(end?.pages.initialised).toBe(2 * 640 * 256);
    expect(end?.pages.initialised_more_than_once).toBe(0);
    expect(end?.zones.map((zone) => zone.managed - zone.present)).toEqual([0, 0, 0]);
    expect(boot.restored.map((one) => [one.phys, one.call, one.pages, one.ok, one.refcounts, one.private])).toEqual([
      ['0x8010000', 'kho_restore_folio', 16, true, [1, 0, 0], '0x0'],
      ['0x18000000', 'kho_restore_folio', 1, true, [1, 0, 0], '0x0'],
      ['0x38000000', 'kho_restore_folio', 512, true, [1, 0, 0], '0x0'],
      ['0x48003000', 'kho_restore_pages', 13, true, [1, 1, 1], '0x0'],
    ]);
    expect(report.boots[0]).toMatchObject({ kernel: 'handover', stages: [], faults: [], console: [] });
    expect(report.boots[0]?.scratch).toEqual([
      { start: '0x4000000', size: '0x400000' },
      { start: '0x40000000', size: '0x400000' },
    ]);
  });

  test('stages come in the order of the boot, each once, with ascending positions', () => {
    const { stages } = bootOf(reported(runScenario(load('seed-000/uninit-boundary-after'))));
    expect(stages.map((stage) => stage.name)).toEqual([
      'kho_populate',
      'e820__memblock_setup',
      'initmem_init',
      'kho_memory_init_early',
      'free_area_init',
      'sparse_init',
      'memmap_init',
      'kho_memory_init',
      'memmap_init_reserved_pages',
      'memblock_free_all',
      'mm_core_init',
      'deferred',
      'page_alloc_init_late',
      'kho_init',
      'restore',
      'end',
    ]);
    const positions = stages.map((stage) => Number(stage.at.slice(1)));
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });
});

describe('uninitialised accesses', () => {
  test('all that catch uninit stops for are listed, by statement', () => {
    const { uninit } = bootOf(reported(runScenario(load('seed-000/uninit-boundary-before'))));
    const statements = new Map(uninit.map((access) => [access.at, access]));
    expect(statements.size).toBe(17);
    const counts = new Map<string, number>();
    for (const { rw, function: fn, stage } of statements.values()) {
      const key = `${rw} ${fn} ${stage}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(Object.fromEntries(counts)).toEqual({
      'w kho_preserved_memory_reserve kho_memory_init': 1,
      'r page_is_buddy pgdatinit': 10,
      'r __pageblock_pfn_to_page set_zone_contiguous': 1,
      'r kho_restore_page restore': 1,
      'w kho_restore_page restore': 1,
      'w kho_init_folio restore': 1,
      'r adjust_managed_page_count restore': 1,
      'r kho_restore_folio restore': 1,
    });
    expect(new Set(uninit.map((access) => access.pfn))).toEqual(new Set([0x18000]));
  });

  test('an intrinsic that does not record its access makes the list shorter, and nothing else', () => {
    const loaded = load('seed-000/uninit-boundary-before');
    const { linked } = lastBoot(loaded).kernel;
    const row = linked.env.intrinsics.PageBuddy;
    if (row === undefined) throw new Error('no PageBuddy');
    const silent: typeof row = {
      ...row,
      run: (c, ...args) => {
        const recorded = c.accesses?.length ?? 0;
        const value = row.run(c, ...args);
        if (c.accesses !== null) c.accesses.length = recorded;
        return value;
      },
    };
    const env = { ...linked.env, intrinsics: { ...linked.env.intrinsics, PageBuddy: silent } };
    const boot = lastBoot(loaded);
    const kernel = { ...boot.kernel, linked: { ...linked, env, cache: new Map(), boots: new Map() } };
    const whole = lastRecord(runScenario(loaded));
    const short = lastRecord(runScenario({ ...loaded, boots: [{ ...boot, kernel }] }));
    expect(whole.uninit).toHaveLength(17);
    expect(short.uninit).toEqual(whole.uninit.filter((access) => access.function !== 'page_is_buddy'));
    expect(short.stages.at(-1)?.at).toBe(whole.stages.at(-1)?.at);
    expect(eventsOf(short).total).toBe(eventsOf(whole).total - 10);
  });
});

describe('faults and expectations', () => {
  const FATAL = 'VM_BUG_ON_PAGE(PagePoisoned(page))';

  test('with DEBUG_VM the boot dies where the capture does', () => {
    const boot = bootOf(reported(runScenario(load('seed-000/uninit-boundary-before-debug'))));
    expect(boot.faults).toHaveLength(1);
    expect(boot.faults[0]).toMatchObject({
      kind: 'BUG',
      text: FATAL,
      stack: [
        '__pageblock_pfn_to_page',
        'set_zone_contiguous',
        'page_alloc_init_late',
        'kernel_init_freeable',
        'kernel_init',
      ],
    });
    expect(boot.faults[0]?.at).toBe(stageIn(boot, 'end')?.at);
    expect(boot.uninit.at(-1)).toMatchObject({ rw: 'r', pfn: 0x18000, function: '__pageblock_pfn_to_page' });
    expect(boot.restored).toEqual([]);
    expect(boot.console.join('\n')).toContain('Attempted to kill init!');
  });

  test('a death that no expectation names makes the status 1', () => {
    const result = runReport(loadChanged('seed-000/uninit-boundary-before-debug', /\{ "fault".*\},\n/, ''));
    if (!result.ok) throw new Error(result.errors.join('\n'));
    const { report } = result;
    expect(report.expect.every((one) => one.ok)).toBe(true);
    expect(unexpectedDeaths(report).map((fault) => fault.text)).toEqual([FATAL]);
    expect(exitStatus(report)).toBe(1);
    expect(reportText(report, 'title')).toContain('nobody expected it');
  });

  test('one expectation that fails says what was found, and makes the status 1', () => {
    const report = reported(runScenario(loadChanged('seed-000/uninit-order9', '"times": 0', '"times": 3')));
    expect(report.expect.filter((one) => !one.ok)).toEqual([
      { what: 'catch uninit: 3 times', ok: false, got: '0 times' },
    ]);
    expect(exitStatus(report)).toBe(1);
  });

  test('a wrong value, an unknown stage, a missing fault and an invariant that held each fail in words', () => {
    const added = `"expect": [
      { "at": "memmap_init", "that": "node(0).first_deferred_pfn == 1" }, { "at": "kho_release_scratch", "that": "true" },
      { "fault": "no such fault" }, { "breaks": "scratch-is-cma" }, { "stop": "break kho_init", "times": 1 },
      { "stop": "catch warn", "times": 1 }, { "stop": "catch stage deferred", "times": 1 }, { "stop": "catch thread" },`;
    const report = reported(runScenario(loadChanged('seed-000/uninit-order9', '"expect": [', added)));
    expect(report.expect.slice(0, 8)).toEqual([
      {
        what: 'at memmap_init: node(0).first_deferred_pfn == 1',
        ok: false,
        got: 'node(0).first_deferred_pfn is 0x10000',
      },
      { what: 'at kho_release_scratch: true', ok: false, got: 'the boot did not reach kho_release_scratch' },
      { what: 'fault no such fault', ok: false, got: 'fault info.magic != KHO_PAGE_MAGIC in kho_restore_page' },
      { what: 'breaks scratch-is-cma', ok: false, got: 'it held' },
      { what: 'break kho_init: once', ok: false, got: 'break kho_init is not counted here' },
      { what: 'catch warn: once', ok: true },
      { what: 'catch stage deferred: once', ok: true },
      { what: 'catch thread: at least once', ok: true },
    ]);
  });

  test('a restore that warns is reported as refused', () => {
    const { restored, faults } = bootOf(reported(runScenario(load('seed-000/uninit-order9'))));
    expect(restored.map((one) => [one.ok, one.pages])).toEqual([
      [true, 512],
      [false, 512],
    ]);
    expect(faults).toMatchObject([{ kind: 'WARN', text: 'info.magic != KHO_PAGE_MAGIC' }]);
    expect(faults[0]?.stack.slice(0, 2)).toEqual(['kho_restore_page', 'kho_restore_folio']);
  });

  test('kho_restore_free by an actor is ok when it was given a folio', () => {
    const changed = loadChanged('seed-000/uninit-order9', /"kho_restore_folio"/g, '"kho_restore_free"');
    const { restored } = bootOf(reported(runScenario(changed)));
    expect(restored.map((one) => [one.call, one.ok])).toEqual([
      ['kho_restore_free', true],
      ['kho_restore_free', false],
    ]);
  });

  test('a run stops when its budget of turns is used up', () => {
    const recorded = runScenario(load('two-nodes'), { maxTurns: 1000 });
    expect(recorded.ended).toBe(false);
    // writing a word of a page counts for several
    expect(recorded.turns).toBeGreaterThan(900);
    expect(recorded.turns).toBeLessThanOrEqual(1000);
    expect(stageIn(bootOf(reported(recorded)), 'end')).toBeUndefined();
  });
});

describe('text', () => {
  test.each([
    'two-nodes',
    'seed-000/uninit-boundary-before',
    'seed-000/uninit-boundary-before-debug',
    'seed-000/uninit-order9',
  ])('%s fits into 100 columns and names stages, zones and expectations', (name) => {
    const recorded = runScenario(load(name));
    const lines = reportText(reported(recorded), recorded.loaded.scenario.title).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const word of ['kho_memory_init', 'node 0 DMA32', 'expectations:', 'faults:', 'uninitialised struct pages:'])
      expect(lines.join('\n')).toContain(word);
  });
});
