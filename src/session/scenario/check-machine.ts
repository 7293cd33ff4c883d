// Machine rules that look at more than one value: ranges, nodes, CPUs. Knows nothing of boots.

import type * as z from 'zod';
import { ADDRESS_LIMIT, hex, overlap, range } from './bytes.ts';
import { type Doc, nodeAt } from './document.ts';
import type { Path } from './path.ts';
import type { Report } from './problem.ts';
import { memorySchema, nodesSchema } from './schema.ts';
import type { Area, MemoryRange } from './types.ts';

/** The value at `path` if all of it has the right shape; else null, and what depends on it is not checked. */
export function pick<T extends z.ZodType>(root: Doc, path: Path, schema: T): z.output<T> | null {
  const doc = nodeAt(root, path);
  const result = doc === null ? null : schema.safeParse(doc.value);
  return result?.success ? result.data : null;
}

/** Reports areas of one list that share bytes: at the size of one that swallows a later one, else at both ends. */
export function checkOverlaps(areas: readonly Area[], path: Path, name: string, report: Report): void {
  areas.forEach((b, j) => {
    areas.slice(0, j).forEach((a, i) => {
      if (!overlap(a, b)) return;
      const end = a.start < b.start ? 'size' : 'start';
      const swallowed = a.start < b.start && a.start + a.size > b.start + b.size;
      const what = `makes it overlap ${name}[${j}] (${range(b)})`;
      report.value([...path, i, end], `${what}; ${swallowed ? 'make it smaller' : 'change one of the two'}`);
      if (!swallowed)
        report.value([...path, j, 'start'], `makes it overlap ${name}[${i}] (${range(a)}); change one of the two`);
    });
  });
}

const MEMORY: Path = ['machine', 'memory'];
const NODES: Path = ['machine', 'nodes'];

function checkMemory(memory: readonly MemoryRange[], report: Report): void {
  checkOverlaps(memory, MEMORY, 'memory', report);
  memory.forEach((m, i) => {
    if (m.start + m.size > ADDRESS_LIMIT)
      report.value([...MEMORY, i, 'size'], `makes it end at ${hex(m.start + m.size)}; addresses end at 64 TiB`);
  });
  if (memory.some((m) => m.type === 'ram')) return;
  const last = memory.length - 1;
  report.value([...MEMORY, last, 'type'], 'leaves the machine without memory; at least one range must be ram');
}

function checkNodes(nodes: readonly { node: number; cpus: number }[], report: Report): void {
  nodes.forEach(({ node }, i) => {
    if (nodes.slice(0, i).some((other) => other.node === node))
      report.value([...NODES, i, 'node'], 'is listed before; give each node once');
  });
  if (nodes.every(({ cpus }) => cpus === 0))
    report.value([...NODES, 0, 'cpus'], 'leaves the machine without a CPU; give at least one node one');
}

/** Reports memory on nodes that are not listed; where one listed node then has none, both ends may be the wrong one. */
function checkNodeOfMemory(memory: readonly MemoryRange[], nodes: readonly { node: number }[], report: Report): void {
  const listed = nodes.map(({ node }) => node);
  const used = memory.map(({ node }) => node);
  const orphans = memory.flatMap(({ node }, i) => (listed.includes(node) ? [] : [i]));
  for (const i of orphans)
    report.value([...MEMORY, i, 'node'], `is not in nodes (${listed.join(', ')}); add it there or name one of those`);
  const idle = nodes.flatMap(({ node }, i) => (used.includes(node) ? [] : [i]));
  const [one, ...others] = idle;
  if (orphans.length > 0 && one !== undefined && others.length === 0)
    report.value(
      [...NODES, one, 'node'],
      `has no memory (memory names ${[...new Set(used)].join(', ')}); one of the two is wrong`,
    );
}

/** Checks `machine`; returns its memory when all of that is right. */
export function checkMachine(root: Doc, nodesShift: number | null, report: Report): readonly MemoryRange[] | null {
  const before = report.findings.length;
  const memory = pick(root, MEMORY, memorySchema);
  const nodes = pick(root, NODES, nodesSchema);
  if (nodes !== null) {
    checkNodes(nodes, report);
    nodes.forEach(({ node }, i) => {
      if (nodesShift !== null && node >= 2 ** nodesShift)
        report.value(
          [...NODES, i, 'node'],
          `needs more bits than CONFIG_NODES_SHIFT ${nodesShift}; the most is ${2 ** nodesShift - 1}`,
        );
    });
    if (memory !== null && report.findings.length === before) checkNodeOfMemory(memory, nodes, report);
  }
  if (memory === null) return null;
  const found = report.findings.length;
  checkMemory(memory, report);
  return report.findings.length === found ? memory : null;
}
