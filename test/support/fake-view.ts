// An invented view with everything a screen can show: text, frames, threads, watches, maps. Nothing of it was computed.

import type {
  MemmapView,
  PageblockView,
  SessionView,
  SourceLine,
  ThreadView,
  ValueView,
} from '../../components/session-view.ts';
import { fakePanes } from './fake-panes.ts';

const TEXT = [
  '// mm/mm_init.c, v7.3; left out: memory hotplug',
  '',
  '/*',
  ' * Initialises the struct pages of one chunk and frees them to the buddy,',
  ' * pageblock by pageblock.',
  ' */',
  'export function deferred_init_memmap_chunk(start_pfn: Pfn, end_pfn: Pfn, zone: Zone): number {',
  '\tconst it: mem_range_iter = { index: 0, start: 0, end: 0 };',
  '\tlet nr_pages = 0;',
  '\tlet spfn = 0;',
  '\tlet epfn = 0;',
  '\t',
  '\tfor (for_each_free_mem_range_init(it, zone_to_nid(zone)); it.index !== ULONG_MAX; next_free_mem_range(it)) {',
  '\t\tspfn = max(start_pfn, PFN_UP(it.start)); // clamp to the chunk',
  '\t\tepfn = min(end_pfn, PFN_DOWN(it.end));',
  '\t\twhile (spfn < epfn) {',
  '\t\t\tconst mo_pfn: Pfn = ALIGN(spfn + 1, MAX_ORDER_NR_PAGES);',
  '\t\t\tconst chunk_end: Pfn = min(mo_pfn, epfn);',
  '\t\t\tnr_pages += deferred_init_pages(zone, spfn, chunk_end);',
  '\t\t\tdeferred_free_pages(spfn, chunk_end - spfn);',
  '\t\t\tspfn = chunk_end;',
  '\t\t\tif (irqs_disabled())',
  '\t\t\t\ttouch_nmi_watchdog();',
  '\t\t\telse cond_resched();',
  '\t\t}',
  '\t}',
  '\treturn nr_pages;',
  '}',
];

function sourceLines(current: number): readonly SourceLine[] {
  return Array.from({ length: 80 }, (_, i): SourceLine => {
    const number = i + 1;
    const text = TEXT[i] ?? `\t\tfiller_statement(${i}, 0x${(i * 4096).toString(16)}n);`;
    const breakpoint = number === 20 ? 'enabled' : number === 14 ? 'disabled' : null;
    return { number, text, breakpoint, current: number === current };
  });
}

const THREADS: readonly ThreadView[] = [
  { number: 1, name: 'kernel_init', state: 'D', where: 'wait_for_completion(pgdat_init)', selected: false },
  { number: 2, name: 'pgdatinit0', state: 'R', where: 'deferred_init_memmap_chunk', selected: true },
  { number: 3, name: 'pgdatinit1', state: 'r', where: 'deferred_init_memmap', selected: false },
];

const FRAMES: readonly (readonly [name: string, args: string, file: string, line: number])[] = [
  ['deferred_init_memmap_chunk', 'start_pfn=0x18000, end_pfn=0x20000, zone=Normal', 'mm/mm_init.ts', 0],
  ['deferred_init_memmap_job', 'start_pfn=0x18000, end_pfn=0x20000', 'mm/mm_init.ts', 112],
  ['padata_do_multithreaded', 'job={…}', 'kernel/padata.ts', 41],
  ['deferred_init_memmap', 'pgdat=node 0', 'mm/mm_init.ts', 140],
  ['kthread', '', 'kernel/kthread.ts', 9],
];

const STAGES: readonly (readonly [at: number, name: string])[] = [
  [900, 'kho_populate'],
  [1700, 'initmem_init'],
  [2600, 'free_area_init'],
  [4300, 'memmap_init'],
  [6200, 'kho_memory_init'],
  [8100, 'memblock_free_all'],
  [8600, 'mm_core_init'],
  [14300, 'deferred'],
  [16000, 'page_alloc_init_late'],
];

