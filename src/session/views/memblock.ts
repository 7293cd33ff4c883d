// memblock's tables as /sys/kernel/debug/memblock prints them (mm/memblock.c, memblock_debug_show(), v7.3).
import type { Machine, MemblockType } from '../../machine/index.ts';
import type { MemblockView } from '../view.ts';

const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [0x1, 'HOTPLUG'],
  [0x2, 'MIRROR'],
  [0x4, 'NOMAP'],
  [0x8, 'DRV_MNG'],
  [0x10, 'RSV_NIT'],
  [0x20, 'RSV_KERN'],
  [0x40, 'KHO_SCRATCH'],
  [0x80, 'RSV_HUGETLB'],
];

/** Names of a region's flags, joined by `|`; NONE for none. */
export function flagNames(flags: number): string {
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  return names.length === 0 ? 'NONE' : names.join('|');
}

const address = (n: number) => `0x${n.toString(16).padStart(16, '0')}`;

function lines(type: MemblockType, nodes: number): string[] {
  return type.regions.map((r, i) => {
    const nid = r.nid >= 0 && r.nid < nodes ? String(r.nid) : 'x';
    return `${String(i).padStart(4)}: ${address(r.base)}..${address(r.base + r.size - 1)} ${nid.padStart(4)} ${flagNames(r.flags)}`;
  });
}

/** Both tables. */
export function memblockLines(m: Machine): MemblockView {
  const { memory, reserved, max_numnodes } = m.memblock;
  return { memory: lines(memory, max_numnodes), reserved: lines(reserved, max_numnodes) };
}
