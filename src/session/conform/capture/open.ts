// The figures of captures that are not compared: one list for all captures, each row with its reason. docs/fidelity.md shows it.

/** A kind of figure that a simulation does not determine. */
export interface OpenRow {
  /** stages at which it is open; null: all */
  readonly from: 'smp' | null;
  readonly paths: RegExp;
  /** the figures in words, and why */
  readonly what: string;
  readonly reason: string;
}

/** Stages from which on other processors and the rest of the kernel allocate from the buddy. */
const AFTER_SMP: readonly string[] = [
  'mm_core_init',
  'before page_alloc_init_late',
  'deferred',
  'page_alloc_init_late',
  'before kho_init',
  'before run_init_process',
  'end',
];

/** What is open, and why. */
export const OPEN: readonly OpenRow[] = [
  {
    from: 'smp',
    paths: /^pages\.[BAP]$|\.free(?:_cma)?$/,
    what: 'counts of free and allocated pages, from mm_core_init() on',
    reason: 'slab, threads, drivers and per-CPU lists take pages that nobody simulates, and not the same in two runs',
  },
  {
    from: 'smp',
    paths: /^pageblocks\(.*\)\.(?:UNMOV|MOV|RECL|HIGHA)$/,
    what: 'pageblocks by type other than CMA, from mm_core_init() on',
    reason: 'unmovable and reclaimable allocations of the rest of the kernel convert pageblocks',
  },
  {
    from: null,
    paths: /^preserved\[\d+\]\.pfn$/,
    what: 'where the buddy placed what it was asked for after SMP bring-up',
    reason: 'it depends on everything allocated before; a scenario may list it in `placements`',
  },
];

/** Is a figure open at a stage? */
export function isOpen(stage: string, path: string): boolean {
  return OPEN.some((row) => row.paths.test(path) && (row.from === null || AFTER_SMP.includes(stage)));
}
