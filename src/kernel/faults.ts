// What the kernel prints when it dies, warns or finds a bad page (lib/bug.c, mm/debug.c, mm/page_alloc.c, v7.3), and what
// a death does to the rest of the machine. Registers, offsets in functions and PIDs of threads are left out.
import { apply, bootParameter, KernelFault, type Machine, row } from '../machine/index.ts';
import type { State } from '../vm/index.ts';
import { dumpPage } from './dump-page.ts';

const CUT = '------------[ cut here ]------------';

/** Where the macro stands, as captured from 7.3.4; other conditions stand in mm/page_alloc.c. */
const BUG_PLACES: Readonly<Record<string, string>> = {
  'PagePoisoned(page)': './include/linux/mm.h:2402',
  'page_ref_count(page) == 0': './include/linux/mm.h:1846',
  'page_count(buddy) != 0': 'mm/internal.h',
};

/** VM_BUG_ON_PAGE(condition, page): the page dumped, then the BUG. `what` as the macro stringifies its condition. */
export function vmBugOnPage(m: Machine, pfn: number, condition: string): KernelFault {
  const what = `VM_BUG_ON_PAGE(${condition})`;
  const where = BUG_PLACES[condition] ?? 'mm/page_alloc.c';
  return new KernelFault('BUG', what, what, [...dumpPage(m, pfn, what), CUT, `kernel BUG at ${where}!`]);
}

/** BUG_ON(condition) in a file. */
export function bugOn(condition: string, file: string): KernelFault {
  const what = `BUG_ON(${condition})`;
  return new KernelFault('BUG', what, what, [CUT, `kernel BUG at ${file.replace(/\.ts$/, '.c')}!`]);
}

/** Functions that the compiler folds into their callers: no frame of their own in a kernel's call trace. */
const INLINED = new Set([
  'page_is_buddy',
  'find_buddy_page_pfn',
  'early_page_initialised',
  'account_freepages',
  '__kho_radix_add_key',
  '__kho_radix_del_key',
  '__kho_preserve',
  '__kho_unpreserve',
  '__free_pages_prepare',
  'folio_put',
  'kho_page_info',
  'kho_page_magic',
  'kho_page_order',
  'kho_radix_key_order',
  'kho_radix_key_phys',
  // static functions with one caller
  'kho_reserve_scratch',
  'do_initcall_level',
  'do_initcalls',
  'do_basic_setup',
  'do_pre_smp_initcalls',
]);

/** The functions of a stack that have a frame of their own in a kernel's call trace. */
export const traced = (stack: readonly string[]) => stack.filter((fn) => !INLINED.has(fn));

function ending(name: string): string[] {
  if (name === 'swapper') return ['x86_64_start_reservations', 'x86_64_start_kernel', 'common_startup_64'];
  return name.startsWith('kworker')
    ? ['process_one_work', 'worker_thread', 'kthread', 'ret_from_fork', 'ret_from_fork_asm']
    : name === 'kernel_init'
      ? ['ret_from_fork', 'ret_from_fork_asm']
      : ['kthread', 'ret_from_fork', 'ret_from_fork_asm'];
}

/** Name in `Comm:`, as pid 0 and pid 1 carry it before the first exec. */
const comm = (name: string) => (name === 'swapper' ? 'swapper' : name === 'kernel_init' ? 'swapper/0' : name);

/** pid 0, pid 1, or a number for a thread by its index. */
const pidOf = (name: string, thread: number) => (name === 'swapper' ? 0 : name === 'kernel_init' ? 1 : thread + 1);

/** Flags of `Tainted:` in the order in which the kernel prints them; W after a WARN, B after a bad page, D after an oops. */
const TAINTS = 'GFSRMBUDAW';

/** `Not tainted`, or `Tainted: G    B   W`: what has gone wrong before. */
export function taintText(m: Machine): string {
  const set = String(row(m.table, 'tainted', 0)?.flags ?? '');
  if (set === '') return 'Not tainted';
  return `Tainted: ${[...TAINTS]
    .map((flag, i) => (i === 0 || set.includes(flag) ? flag : ' '))
    .join('')
    .trimEnd()}`;
}

/** The machine's taint with a flag added, as fields of the `tainted` row. */
export function tainted(m: Machine, flag: 'B' | 'D' | 'W'): { readonly flags: string } {
  const set = String(row(m.table, 'tainted', 0)?.flags ?? '');
  return { flags: set.includes(flag) ? set : set + flag };
}

const TAINT_NAMES: Readonly<Record<string, string>> = { B: 'BAD_PAGE', D: 'DIE', W: 'WARN' };

