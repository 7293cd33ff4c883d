// Small structs by kind and name: node and zone descriptors, kernel variables, structs on a stack or heap. Persistent by
// copying one row, its kind and the list of kinds; hashed by row. Knows nothing of what the structs mean.
import { type Hash, hashNumber, hashString, minus, mix, plus } from './hash.ts';
import { hashValue, type Value } from './value.ts';

export type Fields = Readonly<Record<string, Value>>;

interface Row {
  readonly hash: Hash;
  readonly fields: Fields;
}

type Rows = Readonly<Record<string, Row>>;

/** All small structs of a machine. */
export interface Table {
  readonly hash: Hash;
  readonly kinds: Readonly<Record<string, Rows>>;
  /** how many structs there are of a kind: what changing one of them costs */
  readonly counts: Readonly<Record<string, number>>;
}

export const EMPTY_TABLE: Table = { hash: 0, kinds: {}, counts: {} };

const fieldHash = (name: string, value: Value): Hash => mix(hashValue(value), hashString(name));
const rowHash = (kind: string, at: number | string, fields: Hash): Hash =>
  mix(mix(fields, hashString(kind)), typeof at === 'number' ? hashNumber(at) : hashString(at));

function hashFields(fields: Fields): Hash {
  let sum = 0;
  for (const name in fields) sum = plus(sum, fieldHash(name, fields[name] as Value));
  return sum;
}

/** Fields of one struct, or undefined when there is none. */
export function row(table: Table, kind: string, at: number | string): Fields | undefined {
  return table.kinds[kind]?.[at]?.fields;
}

/** The names of all structs of a kind, in order of creation (integers ascending first). */
export function names(table: Table, kind: string): string[] {
  return Object.keys(table.kinds[kind] ?? {});
}

/** The table with a struct put in, or replaced. */
export function putRow(table: Table, kind: string, at: number | string, fields: Fields): Table {
  return replace(table, kind, at, { hash: hashFields(fields), fields });
}

/** The table with many new structs of a kind that has none. */
export function putRows(table: Table, kind: string, all: readonly (readonly [number | string, Fields])[]): Table {
  if (table.kinds[kind] !== undefined) throw new Error(`there are structs of kind ${kind}`);
  let { hash } = table;
  const rows: Record<string, Row> = {};
  for (const [at, fields] of all) {
    const row = { hash: hashFields(fields), fields };
    rows[at] = row;
    hash = plus(hash, rowHash(kind, at, row.hash));
  }
  const counts = { ...table.counts, [kind]: all.length };
  return { hash, kinds: { ...table.kinds, [kind]: rows }, counts };
}

/** The table without a struct. */
export function dropRow(table: Table, kind: string, at: number | string): Table {
  const rows = table.kinds[kind];
  const old = rows?.[at];
  if (rows === undefined || old === undefined) return table;
  const { [at]: _gone, ...rest } = rows;
  const kinds = { ...table.kinds, [kind]: rest };
  const count = (table.counts[kind] ?? 1) - 1;
  if (count === 0) delete kinds[kind];
  return { hash: minus(table.hash, rowHash(kind, at, old.hash)), kinds, counts: { ...table.counts, [kind]: count } };
}

/** The table with one field of an existing struct changed; the same table when the value is the same. */
export function putField(table: Table, kind: string, at: number | string, name: string, value: Value): Table {
  const old = table.kinds[kind]?.[at];
  if (old === undefined) return table;
  const was = old.fields[name];
  if (was === value) return table;
  let hash = old.hash;
  if (was !== undefined) hash = minus(hash, fieldHash(name, was));
  hash = plus(hash, fieldHash(name, value));
  return replace(table, kind, at, { hash, fields: { ...old.fields, [name]: value } });
}

function replace(table: Table, kind: string, at: number | string, next: Row): Table {
  const rows = table.kinds[kind] ?? {};
  const old = rows[at];
  let hash = table.hash;
  if (old !== undefined) hash = minus(hash, rowHash(kind, at, old.hash));
  hash = plus(hash, rowHash(kind, at, next.hash));
  const counts = old === undefined ? { ...table.counts, [kind]: (table.counts[kind] ?? 0) + 1 } : table.counts;
  return { hash, kinds: { ...table.kinds, [kind]: { ...rows, [at]: next } }, counts };
}
