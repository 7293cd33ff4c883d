// The firmware's map as the kernel uses it: its own edits made, cut at the borders of nodes. Knows nothing of sources.

import type { MapRow, NodeRange, Span } from './observed.ts';

/** A row of `machine.memory`, half-open. */
export interface MemoryRow extends MapRow {
  readonly node: number;
}

/** Gives `span` another type, or takes it out. Only rows of type `from` are changed. */
export function editMap(
  map: readonly MapRow[],
  span: Span,
  from: MapRow['type'],
  to: MapRow['type'] | null,
): readonly MapRow[] {
  return map
    .flatMap((row): MapRow[] => {
      const start = Math.max(row.start, span.start);
      const end = Math.min(row.end, span.end);
      if (row.type !== from || start >= end) return [row];
      const before: MapRow = { ...row, end: start };
      const after: MapRow = { ...row, start: end };
      return [before, ...(to === null ? [] : [{ start, end, type: to }]), after].filter((r) => r.start < r.end);
    })
    .sort((a, b) => a.start - b.start);
}

/** What every x86 kernel changes in the map: page 0 is not used, and what lies between 640 KiB and 1 MiB is no RAM. */
export function kernelEdits(map: readonly MapRow[]): readonly MapRow[] {
  const withoutFirst = editMap(map, { start: 0, end: 0x1000 }, 'ram', 'reserved');
  return editMap(withoutFirst, { start: 0xa0000, end: 0x100000 }, 'ram', null);
}

const overlap = (a: Span, b: Span): number => Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));

/**
 * The ranges of nodes: as firmware gives them, unless the kernel's own list of memory by node says otherwise, as it does
 * with numa=fake= or numa=off. One node alone needs no range.
 */
export function nodeRanges(firmware: readonly NodeRange[], early: readonly NodeRange[]): readonly NodeRange[] {
  const agrees = early.every((range) => {
    const same = firmware.filter(({ node }) => node === range.node);
    return same.reduce((sum, other) => sum + overlap(range, other), 0) === range.end - range.start;
  });
  if (firmware.length > 0 && agrees) return firmware;
  return new Set(early.map(({ node }) => node)).size < 2 ? [] : early;
}

/** Rows that share no byte: what begins later loses. */
function withoutOverlaps(map: readonly MapRow[]): MapRow[] {
  let end = 0;
  const rows: MapRow[] = [];
  for (const row of [...map].sort((a, b) => a.start - b.start)) {
    const start = Math.max(row.start, end);
    if (start >= row.end) continue;
    rows.push({ ...row, start });
    end = row.end;
  }
  return rows;
}

/** The parts of a row by node; what no range covers has node null. */
function cut(row: MapRow, ranges: readonly NodeRange[]): (MapRow & { readonly node: number | null })[] {
  const parts: (MapRow & { readonly node: number | null })[] = [];
  let at = row.start;
  for (const range of ranges) {
    const start = Math.max(at, range.start);
    const end = Math.min(row.end, range.end);
    if (start >= end) continue;
    if (start > at) parts.push({ ...row, start: at, end: start, node: null });
    parts.push({ ...row, start, end, node: range.node });
    at = end;
  }
  if (at < row.end) parts.push({ ...row, start: at, node: null });
  return parts;
}

/** Joins neighbours of one type and node, which firmware may list in pieces. */
function join(rows: readonly MemoryRow[]): MemoryRow[] {
  const joined: MemoryRow[] = [];
  for (const row of rows) {
    const last = joined.at(-1);
    const same = last !== undefined && last.end === row.start && last.type === row.type && last.node === row.node;
    if (same && last.type !== 'ram') joined[joined.length - 1] = { ...last, end: row.end };
    else joined.push(row);
  }
  return joined;
}

/** The machine's memory, and the RAM that no node was said to have and that went to the node before it. */
export function memoryRows(
  map: readonly MapRow[],
  nodes: readonly NodeRange[],
): { readonly rows: readonly MemoryRow[]; readonly homeless: readonly Span[] } {
  const clean = withoutOverlaps(map);
  const top = Math.max(0, ...clean.filter((row) => row.type === 'ram').map((row) => row.end));
  const ranges = nodes.length > 0 ? [...nodes].sort((a, b) => a.start - b.start) : [{ start: 0, end: top, node: 0 }];
  const homeless: Span[] = [];
  let last = ranges[0]?.node ?? 0;
  const rows = clean.flatMap((row) =>
    cut(row, ranges).flatMap((part): MemoryRow[] => {
      if (part.node !== null) {
        last = part.node;
        return [{ ...part, node: part.node }];
      }
      if (part.type !== 'ram') return [];
      homeless.push(part);
      return [{ ...part, node: last }];
    }),
  );
  return { rows: join(rows), homeless };
}
