// Reads a console log, from the first boot in it to the last, by a table of line patterns. Knows nothing of scenarios.

import { consoleLines } from './lines.ts';
import { editMap, kernelEdits, nodeRanges } from './memory.ts';
import {
  KHO_SCRATCH,
  type MapRow,
  type Mark,
  NOTHING,
  type ObservedBoot,
  type Op,
  type ReadResult,
  type Region,
  type Span,
} from './observed.ts';

/** A boot while it is read, and what of the lines before matters. */
interface Reading {
  boot: {
    -readonly [K in keyof ObservedBoot]: ObservedBoot[K] extends readonly (infer T)[] ? T[] : ObservedBoot[K];
  };
  /** rows of the map given by the user, which stand for the firmware's */
  userMap: MapRow[];
  /** CPUs by node as firmware lists them */
  listed: Record<number, number>;
  earlyNodes: { start: number; end: number; node: number }[];
  tables: number;
  mark: Mark | null;
  countingCpus: number | null;
  kexecStarted: boolean;
}

const fresh = (): Reading => ({
  boot: {
    ...NOTHING,
    map: [],
    nodes: [],
    ops: [],
    grown: [],
    marked: [],
    imageParts: [],
    scratch: [],
    preserved: [],
  } as Reading['boot'],
  userMap: [],
  listed: {},
  earlyNodes: [],
  tables: 0,
  mark: null,
  countingCpus: null,
  kexecStarted: false,
});

/** The first address that x86 does not have. */
const ADDRESS_LIMIT = 2 ** 46;

/** The half-open range between two printed, inclusive bounds; empty when they make no sense. */
function span(first = '', last = ''): Span {
  const start = Number(`0x${first}`);
  const end = Number(`0x${last}`) + 1;
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && end > start
    ? { start, end }
    : { start: 0, end: 0 };
}

const isEmpty = (s: Span): boolean => s.start === s.end;

/** Most nodes that x86 kernels number. */
const NODES = 1024;

const isNode = (text: string | undefined): boolean => Number(text) < NODES;

function mapType(words: string): MapRow['type'] | null {
  if (/^(?:System RAM|usable)/.test(words)) return 'ram';
  if (/soft reserved|soft-reserved/i.test(words)) return 'soft-reserved';
  return /^gap\b/.test(words) ? null : 'reserved';
}

function addMapRow(rows: MapRow[], [, first, last, words = '']: readonly string[]): void {
  const type = mapType(words);
  const range = span(first, last);
  if (type !== null && !isEmpty(range)) rows.push({ ...range, type });
}

function pushOp(r: Reading, op: Op): void {
  r.boot.traced = true;
  r.boot.ops.push(op);
}

/** A printed node; null for NUMA_NO_NODE and for none. */
function nodeOrNone(text: string | undefined): number | null {
  return text === undefined || text.startsWith('-') || !isNode(text) ? null : Number(text);
}

/** A reserve line behind an allocation's line is what that allocation got. */
function reserveLine(r: Reading, [, first, last, node, flags, by = '']: readonly (string | undefined)[]): void {
  const range = span(first, last);
  if (isEmpty(range)) return;
  const before = r.boot.ops.at(-1);
  if (by.startsWith('memblock_alloc_range_nid') && before?.kind === 'alloc' && before.got === null)
    r.boot.ops[r.boot.ops.length - 1] = { ...before, got: range };
  else {
    const nid = nodeOrNone(node);
    pushOp(r, { kind: 'reserve', ...range, node: nid, flags: Number(`0x${flags ?? '0'}`), by, at: r.mark });
    if (by.startsWith('kho_preserved_memory_reserve')) r.boot.preserved.push(range);
  }
}

function allocLine(r: Reading, m: readonly (string | undefined)[]): void {
  const [, call = '', size, align, node, from, max, by = ''] = m;
  const nid = nodeOrNone(node);
  const [bytes, alignment, least] = [Number(size), Number(`0x${align}`), Number(`0x${from ?? '0'}`)];
  const most = Math.min(Number(`0x${max ?? '0'}`), ADDRESS_LIMIT - 1);
  if (bytes === 0 || ![bytes, alignment, least].every((n) => n < ADDRESS_LIMIT) || Number.isNaN(most)) return;
  const asked = { call, size: bytes, align: alignment, node: nid, from: least, max: most };
  pushOp(r, { kind: 'alloc', ...asked, got: null, by, at: r.mark });
}

