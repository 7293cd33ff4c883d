// Leaving one kernel for the next, and the pages of areas and images: what has no struct of its own in kernel text.
import { row as tableRow } from '../../machine/index.ts';
import type { Context, Intrinsics } from '../../vm/index.ts';
import { reads, ref, row, writes } from './row.ts';

const KIMAGE = ref('kimage', 0);

interface Segment {
  readonly mem: number;
  readonly size: number;
}

function segments(c: Context): Segment[] {
  const count = Number(tableRow(c.machine.table, 'kimage', 0)?.nr_segments ?? 0);
  return Array.from({ length: count }, (_, i) => {
    const fields = tableRow(c.machine.table, 'kexec_segment', i);
    return { mem: Number(fields?.mem ?? 0), size: Number(fields?.size ?? 0) };
  });
}

/** locate_mem_hole_top_down(): below each segment that is in the way. */
function holeBelow(taken: readonly Segment[], start: number, end: number, size: number, align: number): number {
  let top = end;
  for (;;) {
    const addr = Math.floor((top - size) / align) * align;
    if (addr < start) return 0;
    const hit = taken.find(({ mem, size: length }) => addr < mem + length && mem < addr + size);
    if (hit === undefined) return addr;
    top = hit.mem;
  }
}

/** The rows of this file. */
export const kexecRows: Intrinsics = {
  locate_mem_hole_top_down: row(
    'read',
    4,
    'locate_mem_hole_top_down(): the highest place in [start, end) apart from the segments so far, or 0',
    (c, start: number, end: number, size: number, align: number) => {
      reads(c, 'kimage', 0, 'nr_segments');
      return holeBelow(segments(c), start, end, size, align);
    },
  ),
  kimage_add_segment: row(
    'effect',
    2,
    'a segment of the image that is being loaded',
    (c, mem: number, size: number) => {
      const i = segments(c).length;
      writes(c, 'kimage', 0, 'nr_segments');
      c.emit({ k: 'new', struct: 'kexec_segment', at: i, fields: { mem, size } });
      c.emit({ k: 'store', ref: KIMAGE, field: 'nr_segments', value: i + 1 });
    },
  ),
  machine_kexec: row('effect', 0, 'machine_kexec(): the next kernel begins in the memory of this one', (c) => {
    c.rebooting = true;
  }),
  get_vm_area: row(
    'effect',
    2,
    'get_vm_area(): an area for so many pages in blocks of an order; no address is chosen',
    (c, nr_pages: number, page_order: number) => {
      const at = `vm${c.machine.serial}`;
      c.emit({ k: 'serial' });
      c.emit({ k: 'new', struct: 'vm_struct', at, fields: { nr_pages, page_order } });
      for (let i = 0; i < nr_pages; i++)
        c.emit({ k: 'new', struct: 'vm_page', at: `${at}/${i}`, fields: { page: null } });
      return ref('vm_struct', at);
    },
  ),
};
