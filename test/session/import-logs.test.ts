// Logs as users have them: of kernels without KHO, with and without nodes and memblock=debug, as dmesg and journals print
// them, cut, damaged; and folders and captures with something missing.
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { parseTree } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { importObserved, importPath, readLog, readTruth } from '../../src/session/index.ts';
import { asConsole, bootLines } from '../support/boot-log.ts';

function ofLog(text: string) {
  const result = readLog('machine.log', text);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return importObserved(result.observed);
}

const errorsOf = (text: string): readonly string[] => {
  const result = readLog('machine.log', text);
  return result.ok ? [] : result.errors;
};

const folder = (files: Readonly<Record<string, string>>): string => {
  const path = mkdtempSync(join(tmpdir(), 'khodbg-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
};

describe('a log of a machine without KHO', () => {
  const { document, guesses, text } = ofLog(asConsole(bootLines()));

  test('gives a machine and one boot that uses KHO', () => {
    expect(document.memory.map(({ start, end, type, node }) => [start, end, type, node])).toEqual([
      [0, 0x1000, 'reserved', 0],
      [0x1000, 0x9fc00, 'ram', 0],
      [0x9fc00, 0xa0000, 'reserved', 0],
      [0x100000, 0x7ffdd000, 'ram', 0],
      [0x7ffdd000, 0x80000000, 'reserved', 0],
      [0x100000000, 0x180000000, 'ram', 1],
    ]);
    expect(document.nodes).toEqual([
      { node: 0, cpus: 2 },
      { node: 1, cpus: 2 },
    ]);
    expect(document.boots).toHaveLength(1);
    expect(document.boots[0]?.cmdline).toBe('BOOT_IMAGE=/vmlinuz root=/dev/vda3 ro quiet kho=on');
    expect(document.boots[0]?.actors).toEqual([]);
  });

  test('says everything that was assumed, on standard error and at the head of the file', () => {
    expect(guesses).toEqual([
      'kernel: v7.3, which khodbg simulates, for 6.12.9-200.fc41.x86_64, which was booted',
      'CONFIG_DEBUG_VM: off, since nothing shows that it is on',
      'CONFIG_HUGETLB_PAGE: on, since HugeTLB is mentioned; so pageblocks of order 9',
      'other options: the defaults of khodbg, which are those of distributions; a file named config beside /proc files is read',
      'command line: kho=on was added, since the kernel that was booted did not use KHO',
      'reserved: the first 64 KiB, the BIOS area from 0x9f000 to 1 MiB, as x86 kernels do',
      'reserved: the kernel image from 16 MiB on, its size from the Memory: line',
      'early allocations: none, since nothing tells of them; a log of a boot with memblock=debug does',
    ]);
    for (const guess of guesses) expect(text).toContain(`// - ${guess}\n`);
  });

  test('shows, as a comment, how something is handed over', () => {
    expect(text).toMatch(/\/\/ "actors": \[\n\s*\/\/ {3}\{ "at": "late_initcall", "call": "test_kho_folio"/);
    const errors: never[] = [];
    parseTree(text, errors);
    expect(errors).toEqual([]);
  });

  test('without SRAT: one node, over all below the end of RAM', () => {
    const plain = ofLog(asConsole(bootLines({ srat: false })));
    expect(new Set(plain.document.memory.map((row) => row.node))).toEqual(new Set([0]));
    expect(plain.document.memory.map((row) => row.start)).toContain(0xf0000);
    expect(plain.document.memory.map((row) => row.start)).toContain(0xfffc0000);
    expect(plain.guesses).toContain('nodes: one, since there are no SRAT lines');
  });

  test('RAM that SRAT leaves out goes to the node before it', () => {
    const lines = bootLines().map((line) => line.replace('0x100000000-0x17fffffff]', '0x100000000-0x16fffffff]'));
    const { document: doc, guesses: said } = ofLog(asConsole(lines.filter((line) => !line.startsWith('NUMA'))));
    expect(doc.memory.slice(-2).map(({ start, end, node }) => [start, end, node])).toEqual([
      [0x100000000, 0x170000000, 1],
      [0x170000000, 0x180000000, 1],
    ]);
    expect(said.join('\n')).toMatch(/RAM at 0x170000000\.\.0x180000000 is of no node/);
  });

  test('without NUMA lines of SRAT the early memory ranges tell the nodes', () => {
    const ranges = [
      'node   0: [mem 0x0000000000001000-0x000000007ffdcfff]',
      'node   1: [mem 0x0000000100000000-0x000000017fffffff]',
    ];
    const { document: doc, guesses: said } = ofLog(asConsole([...bootLines({ srat: false }), ...ranges]));
    expect(doc.memory.at(-1)?.node).toBe(1);
    expect(said.join('\n')).toMatch(/early memory node ranges/);
  });

  test('CPUs that nobody places are spread', () => {
    const lines = bootLines().filter((line) => !line.startsWith('....'));
    const { document: doc, guesses: said } = ofLog(asConsole(lines));
    expect(doc.nodes.map((node) => node.cpus)).toEqual([2, 2]);
    expect(said.join('\n')).toMatch(/CPUs: 4 spread evenly/);
  });

  test('a map given on the command line stands for the firmware one', () => {
    const user = ['user-defined physical RAM map:', 'user: [mem 0x0000000000100000-0x000000003fffffff] usable'];
    const { document: doc } = ofLog(asConsole([...bootLines(), ...user]));
    expect(doc.memory.map(({ start, end }) => [start, end])).toEqual([[0x100000, 0x40000000]]);
  });
});

describe('a log with memblock=debug', () => {
  const { document, guesses } = ofLog(asConsole(bootLines({ traced: true })));
  const rows = document.boots[0]?.earlyAllocations ?? 'none';

  test('gives what the kernel allocates early, each at its point', () => {
    if (rows === 'none') throw new Error('none');
    expect(rows.map((row) => [row.in, row.call, row.size])).toEqual([
      ['setup_arch', 'memblock_reserve', 16],
      ['setup_arch', 'memblock_reserve_kern', 0x100000],
      ['reserve_real_mode', 'memblock_phys_alloc_range', 24576],
      ['initmem_init', 'memblock_alloc_range_nid', 16000],
      ['acpi_boot_init', 'memblock_alloc_try_nid', 73],
      ['sparse_init', 'memblock_alloc_try_nid', 16384],
      ['sparse_init', 'memblock_alloc_try_nid_raw', 0x200000],
      ['setup_per_cpu_areas', 'memblock_alloc_try_nid', 308],
      ['setup_per_cpu_areas', 'memblock_alloc_try_nid', 0x200000],
      ['setup_per_cpu_areas', 'memblock_phys_free', 0x1d9000],
      ['mm_core_init', 'memblock_alloc_try_nid', 0x4000000],
    ]);
  });

  test('reserved is the first table without what was logged before it', () => {
    expect(document.boots[0]?.reserved).toEqual([
      { start: 0, end: 0x10000, kern: false },
      { start: 0x9f000, end: 0x100000, kern: false },
      { start: 0x1000000, end: 0x3e00000, kern: true },
      { start: 0x7e000000, end: 0x7ffdd000, kern: true },
    ]);
    expect(guesses.join('\n')).not.toMatch(/reserved:/);
  });

  test('callers that are not known are placed by their order, and named', () => {
    const lines = bootLines({ traced: true }).map((line) => line.replace('memmap_alloc+', 'new_memmap_code+'));
    const { document: doc, guesses: said } = ofLog(asConsole(lines));
    const early = doc.boots[0]?.earlyAllocations ?? 'none';
    expect(early === 'none' ? [] : early.filter((row) => row.by?.startsWith('new_'))).toMatchObject([
      { in: 'sparse_init' },
    ]);
    expect(said.join('\n')).toMatch(/does not know the callers new_memmap_code/);
  });

  test('what memblock does for itself, when its arrays grow, is left out', () => {
    const lines = bootLines({ traced: true });
    const at = lines.indexOf('Zone ranges:');
    lines.splice(
      at,
      0,
      '__memblock_reserve: [0x000000017ff00000-0x000000017ff017ff] nid=-1 flags=20 memblock_double_array+0x140/0x2a0',
      'memblock_phys_free: [0x000000017ff00000-0x000000017ff017ff] memblock_free+0x2d/0x40',
    );
    expect(ofLog(asConsole(lines)).document).toEqual(document);
  });
});

describe('the same log in another dress gives the same scenario', () => {
  const lines = bootLines({ traced: true });
  const { text } = ofLog(asConsole(lines));
  const dressed = (dress: (line: string, i: number) => string): string => ofLog(lines.map(dress).join('\n')).text;

  test.each<[string, (line: string, i: number) => string]>([
    ['no time stamps', (line) => line],
    ['carriage returns', (line) => `[    0.000000] ${line}\r`],
    ['callers behind the time', (line) => `[    0.000000][    T0] ${line}`],
    ['dmesg -T', (line) => `[Sat Nov  1 13:02:49 2025] ${line}`],
    ['dmesg -x', (line) => `kern  :info  : [    0.000000] ${line}`],
    ['dmesg -x -T', (line) => `kern  :debug : [Sat Nov 21 13:02:49 2026] ${line}`],
    ['dmesg -r', (line) => `<6>[    0.000000] ${line}`],
    ['dmesg -H', (line, i) => (i === 0 ? `[Nov21 13:02] ${line}` : `[  +0.000${100 + i}] ${line}`)],
    ['dmesg --time-format iso', (line) => `2026-11-21T13:02:49,123456+00:00 ${line}`],
    ['a journal', (line) => `Nov 21 13:02:49 server-7 kernel: ${line}`],
    [
      'colours and firmware before the first line',
      (line, i) => (i === 0 ? `\u001bc\u001b[2JSeaBIOS\u001b[0m..[    0.000000] ${line}` : `[    0.000000] ${line}`),
    ],
  ])('%s', (_, dress) => {
    expect(dressed(dress)).toBe(text);
  });

  test('packed, and from a file', () => {
    const path = folder({});
    writeFileSync(join(path, 'machine.log'), gzipSync(asConsole(lines)));
    expect(importPath(join(path, 'machine.log'))).toMatchObject({ ok: true, text });
  });
});

describe('a log of several boots', () => {
  const cold = bootLines({ release: '7.3.1', cmdline: 'kho=on first' });
  const received = bootLines({
    release: '7.3.1',
    cmdline: 'kho=on second',
    extra: ['KHO: found kexec handover data.'],
  });

  test('boots that follow each other by kexec are one history', () => {
    const { document } = ofLog(asConsole([...cold, ...received]));
    expect(document.boots.map((boot) => boot.cmdline)).toEqual(['kho=on first', 'kho=on second']);
    expect(document.boots[0]?.actors.map((actor) => actor.call)).toEqual(['kexec_file_load', 'kernel_kexec']);
  });

  test('kexec without KHO is a history, too', () => {
    const { document } = ofLog(asConsole([...cold, 'kexec_core: Starting new kernel', ...cold]));
    expect(document.boots).toHaveLength(2);
  });

  test('what was before the last cold boot is left out, and said', () => {
    const { document, guesses } = ofLog(asConsole([...cold, ...received, ...cold]));
    expect(document.boots.map((boot) => boot.cmdline)).toEqual(['kho=on first']);
    expect(guesses[0]).toMatch(/has 3 boots; the first 2 are left out/);
  });

  test('a boot whose first lines are lost begins at its map', () => {
    const { document } = ofLog(asConsole([...cold, 'kexec_core: Starting new kernel', ...received.slice(2)]));
    expect(document.boots.map((boot) => boot.cmdline)).toEqual(['kho=on first', '']);
    expect(document.memory).toEqual(ofLog(asConsole(cold)).document.memory);
  });

  test('a printed /proc/version is no boot', () => {
    const lines = [...cold, 'Linux version 7.3.1 (root@vm)', 'kexec_file_load=-1 errno=99'];
    const { document } = ofLog(asConsole(lines));
    expect(document.boots).toHaveLength(1);
    expect(document.boots[0]?.actors.map((actor) => actor.call)).toEqual(['kexec_file_load']);
  });
});

describe('bad input is a sentence', () => {
  test.each([
    ['nothing', '', 'machine.log: no kernel boot: is this a boot log from its first line?'],
    [
      'a log without its beginning',
      asConsole(bootLines().slice(14)),
      'machine.log: no kernel boot: is this a boot log from its first line?',
    ],
    [
      'a log without a map',
      asConsole(bootLines().slice(0, 2)),
      'machine.log: no BIOS-e820 lines: is this a boot log from its first line?',
    ],
  ])('%s', (_, text, message) => {
    expect(errorsOf(text)).toEqual([message]);
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['an empty folder', {}, /no proc_iomem or iomem in it; copy \/proc\/iomem there, read as root$/],
    [
      'iomem of a user',
      { iomem: '00000000-00000000 : System RAM\n00000000-00000000 : Reserved\n' },
      /are all 0; read \/proc\/iomem as root$/,
    ],
    ['iomem without RAM', { iomem: '000a0000-000bffff : PCI Bus 0000:00\n' }, /no System RAM in iomem/],
    ['a truth that is no JSON', { 'truth.json': '{' }, /truth\.json: is not JSON/],
    ['a truth without boots', { 'truth.json': '{"run": "x", "boots": []}' }, /boots: no boot in it/],
    ['a truth of another kind', { 'truth.json': '{"run": "x", "boots": [{"boot": "one"}]}' }, /boots\.0\.boot: /],
  ])('%s', (_, files, message) => {
    const result = importPath(folder(files));
    expect(result.ok ? [] : result.errors.join('\n')).toMatch(message);
  });

  test('a path that leads nowhere, a packed file that is damaged', () => {
    const path = folder({});
    expect(importPath(join(path, 'no.log'))).toMatchObject({
      ok: false,
      errors: [expect.stringMatching(/no such file or folder$/)],
    });
    writeFileSync(join(path, 'bad.gz'), gzipSync(asConsole(bootLines())).fill(0xff, 20, 60));
    expect(importPath(join(path, 'bad.gz'))).toMatchObject({
      ok: false,
      errors: [expect.stringMatching(/cannot be read: /)],
    });
  });
});

describe('a folder of /proc files', () => {
  const IOMEM =
    '00000000-00000fff : Reserved\n00001000-0009ffff : System RAM\n00100000-3fffffff : System RAM\n  01000000-02ffffff : Kernel code\n';

  test('iomem alone is enough', () => {
    const result = importPath(folder({ iomem: IOMEM }));
    if (!result.ok) throw new Error(result.errors.join('\n'));
    expect(result.document.memory.map((row) => row.node)).toEqual([0, 0, 0]);
    expect(result.document.boots[0]?.cmdline).toBe('kho=on');
    expect(result.document.boots[0]?.reserved[2]).toEqual({ start: 0x1000000, end: 0x3000000, kern: true });
    expect(result.guesses).toContain('nodes: one, since there is no proc_zoneinfo or zoneinfo');
  });

  test('a config, CPU lists and scratch sizes are taken over', () => {
    const zoneinfo =
      'Node 0, zone    DMA32\n        spanned  262143\n    cpu: 0\n    cpu: 3\n  start_pfn:           1\n';
    const path = folder({
      iomem: IOMEM,
      zoneinfo,
      cmdline: 'quiet kho=on\n',
      node0_cpulist: '0-2,5\n',
      config: 'CONFIG_DEBUG_VM=y\n# CONFIG_HUGETLBFS is not set\nCONFIG_NODES_SHIFT=8\nCONFIG_OTHER=y\n',
      scratch_phys: '0x30000000\n0x20000000\n0x10000000\n',
      scratch_len: '0x2000000\n0x4000000\n0x1000000\n',
    });
    const result = importPath(path);
    if (!result.ok) throw new Error(result.errors.join('\n'));
    expect(result.document.nodes).toEqual([{ node: 0, cpus: 4 }]);
    expect(result.document.boots[0]?.cmdline).toBe('quiet kho=on kho_scratch=33554432,67108864,16777216');
    expect(result.document.boots[0]?.config).toEqual({
      CONFIG_DEBUG_VM: true,
      CONFIG_HUGETLB_PAGE: false,
      CONFIG_NODES_SHIFT: 8,
    });
  });
});

/** Small seeded random numbers (mulberry32). */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const JUNK = [
  '',
  ' ',
  '-1',
  '0x',
  'ffffffffffffffff',
  '99999999999999999999',
  '[mem',
  '\u0000',
  '\u00e9',
  'nid=',
  '2'.repeat(400),
  '#1 #2',
];

/** Changes a text in a few places: cuts, doubles, swaps and junk. */
function mutated(text: string, seed: number): string {
  const below = random(seed);
  let lines = text.split('\n');
  for (let i = below(8) + 1; i > 0; i--) {
    const at = below(lines.length);
    const line = lines[at] ?? '';
    const cut = below(line.length + 1);
    const kind = below(6);
    if (kind === 0) lines.splice(at, 1 + below(5));
    else if (kind === 1) lines.splice(at, 0, line);
    else if (kind === 2) lines[at] = line.slice(0, cut);
    else if (kind === 3) lines[at] = `${line.slice(0, cut)}${JUNK[below(JUNK.length)]}${line.slice(cut + below(6))}`;
    else if (kind === 4) lines = [...lines.slice(at), ...lines.slice(0, at)];
    else lines[at] = line.replace(/[0-9a-f]{4,}/, () => JUNK[below(JUNK.length)] ?? '');
  }
  return lines.join('\n');
}

describe('damage', () => {
  const log = asConsole([
    ...bootLines({ traced: true }),
    'kexec_core: Starting new kernel',
    ...bootLines({ traced: true }),
  ]);

  test('a log cut anywhere is a scenario or a sentence', () => {
    for (let at = 0; at < log.length; at += 97) {
      const result = readLog('cut.log', log.slice(0, at));
      if (result.ok) expect(importObserved(result.observed).text).toContain('"format": 1');
      else expect(result.errors.join()).toMatch(/^cut\.log: no /);
    }
  });

  test.each(Array.from({ length: 200 }, (_, seed) => seed))(
    'mutation %i of a log never throws, and what comes out is JSON',
    (seed) => {
      const result = readLog('mutated.log', mutated(log, seed));
      if (!result.ok) return expect(result.errors.join()).toMatch(/is this a boot log/);
      const { text } = importObserved(result.observed);
      const errors: never[] = [];
      parseTree(text, errors);
      expect(errors).toEqual([]);
      expect(text).not.toMatch(/: (?:null|NaN)|Infinity|0xNaN|-0x/);
    },
  );

  test('mutations of truth.json never throw', () => {
    const file = join(import.meta.dirname, '../fixtures/captures/C-2n-2241m+3903m-crossnode/truth.json.gz');
    const truth = gunzipSync(readFileSync(file)).toString();
    for (let seed = 0; seed < 60; seed++) {
      const below = random(seed);
      const values = [...truth.matchAll(/: (?:-?\d+|"[^"]*"|null)/g)];
      const hit = values[below(values.length)];
      const value = ['null', '-1', '1e300', '0.5', '"x"', '[]', '{}'][below(7)];
      const text = `${truth.slice(0, hit?.index)}: ${value}${truth.slice((hit?.index ?? 0) + (hit?.[0].length ?? 0))}`;
      const result = readTruth('truth.json', text);
      if (result.ok) expect(importObserved(result.observed).text).toContain('"format": 1');
      else expect(result.errors[0]).toMatch(/^truth\.json: /);
    }
  });
});

test('a folder named like a file is read as a folder', () => {
  const path = folder({});
  mkdirSync(join(path, 'serial.log'));
  expect(importPath(path)).toMatchObject({ ok: false });
});

test('a compressed log that is cut short gives the boots it has', () => {
  const packed = gzipSync(asConsole(bootLines()));
  const path = join(folder({}), 'serial.log.gz');
  writeFileSync(path, packed.subarray(0, packed.length - 200));
  expect(importPath(path)).toMatchObject({ ok: true });
});
