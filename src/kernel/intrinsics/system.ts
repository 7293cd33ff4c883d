// Intrinsics on threads, locks, completions, the console, boot parameters and nodes.
import {
  bootParameter,
  isRef,
  KernelFault,
  kstrtobool,
  type Machine,
  pageFault,
  type Ref,
  readField,
  row as tableRow,
  trap,
  type Value,
} from '../../machine/index.ts';
import type { Context, Intrinsics, Wait } from '../../vm/index.ts';
import { badPageLines, bugOn, tainted, vmBugOnPage, warnLines } from '../faults.ts';
import { printf } from '../printf.ts';
import { pfnOf, reads, ref, row, stackOf, writes } from './row.ts';

const lockAt = (lock: Value) => (lock as { at: string }).at;
const holder = (m: Machine, at: string) => tableRow(m.table, 'spinlock', at)?.holder;

/** May a thread that waits go on? */
export function ready(m: Machine, wait: Wait): boolean {
  if (wait.for === 'lock') return holder(m, String(wait.at)) === undefined;
  const [struct, at] = String(wait.at).split(/\/(.*)/s) as [string, string];
  return Number(tableRow(m.table, struct, at)?.done ?? 0) > 0;
}

const lockRows: Intrinsics = {
  spin_lock: row(
    'effect',
    1,
    'spin_lock(), spin_lock_irqsave(), mutex_lock(): waits while another thread holds it',
    (c, lock: Value) => {
      const at = lockAt(lock);
      if (holder(c.machine, at) !== undefined) {
        c.blocked = { for: 'lock', at };
        return;
      }
      writes(c, 'spinlock', at, 'holder');
      c.emit({ k: 'new', struct: 'spinlock', at, fields: { holder: c.thread } });
    },
  ),
  spin_unlock: row('effect', 1, 'spin_unlock(), mutex_unlock()', (c, lock: Value) => {
    writes(c, 'spinlock', lockAt(lock), 'holder');
    c.emit({ k: 'drop', struct: 'spinlock', at: lockAt(lock) });
  }),
  complete: row('effect', 1, 'complete()', (c, completion: Value) => {
    const target = completion as { struct: string; at: string };
    writes(c, target.struct, target.at, 'done');
    c.emit({ k: 'store', ref: target, field: 'done', value: Number(readField(c.machine, target, 'done')) + 1 });
  }),
  wait_for_completion: row('effect', 1, 'wait_for_completion()', (c, completion: Value) => {
    const target = completion as { struct: string; at: string };
    const done = Number(readField(c.machine, target, 'done'));
    if (done === 0) {
      c.blocked = { for: 'completion', at: `${target.struct}/${target.at}` };
      return;
    }
    writes(c, target.struct, target.at, 'done');
    c.emit({ k: 'store', ref: target, field: 'done', value: done - 1 });
  }),
};

/** Adds to a field in one access, and gives the new value. */
function add(c: Context, target: Ref, field: string, n: number): number {
  // a locked instruction: what is not there faults as a write
  if (tableRow(c.machine.table, target.struct, target.at) === undefined) {
    c.emit({ k: 'store', ref: target, field, value: 0 });
  }
  const sum = Number(readField(c.machine, target, field)) + n;
  reads(c, target.struct, target.at, field);
  writes(c, target.struct, target.at, field);
  c.emit({ k: 'store', ref: target, field, value: sum });
  return sum;
}

const VARIABLES = ref('var', 0);

const atomicRows: Intrinsics = {
  atomic_long_add: row(
    'effect',
    3,
    'atomic_long_add() to a field of a struct',
    (c, n: number, target: Value, field: string) => {
      if (!isRef(target)) throw pageFault(0n, true);
      add(c, target, field, n);
    },
  ),
  atomic_dec_and_test: row(
    'effect',
    1,
    'atomic_dec_and_test() of a kernel variable, by name',
    (c, name: string) => add(c, VARIABLES, name, -1) === 0,
  ),
  totalram_pages_add: row('effect', 1, 'totalram_pages_add()', (c, n: number) => {
    add(c, VARIABLES, 'totalram_pages', n);
  }),
};

function start(c: Context, name: Value, fn: Value, args: readonly Value[]): void {
  if (!isRef(fn) || fn.struct !== 'fn') throw trap('a thread is started with a value that is no function');
  c.spawned = [...(c.spawned ?? []), { name: String(name), fn: String(fn.at), args }];
}

