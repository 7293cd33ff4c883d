// Reads a capture: truth.json, and from the folder it lies in what only stands there. Knows nothing of scenarios.

import * as z from 'zod';
import { readHandoverTree } from './fdt.ts';
import { fileBytes } from './hexdump.ts';
import { kernelEdits, nodeRanges } from './memory.ts';
import {
  type Handed,
  type Item,
  KHO_SCRATCH,
  type MapRow,
  type Mark,
  NOTHING,
  type NodeRange,
  type Observed,
  type ObservedBoot,
  type Op,
  type ReadResult,
  RSRV_KERN,
  type Span,
} from './observed.ts';
import { readOptions } from './options.ts';

/** Addresses and counts; beyond 2^53 only keys, which are not read exactly. */
const whole = z.number().refine(Number.isInteger, 'is no whole number');

const region = z.object({ base: whole, end: whole, flags: z.array(z.string()) });
const table = z.object({ memory: z.array(region).default([]), reserved: z.array(region).default([]) });

const phaseSchema = z.object({
  name: z.string(),
  memblock: table.nullish(),
  page_class_counts: z.record(z.string(), z.number()).nullish(),
  pageblock_counts: z.array(z.looseObject({ nid: z.number(), zone: z.string() })).nullish(),
  nodes: z.record(z.string(), z.looseObject({ first_deferred_pfn: z.number().nullish() })).nullish(),
  zones: z.array(z.looseObject({ nid: z.number(), name: z.string(), spanned: z.number() })).nullish(),
});

const opSchema = z.object({
  op: z.string(),
  start: whole.nullish(),
  end: whole.nullish(),
  rest: z.string().nullish(),
  bytes: whole.nullish(),
  align: whole.nullish(),
  nid: whole.nullish(),
  from: whole.nullish(),
  max_addr: whole.nullish(),
  caller: z.string().nullish(),
  result: whole.nullish(),
  result_end: whole.nullish(),
  after_phase: z.string().nullish(),
});

const itemSchema = z.object({
  item: whole,
  kind: z.string(),
  order: whole.min(0).max(52),
  nr: whole.min(0).max(2 ** 24),
  pfn: whole,
  err: whole,
});

const bootSchema = z.object({
  boot: whole,
  linux_version: z.string().nullish(),
  e820: z.array(z.object({ start: whole, end: whole, type: z.string() })),
  numa: z.array(z.string()).default([]),
  phases: z.array(phaseSchema).default([]),
  events: z.array(z.looseObject({ event: z.string() })).default([]),
  scratch: z.array(z.object({ dir: z.string(), addr: whole, size: whole })).default([]),
  radix_out: z
    .object({
      nodes: z.array(z.object({ level: whole, phys: whole, key_prefix: whole })),
      keys: z.array(z.object({ key: whole, pfn: whole, order: whole.min(0).max(52) })),
    })
    .nullish(),
  preserve: z.array(itemSchema).default([]),
  vm_pages: z.array(z.object({ item: whole, i: whole, pfn: whole })).default([]),
  memblock_log: z.array(opSchema).default([]),
  kernel_lines: z.array(z.string()).default([]),
  cmdline: z.string().nullish(),
});

const truthSchema = z.object({
  run: z.string(),
  qemu_cmd: z.string().default(''),
  kernel_cmdline: z.string().default(''),
  boots: z.array(bootSchema).min(1, 'no boot in it'),
});

type RawBoot = z.output<typeof bootSchema>;
type RawOp = z.output<typeof opSchema>;

/** How far a boot had come when an operation was logged, by the phase before it; other phases say nothing. */
const MARKS: Readonly<Record<string, Mark>> = {
  before_initmem_init: 'initmem_init',
  after_initmem_init: 'acpi_boot_init',
  after_free_area_init: 'sparse_init',
  after_memmap_init: 'setup_per_cpu_areas',
  before_kho_memory_init: 'modelled',
  after_kho_memory_init: 'modelled',
};

