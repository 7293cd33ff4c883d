// What the simulated kernel prints, line by line against what real kernels printed on the same machine.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { entries } from '../../src/machine/index.ts';
import { loadScenarioText } from '../../src/session/index.ts';
import { lastRecord, runScenario } from '../../src/session/report/index.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const hex = (n: number) => `0x${n.toString(16)}`;

// node 0                                       | node 1
// 0-9f000 1M                              3G-128K 4G                                   7G
// |--|xx|------------------------ssss--------|  |---------------------------ssss-------|
const MEMORY = [
  { start: 0x1000, size: 0x9e000, node: 0 },
  { start: 0x100000, size: 0xbfee0000, node: 0 },
  { start: 0x1_0000_0000, size: 0xc000_0000, node: 1 },
];
const SCRATCH = [
  { start: 0xb680_0000, size: 0x200_0000 },
  { start: 0x1_b8c0_0000, size: 0x400_0000 },
  { start: 0xb380_0000, size: 0x300_0000 },
  { start: 0x1_b5c0_0000, size: 0x300_0000 },
];

const ranges = <T extends { start: number; size: number }>(list: readonly T[]) =>
  list.map((one) => ({ ...one, start: hex(one.start), size: hex(one.size) }));

interface Setup {
  readonly cmdline: string;
  readonly preserved: readonly (readonly [number, number])[];
  readonly patches?: readonly string[];
  readonly actors?: readonly object[];
  /** file of a patch of the test's own */
  readonly patch?: string;
}

/** The console of the second kernel on machine A. */
function consoleOf({ cmdline, preserved, patches = [], actors = [], patch }: Setup): readonly string[] {
  const text = JSON.stringify({
    format: 1,
    title: 'console',
    about: 'the second kernel on machine A',
    machine: {
      memory: ranges(MEMORY),
      nodes: [
        { node: 0, cpus: 1 },
        { node: 1, cpus: 1 },
      ],
    },
    boots: [
      {
        handover: {
          scratch: ranges(SCRATCH),
          preserved: preserved.map(([pfn, order]) => ({ start: hex(pfn * 4096), order })),
          radixNodes: '0x2700000',
          scratchArray: '0xb87f0000',
        },
      },
      {
        kernel: 'v7.3',
        patches,
        config: {
          CONFIG_DEBUG_VM: true,
          CONFIG_DEBUG_VM_PGFLAGS: true,
          CONFIG_NODES_SHIFT: 6,
          CONFIG_ZONE_DEVICE: false,
        },
        cmdline,
        earlyAllocations: 'none',
        reserved: ranges([{ start: 0x9f000, size: 0x61000 }]),
        actors,
      },
    ],
    expect: [],
  });
  const loaded = loadScenarioText('console.json', text, { patches: patch === undefined ? [] : [patch] });
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  return entries(lastRecord(runScenario(loaded.loaded)).last.machine.console);
}

