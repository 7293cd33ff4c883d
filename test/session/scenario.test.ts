// What the scenario loader promises: shipped files load, wrong ones are answered with places and advice.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScenarioText } from '../../src/session/load.ts';
import { printable } from '../../src/session/printable.ts';
import {
  formatProblem,
  type Known,
  parseScenario,
  type Scenario,
  scenarioJsonSchema,
} from '../../src/session/scenario/index.ts';
import { radixPages, splitPages } from '../../src/session/scenario/preserve.ts';
import { lineIndex } from '../../src/session/scenario/problem.ts';
import { nearest } from '../../src/vm/index.ts';
import { mutate } from './mutator.ts';

const KNOWN: Known = {
  patches: ['no-preserved-page-init'],
  kernels: ['v7.3'],
  functions: [
    'kho_restore_folio',
    'kho_restore_pages',
    'kho_restore_page',
    'kho_preserved_memory_reserve',
    'page_is_buddy',
    '__pageblock_pfn_to_page',
    'adjust_managed_page_count',
  ],
  arity: new Map([
    ['kho_restore_folio', 1],
    ['kho_restore_pages', 2],
  ]),
};

const ROOT = join(import.meta.dirname, '../../scenarios');
/** Scenarios of the text as it is, or with the one patch above. */
const FILES = [
  'two-nodes.json',
  'today/restore-across-nodes.json',
  'seed-000/uninit-boundary-before.json',
  'seed-000/uninit-boundary-after.json',
  'seed-000/uninit-mid-before.json',
  'seed-000/uninit-order9.json',
];
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

function load(text: string): Scenario {
  const result = parseScenario('s.json', text, KNOWN);
  if (!result.ok) throw new Error(result.errors.map(formatProblem).join('\n'));
  return result.scenario;
}

function problems(text: string): string[] {
  const result = parseScenario('s.json', text, KNOWN);
  return result.ok ? [] : result.errors.map(formatProblem);
}

// 0 ........ 64M [scratch 4M] .. 80M [radix] .. 384M [preserved 4K] .. 512M
const VALID = `{
  "format": 1,
  "title": "t",
  "machine": {
    "memory": [
      { "start": "0x0", "size": "512M", "node": 0, "type": "ram" }
    ],
    "nodes": [ { "node": 0, "cpus": 1 } ],
    "fill": "zero"
  },
  "boots": [
    { "handover": {
      "scratch": [ { "start": "64M", "size": "4M" } ],
      "preserved": [ { "start": "0x18000000", "order": 0 } ],
      "radixNodes": "0x5000000"
    } },
    { "kernel": "v7.3",
      "patches": ["no-preserved-page-init"],
      "config": { "CONFIG_DEBUG_VM": false },
      "cmdline": "kho=on",
      "actors": [ { "at": "late_initcall", "call": "kho_restore_folio", "args": ["0x18000000"] } ]
    }
  ],
  "stops": ["catch uninit"],
  "expect": [ { "at": "end", "that": "zone(0, DMA32).contiguous == false" } ]
}
`;

/** VALID with one piece of text replaced. */
function but(old: string, by: string): string {
  if (!VALID.includes(old)) throw new Error(`not in the valid scenario: ${old}`);
  return VALID.replace(old, by);
}