function regionLine(r: Reading, [, table, first, last, flags]: readonly (string | undefined)[]): void {
  if (r.tables !== 1) return;
  const region: Region = { ...span(first, last), flags: Number(`0x${flags}`) };
  if (isEmpty(region)) return;
  if (table === 'reserved') r.boot.reserved = [...(r.boot.reserved ?? []), region];
  else if ((region.flags & KHO_SCRATCH) !== 0 && region.start >= 0x100000) r.boot.marked.push(region);
}

const countCpus = (r: Reading, node: number, text: string): void => {
  if (node >= NODES) return;
  const seen = text.match(/#\d+/g)?.length ?? 0;
  r.boot.nodeCpus = { ...r.boot.nodeCpus, [node]: (r.boot.nodeCpus?.[node] ?? 0) + seen };
};

type Take = (reading: Reading, match: RegExpExecArray) => void;

const marks = (mark: Mark): Take => {
  return (r) => {
    r.mark = mark;
  };
};

const KIB = 1024;
const MEM = String.raw`\[mem 0x([0-9a-fA-F]+)-0x([0-9a-fA-F]+)\]`;
const RANGE = String.raw`\[0x([0-9a-fA-F]+)-0x([0-9a-fA-F]+)\]`;

/** Every line that says something, and what it says; the first pattern that fits takes a line. */
const PATTERNS: readonly (readonly [RegExp, Take])[] = [
  [new RegExp(`^BIOS-e820: ${MEM}\\s*(.*)$`), (r, m) => addMapRow(r.boot.map, m)],
  [new RegExp(`^(?:user|modified): ${MEM}\\s*(.*)$`), (r, m) => addMapRow(r.userMap, m)],
  [/^user-defined physical RAM map:|^modified physical RAM map:/, (r) => (r.userMap = [])],
  [
    new RegExp(`^e820: update ${MEM} (.*) ==> (.*)$`),
    (r, m) => {
      const [from, to] = [mapType(m[3] ?? ''), mapType(m[4] ?? '')];
      if (from !== null) r.boot.map = [...editMap(r.boot.map, span(m[1], m[2]), from, to)];
    },
  ],
  [
    new RegExp(`^e820: remove ${MEM} (.*)$`),
    (r, m) => (r.boot.map = [...editMap(r.boot.map, span(m[1], m[2]), mapType(m[3] ?? '') ?? 'ram', null)]),
  ],
  [/^Command line: (.*)$/, (r, m) => (r.boot.cmdline = (m[1] ?? '').trim())],
  [
    /^Kernel command line: (.*)$/,
    (r, m) => {
      r.boot.cmdline ||= (m[1] ?? '').trim();
      r.mark = 'setup_per_cpu_areas';
    },
  ],
  [/^KHO: found kexec handover data/, (r) => (r.boot.received = true)],
  [/^KHO: Failed to reserve/i, (r) => (r.boot.scratchFailed = true)],
  [
    new RegExp(`^(?:ACPI: )?SRAT: Node (\\d+) PXM \\d+ ${MEM}`),
    (r, m) => {
      r.mark = 'initmem_init';
      const range = span(m[2], m[3]);
      if (!isEmpty(range) && isNode(m[1])) r.boot.nodes.push({ ...range, node: Number(m[1]) });
    },
  ],
  [
    /^(?:ACPI: )?SRAT: PXM \d+ -> APIC 0x[0-9a-f]+ -> Node (\d+)/,
    (r, m) => {
      if (isNode(m[1])) r.listed[Number(m[1])] = (r.listed[Number(m[1])] ?? 0) + 1;
    },
  ],
  [/^NUMA: |^No NUMA configuration found|^Faking a node|^NODE_DATA\(/, marks('initmem_init')],
  [
    new RegExp(`^node +(\\d+): ${MEM}$`),
    (r, m) => {
      if (isNode(m[1])) r.earlyNodes.push({ ...span(m[2], m[3]), node: Number(m[1]) });
    },
  ],
  [new RegExp(`^(?:__)?memblock_reserve: ${RANGE}(?: nid=(-?\\d+) flags=([0-9a-f]+))? ?(\\S*)`), reserveLine],
  [
    new RegExp(`^memblock_(?:phys_)?free: ${RANGE} ?(\\S*)`),
    (r, m) => {
      const range = span(m[1], m[2]);
      if (!isEmpty(range)) pushOp(r, { kind: 'free', ...range, by: m[3] ?? '', at: r.mark });
    },
  ],
  [
    new RegExp(`^memblock_add(?:_node)?: ${RANGE}(?: nid=\\S+ flags=\\S+)? ?(\\S*)`),
    (r, m) => pushOp(r, { kind: 'add', ...span(m[1], m[2]), by: m[3] ?? '', at: r.mark }),
  ],
  [
    /^(memblock_\w*alloc\w*): (\d+) bytes align=0x([0-9a-f]+)(?: nid=(-?\d+))?(?: from=0x([0-9a-f]+) max_addr=0x([0-9a-f]+))? ?(\S*)/,
    allocLine,
  ],
  [
    /^MEMBLOCK configuration:/,
    (r) => {
      r.tables += 1;
      if (r.tables > 1) r.mark = 'acpi_boot_init';
    },
  ],
  [
    new RegExp(
      `^(memory|reserved)\\[0x[0-9a-f]+\\]\\s+${RANGE}, 0x[0-9a-f]+ bytes(?: on node \\d+)? flags: 0x([0-9a-f]+)`,
    ),
    regionLine,
  ],
  [new RegExp(`^RAMDISK: ${MEM}`), (r, m) => (r.boot.initrd = span(m[1], m[2]))],
  [/^Freeing initrd memory: /, (r) => (r.boot.initrdFreed = 'early')],
  [/^(?:ACPI: PM-Timer IO Port|IOAPIC\[|CPU topo: )/, marks('acpi_boot_init')],
  [/^Zone ranges:/, marks('sparse_init')],
  [/^setup_percpu: /, marks('setup_per_cpu_areas')],
  [/^(?:software IO TLB: |Fallback order for Node |Built \d+ zonelists)/, marks('mm_core_init')],
  [
    /^Memory: .*\((\d+)K kernel code, (\d+)K rwdata, (\d+)K rodata, (\d+)K init, (\d+)K bss/,
    (r, m) => (r.boot.imageParts = m.slice(1, 6).map((kib) => Number(kib) * KIB)),
  ],
  [/^HugeTLB: /, (r) => (r.boot.hugetlb = true)],
  [/^Page block order: (\d+)$/, (r, m) => (r.boot.pageblockOrder = Number(m[1]))],
  [/PagePoisoned\(|^page:\S* is uninitialized and poisoned/, (r) => (r.boot.poisoned = true)],
  [
    /^\.{4} node +#(\d+), CPUs:(.*)$/,
    (r, m) => {
      countCpus(r, Number(m[1]), m[2] ?? '');
      r.countingCpus = Number(m[1]);
    },
  ],
  [/^smp: Brought up \d+ nodes?, (\d+) CPUs?/, (r, m) => (r.boot.cpus = Number(m[1]))],
  [
    /^smpboot: Allowing (\d+) CPUs|^CPU topo: Allowing (\d+) present CPUs/,
    (r, m) => (r.boot.cpus ??= Number(m[1] ?? m[2])),
  ],
  [/^kexec_file_load=(-?\d+)/, (r, m) => (r.boot.kexec = m[1] === '0' ? 'loaded' : 'refused')],
  [
    /^kexec(?:_core)?: Starting new kernel/,
    (r) => {
      r.boot.kexec = 'loaded';
      r.kexecStarted = true;
    },
  ],
];

function take(r: Reading, line: string): void {
  if (r.countingCpus !== null && /^(?:#\d+\s*)+(?:OK)?$/.test(line)) countCpus(r, r.countingCpus, line);
  else if (line !== '') r.countingCpus = null;
  for (const [pattern, act] of PATTERNS) {
    const match = pattern.exec(line);
    if (match === null) continue;
    act(r, match);
    return;
  }
}

/** The scratch array that a handover brought: plain, above 1 MiB, 64 KiB aligned, a few entries of 16 bytes. */
function scratchCopy(reserved: readonly Region[] | null): Span | null {
  const fits = (s: Region) =>
    s.flags === 0 &&
    s.start >= 0x100000 &&
    s.start % 0x10000 === 0 &&
    (s.end - s.start) % 16 === 0 &&
    s.end - s.start <= 4096;
  return reserved?.find(fits) ?? null;
}

/** CPUs by node: as listed by firmware, else as announced when they came up; CPU 0 was up before and is not announced. */
function cpusByNode({ boot, listed }: Reading): Readonly<Record<number, number>> | null {
  if (Object.keys(listed).length > 0) return listed;
  if (boot.nodeCpus === null) return null;
  const sum = Object.values(boot.nodeCpus).reduce((a, b) => a + b, 0);
  if (boot.cpus !== null && sum >= boot.cpus) return boot.nodeCpus;
  const first = boot.nodes[0]?.node ?? 0;
  return { ...boot.nodeCpus, [first]: (boot.nodeCpus[first] ?? 0) + 1 };
}

function finish(r: Reading): ObservedBoot {
  const { boot } = r;
  return {
    ...boot,
    map: kernelEdits(r.userMap.length > 0 ? r.userMap : boot.map),
    nodes: nodeRanges(boot.nodes, r.earlyNodes),
    nodeCpus: cpusByNode(r),
    scratchCopy: boot.received ? scratchCopy(boot.reserved) : null,
  };
}

interface Booted {
  readonly boot: ObservedBoot;
  readonly kexecStarted: boolean;
}

/** How many lines behind `Linux version` the firmware's map begins at most; elsewhere that line is /proc/version's. */
const HEAD = 100;

/** Where boots begin: at the `Linux version` before a map, or at the map where that line is lost. */
function firstLines(lines: readonly string[]): Set<number> {
  const starts = new Set<number>();
  let version = Number.NEGATIVE_INFINITY;
  lines.forEach((line, i) => {
    if (/^Linux version /.test(line)) version = i;
    const title = /^BIOS-provided physical RAM map:/.test(line);
    if (!title && !/^BIOS-e820: /.test(line)) return;
    if (i - version <= HEAD) starts.add(version);
    else if (title || starts.size === 0) starts.add(i);
    if (title) version = Number.NEGATIVE_INFINITY;
  });
  return starts;
}

/** Reads each boot; lines of instrumented kernels are passed over. */
function readBoots(lines: readonly string[]): Booted[] {
  const starts = firstLines(lines);
  const readings: Reading[] = [];
  lines.forEach((line, i) => {
    if (starts.has(i)) readings.push(fresh());
    const reading = readings.at(-1);
    if (reading === undefined || line.startsWith('KD|')) return;
    const version = starts.has(i) ? /^Linux version (\S+)/.exec(line)?.[1] : undefined;
    if (version !== undefined) reading.boot.release = version;
    take(reading, line);
  });
  return readings
    .map((reading) => ({ boot: finish(reading), kexecStarted: reading.kexecStarted }))
    .filter(({ boot }) => boot.map.length > 0);
}

/** The boots that follow each other by kexec, up to the last; earlier ones are left out. */
function lastChain(boots: readonly Booted[]): readonly ObservedBoot[] {
  let from = 0;
  boots.forEach(({ boot }, i) => {
    if (i > 0 && !boot.received && boots[i - 1]?.kexecStarted !== true) from = i;
  });
  return boots.slice(from).map(({ boot }) => boot);
}

/** Reads a console log. `origin` is only named. `whole`: all boots, where it is known that they belong together. */
export function readLog(origin: string, text: string, whole = false): ReadResult {
  const lines = consoleLines(text);
  const all = readBoots(lines);
  if (all.length === 0) {
    const any = lines.some((line) => /^Linux version /.test(line));
    const why = any || lines.some((line) => /^Command line: /.test(line)) ? 'no BIOS-e820 lines' : 'no kernel boot';
    return { ok: false, errors: [`${origin}: ${why}: is this a boot log from its first line?`] };
  }
  const boots = whole ? all.map(({ boot }) => boot) : lastChain(all);
  const guesses: string[] = [];
  const dropped = all.length - boots.length;
  if (dropped > 0)
    guesses.push(
      `the log has ${all.length} boots; the first ${dropped === 1 ? 'is' : `${dropped} are`} left out, since what follows did not start by kexec`,
    );
  const [first] = boots;
  if (first !== undefined && first.nodes.length > 0 && !/SRAT: Node/.test(text))
    guesses.push('nodes were taken from the early memory node ranges, since there are no SRAT lines');
  return { ok: true, observed: { origin, words: [], boots, options: {}, guesses } };
}
