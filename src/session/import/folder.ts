// Reads a folder of /proc and debugfs files of a running machine. Knows nothing of scenarios.

import { type MapRow, NOTHING, type NodeRange, type ObservedBoot, type ReadResult, type Span } from './observed.ts';
import { readOptions } from './options.ts';

/** Text of the first file of these names that the folder has; null when it has none. */
export type ReadText = (...names: string[]) => string | null;

const PAGE = 4096;

interface Resource extends Span {
  readonly depth: number;
  readonly name: string;
}

/** The rows of /proc/iomem. */
function resources(text: string): Resource[] {
  return text.split('\n').flatMap((line): Resource[] => {
    const match = /^( *)([0-9a-f]+)-([0-9a-f]+) : (.*?)\r?$/.exec(line);
    if (match === null) return [];
    const [, indent = '', first = '', last = '', name = ''] = match;
    const [start, end] = [Number(`0x${first}`), Number(`0x${last}`) + 1];
    return Number.isSafeInteger(end) ? [{ depth: indent.length / 2, start, end, name }] : [];
  });
}

/** What iomem calls the firmware's ranges that are no RAM; other names are devices. */
const FIRMWARE = /^(?:reserved|device reserved|ACPI |Unusable|RAM buffer|Persistent Memory)/i;

function mapOf(rows: readonly Resource[]): MapRow[] {
  return rows
    .filter((row) => row.depth === 0)
    .flatMap(({ start, end, name }): MapRow[] => {
      if (name === 'System RAM') return [{ start, end, type: 'ram' }];
      if (/^soft reserved/i.test(name)) return [{ start, end, type: 'soft-reserved' }];
      return FIRMWARE.test(name) ? [{ start, end, type: 'reserved' }] : [];
    });
}

interface Zones {
  readonly nodes: readonly NodeRange[];
  readonly cpus: number | null;
}

/** Nodes and the number of CPUs in /proc/zoneinfo, where every zone lists every CPU. */
function zonesOf(text: string): Zones {
  const nodes: NodeRange[] = [];
  let node: number | null = null;
  let spanned = 0;
  let cpus = -1;
  for (const line of text.split('\n')) {
    const zone = /^Node (\d+), zone /.exec(line);
    const spans = /^\s+spanned\s+(\d+)/.exec(line);
    const start = /^\s+start_pfn:\s+(\d+)/.exec(line);
    const cpu = /^\s+cpu: (\d+)/.exec(line);
    if (zone !== null) node = Number(zone[1]);
    if (spans !== null) spanned = Number(spans[1]);
    if (cpu !== null) cpus = Math.max(cpus, Number(cpu[1]));
    if (start === null || node === null || spanned === 0) continue;
    const from = Number(start[1]) * PAGE;
    nodes.push({ node, start: from, end: from + spanned * PAGE });
    spanned = 0;
  }
  return { nodes, cpus: cpus < 0 ? null : cpus + 1 };
}

/** A node's zones joined, and widened over the firmware's rows before the first and right behind each. */
function widened(zones: readonly NodeRange[], map: readonly MapRow[]): NodeRange[] {
  const joined: NodeRange[] = [];
  for (const zone of [...zones].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last?.node === zone.node) joined[joined.length - 1] = { ...last, end: Math.max(last.end, zone.end) };
    else joined.push(zone);
  }
  return joined.map((range, i) => {
    const hole = map.find((row) => row.type !== 'ram' && row.start === range.end);
    const next = joined[i + 1]?.start ?? Number.POSITIVE_INFINITY;
    return { ...range, start: i === 0 ? 0 : range.start, end: Math.min(hole?.end ?? range.end, next) };
  });
}

function numbers(text: string | null): number[] {
  return (text ?? '')
    .split(/\s+/)
    .filter((word) => /^0x[0-9a-f]+$/i.test(word))
    .map(Number);
}

/** CPUs of a list like `0-3,8`. */
function countList(list: string): number {
  return list
    .trim()
    .split(',')
    .filter((part) => part !== '')
    .reduce((sum, part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return sum + last - first + 1;
    }, 0);
}