function readOp(raw: RawOp): Op | null {
  const at = MARKS[raw.after_phase ?? ''] ?? null;
  const start = raw.start ?? raw.result ?? null;
  const end = raw.end ?? raw.result_end ?? null;
  const range = start === null || end === null ? null : { start, end };
  if (raw.bytes !== null && raw.bytes !== undefined) {
    const node = raw.nid === null || raw.nid === undefined || raw.nid < 0 ? null : raw.nid;
    return {
      kind: 'alloc',
      call: raw.op,
      size: raw.bytes,
      align: raw.align ?? 0,
      node,
      from: raw.from ?? 0,
      max: raw.max_addr ?? 0,
      got: range,
      by: raw.caller ?? '',
      at,
    };
  }
  if (range === null) return null;
  const rest = raw.rest ?? '';
  const by = rest.split(' ').at(-1) ?? '';
  if (/free$/.test(raw.op)) return { kind: 'free', ...range, by, at };
  if (/^memblock_add/.test(raw.op)) return { kind: 'add', ...range, by, at };
  const nid = Number(/nid=(-?\d+)/.exec(rest)?.[1] ?? -1);
  const flags = Number(`0x${/flags=([0-9a-f]+)/.exec(rest)?.[1] ?? '0'}`);
  return { kind: 'reserve', ...range, node: nid < 0 ? null : nid, flags, by, at };
}

function readMap(raw: RawBoot): readonly MapRow[] {
  const rows = raw.e820.flatMap(({ start, end, type }): MapRow[] => {
    if (/^gap\b/.test(type) || end <= start) return [];
    const kind = /^(?:System RAM|usable)/.test(type)
      ? 'ram'
      : /soft.reserved/i.test(type)
        ? 'soft-reserved'
        : 'reserved';
    return [{ start, end, type: kind }];
  });
  return kernelEdits(rows);
}

function readNodes(lines: readonly string[]): readonly NodeRange[] {
  const ranges = (pattern: RegExp) => rangesOf(lines, pattern);
  return nodeRanges(
    ranges(/SRAT: Node (\d+) PXM \d+ \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\]/),
    ranges(/^\s*node\s+(\d+): \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\]/),
  );
}

function rangesOf(lines: readonly string[], pattern: RegExp): NodeRange[] {
  return lines.flatMap((line): NodeRange[] => {
    const match = pattern.exec(line);
    if (match === null) return [];
    const [, node, first, last] = match;
    return [{ node: Number(node), start: Number(`0x${first}`), end: Number(`0x${last}`) + 1 }];
  });
}

/** How many CPUs `0,2-3` names. */
function countList(list: string): number {
  return list.split(',').reduce((sum, part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return sum + last - first + 1;
  }, 0);
}

/** CPUs by node, from the emulator's command line, where commas are escaped. */
function readCpus(command: string): Pick<ObservedBoot, 'cpus' | 'nodeCpus'> {
  const plain = command.replaceAll('\\', '');
  const cpus = /-smp (?:cpus=)?(\d+)/.exec(plain)?.[1];
  const nodeCpus: Record<number, number> = {};
  for (const [, options = ''] of plain.matchAll(/-numa node,(\S+)/g)) {
    const node = /nodeid=(\d+)/.exec(options)?.[1];
    const lists = [...options.matchAll(/cpus=([\d-]+)/g)].map(([, list = '']) => countList(list));
    if (node !== undefined) nodeCpus[Number(node)] = lists.reduce((a, b) => a + b, 0);
  }
  const known = Object.values(nodeCpus).some((count) => count > 0);
  return { cpus: cpus === undefined ? null : Number(cpus), nodeCpus: known ? nodeCpus : null };
}

/** `start+size` in hexadecimal, as events give ranges. */
function eventRange(event: Readonly<Record<string, unknown>> | undefined, key: string): Span | null {
  const value = event?.[key];
  const match = typeof value === 'string' ? /^([0-9a-f]+)\+([0-9a-f]+)$/.exec(value) : null;
  if (match === null) return null;
  const start = Number(`0x${match[1]}`);
  return { start, end: start + Number(`0x${match[2]}`) };
}

