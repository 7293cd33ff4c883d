// Restoring and freeing preserved blocks, in kernels small enough to read: scenarios written here, run to their end.
import { describe, expect, test } from 'vitest';
import { loadScenarioText } from '../../src/session/index.ts';
import { lastRecord, runScenario } from '../../src/session/report/index.ts';

interface Setup {
  readonly actors: readonly object[];
  readonly config?: Record<string, boolean | number>;
  readonly preserved?: readonly object[];
}

// 0M        64M  68M            384M 386M            512M
// |----------|ssss|--------------|KKKK|----------------|
function boot({ actors, config = {}, preserved = [{ start: '384M', order: 9 }] }: Setup) {
  const text = JSON.stringify({
    format: 1,
    title: 'freeing',
    about: 'a preserved block is restored and freed',
    machine: { memory: [{ start: '0x0', size: '512M', node: 0, type: 'ram' }], nodes: [{ node: 0, cpus: 1 }] },
    boots: [
      { handover: { scratch: [{ start: '64M', size: '4M' }], preserved, radixNodes: '0x5000000' } },
      {
        kernel: 'v7.3',
        config: { CONFIG_DEBUG_VM: true, CONFIG_DEBUG_VM_PGFLAGS: true, CONFIG_NODES_SHIFT: 6, ...config },
        cmdline: 'kho=on',
        earlyAllocations: 'none',
        actors,
      },
    ],
    expect: [],
  });
  const loaded = loadScenarioText('freeing.json', text);
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  return lastRecord(runScenario(loaded.loaded));
}

const PFN = 98304;

describe('kho_restore_free', () => {
  test('late: the folio goes back as one block, merges with its buddy, and no page looks bad', () => {
    const run = boot({ actors: [{ at: 'late_initcall', call: 'kho_restore_free', args: ['384M'] }] });
    expect(run.faults).toEqual([]);
    expect(run.uninit).toEqual([]);
    expect(run.last.machine.buddy.lists['1/10/1']?.count).toBe(123);
    expect(run.restored[0]).toMatchObject({ ok: true, pages: 512, refcounts: [0, 0, 0] });
  });

  test('at early_initcall: freeing peeks at the neighbour that is still deferred', () => {
    const run = boot({ actors: [{ at: 'early_initcall', call: 'kho_restore_free', args: ['384M'] }] });
    expect(run.uninit.map(({ pfn, function: fn }) => [pfn, fn])).toEqual([[PFN + 512, 'page_is_buddy']]);
    expect(run.faults).toEqual([]);
  });

  test('twice: the second finds no magic and warns', () => {
    const actor = { at: 'late_initcall', call: 'kho_restore_free', args: ['384M'] };
    const run = boot({ actors: [actor, actor] });
    expect(run.faults.map(({ kind, text }) => [kind, text])).toEqual([
      ['WARN', 'info.magic != KHO_PAGE_MAGIC'],
      ['WARN', '!folio'],
    ]);
  });
});

describe('kho_restore_pages', () => {
  test('every page of the range holds a reference of its own', () => {
    const run = boot({ actors: [{ at: 'late_initcall', call: 'kho_restore_pages', args: ['384M', 512] }] });
    expect(run.restored[0]).toMatchObject({ ok: true, refcounts: [1, 1, 1] });
    expect(run.faults).toEqual([]);
  });

  test('a count that does not follow the split restores only what it finds', () => {
    const preserved = [
      { start: '384M', order: 0 },
      { start: '0x18001000', order: 0 },
    ];
    const run = boot({ preserved, actors: [{ at: 'late_initcall', call: 'kho_restore_pages', args: ['384M', 2] }] });
    expect(run.restored[0]).toMatchObject({ ok: true, refcounts: [1, 1, 0] });
  });
});
