// A fault of the simulated kernel while it executes one operation: what a real one would die of. Thrown by accessors and
// intrinsics, caught by the virtual machine, never by a user's error.

/**
 * Why the operation could not be done. `trap`: C and JavaScript would differ, or the text did what no kernel can mean;
 * `budget`: it would have used more of the host than a simulated kernel may.
 */
export type FaultKind = 'oops' | 'BUG' | 'trap' | 'panic' | 'budget';

/** Thrown inside one operation of the virtual machine. `lines` are printed before the oops header, as dump_page() does. */
export class KernelFault extends Error {
  readonly kind: FaultKind;
  readonly lines: readonly string[];
  /** what names the fault in reports and expectations: `VM_BUG_ON_PAGE(PagePoisoned(page))` */
  readonly what: string;

  constructor(kind: FaultKind, what: string, message: string, lines: readonly string[] = []) {
    super(message);
    this.kind = kind;
    this.what = what;
    this.lines = lines;
  }
}

const hex = (n: bigint, digits: number) => n.toString(16).padStart(digits, '0');

/** A page fault at a kernel address (arch/x86/mm/fault.c, show_fault_oops()). */
export function pageFault(address: bigint, write: boolean): KernelFault {
  const head =
    address < 4096n
      ? `BUG: kernel NULL pointer dereference, address: ${hex(address, 16)}`
      : `BUG: unable to handle page fault for address: ${hex(address, 16)}`;
  return new KernelFault('oops', head, head, [
    head,
    `#PF: supervisor ${write ? 'write' : 'read'} access in kernel mode`,
    `#PF: error_code(0x${hex(write ? 2n : 0n, 4)}) - not-present page`,
  ]);
}

/** The end of what text may use: how much of what, and what it may be changed to. */
export function exhausted(what: string): KernelFault {
  return new KernelFault('budget', what, what);
}

/** What the virtual machine refuses to guess at. */
export function trap(message: string): KernelFault {
  return new KernelFault('trap', message, message);
}