/** Bit 59 of a key, where one prototype keeps the kind of memory. */
const TYPED = 2 ** 59;

function readHanded(raw: RawBoot, fdt: number | null, blobs: Readonly<Record<string, number>>): Handed | null {
  const items: Item[] = raw.preserve.map((item) => ({
    kind: item.kind,
    pfn: item.pfn,
    order: item.order,
    pages: item.nr,
    error: item.err,
    vm: raw.vm_pages.filter((page) => page.item === item.item).map((page) => page.pfn),
  }));
  const keys = (raw.radix_out?.keys ?? []).map(({ key, pfn, order }) => ({ pfn, order, typed: key >= TYPED }));
  const nodes = (raw.radix_out?.nodes ?? []).map((n) => ({ level: n.level, prefix: n.key_prefix, phys: n.phys }));
  return items.length === 0 && keys.length === 0 ? null : { keys, nodes, items, fdt, blobs };
}

const flagsOf = (names: readonly string[]): number =>
  (names.includes('RSRV_KERN') ? RSRV_KERN : 0) | (names.includes('KHO_SCRATCH') ? KHO_SCRATCH : 0);

/** Whether the memmap held struct pages of an earlier kernel in numbers, not just a few that firmware left. */
function isStale(raw: RawBoot): boolean {
  const counts = raw.phases.find((phase) => phase.name === 'after_sparse_init')?.page_class_counts ?? {};
  const { U = 0, Z = 0, B = 0, truncated: _, ...others } = counts;
  return B > Object.values(others).reduce((a, b) => a + b, U) && B + Z > 0;
}

/** The order of pageblocks: how many of them the largest zone has. */
function readPageblockOrder(raw: RawBoot): number | null {
  for (const { pageblock_counts, zones } of raw.phases) {
    const largest = zones?.toSorted((a, b) => b.spanned - a.spanned)[0];
    const blocks = pageblock_counts?.find((row) => row.nid === largest?.nid && row.zone === largest?.name);
    if (largest === undefined || blocks === undefined) continue;
    const { nid: _nid, zone: _zone, ...types } = blocks;
    const count = Object.values(types).reduce<number>((sum, n) => sum + Number(n), 0);
    if (count >= 16) return Math.round(Math.log2(largest.spanned / count));
  }
  return null;
}

/** Options that the phases of a boot betray: whether its memmap is poisoned, whether it is initialised late. */
function betrayed(raw: RawBoot): Record<string, boolean> {
  const phase = (name: string) => raw.phases.find((one) => one.name === name);
  const { U = 0, ...others } = phase('after_sparse_init')?.page_class_counts ?? {};
  const any = Object.values(others).some((count) => count > 0);
  const limits = Object.values(phase('after_memmap_init')?.nodes ?? {});
  return {
    ...(U > 0 || any ? { CONFIG_DEBUG_VM: U > 0 } : {}),
    ...(limits.some((node) => typeof node.first_deferred_pfn === 'number')
      ? { CONFIG_DEFERRED_STRUCT_PAGE_INIT: true }
      : {}),
  };
}

/** Zones that were grown on demand, in order. */
function readGrown(raw: RawBoot): ObservedBoot['grown'] {
  return raw.events.flatMap((event) => {
    if (event.event !== 'deferred_grow_zone') return [];
    const { nid, order } = event;
    return typeof nid === 'number' && typeof order === 'number' ? [{ nid, order }] : [];
  });
}

