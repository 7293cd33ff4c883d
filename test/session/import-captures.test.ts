// Scenarios made of captures of real kernels, of their logs and of their /proc files, compared with each other and with what
// the captures say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse, parseTree } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { importObserved, importPath, logLacks, readLog, readTruth, type ScenarioDoc } from '../../src/session/index.ts';
import { scenarioFile } from '../support/open.ts';

const CAPTURES = join(import.meta.dirname, '../fixtures/captures');
const A = join(CAPTURES, 'A-2n-3g+3g');
const C = join(CAPTURES, 'C-2n-2241m+3903m-crossnode');
const CHAIN = join(CAPTURES, 'A-2n-3g+3g-chain3');
const PRISTINE = join(CAPTURES, 'A-2n-3g+3g-pristine');

function imported(path: string) {
  const result = importPath(path);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result;
}

const unpacked = (path: string): string => gunzipSync(readFileSync(path)).toString('latin1');
const logOf = (folder: string): string => unpacked(join(folder, 'serial.log.gz'));

function ofLog(text: string) {
  const result = readLog('log', text);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return importObserved(result.observed);
}

interface Truth {
  readonly boots: readonly {
    readonly memblock_log: readonly { readonly op: string; readonly bytes?: number; readonly caller?: string }[];
    readonly radix_out: { readonly nodes: readonly { readonly phys: number; readonly level: number }[] };
  }[];
}
const truthOf = (folder: string): Truth => JSON.parse(unpacked(join(folder, 'truth.json.gz'))) as Truth;

const earlyOf = (doc: ScenarioDoc, boot: number) => {
  const rows = doc.boots[boot]?.earlyAllocations;
  if (rows === undefined || rows === 'none') throw new Error('no early allocations');
  return rows;
};