/** Letters in a pattern, `count` of them: `3M2C` repeated to fill. */
function pattern(parts: readonly (readonly [share: number, letter: string])[], count: number): string {
  let out = '';
  let share = 0;
  for (const [part, letter] of parts) {
    share += part;
    out = out.padEnd(Math.round(share * count), letter);
  }
  return out.slice(0, count);
}

function memmap(cells: number): MemmapView {
  const cursor = Math.floor(cells * 0.3);
  const row = (name: MemmapView['rows'][number]['name'], parts: readonly (readonly [number, string])[]) => ({
    name,
    cells: pattern(parts, cells),
  });
  return {
    start: 0,
    end: 0x50000,
    whole: true,
    nodes: 'nodes 0 1',
    since: 'last stop #9400',
    at: 0x18000,
    pagesPerCell: 2 ** Math.ceil(Math.log2(0x50000 / cells)),
    rows: [
      row('zone', [
        [0.02, 'D'],
        [0.48, '3'],
        [0.5, 'N'],
      ]),
      row('state', [
        [0.1, 'B'],
        [0.05, 'r'],
        [0.15, '+'],
        [0.05, 'K'],
        [0.3, '·'],
        [0.02, '?'],
        [0.23, '·'],
        [0.1, 'n'],
      ]),
      row('mt', [
        [0.3, 'M'],
        [0.1, 'C'],
        [0.02, '*'],
        [0.48, '·'],
        [0.1, ' '],
      ]),
      row('mblk', [
        [0.1, '.'],
        [0.1, 's'],
        [0.1, '.'],
        [0.1, 'R'],
        [0.05, 'N'],
        [0.45, '.'],
        [0.1, ' '],
      ]),
      row('since', [
        [0.3, '.'],
        [0.1, '+'],
        [0.6, '.'],
      ]),
    ],
    cursor,
    changed: Array.from({ length: cells }, (_, i) => i === cursor || i === cursor + 1),
  };
}

function pageblocks(columns: number, rows: number): PageblockView {
  const total = 640;
  return {
    order: 9,
    total,
    cursor: -1,
    rows: Array.from({ length: Math.min(rows, Math.ceil(total / columns)) }, (_, i) => ({
      first: i * columns,
      cells: pattern(
        i < 2
          ? [
              [0.7, 'M'],
              [0.2, 'C'],
              [0.1, 'U'],
            ]
          : [[1, '·']],
        columns,
      ),
      changed: Array.from({ length: columns }, (_, c) => i === 1 && c === 5),
    })),
  };
}

