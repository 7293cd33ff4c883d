// The memblock tables as /sys/kernel/debug/memblock prints them. Knows nothing of regions.

import { paintRow } from '../row.ts';
import type { MemblockView } from '../session-view.ts';
import type { Theme } from '../theme.ts';
import { clampScroll, definePane } from './pane.ts';

/** What the tables are painted from. */
export interface MemblockSlice {
  readonly memblock: MemblockView;
  readonly scroll: number;
}

/** Narrower panes show one table under the other, each line marked with the first letter of its table. */
const SIDE_BY_SIDE = 120;

/** Drops leading zeros that all addresses have, where lines are too long. */
function fitted(lines: readonly string[], w: number): readonly string[] {
  const long = lines.some((text) => text.length > w);
  return long ? lines.map((text) => text.replace(/0x0{4,8}(?=[0-9a-f]{8})/g, '0x')) : lines;
}

/** The room for numbers of four digits is free in the first cell: the table's letter goes there. */
function marked(letter: string, text: string, w: number, theme: Theme): string {
  return text.startsWith(' ')
    ? paintRow(theme, w, [['bold', letter], text.slice(1)])
    : paintRow(theme, w, [['bold', letter], text]);
}

function stacked({ memory, reserved }: MemblockView, scroll: number, w: number, h: number, theme: Theme): string[] {
  const forReserved = Math.min(reserved.length, Math.max(Math.floor(h / 2), h - memory.length));
  const upper = clampScroll(scroll, memory.length, h - forReserved);
  const lower = clampScroll(scroll, reserved.length, forReserved);
  return [
    ...fitted(memory, w)
      .slice(upper, upper + h - forReserved)
      .map((text) => marked('m', text, w, theme)),
    ...fitted(reserved, w)
      .slice(lower, lower + forReserved)
      .map((text) => marked('r', text, w, theme)),
  ];
}

/** Paints both tables. */
export function paintMemblock({ memblock, scroll }: MemblockSlice, w: number, h: number, theme: Theme): string[] {
  if (w < SIDE_BY_SIDE) return stacked(memblock, scroll, w, h, theme);
  const { memory, reserved } = memblock;
  const left = Math.floor(w / 2);
  const rows = [paintRow(theme, left, [['bold', 'memory']]) + paintRow(theme, w - left, [['bold', 'reserved']])];
  const count = Math.max(memory.length, reserved.length);
  const first = clampScroll(scroll, count + 1, h);
  for (let i = first; i < count && rows.length < h; i++) {
    rows.push(paintRow(theme, left, [memory[i] ?? '']) + paintRow(theme, w - left, [reserved[i] ?? '']));
  }
  return rows;
}

/** The memblock pane. */
export const MEMBLOCK = definePane<MemblockSlice>({
  id: 'memblock',
  name: 'memblock',
  help: [
    'memblock.memory and memblock.reserved in the form of /sys/kernel/debug/memblock: range, node, flags; where they stand one under the other, m and r say which is which.',
  ],
  length: ({ memblock }) => Math.max(memblock.memory.length, memblock.reserved.length) + 1,
  title: ({ view: { memblock } }) => `memblock  memory ${memblock.memory.length}  reserved ${memblock.reserved.length}`,
  slice: ({ view, ui }) => ({ memblock: view.memblock, scroll: ui.scroll.memblock ?? 0 }),
  paint: paintMemblock,
});