describe('a valid scenario', () => {
  test.each(FILES)('%s loads, and loads the same from what it says', (file) => {
    const text = read(file);
    const withoutPlaces = (scenario: Scenario) =>
      JSON.stringify(scenario, (key, value) => (key === 'position' ? 0 : value));
    expect(withoutPlaces(load(text))).toBe(withoutPlaces(load(JSON.stringify(JSON.parse(text)))));
    expect(load(text).expect.length).toBeGreaterThan(3);
  });

  test('is numbers with every default filled in', () => {
    const { machine, boots, schedule, tour, about } = load(VALID);
    expect({ machine, schedule, tour, about }).toEqual({
      machine: {
        memory: [{ start: 0, size: 512 * 2 ** 20, node: 0, type: 'ram' }],
        nodes: [{ node: 0, cpus: 1 }],
        fill: 'zero',
      },
      schedule: null,
      tour: [],
      about: '',
    });
    expect(boots[0]).toEqual({
      kind: 'handover',
      scratch: [{ start: 64 * 2 ** 20, size: 4 * 2 ** 20 }],
      preserved: [{ start: 0x18000000, order: 0 }],
      rows: [{ start: 0x18000000, order: 0 }],
      radixNodes: 0x5000000,
      scratchArray: null,
      fdt: null,
    });
    expect(boots[1]).toMatchObject({
      kind: 'kernel',
      patches: [{ name: 'no-preserved-page-init', position: { line: 18, col: 19 } }],
      config: { CONFIG_DEBUG_VM: false, CONFIG_NODES_SHIFT: 10, CONFIG_KEXEC_HANDOVER: true },
      earlyAllocations: [],
      placements: {},
      actors: [{ args: [0x18000000], thread: null }],
    });
  });

  test('may have comments, trailing commas, a byte order mark and a schema for editors', () => {
    const text = `\ufeff${but('"format": 1,', '// one\n "$schema": "../x.json", /* two */ "format": 1,').replace('false" } ]', 'false" }, ]')}`;
    expect(load(text)).toMatchObject({ title: 't' });
  });

  test('fill is poison with CONFIG_DEBUG_VM, else zero, when it is left out', () => {
    const without = but(',\n    "fill": "zero"', '');
    const fillOf = (text: string) => {
      const result = loadScenarioText('s.json', text);
      return result.ok ? result.loaded.first.machine.config.fill : result.errors;
    };
    expect(load(without).machine.fill).toBe(null);
    expect(fillOf(without)).toBe('zero');
    expect(fillOf(without.replace('_VM": false', '_VM": true'))).toBe('poison');
  });

  test('without radixNodes the tree lies behind the first scratch area, on the next 2 MiB', () => {
    const text = but(',\n      "radixNodes": "0x5000000"', '').replace('"size": "4M"', '"size": "0x401000"');
    expect(load(text).boots[0]).toMatchObject({ radixNodes: 70 * 2 ** 20 });
  });

  test('a patch may be a path, which is not opened', () => {
    expect(load(but('no-preserved-page-init', './mine.patch')).boots[1]).toMatchObject({
      patches: [{ name: './mine.patch' }],
    });
  });

  test('pages of a preserved entry are split as kho_preserve_pages does', () => {
    expect(load(read('two-nodes.json')).boots[0]).toMatchObject({
      preserved: [
        { start: 0x8010000, order: 4 },
        { start: 0x18000000, order: 0 },
        { start: 0x38000000, order: 9 },
        { start: 0x48003000, order: 0 },
        { start: 0x48004000, order: 2 },
        { start: 0x48008000, order: 3 },
      ],
    });
  });

  test('a preserved entry may stand for many blocks at one distance', () => {
    const rows =
      '"order": 0, "times": 3, "every": "8K" }, { "start": "0x19001000", "pages": 3, "times": 2, "every": "16K"';
    expect(load(but('"order": 0', rows)).boots[0]).toMatchObject({
      preserved: [
        { start: 0x18000000, order: 0 },
        { start: 0x18002000, order: 0 },
        { start: 0x18004000, order: 0 },
        { start: 0x19001000, order: 0 },
        { start: 0x19002000, order: 1 },
        { start: 0x19005000, order: 0 },
        { start: 0x19006000, order: 1 },
      ],
    });
  });
});

