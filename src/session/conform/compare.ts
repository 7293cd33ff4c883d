// Compares what a row expects with what was computed, figure by figure. Knows nothing of what figures mean.

/** A figure, or figures in a list or by name. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Something that is not as expected. */
export interface Difference {
  /** `after_memmap_init.managed[0].DMA32` */
  readonly figure: string;
  readonly expected: string;
  readonly got: string;
}

/** The differences, and how many figures were compared. */
export interface Comparison {
  readonly figures: number;
  readonly differences: readonly Difference[];
}

type Struct = { readonly [key: string]: Json | undefined };

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);
const isStruct = (value: Json | undefined): value is Struct =>
  typeof value === 'object' && value !== null && !isList(value);

const word = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** Figures in a value; an empty list is one. */
function size(value: Json | undefined): number {
  if (isList(value))
    return Math.max(
      1,
      value.reduce<number>((sum, one) => sum + size(one), 0),
    );
  if (isStruct(value))
    return Math.max(
      1,
      Object.values(value).reduce<number>((sum, one) => sum + size(one), 0),
    );
  return 1;
}

const isRow = (value: Json | undefined): boolean =>
  isList(value) && value.every((one) => typeof one !== 'object' || one === null);

function differences(path: string, expected: Json | undefined, got: Json | undefined, out: Difference[]): void {
  // a list of plain values is shown as one: [stage, first, end, …]
  if (isList(expected) && isList(got) && !(isRow(expected) && isRow(got))) {
    const length = Math.max(expected.length, got.length);
    for (let i = 0; i < length; i++) differences(`${path}[${i}]`, expected[i], got[i], out);
  } else if (isStruct(expected) && isStruct(got)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(got)]))
      differences(path === '' ? key : `${path}.${key}`, expected[key], got[key], out);
  } else if (word(expected) !== word(got)) {
    out.push({ figure: path, expected: word(expected), got: word(got) });
  }
}

/** Compares the figures that are expected; others that were computed are not looked at. */
export function compare(expected: Struct, got: Struct): Comparison {
  const out: Difference[] = [];
  let figures = 0;
  for (const [key, value] of Object.entries(expected)) {
    figures += size(value);
    differences(key, value, got[key], out);
  }
  return { figures, differences: out };
}
