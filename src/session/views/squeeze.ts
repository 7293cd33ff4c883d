// The tables of /proc in fewer columns, for panes that are too narrow for the kernel's: same lines, same figures, same words,
// columns as wide as they need to be. Knows nothing of what the figures count.

/** The words before the figures in short: `Node    0, zone    DMA32, type      Movable` is `0 DMA32 Movable`. */
function label(text: string): string[] {
  const zone = /^Node +(\d+), zone +(\w+)(?:, type +(\w+))?/.exec(text);
  if (zone !== null) return [zone[1] ?? '', zone[2] ?? '', zone[3] ?? ''];
  return [];
}

const HEADS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^Free pages count per migrate type at order/, ['', 'free', 'at order']],
  [/^Number of blocks type/, ['', 'blocks', 'of type']],
];

/** Cells of a line of a table; null for other lines. Names of types in a heading are cut to what tells them apart. */
function cells(text: string): { readonly label: readonly string[]; readonly values: readonly string[] } | null {
  for (const [pattern, head] of HEADS) {
    if (pattern.test(text)) {
      const values = text.replace(pattern, '').trim().split(/\s+/);
      return { label: head, values: values.map((value) => value.slice(0, 5)) };
    }
  }
  const words = label(text);
  if (words.length === 0) return null;
  const values = text.replace(/^Node +\d+, zone +\w+(?:, type +\w+)?/, '').trim();
  return { label: words, values: values === '' ? [] : values.split(/\s+/) };
}

function widths(rows: readonly (readonly string[])[]): number[] {
  const out: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) out[i] = Math.max(out[i] ?? 0, cell.length);
  return out;
}

/** Lines of tables in narrow columns; a line that belongs to no table stays, and ends one. */
export function squeezed(lines: readonly string[]): string[] {
  const out: string[] = [];
  let table: { label: readonly string[]; values: readonly string[] }[] = [];
  const flush = () => {
    const left = widths(table.map((row) => row.label));
    const right = widths(table.map((row) => row.values));
    for (const row of table) {
      const head = row.label.map((word, i) => word.padEnd(left[i] ?? 0)).filter((_word, i) => (left[i] ?? 0) > 0);
      const tail = row.values.map((value, i) => value.padStart(right[i] ?? 0));
      out.push([...head, ...tail].join(' '));
    }
    table = [];
  };
  for (const line of lines) {
    const row = cells(line);
    if (row !== null) table.push(row);
    else {
      flush();
      out.push(line);
    }
  }
  flush();
  return out;
}