/** Every name of a text is a value, those with fields places in memory. */
function values(text: string): readonly ValueView[] {
  return [...text.matchAll(/page\(0x\w+\)->\w+|[a-z_]\w*(?:\.\w+)*(?!\w*\()/g)].map(({ 0: expression, index }) => ({
    expression,
    place: /[.>]/.test(expression) ? expression : null,
    from: index,
    to: index + expression.length,
  }));
}

const range = (index: number, start: number, end: number, node: string, flags: string): string =>
  `${String(index).padStart(4)}: 0x${start.toString(16).padStart(16, '0')}..0x${end.toString(16).padStart(16, '0')} ${node.padStart(4)} ${flags}`;

const MEMBLOCK = {
  memory: [
    range(0, 0, 0x3ffffff, '0', 'NONE'),
    range(1, 0x4000000, 0x43fffff, '0', 'KHO_SCRATCH'),
    range(2, 0x4400000, 0x27ffffff, '0', 'NONE'),
    range(3, 0x28000000, 0x4fffffff, '1', 'NONE'),
  ],
  reserved: [
    range(0, 0x1000, 0x1fff, 'x', 'RSRV_KERN'),
    range(1, 0x5000000, 0x5006fff, 'x', 'NONE'),
    range(2, 0x18000000, 0x18000fff, '0', 'RSRV_NOINIT'),
  ],
};

const LOG: SessionView['log'] = [
  { kind: 'dmesg', text: '[    0.000000] KHO: found kexec handover data.' },
  { kind: 'dmesg', text: '[    0.000000] memblock: scratch area 0x4000000..0x4400000' },
  { kind: 'event', text: '#2208 T1 __init_single_page x32768 [0x0-0x8000)' },
  { kind: 'out', text: 'Catchpoint 1 (uninit)' },
  { kind: 'event', text: '#6120 T1 node 0 first_deferred_pfn 0x8000' },
  { kind: 'error', text: 'No symbol "spfm" in current context.' },
  { kind: 'event', text: '#9410 T2 pageblock 0x45 mt CMA -> MOVABLE' },
];

const WATCHES: SessionView['watches'] = [
  {
    number: 2,
    expression: 'page(0x18000)->private',
    value: '0x4b484f5000000000',
    was: '0x0',
    details: ['flags 0x0() refcount 0 mapcount 0 pfn 0x18000', 'raw 0000000000000000 dead000000000100'],
    enabled: true,
  },
  { number: 4, expression: 'pb[0x45].migratetype', value: 'MOVABLE', was: 'CMA', details: [], enabled: true },
  { number: 5, expression: 'node(0).first_deferred_pfn', value: '0x8000', was: null, details: [], enabled: false },
];

/** The view when line `current` is about to run. */
export function fakeView(current: number, direction: 'fwd' | 'rev'): SessionView {
  const at = 9400 + current;
  const file = 'mm/mm_init.ts';
  return {
    scenario: 'uninit-boundary-before.json',
    title: 'KHO preserved page at the deferred boundary',
    variant: 'v7.3 + no-preserved-page-init',
    position: { label: `#${at}`, at, sub: 0, end: 18432, ended: true, stage: 'mm_core_init', direction },
    stop: {
      kind: current === 17 ? 'catchpoint' : 'step',
      lines:
        current === 17
          ? ['Catchpoint 1 (uninit write), page 0x18000 field private', 'pfn 0x18000 in node 0 zone DMA32']
          : [`deferred_init_memmap_chunk () at ${file}:${current}`],
    },
    thread: THREADS[1] ?? null,
    source: {
      file,
      function: 'deferred_init_memmap_chunk',
      lines: sourceLines(current),
      patched: 0,
      currentLine: current,
    },
    stack: FRAMES.map(([name, args, path, line], level) => ({
      level,
      function: name,
      args,
      file: path,
      line: level === 0 ? current : line,
      selected: level === 0,
    })),
    locals: [
      { name: 'spfn', value: `0x${(0x18000 + current).toString(16)}`, was: `0x${(0x17fff + current).toString(16)}` },
      { name: 'epfn', value: '0x20000', was: null },
      { name: 'nr_pages', value: String(current), was: null },
    ],
    threads: THREADS,
    schedulerLocking: 'off',
    watches: WATCHES,
    memblock: MEMBLOCK,
    log: LOG,
    timeline: {
      boots: [{ number: 2, kernel: 'v7.3', from: 0, to: 18432 }],
      end: 18432,
      axis: 18432,
      ended: true,
      at,
      marks: [
        ...STAGES.map(([where, label]) => ({ at: where, kind: 'stage' as const, label })),
        { at: 6000, kind: 'stop', label: 'catch 1' },
        { at: 12000, kind: 'stop', label: 'watch 2' },
        { at: 15800, kind: 'fault', label: 'BUG' },
      ],
      branches: [],
    },
    points: 'breakpoints 2  catch 1  watch 1',
    tourSteps: 0,
    busy: null,
    results: null,
    comparison: null,
    comparedMemmaps: () => null,
    memmap,
    memmapCell: () => ({ now: '512 init  mt M', since: '512 uninit → init' }),
    pageblocks,
    values,
    lanes: () => [],
    ...fakePanes,
  };
}
