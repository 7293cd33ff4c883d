// Rows on the radix tree and on how ranges are split: computed by the kernel text on a machine of some memory.

import { type Kernel, variablesOf } from '../../kernel/index.ts';
import { apply, type Machine, makeMachine, memblock_add_node, type Ref, type Value } from '../../machine/index.ts';
import type { Linked } from '../../vm/index.ts';
import { hex } from '../format.ts';
import { bareHardware } from './bare.ts';
import { CallFailed, call, linkBeside } from './call.ts';
import type { Json } from './compare.ts';
import type { RowOf } from './schema.ts';

type Figures = Record<string, Json>;

/** Callbacks of a walk: what they are called with is what is asked for. */
const CALLBACKS = `
function conform_leaf(key: u64, data: kho_walk_data): int { return 0; }
function conform_node(phys: phys_addr_t, data: kho_walk_data): int { return 0; }
`;

const ref = (struct: string, at: string): Ref => ({ struct, at });
const PAGE = 4096;
/** Memory for the nodes of a tree. */
const NODES = 256 * 2 ** 20;
const TREE = ref('kho_radix_tree', 'conform');

/** The functions of the text that these rows ask, with the values as they take them. */
interface Asked {
  readonly linked: Linked;
  number(fn: string, ...args: Value[]): number;
  key(fn: string, ...args: Value[]): bigint;
}

function askedOf(kernel: Kernel): Asked {
  const linked = linkBeside(kernel, 'conform/callbacks.ts', CALLBACKS);
  const machine = machineOf(kernel, 0, []);
  const value = (fn: string, args: Value[]) => call(linked, machine, fn, args).value;
  return {
    linked,
    number: (fn, ...args) => Number(value(fn, args)),
    key: (fn, ...args) => BigInt(value(fn, args) as bigint),
  };
}

/** A machine with `pages` initialised pages on nodes that begin at `starts`, room for a tree behind them, and the tree. */
function machineOf(kernel: Kernel, pages: number, starts: readonly number[]): Machine {
  const from = Math.ceil(pages / 32768) * 32768 * PAGE;
  let machine = makeMachine(kernel.config, bareHardware(from + NODES));
  machine = apply(machine, {
    k: 'memblock',
    memblock: memblock_add_node(machine.memblock, from, NODES, 0, 0).memblock,
  });
  machine = apply(machine, { k: 'new', struct: 'var', at: 0, fields: variablesOf(kernel.config) });
  machine = apply(machine, { k: 'new', struct: TREE.struct, at: TREE.at, fields: { root: 0 } });
  const borders = [0, ...starts.filter((pfn) => pfn < pages), pages];
  for (let nid = 0; nid + 1 < borders.length; nid++) {
    const [start = 0, end = 0] = borders.slice(nid);
    if (start >= end) continue;
    machine = apply(machine, { k: 'back', start, end });
    machine = apply(machine, { k: 'init', start, end, nid, zid: 2 });
  }
  return machine;
}

/** An empty tree on the machine. */
function withTree(linked: Linked, machine: Machine): Machine {
  const made = call(linked, machine, 'kho_radix_init_tree', [TREE]);
  if (made.value !== 0) throw new CallFailed(`kho_radix_init_tree() gives ${String(made.value)}`);
  return made.machine;
}

/** What a walk visits: blocks in order, and how many pages of the tree. */
function walked(asked: Asked, machine: Machine): { blocks: [phys: number, order: number][]; pages: number } {
  const blocks: [number, number][] = [];
  let pages = 0;
  const callbacks = [ref('fn', 'conform_leaf'), ref('fn', 'conform_node')];
  call(asked.linked, machine, 'kho_radix_walk_tree', [TREE, ...callbacks, null], (fn, parameters) => {
    if (fn === 'conform_node') pages++;
    if (fn !== 'conform_leaf') return;
    const key = parameters.get('key') ?? 0n;
    blocks.push([asked.number('kho_radix_key_phys', key), asked.number('kho_radix_key_order', key)]);
  });
  return { blocks, pages };
}