/** Text to replace in the valid scenario, by what, and every line that must then come, without the file name. */
const WRONG: readonly (readonly [name: string, old: string, by: string, expected: readonly string[]])[] = [
  [
    'a misaligned block',
    '"start": "0x18000000"',
    '"start": "0x18000800"',
    ['14:33: boots[0].handover.preserved[0].start: 0x18000800 is not a multiple of the page size (4096)'],
  ],
  [
    'no size',
    '"512M"',
    '"12Q"',
    ['6:33: memory[0].size: "12Q" is not a size; write as in "512M" or "0x18000000", or a number of bytes'],
  ],
  [
    'a negative size',
    '"512M"',
    '-4096',
    ['6:33: memory[0].size: -4096 is not a size; write as in "512M" or "0x18000000", or a number of bytes'],
  ],
  [
    'a huge size',
    '"512M"',
    '"99999T"',
    ['6:33: memory[0].size: 99999T is too large; addresses end at 64 TiB (0x400000000000)'],
  ],
  ['an empty size', '"512M"', '0', ['6:33: memory[0].size: 0 is empty; write a size of at least one byte']],
  [
    'a missing key',
    '"size": "512M", ',
    '',
    ['6:7: memory[0].size: missing; write as in "512M" or "0x18000000", or a number of bytes'],
  ],
  ['an unknown key', '"type"', '"typ"', ['6:52: memory[0].typ: unknown key; did you mean type?']],
  [
    'an unknown key like none',
    '"type"',
    '"colour"',
    ['6:52: memory[0].colour: unknown key; known here: start, size, node, type'],
  ],
  [
    '__proto__',
    '"type": "ram"',
    '"__proto__": {}',
    ['6:52: memory[0].__proto__: unknown key; known here: start, size, node, type'],
  ],
  ['a misspelt required key', '"kernel"', '"kernl"', ['17:7: boots[1].kernl: unknown key; did you mean kernel?']],
  [
    'an enum',
    '"ram"',
    '"rma"',
    ['6:60: memory[0].type: "rma" is not one of ram, reserved, soft-reserved; did you mean ram?'],
  ],
  [
    'a key twice',
    '"node": 0, "type"',
    '"node": 0, "node": 1, "type"',
    ['6:52: memory[0].node: written twice in one object; keep one of the two'],
  ],
  ['another format', '"format": 1', '"format": 2', ['2:13: format: 2 is not a format khodbg reads; write 1']],
  ['no text', '"t"', '7', ['3:12: title: 7 is not text; write some between double quotes']],
  [
    'an escape in text',
    '"t"',
    '"\\u001b[31m"',
    ['3:12: title: "\\x1b[31m" holds \\x1b, which cannot be shown; take it out'],
  ],
  [
    'no list',
    '[ { "node": 0, "cpus": 1 } ]',
    '3',
    ['8:14: nodes: 3 is not a list of nodes; write one between [ and ]'],
  ],
  ['an empty list', '[ { "node": 0, "cpus": 1 } ]', '[]', ['8:14: nodes: 0 are too few nodes; give at least 1']],
  [
    'too many',
    '["0x18000000"]',
    '[1,1,1,1,1,1,1,1,1]',
    [
      '21:81: boots[1].actors[0].args: 9 are too many arguments; the most is 8',
      '21:81: boots[1].actors[0].args: 9 given, but kho_restore_folio takes 1',
    ],
  ],
  [
    'not in range',
    '"cpus": 1',
    '"cpus": 257',
    ['8:37: nodes[0].cpus: 257 is not a number of CPUs; write a whole number from 0 to 256'],
  ],
  [
    'no CPU',
    '"cpus": 1',
    '"cpus": 0',
    ['8:37: nodes[0].cpus: 0 leaves the machine without a CPU; give at least one node one'],
  ],
  [
    'no RAM',
    '"ram"',
    '"reserved"',
    ['6:60: memory[0].type: "reserved" leaves the machine without memory; at least one range must be ram'],
  ],
  [
    'memory that overlaps',
    '"ram" }',
    '"ram" }, { "start": "256M", "size": "512M", "node": 0 }',
    [
      '6:33: memory[0].size: 512M makes it overlap memory[1] (0x10000000..0x30000000); change one of the two',
      '6:80: memory[1].start: 256M makes it overlap memory[0] (0x0..0x20000000); change one of the two',
    ],
  ],
  [
    'memory that swallows',
    '"ram" }',
    '"ram" }, { "start": "256M", "size": "1M", "node": 0 }',
    ['6:33: memory[0].size: 512M makes it overlap memory[1] (0x10000000..0x10100000); make it smaller'],
  ],
  [
    'memory past the end',
    '"ram" }',
    '"ram" }, { "start": "63T", "size": "2T", "node": 0 }',
    ['6:95: memory[1].size: 2T makes it end at 0x410000000000; addresses end at 64 TiB'],
  ],
  [
    'a node not listed',
    '"node": 0, "cpus": 1',
    '"node": 3, "cpus": 1',
    [
      '6:49: memory[0].node: 0 is not in nodes (3); add it there or name one of those',
      '8:26: nodes[0].node: 3 has no memory (memory names 0); one of the two is wrong',
    ],
  ],
  [
    'a node twice',
    '"cpus": 1 }',
    '"cpus": 1 }, { "node": 0, "cpus": 1 }',
    ['8:52: nodes[1].node: 0 is listed before; give each node once'],
  ],
  [
    'an option out of range',
    '"CONFIG_DEBUG_VM": false',
    '"CONFIG_NODES_SHIFT": 11',
    ['19:41: boots[1].config.CONFIG_NODES_SHIFT: 11 is not a value of this option; write a whole number from 1 to 10'],
  ],
  [
    'a second handover',
    '{ "kernel": "v7.3",',
    '{ "handover": { "scratch": [ { "start": 0, "size": 4096 } ] } }, { "kernel": "v7.3",',
    ['17:19: boots[1].handover: only the first boot can be a handover; list a kernel here'],
  ],
  [
    'a boot that nothing starts',
    '{ "kernel": "v7.3",',
    '{ "kernel": "v7.3", "cmdline": "kho=on" }, { "kernel": "v7.3",',
    [
      '17:5: boots[1]: nothing starts the boot after it: add the actor {"at": "userspace", "call": "kernel_kexec", "args": []}',
    ],
  ],
  [
    'an early call at no point',
    '"cmdline": "',
    '"earlyAllocations": [{ "in": "mm_init", "call": "memblock_reserve", "base": 0, "size": "4K" }], "cmdline": "',
    [
      '20:36: boots[1].earlyAllocations[0].in: "mm_init" is not one of setup_arch, reserve_real_mode, init_mem_mapping, acpi_boot_table_init, initmem_init, acpi_boot_init, sparse_init, setup_per_cpu_areas, mm_core_init',
    ],
  ],
  [
    'an early call that frees what was not allocated',
    '"cmdline": "',
    '"earlyAllocations": [{ "in": "setup_arch", "call": "memblock_phys_free", "of": 3, "size": "4K" }], "cmdline": "',
    ['20:58: boots[1].earlyAllocations[0].call: "memblock_phys_free" frees row 3, which is no allocation before it'],
  ],
  [
    'an unknown kernel',
    '"v7.3"',
    '"v7.2"',
    ['17:17: boots[1].kernel: "v7.2" is not a kernel khodbg has; did you mean v7.3?'],
  ],
  [
    'an unknown patch',
    'page-init"',
    'page-int"',
    [
      '18:19: boots[1].patches[0]: "no-preserved-page-int" is not a shipped patch; did you mean no-preserved-page-init?',
    ],
  ],
  [
    'an unknown option',
    'CONFIG_DEBUG_VM"',
    'CONFIG_DEBUG_VN"',
    ['19:19: boots[1].config.CONFIG_DEBUG_VN: unknown key; did you mean CONFIG_DEBUG_VM?'],
  ],
  [
    'an option of another type',
    '"CONFIG_DEBUG_VM": false',
    '"CONFIG_DEBUG_VM": "n"',
    ['19:38: boots[1].config.CONFIG_DEBUG_VM: "n" is neither true nor false; write one of them'],
  ],
  [
    'an option not simulated',
    '"CONFIG_DEBUG_VM": false',
    '"CONFIG_NUMA": false',
    ['19:34: boots[1].config.CONFIG_NUMA: false cannot be: a kernel without NUMA is not simulated; leave it out'],
  ],
  [
    'an option that needs another',
    '"CONFIG_DEBUG_VM": false',
    '"CONFIG_DEBUG_VM_PGFLAGS": true',
    ['19:46: boots[1].config.CONFIG_DEBUG_VM_PGFLAGS: true needs CONFIG_DEBUG_VM; set that to true or leave this out'],
  ],
  [
    'poison without DEBUG_VM',
    '"fill": "zero"',
    '"fill": "poison"',
    [
      '9:13: fill: "poison" cannot be without CONFIG_DEBUG_VM, which is what poisons the memmap; leave fill out or turn that on',
      '19:38: boots[1].config.CONFIG_DEBUG_VM: false goes against fill "poison"; change one of the two',
    ],
  ],
  [
    'another fill with DEBUG_VM',
    '"CONFIG_DEBUG_VM": false',
    '"CONFIG_DEBUG_VM": true',
    [
      '9:13: fill: "zero" cannot be with CONFIG_DEBUG_VM, which poisons the memmap; leave fill out or turn that off',
      '19:38: boots[1].config.CONFIG_DEBUG_VM: true goes against fill "zero"; change one of the two',
    ],
  ],
  [
    'a command line',
    '"kho=on"',
    '"quiet kho=maybe"',
    ['20:18: boots[1].cmdline: "quiet kho=maybe" gives kho no truth value; write kho=on or kho=off'],
  ],
  [
    'a control character',
    '"kho=on"',
    '"kho=on\\n"',
    ['20:18: boots[1].cmdline: "kho=on\\n" holds \\n; a command line is one line of plain text'],
  ],
  [
    'another moment',
    '"late_initcall"',
    '"late_initcal"',
    [
      '21:27: boots[1].actors[0].at: "late_initcal" is not one of early_initcall, page_alloc_init_late, fs_initcall, late_initcall, userspace; did you mean late_initcall?',
    ],
  ],
  [
    'an unknown function',
    '"kho_restore_folio"',
    '"kho_restore_foli"',
    [
      '21:52: boots[1].actors[0].call: "kho_restore_foli" is not a function of this kernel; did you mean kho_restore_folio?',
    ],
  ],
  [
    'arguments',
    '["0x18000000"]',
    '["0x18000000", 1]',
    ['21:81: boots[1].actors[0].args: 2 given, but kho_restore_folio takes 1'],
  ],
  [
    'an argument',
    '["0x18000000"]',
    '[null]',
    [
      '21:82: boots[1].actors[0].args[0]: null is not an argument; write a whole number, true, false, or text as in "0x18000000" or "64M"',
    ],
  ],
  ['scratch outside RAM', '"64M"', '"1G"', ['13:31: boots[0].handover.scratch[0].start: 1G is not in RAM; see memory']],
  [
    'scratch too long',
    '"4M"',
    '"1G"',
    ['13:46: boots[0].handover.scratch[0].size: 1G makes it end at 0x44000000, beyond the RAM that ends at 0x20000000'],
  ],
  [
    'preserved outside RAM',
    '"start": "0x18000000"',
    '"start": "0x28000000"',
    ['14:33: boots[0].handover.preserved[0].start: 0x28000000 is not in RAM; see memory'],
  ],
  [
    'preserved in scratch',
    '"start": "0x18000000"',
    '"start": "66M"',
    [
      '14:33: boots[0].handover.preserved[0].start: 66M makes it overlap scratch[0] (0x4000000..0x4400000), which the next kernel overwrites; move it',
    ],
  ],
  [
    'preserved too long',
    '"order": 0',
    '"order": 20',
    [
      '14:56: boots[0].handover.preserved[0].order: 20 makes it end at 0x118000000, beyond the RAM that ends at 0x20000000',
    ],
  ],
  [
    'preserved without length',
    ', "order": 0',
    '',
    ['14:22: boots[0].handover.preserved[0].order: missing; write order or pages'],
  ],
  [
    'preserved many times, no distance',
    '"order": 0',
    '"order": 0, "times": 2',
    ['14:22: boots[0].handover.preserved[0].every: missing; write how far they lie apart beside times'],
  ],
  [
    'preserved at a distance, how often not said',
    '"order": 0',
    '"order": 0, "every": "8K"',
    ['14:22: boots[0].handover.preserved[0].times: missing; write how many there are beside every'],
  ],
  [
    'preserved many times, one in the other',
    '"order": 0',
    '"pages": 3, "times": 2, "every": "8K"',
    ['14:80: boots[0].handover.preserved[0].every: 8K is less than the 0x3000 that each of them takes'],
  ],
  [
    'preserved many times, not aligned',
    '"order": 0',
    '"order": 1, "times": 2, "every": "12K"',
    ['14:80: boots[0].handover.preserved[0].every: 12K is not a multiple of a block of order 1 (0x2000)'],
  ],
  [
    'preserved many times, outside RAM in the end',
    '"order": 0',
    '"order": 0, "times": 3, "every": "64M"',
    ['14:68: boots[0].handover.preserved[0].times: 3 is not in RAM; see memory'],
  ],
  [
    'preserved too many times, all entries together',
    '"order": 0 }',
    '"order": 0, "times": 2, "every": "8K" }, { "start": "0x10000000", "order": 0, "times": 65535, "every": "4K" }',
    ['14:134: boots[0].handover.preserved[1].times: 65535 makes more than 65536 blocks of all entries'],
  ],
  [
    'preserved with both',
    '"order": 0',
    '"order": 0, "pages": 1',
    ['14:68: boots[0].handover.preserved[0].pages: 1 stands beside order; write one of the two'],
  ],
  [
    'a tree outside RAM',
    '"0x5000000"',
    '"0x1ffff000"',
    [
      '15:21: boots[0].handover.radixNodes: 0x1ffff000 leaves no room in RAM (the radix tree takes 6 pages, 0x1ffff000..0x20005000)',
    ],
  ],
  [
    'a tree over what is preserved',
    '"0x5000000"',
    '"0x17fff000"',
    [
      '15:21: boots[0].handover.radixNodes: 0x17fff000 overlaps what is preserved at 0x18000000 (the radix tree takes 6 pages, 0x17fff000..0x18005000)',
    ],
  ],
  [
    'a tree in scratch',
    '"0x5000000"',
    '"64M"',
    [
      '15:21: boots[0].handover.radixNodes: 64M overlaps scratch[0] (the radix tree takes 6 pages, 0x4000000..0x4006000)',
    ],
  ],
  [
    'an FDT in scratch',
    '"radixNodes"',
    '"fdt": "64M", "radixNodes"',
    [
      '15:14: boots[0].handover.fdt: 64M makes it overlap scratch[0] (0x4000000..0x4400000), which the next kernel overwrites; move it',
    ],
  ],
  [
    'a scratch array on the tree',
    '"radixNodes"',
    '"scratchArray": "0x5001000", "radixNodes"',
    ['15:23: boots[0].handover.scratchArray: 0x5001000 overlaps the radix tree (0x5000000..0x5006000); move it'],
  ],
  [
    'a stop',
    '"catch uninit"',
    '"cach uninit"',
    ['24:13: stops[0]: "cach uninit" does not set a stop; did you mean catch?'],
  ],
  [
    'what to catch',
    '"catch uninit"',
    '"catch unint"',
    ['24:13: stops[0]: "catch unint" catches nothing khodbg knows; did you mean uninit?'],
  ],
  ['a stage', '"end"', '"memmap_int"', ['25:23: expect[0].at: "memmap_int" is not a stage; did you mean memmap_init?']],
  [
    'a stage of boot 1',
    '"end"',
    '"boot1:end"',
    ['25:23: expect[0].at: "boot1:end" has no stages in boot 1; only boot2: has'],
  ],
  [
    'an expectation',
    '{ "at": "end", "that": "zone(0, DMA32).contiguous == false" }',
    '{}',
    [
      '25:15: expect[0]: an object is not an expectation; write as in {"at": "end", "that": "zone(0, DMA32).contiguous"}',
    ],
  ],
  [
    'half an expectation',
    '"at": "end", "that"',
    '"that"',
    ['25:15: expect[0].at: missing; write some between double quotes'],
  ],
  ['syntax', '"format": 1,', '"format": 1', ['3:3: "title" stands where a comma belongs; write , between two entries']],
  [
    'syntax and what is wrong before it',
    '"format": 1,\n  "title": "t"',
    '"format": 2,\n  "title" "t"',
    [
      '2:13: format: 2 is not a format khodbg reads; write 1',
      '3:11: "t" stands where a colon belongs; write : between a key and its value',
    ],
  ],
];