function readBoot(
  raw: RawBoot,
  next: RawBoot | undefined,
  whole: z.output<typeof truthSchema>,
  files: Files,
): ObservedBoot {
  const event = (boot: RawBoot | undefined) => boot?.events.find((e) => e.event === 'add_kho');
  const before = raw.phases.find((phase) => phase.name === 'before_e820_memblock_setup')?.memblock ?? null;
  const tree = files.tree(raw.boot);
  const loaded = raw.kernel_lines
    .map((line) => /^kexec_file_load=(-?\d+)/.exec(line)?.[1])
    .find((v) => v !== undefined);
  return {
    ...NOTHING,
    release: /^Linux version (\S+)/.exec(raw.linux_version ?? '')?.[1] ?? null,
    cmdline: (raw.cmdline ?? whole.kernel_cmdline).trim(),
    map: readMap(raw),
    nodes: readNodes(raw.numa),
    ...readCpus(whole.qemu_cmd),
    traced: raw.memblock_log.length > 0,
    ops: raw.memblock_log.flatMap((op) => readOp(op) ?? []),
    reserved: before?.reserved.map((r) => ({ start: r.base, end: r.end, flags: flagsOf(r.flags) })) ?? null,
    received:
      event(raw) !== undefined || raw.kernel_lines.some((line) => line.includes('KHO: found kexec handover data')),
    scratchCopy: eventRange(event(raw), 'scratch'),
    scratch: raw.scratch.map(({ addr, size }) => ({ start: addr, end: addr + size })),
    scratchFailed: raw.kernel_lines.some((line) => /KHO: Failed to reserve/i.test(line)),
    kexec: next !== undefined || loaded === '0' ? 'loaded' : loaded === undefined ? 'none' : 'refused',
    grown: readGrown(raw),
    stale: isStale(raw),
    poisoned: betrayed(raw).CONFIG_DEBUG_VM === true,
    pageblockOrder: readPageblockOrder(raw),
    handed: readHanded(raw, eventRange(event(next), 'fdt')?.start ?? null, tree),
  };
}

/** Files beside truth.json. */
interface Files {
  /** the subtrees that boot `n` hands over, by name */
  readonly tree: (n: number) => Readonly<Record<string, number>>;
}

/** Reads a file by its path relative to the capture; null when there is none. */
export type ReadFile = (path: string) => Uint8Array | null;

function filesOf(read: ReadFile): Files {
  const blobs = (path: string) => {
    const raw = read(path);
    return raw === null ? null : (readHandoverTree(fileBytes(raw))?.blobs ?? null);
  };
  return {
    tree: (n) =>
      blobs(`boot${n + 1}/sys_kernel_debug_kho_in_fdt`) ?? blobs(`boot${n}/sys_kernel_debug_kho_out_fdt`) ?? {},
  };
}

/** The options file of a capture lies beside it or above. */
function optionsOf(read: ReadFile): Record<string, boolean | number> {
  for (const folder of ['', '../', '../../'])
    for (const name of ['config-options.txt', 'config', '.config']) {
      const raw = read(`${folder}${name}`);
      if (raw !== null) return readOptions(new TextDecoder().decode(raw));
    }
  return {};
}

/** Reads truth.json. `read` gives the files beside it; `origin` is only named. */
export function readTruth(origin: string, text: string, read: ReadFile = () => null): ReadResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return {
      ok: false,
      errors: [`${origin}: is not JSON: ${error instanceof Error ? error.message : 'it cannot be parsed'}`],
    };
  }
  const result = truthSchema.safeParse(json);
  if (!result.success) {
    const errors = result.error.issues
      .slice(0, 5)
      .map((i) => `${origin}: is no truth.json of a capture: ${i.path.join('.') || 'the file'}: ${i.message}`);
    return { ok: false, errors };
  }
  const files = filesOf(read);
  const { boots, run } = result.data;
  const [first] = boots;
  if (first === undefined || first.e820.length === 0)
    return { ok: false, errors: [`${origin}: boots.0.e820: is empty; a map of the firmware is needed`] };
  const found = optionsOf(read);
  // what a boot shows is right even where the options beside it are those of another build
  const options = Object.keys(found).length > 0 ? { ...found, ...betrayed(first) } : found;
  const observed: Observed = {
    origin,
    words: run.split('-'),
    boots: boots.map((boot, i) => readBoot(boot, boots[i + 1], result.data, files)),
    options,
    guesses: [],
  };
  return { ok: true, observed };
}