const possibleCpus = (m: Machine) =>
  Math.max(
    1,
    m.hardware.nodes.reduce((sum, node) => sum + node.cpus, 0),
  );

const threadRows: Intrinsics = {
  kthread_run: row(
    'effect',
    3,
    'kthread_run(): a thread named by format and node',
    (c, fn: Value, arg: Value, name: string) => {
      start(c, printf(name, [(arg as { at: number }).at]), fn, [arg]);
    },
  ),
  kernel_thread: row('effect', 2, 'user_mode_thread() and kernel_thread()', (c, fn: Value, name: string) => {
    start(c, name, fn, []);
  }),
  queue_work: row(
    'effect',
    2,
    'queue_work() on the unbound workqueue: one worker for each item',
    (c, fn: Value, arg: Value) => {
      const workers = c.state.threads.filter((t) => t.name.startsWith('kworker/')).length + (c.spawned?.length ?? 0);
      start(c, `kworker/u${possibleCpus(c.machine) * 2}:${workers + 1}`, fn, [arg]);
    },
  ),
  num_possible_cpus: row('read', 0, 'num_possible_cpus()', (c) => possibleCpus(c.machine)),
  nr_cpus_node: row(
    'read',
    1,
    'CPUs of a node, cpumask_weight(cpumask_of_node())',
    (c, nid: number) => c.machine.hardware.nodes.find((node) => node.node === nid)?.cpus ?? 0,
  ),
};

const print = (c: Context, lines: readonly string[]) => {
  for (const text of lines) c.emit({ k: 'print', text });
};

function warn(c: Context, condition: Value, text: string, once: boolean): boolean {
  if (!condition) return false;
  c.notes?.push({ kind: 'WARN', text, pfn: null });
  const stack = stackOf(c);
  const site = `${stack[0] ?? ''} ${text}`;
  const known = tableRow(c.machine.table, 'warned', 0);
  if (once && known?.[site] === true) return true;
  if (once) c.emit({ k: 'new', struct: 'warned', at: 0, fields: { ...known, [site]: true } });
  print(c, warnLines(c.machine, c.thread, c.state.threads[c.thread]?.name ?? '', c.file, stack));
  c.emit({ k: 'new', struct: 'tainted', at: 0, fields: tainted(c.machine, 'W') });
  return true;
}

const printer = (help: string) =>
  row('effect', [1, 10], help, (c, format: string, ...args: Value[]) => {
    c.emit({ k: 'print', text: printf(format, args) });
  });

const consoleRows: Intrinsics = {
  pr_info: printer('pr_info()'),
  pr_emerg: printer('pr_emerg()'),
  pr_notice: printer('pr_notice()'),
  pr_warn: printer('pr_warn()'),
  pr_err: printer('pr_err()'),
  panic: row('effect', [1, 3], 'panic()', (_c, format: string, ...args: Value[]) => {
    const text = printf(format, args);
    throw new KernelFault('panic', text, text);
  }),
  WARN_ON: row('effect', 2, 'WARN_ON(); the condition as text', (c, condition: Value, text: string) =>
    warn(c, condition, text, false),
  ),
  WARN_ON_ONCE: row('effect', 2, 'WARN_ON_ONCE(): printed the first time only', (c, condition: Value, text: string) =>
    warn(c, condition, text, true),
  ),
  BUG_ON: row('effect', 2, 'BUG_ON(); the condition as text', (_c, condition: Value, text: string) => {
    if (condition) throw bugOn(text, 'mm/mm_init.c');
  }),
  VM_BUG_ON_PAGE: row(
    'effect',
    3,
    'VM_BUG_ON_PAGE(): with CONFIG_DEBUG_VM only',
    (c, condition: Value, page: Value, text: string) => {
      if (condition && c.machine.config.debugVm) throw vmBugOnPage(c.machine, pfnOf(page), text);
    },
  ),
  bad_page: row(
    'effect',
    2,
    'bad_page(): reports, loses the buddy type; the rate limit is left out',
    (c, page: Value, reason: string) => {
      const pfn = pfnOf(page);
      c.notes?.push({ kind: 'bad-page', text: reason, pfn });
      reads(c, 'page', pfn, 'flags');
      const name = c.state.threads[c.thread]?.name ?? '';
      print(c, badPageLines(c.machine, c.thread, name, pfn, reason, stackOf(c)));
      c.emit({ k: 'new', struct: 'tainted', at: 0, fields: tainted(c.machine, 'B') });
      writes(c, 'page', pfn, 'page_type');
      c.emit({ k: 'pages', start: pfn, end: pfn + 1, change: { page_type: 0xffff_ffff } });
    },
  ),
};

