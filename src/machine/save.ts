// A machine as plain JSON and back. Maps are written as runs over a list of distinct values, 64-bit integers are tagged,
// hashes are left out and computed again. What never changes in a boot (configuration, hardware) is not written.
import type { FreeBlock, FreeList } from './buddy.ts';
import type { Config } from './config.ts';
import { endPfn, type Hardware, type Machine, makeMachine } from './machine.ts';
import type { Memblock } from './memblock.ts';
import { makePage, type Page, type PageFields } from './page.ts';
import { type PhysPage, withWord, ZERO_PAGE } from './phys.ts';
import { type RunMap, runSet, runs } from './run-map.ts';
import { EMPTY_TABLE, type Fields, putRow, type Table } from './table.ts';
import { append, entries, type TextList } from './text-list.ts';
import type { Value } from './value.ts';

/** A value as JSON: bigints as `{ "n": "0x…" }`, everything else as it is. */
export type SavedValue =
  | number
  | string
  | boolean
  | null
  | { readonly n: string }
  | { struct: string; at: number | string };

/** A map as JSON: distinct values, and for each run its length and the index of its value. */
interface SavedMap<S> {
  readonly values: readonly S[];
  readonly runs: readonly (readonly [length: number, value: number])[];
}

type SavedFields = Readonly<Record<string, SavedValue>>;

/** A machine as JSON. */
export interface SavedMachine {
  /** one past the last pfn of the firmware's map */
  readonly pages: number;
  readonly memblock: Memblock;
  readonly sections: SavedMap<number>;
  readonly memmap: SavedMap<SavedFields | null>;
  readonly inits: SavedMap<number>;
  readonly pageblocks: SavedMap<number>;
  readonly blocks: SavedMap<FreeBlock | null>;
  readonly lists: Readonly<Record<string, FreeList>>;
  readonly phys: SavedMap<SavedFields | null>;
  readonly table: readonly (readonly [struct: string, at: number | string, fields: SavedFields])[];
  readonly console: readonly string[];
  readonly serial: number;
}

/** A value of kernel text as JSON; throws on what JSON would lose. */
export function saveValue(value: Value): SavedValue {
  if (typeof value === 'bigint') return { n: `0x${value < 0n ? `-${(-value).toString(16)}` : value.toString(16)}` };
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) {
    throw new Error(`${String(value)} cannot be saved`);
  }
  return value;
}

/** The value that saveValue() was given. */
export function loadValue(saved: SavedValue): Value {
  if (typeof saved !== 'object' || saved === null || !('n' in saved)) return saved;
  return saved.n.startsWith('0x-') ? -BigInt(`0x${saved.n.slice(3)}`) : BigInt(saved.n);
}

const mapped = <A, B>(fields: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
const saveFields = (fields: Fields): SavedFields => mapped(fields, saveValue);
const loadFields = (fields: SavedFields): Fields => mapped(fields, loadValue);

function saveMap<V, S>(map: RunMap<V>, save: (value: V) => S): SavedMap<S> {
  const values: S[] = [];
  const known = new Map<V, number>();
  const byContent = new Map<string, number>();
  const out: [number, number][] = [];
  const number = (value: V): number => {
    const saved = save(value);
    const key = JSON.stringify(saved);
    const i = byContent.get(key) ?? values.push(saved) - 1;
    byContent.set(key, i);
    known.set(value, i);
    return i;
  };
  for (const { start, end, value } of runs(map)) out.push([end - start, known.get(value) ?? number(value)]);
  return { values, runs: out };
}

function loadMap<V, S>(empty: RunMap<V>, saved: SavedMap<S>, load: (value: S) => V): RunMap<V> {
  const values = saved.values.map(load);
  let map = empty;
  let at = 0;
  for (const [length, i] of saved.runs) {
    if (i >= values.length) throw new Error('the saved state is damaged: a run has no value');
    map = runSet(map, at, at + length, values[i] as V);
    at += length;
  }
  if (at !== 2 ** empty.bits) throw new Error('the saved state is damaged: the runs of a map do not fill it');
  return map;
}

function savePage(page: Page | null): SavedFields | null {
  if (page === null) return null;
  const { hash: _hash, ...fields } = page;
  return saveFields(fields);
}

const loadPage = (saved: SavedFields | null): Page | null =>
  saved === null ? null : makePage(loadFields(saved) as unknown as PageFields);

function loadPhys(saved: SavedFields | null): PhysPage | null {
  if (saved === null) return null;
  let page = ZERO_PAGE;
  for (const [index, word] of Object.entries(saved)) page = withWord(page, Number(index), loadValue(word) as bigint);
  return page;
}

/** The name of a struct from its key: structs that are numbered have numbers as names. */
const nameOf = (key: string): number | string => (/^(0|[1-9]\d*)$/.test(key) ? Number(key) : key);

function saveTable(table: Table): SavedMachine['table'] {
  return Object.entries(table.kinds).flatMap(([struct, rows]) =>
    Object.entries(rows).map(([at, { fields }]) => [struct, nameOf(at), saveFields(fields)] as const),
  );
}

/** A machine as JSON, without its configuration and hardware. */
export function saveMachine(m: Machine): SavedMachine {
  const same = (n: number) => n;
  return {
    pages: endPfn(m.hardware, m.config),
    memblock: m.memblock,
    sections: saveMap(m.sections, same),
    memmap: saveMap(m.memmap, savePage),
    inits: saveMap(m.inits, same),
    pageblocks: saveMap(m.pageblocks, same),
    blocks: saveMap(m.buddy.blocks, (block) => block),
    lists: m.buddy.lists,
    phys: saveMap(m.phys, (page) => (page === null ? null : saveFields(page.words))),
    table: saveTable(m.table),
    console: entries(m.console),
    serial: m.serial,
  };
}

/** The machine that saveMachine() was given; throws when it was of another size. */
export function loadMachine(saved: SavedMachine, config: Config, hardware: Hardware): Machine {
  if (saved.pages !== endPfn(hardware, config)) throw new Error('the saved state is of a machine of another size');
  const empty = makeMachine(config, hardware);
  const same = (n: number) => n;
  return {
    config,
    hardware,
    memblock: saved.memblock,
    sections: loadMap(empty.sections, saved.sections, same),
    memmap: loadMap(empty.memmap, saved.memmap, loadPage),
    inits: loadMap(empty.inits, saved.inits, same),
    pageblocks: loadMap(empty.pageblocks, saved.pageblocks, same),
    buddy: { blocks: loadMap(empty.buddy.blocks, saved.blocks, (block) => block), lists: saved.lists },
    phys: loadMap(empty.phys, saved.phys, loadPhys),
    table: saved.table.reduce(
      (table, [struct, at, fields]) => putRow(table, struct, at, loadFields(fields)),
      EMPTY_TABLE,
    ),
    console: saved.console.reduce<TextList>(append, null),
    serial: saved.serial,
  };
}