describe('a wrong scenario is answered with places and advice', () => {
  test.each(WRONG)('%s', (_name, old, by, expected) => {
    expect(problems(but(old, by))).toEqual(expected.map((line) => `s.json:${line}`));
  });

  test('a misaligned block is reported at both values that disagree', () => {
    const text = but('"start": "0x18000000", "order": 0', '"start": "0x18001000", "order": 9');
    expect(problems(text)).toEqual([
      's.json:14:33: boots[0].handover.preserved[0].start: 0x18001000 is not a multiple of its block of order 9 (0x200000); move it or lower the order',
      's.json:14:56: boots[0].handover.preserved[0].order: 9 is more than the alignment of 0x18001000 allows; see start',
    ]);
  });

  test('a node number must fit CONFIG_NODES_SHIFT', () => {
    const text = but('"CONFIG_DEBUG_VM": false', '"CONFIG_NODES_SHIFT": 1').replaceAll('"node": 0', '"node": 2');
    expect(problems(text)).toEqual([
      's.json:8:26: nodes[0].node: 2 needs more bits than CONFIG_NODES_SHIFT 1; the most is 1',
    ]);
  });

  test('a default place of the tree that does not fit is reported at the handover', () => {
    const text = but('"radixNodes": "0x5000000"', '').replace(
      '"start": "0x18000000", "order": 0',
      '"start": "68M", "order": 0',
    );
    expect(problems(text)).toEqual([
      's.json:12:19: boots[0].handover.radixNodes: left out, so 0x4400000, which overlaps what is preserved at 0x4400000 (the radix tree takes 6 pages, 0x4400000..0x4406000); write one',
    ]);
  });

  test('one value that puts many others in the wrong is named instead of them', () => {
    expect(problems(but('"512M"', '"8M"'))).toEqual([
      's.json:6:33: memory[0].size: 8M leaves all that is handed over (0x4000000 to 0x18000000) outside RAM; make it larger',
    ]);
    expect(problems(but('"0x0"', '"1G"'))).toEqual([
      's.json:6:18: memory[0].start: 1G leaves all that is handed over (0x4000000 to 0x18000000) outside RAM; start lower',
    ]);
    expect(problems(but('"4M"', '"400M"'))).toEqual([
      's.json:13:46: boots[0].handover.scratch[0].size: 400M reaches over 2 things handed over, from 0x5000000 on; make it smaller',
    ]);
  });

  test('texts that another part understands are checked by it, at their places', () => {
    const check = (kind: string, text: string) => (text.includes('contiguous') ? `is no ${kind}` : null);
    const result = parseScenario('s.json', VALID, { ...KNOWN, check });
    expect(result.ok ? [] : result.errors.map(formatProblem)).toEqual([
      's.json:25:38: expect[0].that: "zone(0, DMA32).contiguous == false" is no expression',
    ]);
  });

  test('a right file still says where its values stand', () => {
    const result = parseScenario('s.json', VALID, KNOWN);
    expect(result.ok && result.placeOf(['stops', 0])).toEqual({ line: 24, col: 13 });
    expect(result.ok && result.placeOf(['boots', 1, 'reserved', 3])).toEqual({ line: 17, col: 5 });
  });

  test('all problems come at once, by position', () => {
    const text = but('"ram"', '"rm"')
      .replace('"v7.3"', '3')
      .replace('"end"', '"ennd"')
      .replace('"format": 1', '"format": 0');
    expect(problems(text).map((line) => line.split(':')[1])).toEqual(['2', '6', '17', '25']);
  });

  test.each([
    ['nothing', '', 's.json:1:1: the end of the file stands where a value belongs; write one'],
    [
      'a list',
      '[]',
      's.json:1:1: the scenario: a list is not a scenario; write an object with format, title, machine and boots',
    ],
    ['deep nesting', '['.repeat(1e6), 's.json:1:65: nested more than 64 deep; a scenario needs less than ten'],
    [
      'deep nesting with wrong ends',
      '[}'.repeat(1e6),
      's.json:1:129: nested more than 64 deep; a scenario needs less than ten',
    ],
    ['a huge file', ' '.repeat(2 ** 22 + 1), 's.json:1:1: 4194305 bytes; a scenario has at most 4 MiB'],
    [
      'many values',
      `[${'1,'.repeat(2e5)}1]`,
      's.json:1:200001: more than 200000 values and punctuation marks; split the scenario',
    ],
  ])('%s', (_name, text, expected) => {
    expect(problems(text)).toEqual([expected]);
  });

  test.each([
    ['one long text', `{"title":"${'x'.repeat(4e6)}"}`],
    ['one long key', `{"${'f'.repeat(4e6)}":1}`],
    ['commas', `{${','.repeat(4e6)}}`],
    ['as many commas as are read', `{${','.repeat(199_000)}}`],
    ['closing brackets', `[${'}'.repeat(190_000)}]`],
    ['a long number', `{"format":${'9'.repeat(4e6)}}`],
    ['empty lines', '\n'.repeat(4e6)],
    ['an endless comment', `/*${'x'.repeat(4e6)}`],
    ['a long size', but('"512M"', `"${'9'.repeat(3e6)}K"`)],
  ])('%s is answered shortly, and soon', (_name, text) => {
    const start = performance.now();
    const lines = problems(text);
    expect(performance.now() - start).toBeLessThan(3000);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n').length).toBeLessThan(100_000);
  });

  test('more problems than anybody reads are counted', () => {
    const lines = problems(but('["catch uninit"]', `[${'7,'.repeat(500)}7]`));
    expect(lines).toHaveLength(201);
    expect(lines.at(-1)).toMatch(/301 more problems from here on; mend those first$/);
  });

  test('no message carries a control character, whatever the keys and values', () => {
    const evil = '\\u001b]0;x\\u0007\\u202e\\u009b';
    const text = but('"type": "ram"', `"${evil}": "${evil}"`).replace('"kho_restore_folio"', `"${evil}"`);
    const lines = problems(text);
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(printable(line, 10_000)).toBe(line);
  });
});