const LOCAL_DISTANCE = 10;
const REMOTE_DISTANCE = 20;

/**
 * mm/page_alloc.c, find_next_best_node() for one node after the other: nodes below the asking one and nodes with CPUs come
 * later, and so do nodes that headed the list of an earlier node. Without a SLIT all other nodes are equally far.
 */
function nodeOrder(m: Machine, asking: number): string {
  const memory = nodesOf(m, true);
  const load = new Map<number, number>();
  const many = 2 ** m.config.nodesShift;
  const cost = (from: number, to: number) => {
    const cpus = (m.hardware.nodes.find(({ node }) => node === to)?.cpus ?? 0) > 0 ? 1 : 0;
    const far = (from === to ? LOCAL_DISTANCE : REMOTE_DISTANCE) + (to < from ? 1 : 0) + cpus;
    return far * many + (load.get(to) ?? 0);
  };
  for (const nid of nodesOf(m, false)) {
    const others = new Set(memory.filter((node) => node !== nid));
    const order = memory.includes(nid) ? [nid] : [];
    while (others.size > 0) {
      const next = [...others].reduce((best, node) => (cost(nid, node) < cost(nid, best) ? node : best));
      // only the first remote node is farther away than the one before it
      if (others.size === memory.filter((node) => node !== nid).length) load.set(next, (load.get(next) ?? 0) + 1);
      others.delete(next);
      order.push(next);
    }
    if (nid === asking) return order.map((node) => `${node} `).join('');
  }
  return '';
}

function nodesOf(m: Machine, memoryOnly: boolean): number[] {
  const sorted = m.hardware.nodes.map((node) => node.node).sort((a, b) => a - b);
  if (!memoryOnly) return sorted;
  return sorted.filter((nid) => Number(tableRow(m.table, 'pglist_data', nid)?.node_present_pages ?? 0) > 0);
}

const next = (c: Context, after: number, memoryOnly: boolean) =>
  nodesOf(c.machine, memoryOnly).find((nid) => nid > after) ?? 2 ** c.machine.config.nodesShift;

const systemRows: Intrinsics = {
  // pure: which nodes a machine has does not change while it runs
  node_online: row('pure', 1, 'node_online()', (c, nid: number) => nodesOf(c.machine, false).includes(nid)),
  first_online_node: row('read', 0, 'first_online_node, or MAX_NUMNODES', (c) => next(c, -1, false)),
  next_online_node: row('read', 1, 'next_online_node(), or MAX_NUMNODES', (c, nid: number) => next(c, nid, false)),
  first_memory_node: row('read', 0, 'first node of N_MEMORY, or MAX_NUMNODES', (c) => next(c, -1, true)),
  next_memory_node: row('read', 1, 'next node of N_MEMORY, or MAX_NUMNODES', (c, nid: number) => next(c, nid, true)),
  fallback_node: row(
    'read',
    2,
    'the i-th node of the fallback order of a node: itself, then the others in ascending order, round',
    (c, nid: number, i: number) => {
      const nodes = nodesOf(c.machine, true);
      return nodes[(nodes.indexOf(nid) + i) % nodes.length] ?? nid;
    },
  ),
  num_online_nodes: row('read', 0, 'num_online_nodes()', (c) => nodesOf(c.machine, false).length),
  num_memory_nodes: row('read', 0, 'num_node_state(N_MEMORY)', (c) => nodesOf(c.machine, true).length),
  node_order: row('read', 1, 'zonelist order of a node: near before far, then the next by number', (c, nid: number) =>
    nodeOrder(c.machine, nid),
  ),
  early_param: row('read', 1, 'value of a boot parameter, NULL when absent', (c, name: string) =>
    bootParameter(c.machine.config, name),
  ),
  kstrtobool: row(
    'pure',
    2,
    'kstrtobool(), or the second argument when there is none',
    (_c, value: Value, otherwise: boolean) => {
      return typeof value === 'string' ? (kstrtobool(value) ?? otherwise) : otherwise;
    },
  ),
  is_kdump_kernel: row(
    'read',
    0,
    'is_kdump_kernel(): elfcorehdr= is given',
    (c) => bootParameter(c.machine.config, 'elfcorehdr') !== null,
  ),
};

/** The rows of this file. */
export const systemIntrinsics: Intrinsics = {
  ...lockRows,
  ...atomicRows,
  ...threadRows,
  ...consoleRows,
  ...systemRows,
};
