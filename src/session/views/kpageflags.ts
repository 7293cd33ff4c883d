// Runs of struct pages by what their flags say, in the layout and letters of the kernel's page-types tool (tools/mm), v7.3.
import { type Machine, type Page, PG_head, PG_reserved, runGet, runs } from '../../machine/index.ts';
import type { Session } from '../session.ts';
import { readRange } from '../words.ts';

/** KPF letters in the tool's order; `·` is khodbg's: not initialised in this boot. */
function letters(m: Machine, pfn: number, page: Page | null): string {
  if (page === null) return 'n_____';
  if (runGet(m.inits, pfn) === 0) return '·_____';
  const buddy = page.page_type >>> 24 === 0xf0;
  const tail = (page.lru_next & 1n) === 1n && page.lru_next > 0n;
  return [
    buddy ? 'B' : '_',
    (page.flags & PG_head) !== 0n ? 'H' : '_',
    tail ? 'T' : '_',
    (page.flags & PG_reserved) !== 0n ? 'r' : '_',
    page.private >> 32n === 0x4b484f50n ? 'K' : '_',
    page._refcount > 0 && (page.flags & PG_reserved) === 0n ? '+' : '_',
  ].join('');
}

/** Lines `voffset  len  flags`, runs of equal letters joined; an error's text for a bad range. */
export function kpageflags(session: Session, args: string): string[] | string {
  const { machine } = session.now();
  let [start, end] = [0, 2 ** machine.memmap.bits];
  if (args !== '') {
    const range = readRange(args);
    if (!range.ok) return range.error;
    ({ start, end } = range.value);
    if (start >= 2 ** machine.memmap.bits) return `0x${start.toString(16)} is outside the machine`;
  }
  const out: { at: number; length: number; flags: string }[] = [];
  const add = (at: number, length: number, flags: string) => {
    const last = out.at(-1);
    if (last !== undefined && last.flags === flags && last.at + last.length === at) last.length += length;
    else out.push({ at, length, flags });
  };
  for (const run of runs(machine.memmap, start, end)) {
    for (const part of runs(machine.inits, run.start, run.end))
      add(part.start, part.end - part.start, letters(machine, part.start, run.value));
    if (out.length > 2000) return [...text(out), '… more; give a smaller range'];
  }
  return text(out);
}

function text(rows: readonly { at: number; length: number; flags: string }[]): string[] {
  return ['offset\tlen\tflags', ...rows.map((r) => `${r.at.toString(16)}\t${r.length.toString(16)}\t${r.flags}`)];
}