describe('printable', () => {
  test.each([
    ['\u001b[31mred', '\\x1b[31mred'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u0000\u007f\u009b', '\\x00\\x7f\\x9b'],
    ['\u202eevil\u2066', '\\u{202e}evil\\u{2066}'],
    ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
    ['lone \ud800 half', 'lone \\u{d800} half'],
    ['Grüße 😀 日本', 'Grüße 😀 日本'],
  ])('%j is shown as %s', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test('cuts long text between characters', () => {
    expect(printable('😀'.repeat(10), 3)).toBe('😀😀😀…');
    expect(printable('abc', 3)).toBe('abc');
  });
});

describe('the old kernel', () => {
  // [start_pfn, pages, first pfn of node 1], and the blocks as [pfn, order]
  test.each([
    [98304, 1, 1e9, [[98304, 0]]],
    [
      1,
      7,
      1e9,
      [
        [1, 0],
        [2, 1],
        [4, 2],
      ],
    ],
    [0, 1024, 1e9, [[0, 10]]],
    [
      3,
      13,
      1e9,
      [
        [3, 0],
        [4, 2],
        [8, 3],
      ],
    ],
    [
      131072,
      65536,
      163840,
      [
        [131072, 15],
        [163840, 15],
      ],
    ],
    [
      163837,
      6,
      163840,
      [
        [163837, 0],
        [163838, 1],
        [163840, 1],
        [163842, 0],
      ],
    ],
    [
      130048,
      2048,
      131072,
      [
        [130048, 10],
        [131072, 10],
      ],
    ],
    [
      131071,
      2,
      131072,
      [
        [131071, 0],
        [131072, 0],
      ],
    ],
  ])('splits %i + %i pages, node 1 from %i', (pfn, pages, border, blocks) => {
    const memory = [
      { start: 0, size: border * 4096, node: 0, type: 'ram' as const },
      { start: border * 4096, size: 2 ** 40, node: 1, type: 'ram' as const },
    ];
    const split = splitPages(pfn * 4096, pages, memory);
    expect(split.map(({ start, order }) => [start / 4096, order])).toEqual(blocks);
  });

  test('a radix tree takes a page for its root, five more for one key, five for a key of another order', () => {
    expect(radixPages([])).toBe(1);
    expect(radixPages([{ start: 0x18000000, order: 0 }])).toBe(6);
    expect(
      radixPages([
        { start: 0x140000000, order: 9 },
        { start: 0x200000000, order: 0 },
      ]),
    ).toBe(11);
    expect(
      radixPages([
        { start: 0x20000000, order: 15 },
        { start: 0x28000000, order: 15 },
      ]),
    ).toBe(6);
  });
});

test('nearest finds a word that differs by at most a third', () => {
  expect(nearest('memry', ['memory', 'nodes'])).toBe('memory');
  expect(nearest('MEMORY', ['memory'])).toBe('memory');
  expect(nearest('nodse', ['nodes'])).toBe('nodes');
  expect(nearest('xx', ['nodes'])).toBeNull();
  expect(nearest('', ['a'])).toBeNull();
});

test('the JSON Schema names every key and refuses others', () => {
  const schema = scenarioJsonSchema();
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    additionalProperties: false,
    required: ['format', 'title', 'machine', 'boots'],
    properties: { boots: { minItems: 1, maxItems: 16 }, machine: { additionalProperties: false } },
  });
  expect(JSON.stringify(schema)).toContain('CONFIG_DEFERRED_STRUCT_PAGE_INIT');
});