describe('a capture', () => {
  const { document, guesses, text } = imported(A);

  test('leaves nothing to assume', () => {
    expect(guesses).toEqual([]);
  });

  //  0    0x1000      0x9fc00    1M           0xbffe0000    3G           4G          7G
  //  |res |ram        |res ....  |ram ........|res          |            |ram .......|
  //  node 0                                                              node 1
  test('memory: the map with the kernel edits, byte exact, each row on its node', () => {
    expect(document.memory).toEqual([
      { start: 0, end: 0x1000, type: 'reserved', node: 0 },
      { start: 0x1000, end: 0x9fc00, type: 'ram', node: 0 },
      { start: 0x9fc00, end: 0xa0000, type: 'reserved', node: 0 },
      { start: 0x100000, end: 0xbffe0000, type: 'ram', node: 0 },
      { start: 0xbffe0000, end: 0xc0000000, type: 'reserved', node: 0 },
      { start: 0x100000000, end: 0x1c0000000, type: 'ram', node: 1 },
    ]);
    expect(document.nodes).toEqual([
      { node: 0, cpus: 1 },
      { node: 1, cpus: 1 },
    ]);
  });

  test('memory: a border of nodes inside RAM cuts its row', () => {
    const rows = imported(C).document.memory.filter((row) => row.type === 'ram');
    expect(rows.map(({ start, end, node }) => [start, end, node])).toEqual([
      [0x1000, 0x9fc00, 0],
      [0x100000, 0x8c100000, 0],
      [0x8c100000, 0xbffe0000, 1],
      [0x100000000, 0x1c0000000, 1],
    ]);
  });

  test('reserved: the kernel without its brk, which comes later; the scratch array of the second boot is left out', () => {
    expect(document.boots[0]?.reserved).toEqual([
      { start: 0, end: 0x10000, kern: false },
      { start: 0x9f000, end: 0x100000, kern: false },
      { start: 0x1000000, end: 0x2095000, kern: true },
      { start: 0xbfa4b000, end: 0xbffe0000, kern: true },
    ]);
    expect(document.boots[1]?.reserved).toEqual([
      { start: 0, end: 0x10000, kern: false },
      { start: 0x9f000, end: 0x100000, kern: false },
      { start: 0xb74b4000, end: 0xb8695000, kern: true },
      { start: 0xb87fa160, end: 0xb87fa190, kern: true },
    ]);
  });

  test('early allocations: all but what the kernel text does, in order, at points that only go forward', () => {
    truthOf(A).boots.forEach(({ memblock_log }, i) => {
      const rows = earlyOf(document, i);
      const points = [...new Set(rows.map((row) => row.in))];
      expect(points).toEqual([
        'setup_arch',
        'reserve_real_mode',
        'init_mem_mapping',
        'acpi_boot_table_init',
        'initmem_init',
        'acpi_boot_init',
        'sparse_init',
        'setup_per_cpu_areas',
        'mm_core_init',
      ]);
      const asked = memblock_log.filter((op) => op.bytes !== undefined && op.caller?.startsWith('kho_') !== true);
      expect(
        rows.filter((row) => row.call.includes('alloc') && row.in !== 'initmem_init').map((row) => row.size),
      ).toEqual(asked.map((op) => op.bytes));
    });
  });

  test('early allocations: no address is written where memblock chooses', () => {
    for (const row of earlyOf(document, 0)) {
      const named = row.call === 'memblock_reserve' || row.call === 'memblock_reserve_kern';
      expect({ call: row.call, base: row.base !== undefined }).toEqual({ call: row.call, base: named });
    }
  });

  test('early allocations: NODE_DATA, which only its reserve line tells of', () => {
    expect(earlyOf(document, 0).filter((row) => row.in === 'initmem_init')).toEqual([
      {
        in: 'initmem_init',
        call: 'memblock_alloc_range_nid',
        size: 16000,
        align: 64,
        node: 0,
        by: 'memblock_alloc_range_nid+0xcc/0x190',
      },
      {
        in: 'initmem_init',
        call: 'memblock_alloc_range_nid',
        size: 16000,
        align: 64,
        node: 1,
        by: 'memblock_alloc_range_nid+0xcc/0x190',
      },
    ]);
  });

  test('early allocations: a free names the row it gives back, or a part of it', () => {
    const rows = earlyOf(document, 0);
    const frees = rows.filter((row) => row.call === 'memblock_phys_free');
    expect(frees).toHaveLength(5);
    for (const { of = -1, offset = 0, size } of frees) {
      const taken = rows[of];
      expect(taken?.call).toContain('alloc');
      expect(offset + size).toBeLessThanOrEqual(taken?.size ?? 0);
    }
    const perCpu = frees.filter((row) => rows[row.of ?? -1]?.by?.startsWith('pcpu_fc_alloc'));
    expect(perCpu.map((row) => [row.offset, row.size])).toEqual([
      [0x27000, 0x1d9000],
      [0x27000, 0x1d9000],
    ]);
  });

  test('placements: every node of the outgoing tree once, its root first, then those on the way to the FDT page', () => {
    const placements = document.boots[0]?.placements ?? {};
    const nodes = truthOf(A).boots[0]?.radix_out.nodes ?? [];
    const placed = placements.kho_radix_alloc_node ?? [];
    expect([...placed].sort()).toEqual(nodes.map((node) => node.phys).sort());
    expect(placed[0]).toBe(nodes.find((node) => node.level === 5)?.phys);
    // pages that were taken one after the other, from one node and the other in turn
    expect(placed.slice(0, 6)).toEqual([0x100164000, 0x100165000, 0x2614000, 0x100166000, 0x2615000, 0x100167000]);
    expect(placements.kho_init).toEqual([0x2613000, 0x2616000]);
    expect(placements.kho_preserve_vmalloc).toEqual([0x25c5000]);
    expect(placements['test_kho_*']).toEqual([
      ...[0x33a8000, 0x101908000, 0x101948000],
      ...[0x10190c000, 0x10190d000, 0x10190e000, 0x10190f000, 0x25c4000],
      ...[0x1000f0000, 0x30b7000],
    ]);
  });

  test('placements: without the FDT the same pages, as an assumption', () => {
    const read = readTruth('truth.json', unpacked(join(A, 'truth.json.gz')));
    if (!read.ok) throw new Error(read.errors.join('\n'));
    const alone = importObserved(read.observed);
    expect(alone.document.boots[0]?.placements).toEqual(document.boots[0]?.placements);
    expect(alone.guesses.join()).toMatch(/which single pages are KHO's metadata and vmalloc chunks/);
  });

  const driver = /^(?:test_kho_(?!announce)|kexec_|kernel_kexec)/;
  const callsOf = (doc: ScenarioDoc) => doc.boots.map((boot) => boot.actors.filter(({ call }) => driver.test(call)));

  test('actors: the items, then kexec; the second boot restores', () => {
    const [first = [], second = []] = callsOf(document);
    expect(first.slice(0, -2).map(({ call, args }) => `${call}(${args.join(', ')})`)).toEqual([
      'test_kho_folio_at(0xa0000000, 9)',
      'test_kho_folio_at(0x180000000, 10)',
      'test_kho_pages_at(0x190005000, 13)',
      'test_kho_folio_at(0x1a0003000, 0)',
      'test_kho_folio(0, 3)',
      'test_kho_folio(1, 2)',
      'test_kho_split(1, 3)',
      'test_kho_vmalloc(5)',
      'test_kho_in_scratch(1)',
      'test_kho_folio_at(0x1b0000000, 4)',
      'test_kho_unpreserve_previous()',
      'test_kho_folio_at(0x1b1000000, 2)',
      'test_kho_preserve_again()',
      'test_kho_unpreserve(0x70000000, 1)',
      'test_kho_unsplit(1, 4)',
    ]);
    expect(first.slice(-2).map(({ call }) => call)).toEqual(['kexec_file_load', 'kernel_kexec']);
    expect(second.map(({ call }) => call)).toEqual(['test_kho_restore_all']);
  });

  test('actors: of three kernels the second restores and goes on, the third begins anew', () => {
    const ends = callsOf(imported(CHAIN).document).map((calls) => [calls[0]?.call, calls.at(-1)?.call]);
    expect(ends).toEqual([
      ['test_kho_folio_at', 'kernel_kexec'],
      ['test_kho_restore_all', 'kernel_kexec'],
      ['test_kho_folio_at', 'test_kho_unsplit'],
    ]);
  });

  test('options: those of the kernel, where they differ from the defaults', () => {
    expect(document.boots[0]?.config).toEqual({
      CONFIG_DEBUG_VM: true,
      CONFIG_DEBUG_VM_PGFLAGS: true,
      CONFIG_HUGETLB_PAGE: false,
      CONFIG_ZONE_DEVICE: false,
      CONFIG_NODES_SHIFT: 6,
      CONFIG_KEXEC_HANDOVER_DEBUG: true,
    });
  });

  /** Capture A with its text changed, and nothing beside it. */
  const changed = (from: RegExp, to: string) => {
    const read = readTruth('truth.json', unpacked(join(A, 'truth.json.gz')).replace(from, to));
    if (!read.ok) throw new Error(read.errors.join('\n'));
    return importObserved(read.observed);
  };

  test('the kernel is the one that was booted', () => {
    const { document: older, guesses: assumed } = changed(/Linux version 7\.3\.4/g, 'Linux version 7.2.13');
    expect(older.boots.map((boot) => boot.kernel)).toEqual(['v7.2', 'v7.2']);
    expect(assumed.filter((guess) => guess.startsWith('kernel:'))).toEqual([]);
    expect(document.boots.map((boot) => boot.kernel)).toEqual(['v7.3', 'v7.3']);
  });

  test('of a build that nobody knows the phases show the poison and the size of pageblocks', () => {
    const { document: unknown } = changed(/7\.3\.4-khodbg/g, '7.3.4-other');
    expect(unknown.boots[0]?.config).toMatchObject({
      CONFIG_DEBUG_VM: true,
      CONFIG_HUGETLB_PAGE: false,
    });
  });

  test('nodes are those that the kernel lists where firmware says otherwise', () => {
    const { document: one } = changed(/"( *node +)1: \[mem/g, '"$10: [mem');
    expect(new Set(one.memory.map((row) => row.node))).toEqual(new Set([0]));
    const { document: two } = changed(/ACPI: SRAT: Node/g, 'lost');
    expect(new Set(two.memory.map((row) => row.node))).toEqual(new Set([0, 1]));
  });

  test('a name says what is special about its kernel', () => {
    const read = readTruth('truth.json', unpacked(join(A, 'truth.json.gz')));
    if (!read.ok) throw new Error(read.errors.join('\n'));
    const named = (name: string) => importObserved({ ...read.observed, words: name.split('-') }).document.boots[1];
    expect(named('A-2n-3g+3g-mikev7')?.patches).toEqual(['seed001-v7', 'no-extended-scratch']);
    expect(named('A-2n-3g+3g-mikev7ext')?.patches).toEqual(['seed001-v7']);
    const both = named('A-2n-3g+3g-nodbgvm-nopresinit');
    expect(both?.patches).toEqual(['no-preserved-page-init']);
    expect(both?.config).not.toHaveProperty('CONFIG_DEBUG_VM');
    expect(named('A-2n-3g+3g-nodefer')?.config).toHaveProperty('CONFIG_DEFERRED_STRUCT_PAGE_INIT', false);
  });

  test('the text is JSON with comments and names no file but its own', () => {
    const errors: { error: number }[] = [];
    expect(parseTree(text, errors as never, { allowTrailingComma: false })?.type).toBe('object');
    expect(errors).toEqual([]);
    expect(text.split('\n')[0]).toBe('// Made by khodbg import from A-2n-3g+3g.');
    expect(Math.max(...[A, C, CHAIN].map((path) => imported(path).text.length))).toBeLessThan(200_000);
  });
});

describe('scenarios/real', () => {
  test.each([
    ['A-two-nodes', A],
    ['B-200-percent', join(CAPTURES, 'B-2n-4g+4g-200pct')],
  ])('%s is what is imported from its capture', (name, folder) => {
    const read = (text: string) => {
      const { machine, boots } = parse(text) as { machine: unknown; boots: unknown };
      return { machine, boots };
    };
    expect(read(readFileSync(scenarioFile(`real/${name}`), 'utf8'))).toEqual(read(imported(folder).text));
  });
});

describe('the log of a capture', () => {
  test.each([
    ['A', A, 1],
    ['C', C, 1],
    ['three kernels', CHAIN, 3],
  ])('of %s gives the same scenario but for the pages that the buddy gave', (_, folder, boots) => {
    const differences = logLacks(imported(folder).document, ofLog(logOf(folder)).document);
    expect(differences).toEqual(
      Array.from({ length: boots }, (__, i) => ({
        path: `boots[${i}].placements`,
        why: 'which pages the buddy gave is printed nowhere',
      })),
    );
  });

  test('a difference that a log ought not to have has no reason', () => {
    const whole = imported(A).document;
    const short = { ...whole, nodes: [], boots: whole.boots.map((boot) => ({ ...boot, reserved: [] })) };
    expect(logLacks(whole, short)).toEqual([
      { path: 'machine.nodes', why: null },
      { path: 'boots[0].reserved', why: null },
      { path: 'boots[1].reserved', why: null },
    ]);
  });

  test('of a 7.2 gives a scenario for that kernel', () => {
    const { document, guesses } = ofLog(logOf(A).replaceAll('Linux version 7.3.', 'Linux version 7.2.'));
    expect(document.boots.map(({ kernel }) => kernel)).toEqual(['v7.2', 'v7.2']);
    expect(guesses.join('\n')).not.toContain('kernel: ');
  });

  test('lines of the instrumentation are passed over', () => {
    const without = logOf(A)
      .split('\n')
      .filter((line) => !line.includes('KD|'))
      .join('\n');
    expect(without.length).toBeLessThan(logOf(A).length / 1.5);
    expect(ofLog(without).text).toBe(ofLog(logOf(A)).text);
  });

  test('without memblock=debug: nothing early, the first reservations assumed close to what they were', () => {
    const without = logOf(A)
      .split('\n')
      .filter((line) => !/memblock_|MEMBLOCK| (?:memory|reserved)(?:\[|\.cnt| size)/.test(line))
      .join('\n');
    const { document, guesses } = ofLog(without);
    expect(document.boots.map((boot) => boot.earlyAllocations)).toEqual(['none', 'none']);
    expect(document.boots[0]?.reserved.slice(0, 2)).toEqual(imported(A).document.boots[0]?.reserved.slice(0, 2));
    const [, , kernel, initrd] = document.boots[0]?.reserved ?? [];
    expect(kernel?.start).toBe(0x1000000);
    expect(Math.abs((kernel?.end ?? 0) - 0x2095000)).toBeLessThan(0x100000);
    expect(initrd).toEqual({ start: 0xbfa4b000, end: 0xbffe0000, kern: true });
    expect(guesses.join('\n')).toMatch(/early allocations: none.*\n*/);
    expect(guesses.join('\n')).toMatch(/kernel image from 16 MiB on, its size from the Memory: line/);
  });

  test('of the unmodified kernel: what its selftest handed over is what the next boot reserved', () => {
    const { document, guesses } = ofLog(logOf(PRISTINE));
    const blocks = document.boots[0]?.actors.filter((actor) => actor.call.endsWith('_folio_at')) ?? [];
    expect(blocks).toHaveLength(109);
    expect(document.boots[1]?.actors.map((actor) => actor.call)).toContain('test_kho_restore_all');
    expect(guesses).toEqual([
      'actors: 109 blocks that something preserved are preserved as folios at their addresses, in the order of their keys',
    ]);
  });

  test('that begins with the second kernel stands behind a handover', () => {
    const text = logOf(A);
    const second = text.slice(text.lastIndexOf('Linux version 7.3.4-khodbg', text.lastIndexOf('BIOS-provided')));
    const { document, guesses } = ofLog(second);
    expect(document.boots).toHaveLength(1);
    expect(document.handover?.scratch).toEqual([
      { start: 0xb3800000, end: 0xb8800000, flags: 0x40 },
      { start: 0x1b5c00000, end: 0x1bcc00000, flags: 0x40 },
    ]);
    expect(document.handover?.preserved).toHaveLength(21);
    expect(guesses.join('\n')).toMatch(/boot 1 stands for the kernel before/);
  });
});

describe('a folder of /proc files', () => {
  test('memory and nodes are those of the capture but for the border rows', () => {
    const { document, guesses } = imported(join(A, 'boot1'));
    const ram = (doc: ScenarioDoc) => doc.memory.filter((row) => row.type === 'ram');
    expect(ram(document)).toEqual(ram(imported(A).document));
    expect(document.nodes).toEqual(imported(A).document.nodes);
    expect(document.boots[0]?.cmdline).toBe(imported(A).document.boots[0]?.cmdline);
    expect(document.boots[0]?.reserved[2]).toEqual({ start: 0x1000000, end: 0x2095000, kern: true });
    expect(guesses.join('\n')).toMatch(/node borders: those of the zones/);
  });

  test('of a kernel that received a handover: a handover with the scratch that debugfs shows', () => {
    const { document, guesses } = imported(join(A, 'boot2'));
    expect(document.handover?.scratch[0]).toEqual({ start: 0xb6800000, end: 0xb8800000 });
    expect(document.handover?.preserved).toEqual([]);
    expect(guesses.join('\n')).toMatch(/handover: nothing is preserved, since nothing tells of it/);
  });
});