/** One key, there and back. */
export function radixKey(kernel: Kernel, row: RowOf<'radix_key'>): Figures {
  const asked = askedOf(kernel);
  const key = asked.key('kho_radix_encode_key', Number(row.phys), row.order);
  const levels = [5, 4, 3, 2, 1].map((level) => [level, asked.number('kho_radix_get_table_index', key, level)]);
  return {
    key: hex(key),
    fls: key === 0n ? 0 : key.toString(2).length,
    level_idx: Object.fromEntries(levels),
    bit: asked.number('kho_radix_get_bitmap_index', key),
    decoded_phys: hex(asked.number('kho_radix_key_phys', key)),
    decoded_order: asked.number('kho_radix_key_order', key),
  };
}

/** Blocks added, the first of them deleted, the rest walked. */
export function radixTree(kernel: Kernel, row: RowOf<'radix_tree'>): Figures {
  const asked = askedOf(kernel);
  let machine = withTree(asked.linked, machineOf(kernel, 0, []));
  const keys = row.add.map(([phys, order]) => asked.key('kho_radix_encode_key', Number(phys), order));
  for (const key of keys) ({ machine } = call(asked.linked, machine, 'kho_radix_add_key', [TREE, key]));
  for (const key of keys.slice(0, row.deleted_first))
    ({ machine } = call(asked.linked, machine, 'kho_radix_del_key', [TREE, key]));
  const { blocks, pages } = walked(asked, machine);
  return { node_pages: pages, walk: blocks.map(([phys, order]) => [hex(phys), order]) };
}

/** The constants of the text, and what follows from them. */
export function radixConsts(kernel: Kernel): Figures {
  const { constants } = kernel.linked.program;
  const names = ['KHO_RADIX_KEY_WIDTH', 'KHO_TABLE_SIZE_LOG2', 'KHO_BITMAP_SIZE_LOG2', 'KHO_TREE_MAX_DEPTH'] as const;
  const value = (name: string): number => {
    const ex = constants[name];
    if (ex?.[0] !== 'k') throw new CallFailed(`the kernel text has no constant ${name}`);
    return Number(ex[1]);
  };
  return {
    ...Object.fromEntries(names.map((name) => [name, value(name)])),
    sizeof_node: value('KHO_TABLE_SIZE') * 8,
    sizeof_leaf: value('KHO_BITMAP_BITS') / 8,
  };
}

/** How a range is split when it is preserved, on its nodes, and as if there were one. */
export function preserveOrders(kernel: Kernel, row: RowOf<'preserve_orders'>): Figures {
  const asked = askedOf(kernel);
  const end = row.start_pfn + row.nr_pages;
  const split = (starts: readonly number[]): Json => {
    const machine = withTree(asked.linked, machineOf(kernel, end, starts));
    const done = call(asked.linked, machine, '__kho_preserve', [TREE, row.start_pfn, end]);
    if (done.value !== 0) throw new CallFailed(`__kho_preserve() gives ${String(done.value)}`);
    const { blocks } = walked(asked, done.machine);
    return blocks.map(([phys, order]) => [phys / PAGE, order]).sort(([a = 0], [b = 0]) => a - b);
  };
  return { blocks: split(row.node_starts), blocks_no_nid_check: split([]) };
}

/** What the tree makes of a key with a bit that it has no room for. */
export function typeBit(kernel: Kernel, row: RowOf<'rfc_type_bit'>): Figures {
  const asked = askedOf(kernel);
  const key = BigInt(row.key_with_bit63);
  const { linked } = asked;
  const { constants } = linked.program;
  const bits = (name: string) => BigInt(Number(constants[name]?.[1] ?? 0));
  let rebuilt = BigInt(asked.number('kho_radix_get_bitmap_index', key));
  for (let level = 1; level < Number(bits('KHO_TREE_MAX_DEPTH')); level++) {
    const shift = bits('KHO_BITMAP_SIZE_LOG2') + BigInt(level - 1) * bits('KHO_TABLE_SIZE_LOG2');
    rebuilt |= BigInt(asked.number('kho_radix_get_table_index', key, level)) << shift;
  }
  const machine = withTree(linked, machineOf(kernel, 0, []));
  const added = call(linked, machine, 'kho_radix_add_key', [TREE, key]);
  return { rebuilt_from_indices: hex(rebuilt), add_key_rc_7_3: Number(added.value) };
}