describe('mutated scenarios', () => {
  const seeds = Array.from({ length: 200 }, (_, seed) => seed);
  const run = (seed: number) => {
    const mutation = mutate(read(FILES[seed % FILES.length] ?? ''), seed);
    return { ...mutation, result: parseScenario('m.json', mutation.text, KNOWN) };
  };

  test.each(seeds)('seed %i is loaded or answered at a place in the text', (seed) => {
    const { text, what, value, result } = run(seed);
    if (result.ok) return;
    const lines = text.split(/\r\n|\r|\n/);
    for (const { line, col, message } of result.errors) {
      expect(col, what).toBeGreaterThan(0);
      expect(col, what).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
      expect(printable(message, 10_000), what).toBe(message);
    }
    const place = lineIndex(text);
    const inside = (offset: number) =>
      result.errors.some((e) => e.line === place(offset).line && e.col === place(offset).col);
    const { start, end } = value ?? { start: 0, end: 0 };
    const offsets = Array.from({ length: end - start }, (_, i) => start + i);
    if (value !== null)
      expect(offsets.some(inside), `${what}: ${result.errors.map(formatProblem).join('\n')}`).toBe(true);
  });

  test('at least 120 of 200 are refused', () => {
    expect(seeds.filter((seed) => !run(seed).result.ok).length).toBeGreaterThanOrEqual(120);
  });
});