/** What differs between any two kernels and machines: offsets, release, processor, milliseconds. */
const common = (line: string): string =>
  line
    .replace(/\+0x[0-9a-f]+\/0x[0-9a-f]+/g, '')
    .replace(/ +7\.3\.4-khodbg #\d+ PREEMPTLAZY/, '')
    .replace(/^CPU: \d/, 'CPU: 0')
    .replace(/CPU#\d/, 'CPU#0')
    .replace(/in \d+ms$/, 'in Nms');

const PRESERVED = JSON.parse(fixture('a-radix-in.json')) as [number, number][];

describe('memblock=debug, zones, nodes, zonelists', () => {
  const printed = consoleOf({ cmdline: 'kho=on memblock=debug', preserved: PRESERVED });
  const captured = fixture('console-a-boot2.txt').trimEnd().split('\n');
  // Not the same by nature: what a real machine reserves for itself moves allocations, and its first region ends inside a page.
  const normal = (line: string) =>
    common(line)
      .replace('0x000000000009fbff', '0x000000000009efff')
      .replace(/^ memory size = .*/, ' memory size = M reserved size = R')
      .replace(/^(__memblock_reserve|memblock_phys_free): \[\S+\] (.*memblock_)/, '$1: [ALLOCATED] $2')
      .replace(/^Memory: .*/, (text) => text.replace(/\d+K/g, 'NK'));
  const ours = printed.filter((line) => !/^ reserved|^KHO: /.test(line));

  test('every line of the capture is printed, in its order, and no other', () => {
    expect(ours.map(normal)).toEqual(captured.map(normal));
  });

  test('of what is present, the sum is the capture’s to the kilobyte', () => {
    const present = (lines: readonly string[]) =>
      lines.map((line) => /^Memory: \d+K\/(\d+)K/.exec(line)?.[1]).find(Boolean);
    expect(present(printed)).toBe(present(captured));
  });

  test('kho_populate comes before the option is known: what it adds and reserves is not printed', () => {
    expect(printed[0]).toBe('KHO: found kexec handover data.');
    expect(printed.filter((line) => line.includes('kho_populate'))).toEqual([]);
    expect(printed.filter((line) => line.startsWith(' reserved['))).toContain(
      ' reserved[0x1]\t[0x00000000b87f0000-0x00000000b87f003f], 0x0000000000000040 bytes flags: 0x0',
    );
  });

  test('total_size keeps what memblock_trim_memory() cut off, cnt counts regions', () => {
    const sizes = printed.filter((line) => line.startsWith(' memory size'));
    expect(sizes).toEqual(new Array(2).fill(' memory size = 0x000000017ff7e000 reserved size = 0x0000000000061040'));
    expect(printed.filter((line) => line.startsWith(' reserved.cnt'))).toEqual(
      new Array(2).fill(' reserved.cnt  = 0x2'),
    );
  });

  test('without the option none of it is printed', () => {
    const silent = consoleOf({ cmdline: 'kho=on', preserved: PRESERVED });
    expect(silent).toEqual(printed.filter((line) => !/memblock_|^MEMBLOCK|^ (memory|reserved)/.test(line)));
  });
});

test('fallback orders of four nodes go round, so that no node is every other node’s first choice', () => {
  const text = JSON.stringify({
    format: 1,
    title: 'nodes',
    about: 'four nodes of 128 MiB',
    machine: {
      memory: [0, 1, 2, 3].map((node) => ({ start: `${128 * node}M`, size: '128M', node })),
      nodes: [0, 1, 2, 3].map((node) => ({ node, cpus: 1 })),
    },
    boots: [
      { handover: { scratch: [{ start: '64M', size: '4M' }], preserved: [], radixNodes: '0x5000000' } },
      { kernel: 'v7.3', cmdline: '', earlyAllocations: 'none' },
    ],
    expect: [],
  });
  const loaded = loadScenarioText('nodes.json', text);
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  const printed = entries(lastRecord(runScenario(loaded.loaded)).last.machine.console);
  expect(printed.filter((line) => /^Fallback|^Policy/.test(line))).toEqual([
    'Fallback order for Node 0: 0 1 2 3 ',
    'Fallback order for Node 1: 1 2 3 0 ',
    'Fallback order for Node 2: 2 3 0 1 ',
    'Fallback order for Node 3: 3 0 1 2 ',
    'Policy zone: DMA32',
  ]);
});

/** The part of console-faults.txt under a heading. */
function fault(heading: string): readonly string[] {
  const lines = fixture('console-faults.txt').trimEnd().split('\n');
  const start = lines.indexOf(`# ${heading}`) + 1;
  const end = lines.findIndex((line, i) => i >= start && line.startsWith('# '));
  return lines.slice(start, end < 0 ? undefined : end);
}

/** The captures' test driver is one initcall; here each actor is one. Lines of source are the unmodified file's. */
const driver = (line: string) =>
  common(line)
    .replace(/khodbg_test_init|late_initcall_\d/, 'DRIVER')
    .replace('kexec_handover.c:556', 'kexec_handover.c:529');

describe('WARN, bad pages, oops', () => {
  test('a second restore warns, freeing an unsplit block reports fifteen pages: as captured', () => {
    const actor = (call: string, address: string) => ({ at: 'late_initcall', call, args: [address] });
    const printed = consoleOf({
      cmdline: 'kho=on',
      preserved: [[0x100120, 4]],
      actors: [actor('kho_restore_folio', '0x180000000'), actor('kho_restore_free', '0x100120000')],
      patch: fileURLToPath(new URL('../fixtures/free-unsplit.patch', import.meta.url)),
    });
    const from = printed.indexOf('------------[ cut here ]------------');
    const captured = [...fault('warn'), ...fault('bad pages')].map(driver);
    // the patched function stands between the driver and what it calls
    const lines = printed.slice(from).filter((line) => line !== ' kho_restore_free');
    expect(lines.map(driver).slice(0, captured.length)).toEqual(captured);
    expect(
      printed.filter((line) => line.startsWith('BUG: Bad page state in process swapper/0  pfn:10012')),
    ).toHaveLength(15);
  });

  test('a poisoned page at a pageblock’s start ends in the captured panic', () => {
    const printed = consoleOf({
      cmdline: 'kho=on oops=panic',
      preserved: [[0xa0000, 9]],
      patches: ['no-preserved-page-init'],
    });
    const captured = fault('oops').map(common);
    expect(printed.slice(-captured.length).map(common)).toEqual(captured);
  });
});
