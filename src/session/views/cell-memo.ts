// Values of the cells of a strip, kept from one look to the next: only cells in which a map changed are worked out anew. Knows
// nothing of what the values are.
import { type RunMap, runDiff } from '../../machine/index.ts';

/** A stretch of pfns cut into cells: `count` of `per` pages each, from `start` on; nothing lies at or after `end`. */
export interface Strip {
  readonly start: number;
  readonly end: number;
  readonly per: number;
  readonly count: number;
}

/** More changes than this, and all cells are worked out anew. */
const MANY = 256;
/** Strips that are remembered: of the panes of one screen, and of where one zoomed from. */
const KEPT = 4;

type Maps = readonly RunMap<unknown>[];

/** What is asked of the pages of each cell, cell by cell. */
export function perCell<R>({ start, end, per, count }: Strip, of: (from: number, to: number) => R): R[] {
  return Array.from({ length: count }, (_, i) => of(start + i * per, Math.min(end, start + (i + 1) * per)));
}

/** The cells in which one of the maps is another one; null for so many that it is not worth telling. */
function changedCells(was: Maps, now: Maps, { start, end, per }: Strip): ReadonlySet<number> | null {
  const out = new Set<number>();
  let changes = 0;
  for (const [i, map] of now.entries()) {
    const old = was[i];
    if (old === map) continue;
    if (old === undefined || old.bits !== map.bits) return null;
    for (const run of runDiff(old, map, start, Math.min(end, 2 ** map.bits))) {
      if (++changes > MANY) return null;
      const last = Math.ceil((run.end - start) / per);
      for (let cell = Math.floor((run.start - start) / per); cell < last; cell++) out.add(cell);
    }
  }
  return out;
}

/** The last values of a few strips. */
export class CellMemo<R> {
  private readonly kept = new Map<string, { readonly maps: Maps; readonly cells: readonly R[] }>();

  /** The values of a strip's cells, which are worked out from these maps and nothing else. */
  get(strip: Strip, maps: Maps, of: (from: number, to: number) => R): readonly R[] {
    const { start, end, per, count } = strip;
    const key = `${start} ${end} ${per} ${count}`;
    const old = this.kept.get(key);
    const changed = old === undefined ? null : changedCells(old.maps, maps, strip);
    const cells =
      old === undefined || changed === null
        ? perCell(strip, of)
        : old.cells.map((cell, i) =>
            changed.has(i) ? of(start + i * per, Math.min(end, start + (i + 1) * per)) : cell,
          );
    this.kept.delete(key);
    this.kept.set(key, { maps, cells });
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
    return cells;
  }
}
