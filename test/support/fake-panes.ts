// Invented lines for the panes that can be called up, and a tree whose rows open. Nothing of it was computed.

import type { PaneViews, RadixRowView } from '../../src/session/index.ts';

const both = (...lines: string[]) => ({ lines, narrow: lines.map((line) => line.replace(/ +/g, ' ')) });

const NODES: readonly (readonly [id: string, depth: number, opens: readonly string[]])[] = [
  ['in', 0, ['in']],
  ['in/000', 1, ['in/000', 'in/000/000']],
  ['in/000/000', 2, ['in/000/000']],
  ['key', 3, []],
  ['in/002', 1, ['in/002']],
];

function rows(opened: readonly string[]): RadixRowView[] {
  const isOpen = (id: string) => opened.includes(id);
  const above = { in: [], 'in/000': ['in'], 'in/000/000': ['in', 'in/000'], 'in/002': ['in'] } as const;
  return NODES.filter(([id]) =>
    (id === 'key' ? ['in', 'in/000', 'in/000/000'] : above[id as keyof typeof above]).every(isOpen),
  ).map(([id, depth, opens]) => ({
    id,
    depth,
    opens,
    open: isOpen(id),
    text: id === 'key' ? 'phys 0x18000000  order 0  pfn 0x18000  initialised' : `${id} at length  1 key`,
    narrow: id === 'key' ? '0x18000000 order 0 0x18000 init' : `${id} 1 key`,
  }));
}

const PROC = {
  buddyinfo: both('Node 0, zone      DMA      0      4 ', 'Node 0, zone    DMA32     17     59 '),
  pagetypeinfo: both('Page block order: 9', 'Pages per block:  512', ''),
  zoneinfo: both('Node 0, zone      DMA', '  pages free     3840'),
};
const SCRATCH = both(
  'area  range                                   size',
  '0     0x0000000004000000..0x00000000043fffff  4 MiB',
);
const FDT = both('KHO FDT at 0x4001000, 4096 bytes', '/ {', '    compatible = "kho-v4";', '};');
const CONSOLE = Array.from({ length: 40 }, (_, i) => (i % 13 === 7 ? `KHO: line ${i}` : `message ${i}`));

/** The parts of a view that are made on demand. */
export const fakePanes: PaneViews = {
  radix: (opened, from, count) => {
    const all = rows(opened);
    const first = Math.max(0, Math.min(from, all.length - count));
    return { summary: 'in: 2 keys', total: all.length, first, rows: all.slice(first, first + count) };
  },
  proc: (name) => PROC[name],
  scratch: () => SCRATCH,
  fdt: () => FDT,
  console: () => ({ lines: CONSOLE, narrow: CONSOLE }),
};
