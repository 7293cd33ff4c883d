// What the kernel prints when it dies, warns or finds a bad page (lib/bug.c, mm/debug.c, mm/page_alloc.c, v7.3), and what
// a death does to the rest of the machine. Registers, offsets in functions and PIDs of threads are left out.
import { append, bootParameter, KernelFault, type Machine, type TextList } from '../machine/index.ts';
import type { State } from '../vm/index.ts';
import { dumpPage } from './dump-page.ts';

const CUT = '------------[ cut here ]------------';

/** VM_BUG_ON_PAGE(condition, page): the page dumped, then the BUG. `what` as the macro stringifies its condition. */
export function vmBugOnPage(m: Machine, pfn: number, condition: string): KernelFault {
  const what = `VM_BUG_ON_PAGE(${condition})`;
  const where = condition === 'PagePoisoned(page)' ? './include/linux/mm.h:2402' : 'mm/page_alloc.c';
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
  'kho_page_info',
  'kho_page_magic',
  'kho_page_order',
  'kho_radix_key_order',
  'kho_radix_key_phys',
  'actor',
]);

const traced = (stack: readonly string[]) => stack.filter((fn) => !INLINED.has(fn));

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

/** The call trace, from the function at fault outwards. */
export function callTrace(name: string, stack: readonly string[]): string[] {
  return ['Call Trace:', ' <TASK>', ...[...traced(stack), ...ending(name)].map((fn) => ` ${fn}`), ' </TASK>'];
}

const print = (list: TextList, lines: readonly string[]) => lines.reduce((out, line) => append(out, line), list);

/** Machine and threads after a fault: the oops printed; pid 0, pid 1 and oops=panic take the whole machine with them. */
export function died(state: State, thread: number, fault: KernelFault, stack: readonly string[]): State {
  const name = state.threads[thread]?.name ?? '';
  const [rip, ...callers] = traced(stack);
  const pid = name === 'swapper' ? 0 : name === 'kernel_init' ? 1 : thread + 1;
  const header =
    fault.kind === 'BUG'
      ? ['Oops: invalid opcode: 0000 [#1] SMP']
      : fault.kind === 'oops'
        ? ['Oops: Oops: 0000 [#1] SMP']
        : [];
  const oops =
    fault.kind === 'panic' || fault.kind === 'trap'
      ? [`${fault.kind === 'panic' ? 'Kernel panic - not syncing: ' : 'khodbg: '}${fault.message}`]
      : [
          ...fault.lines,
          ...header,
          `CPU: 0 UID: 0 PID: ${pid} Comm: ${comm(name)} Not tainted`,
          `RIP: 0010:${rip ?? ''}`,
          ...callTrace(name, callers),
          '---[ end trace 0000000000000000 ]---',
        ];
  const fatal = fault.kind === 'panic' || bootParameter(state.machine.config, 'oops') === 'panic' || pid <= 1;
  const last =
    !fatal || fault.kind === 'panic'
      ? []
      : bootParameter(state.machine.config, 'oops') === 'panic'
        ? ['Kernel panic - not syncing: Fatal exception']
        : pid === 1
          ? ['Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b']
          : ['Kernel panic - not syncing: Attempted to kill the idle task!'];
  const machine = { ...state.machine, console: print(state.machine.console, [...oops, ...last]) };
  return { ...state, machine, halted: fatal };
}

/** Lines of a WARN (v7.3): file of the function, the function, and the call trace. */
export function warnLines(name: string, file: string, stack: readonly string[]): string[] {
  const at = file.replace(/\.ts$/, '.c');
  return [
    CUT,
    `WARNING: ${at} at ${stack[0] ?? ''}, CPU#0: ${comm(name)}`,
    `RIP: 0010:${stack[0] ?? ''}`,
    ...callTrace(name, stack.slice(1)),
    '---[ end trace 0000000000000000 ]---',
  ];
}

/** Lines of a bad page report; two blanks stand before `pfn:`. */
export function badPageLines(m: Machine, name: string, pfn: number, reason: string): string[] {
  return [
    `BUG: Bad page state in process ${comm(name)}  pfn:${pfn.toString(16).padStart(5, '0')}`,
    ...dumpPage(m, pfn, reason),
  ];
}