function cpusByNode(nodes: readonly NodeRange[], read: ReadText): Record<number, number> | null {
  const found: Record<number, number> = {};
  for (const { node } of nodes) {
    const list = read(`sys_devices_system_node_node${node}_cpulist`, `node${node}_cpulist`);
    if (list === null) return null;
    found[node] = countList(list);
  }
  return nodes.length === 0 ? null : found;
}

function imageOf(rows: readonly Resource[]): Span | null {
  const image = rows.filter(({ name }) => /^Kernel (?:code|rodata|data|bss)$/.test(name));
  if (image.length === 0) return null;
  return { start: Math.min(...image.map((r) => r.start)), end: Math.max(...image.map((r) => r.end)) };
}

/** `kho_scratch=` for areas of known sizes (low memory, global, one a node), unless a command line has it or KHO is off. */
function scratchSizes(cmdline: string, scratch: readonly Span[]): string {
  const [low, global, ...perNode] = scratch.map(({ start, end }) => end - start);
  if (low === undefined || global === undefined || /(?:^|\s)kho_scratch=/.test(cmdline)) return '';
  return ` kho_scratch=${low},${global},${Math.max(0, ...perNode)}`;
}

/** Reads a folder; `read` gives its files by name, `origin` is only named. */
export function readFolder(origin: string, read: ReadText): ReadResult {
  const iomem = read('proc_iomem', 'iomem');
  if (iomem === null)
    return { ok: false, errors: [`${origin}: no proc_iomem or iomem in it; copy /proc/iomem there, read as root`] };
  const rows = resources(iomem);
  const map = mapOf(rows);
  if (rows.length > 0 && rows.every((row) => row.end <= 1))
    return { ok: false, errors: [`${origin}: the addresses in iomem are all 0; read /proc/iomem as root`] };
  if (!map.some((row) => row.type === 'ram'))
    return { ok: false, errors: [`${origin}: no System RAM in iomem; is it the whole file?`] };
  const zoneinfo = read('proc_zoneinfo', 'zoneinfo');
  const zones = zonesOf(zoneinfo ?? '');
  const cmdline = read('proc_cmdline', 'cmdline');
  const sizes = numbers(read('sys_kernel_debug_kho_out_scratch_len', 'scratch_len'));
  const scratch = numbers(read('sys_kernel_debug_kho_out_scratch_phys', 'scratch_phys'))
    .map((start, i) => ({ start, end: start + (sizes[i] ?? 0) }))
    .filter((span) => span.end > span.start);
  const received = read('sys_kernel_debug_kho_in_fdt', 'in_fdt') !== null;
  const sized = scratchSizes(cmdline ?? '', scratch);
  const order = /^Page block order: (\d+)/m.exec(read('proc_pagetypeinfo', 'pagetypeinfo') ?? '')?.[1];
  const boot: ObservedBoot = {
    ...NOTHING,
    release: /^Linux version (\S+)/.exec(read('proc_version', 'version') ?? '')?.[1] ?? null,
    cmdline: `${cmdline?.split('\n')[0]?.trim() ?? ''}${sized}`.trim(),
    received,
    map,
    nodes: widened(zones.nodes, map),
    cpus: zones.cpus,
    nodeCpus: cpusByNode(zones.nodes, read),
    kernelImage: imageOf(rows),
    scratch,
    pageblockOrder: order === undefined ? null : Number(order),
  };
  const guesses = [
    ...(cmdline === null ? ['command line: empty, since there is no proc_cmdline or cmdline'] : []),
    ...(sized === '' ? [] : ['command line: kho_scratch= was added, with the sizes that debugfs gives']),
    ...(zoneinfo === null ? ['nodes: one, since there is no proc_zoneinfo or zoneinfo'] : []),
    ...(boot.nodes.length > 0
      ? ["node borders: those of the zones, so holes between nodes may be the other node's"]
      : []),
  ];
  const options = readOptions(read('proc_config', 'config', 'config.txt') ?? '');
  return { ok: true, observed: { origin, words: [], boots: [boot], options, guesses } };
}