/** Who runs, and what has gone wrong before: once in letters, once in words. Release and build of the kernel are left out. */
function cpuLines(m: Machine, name: string, thread: number): string[] {
  const set = [...TAINTS].filter((flag) => String(row(m.table, 'tainted', 0)?.flags ?? '').includes(flag));
  const words = set.map((flag) => `[${flag}]=${TAINT_NAMES[flag]}`).join(', ');
  return [
    `CPU: 0 UID: 0 PID: ${pidOf(name, thread)} Comm: ${comm(name)} ${taintText(m)}`,
    ...(words === '' ? [] : [`Tainted: ${words}`]),
  ];
}

/** The call trace, from the function at fault outwards. */
export function callTrace(name: string, stack: readonly string[]): string[] {
  return ['Call Trace:', ' <TASK>', ...[...traced(stack), ...ending(name)].map((fn) => ` ${fn}`), ' </TASK>'];
}

/** The head of an oops, which repeats the error code of a page fault. */
function oopsHead({ kind, lines }: KernelFault): string {
  if (kind !== 'oops') return 'Oops: invalid opcode: 0000 [#1] SMP';
  const code = /error_code\(0x([0-9a-f]{4})\)/.exec(lines.join('\n'))?.[1] ?? '0000';
  return `Oops: Oops: ${code} [#1] SMP`;
}

function oopsLines(m: Machine, name: string, thread: number, fault: KernelFault, stack: readonly string[]): string[] {
  if (fault.kind === 'panic') return [`Kernel panic - not syncing: ${fault.message}`];
  if (fault.kind === 'trap') return [`khodbg: ${fault.message}`];
  const [rip = '', ...callers] = traced(stack);
  return [
    ...fault.lines,
    oopsHead(fault),
    ...cpuLines(m, name, thread),
    `RIP: 0010:${rip}`,
    ...callTrace(name, callers),
    '---[ end trace 0000000000000000 ]---',
  ];
}

/** What a death of pid 0 or 1, or any with oops=panic, ends in. */
function lastWords(m: Machine, pid: number, fault: KernelFault): string[] {
  if (fault.kind === 'panic') return [];
  if (bootParameter(m.config, 'oops') === 'panic') return ['Kernel panic - not syncing: Fatal exception'];
  if (pid === 0) return ['Kernel panic - not syncing: Attempted to kill the idle task!'];
  const code = fault.kind === 'oops' ? '0x00000009' : '0x0000000b';
  return [`Kernel panic - not syncing: Attempted to kill init! exitcode=${code}`];
}

/** Machine and threads after a fault: the oops printed; pid 0, pid 1 and oops=panic take the whole machine with them. */
export function died(state: State, thread: number, fault: KernelFault, stack: readonly string[]): State {
  if (fault.kind === 'budget') return { ...state, halted: true };
  const { machine: m } = state;
  const name = state.threads[thread]?.name ?? '';
  const pid = pidOf(name, thread);
  const fatal = fault.kind === 'panic' || bootParameter(m.config, 'oops') === 'panic' || pid <= 1;
  const lines = oopsLines(m, name, thread, fault, stack);
  let machine = apply(m, { k: 'new', struct: 'tainted', at: 0, fields: tainted(m, 'D') });
  for (const text of fatal ? [...lines, ...lastWords(m, pid, fault)] : lines)
    machine = apply(machine, { k: 'print', text });
  return { ...state, machine, halted: fatal };
}

/** Lines of 7.3.4 in which a function's only WARN stands. */
const WARN_LINES: Readonly<Record<string, number>> = {
  kho_radix_del_key: 320,
  kho_restore_page: 529,
  kho_preserve_folio: 1155,
  kho_preserve_pages: 1233,
};

/** Lines of a WARN (v7.3): file of the function, the function, who ran it, and the call trace. */
export function warnLines(m: Machine, thread: number, name: string, file: string, stack: readonly string[]): string[] {
  const source = file.replace(/\.ts$/, '.c');
  const [fn = '', ...callers] = traced(stack);
  const line = WARN_LINES[fn];
  const at = line === undefined ? source : `${source}:${line}`;
  return [
    CUT,
    `WARNING: ${at} at ${fn}, CPU#0: ${comm(name)}/${pidOf(name, thread)}`,
    ...cpuLines(m, name, thread),
    `RIP: 0010:${fn}`,
    ...callTrace(name, callers),
    '---[ end trace 0000000000000000 ]---',
  ];
}

/** Lines of a bad page report; two blanks stand before `pfn:`. `caller`: the stack of who frees. */
export function badPageLines(
  m: Machine,
  thread: number,
  name: string,
  pfn: number,
  reason: string,
  caller: readonly string[],
): string[] {
  return [
    `BUG: Bad page state in process ${comm(name)}  pfn:${pfn.toString(16).padStart(5, '0')}`,
    ...dumpPage(m, pfn, reason),
    ...cpuLines(m, name, thread),
    ...callTrace(name, ['dump_stack_lvl', 'dump_stack', 'bad_page', ...caller]),
    ...(!taintText(m).includes('B') ? ['Disabling lock debugging due to kernel taint'] : []),
  ];
}
