// Which point of the boot a caller of memblock belongs to. Knows nothing of where the calls were read.

import { EARLY_POINTS } from '../scenario/index.ts';
import type { Op, Point } from './observed.ts';

/** Callers of memblock, by the function that printk names, with the point of the boot in which they run. */
const CALLERS: Readonly<Record<string, Point>> = {
  smp_scan_config: 'setup_arch',
  smp_reserve_memory: 'setup_arch',
  setup_arch: 'setup_arch',
  reserve_brk: 'setup_arch',
  reserve_ibft_region: 'setup_arch',
  efi_memblock_x86_reserve_range: 'setup_arch',
  efi_reserve_boot_services: 'setup_arch',
  reserve_real_mode: 'reserve_real_mode',
  init_mem_mapping: 'init_mem_mapping',
  alloc_low_pages: 'init_mem_mapping',
  setup_log_buf: 'acpi_boot_table_init',
  reserve_initrd: 'acpi_boot_table_init',
  relocate_initrd: 'acpi_boot_table_init',
  acpi_reserve_initial_tables: 'acpi_boot_table_init',
  acpi_table_upgrade: 'acpi_boot_table_init',
  acpi_boot_table_init: 'acpi_boot_table_init',
  numa_alloc_distance: 'initmem_init',
  alloc_node_data: 'initmem_init',
  alloc_offline_node_data: 'initmem_init',
  dma_contiguous_reserve: 'acpi_boot_init',
  reserve_crashkernel_generic: 'acpi_boot_init',
  e820__reserve_resources: 'acpi_boot_init',
  acpi_boot_init: 'acpi_boot_init',
  acpi_parse_hpet: 'acpi_boot_init',
  io_apic_init_mappings: 'acpi_boot_init',
  sparse_index_alloc: 'sparse_init',
  sparse_init_nid: 'sparse_init',
  sparse_buffer_init: 'sparse_init',
  memmap_alloc: 'sparse_init',
  vmemmap_alloc_block: 'sparse_init',
  start_kernel: 'setup_per_cpu_areas',
  setup_command_line: 'setup_per_cpu_areas',
  pcpu_build_alloc_info: 'setup_per_cpu_areas',
  pcpu_embed_first_chunk: 'setup_per_cpu_areas',
  pcpu_page_first_chunk: 'setup_per_cpu_areas',
  pcpu_setup_first_chunk: 'setup_per_cpu_areas',
  pcpu_alloc_first_chunk: 'setup_per_cpu_areas',
  pcpu_fc_alloc: 'setup_per_cpu_areas',
  alloc_large_system_hash: 'setup_per_cpu_areas',
  spp_getpage: 'mm_core_init',
  swiotlb_init_remap: 'mm_core_init',
  swiotlb_memblock_alloc: 'mm_core_init',
  kfence_alloc_pool_and_metadata: 'mm_core_init',
  alloc_node_page_ext: 'mm_core_init',
};

/** Functions of the modelled text: what they ask of memblock they ask in the simulation too. */
const MODELLED = /^(?:kho_|__kho_|memblock_double_array$|e820__memblock_setup$|memblock_mark_|__free_pages_memory)/;

/** The function in `symbol+0x1/0x2`. */
export function functionOf(by: string): string {
  return /^[\w.]+/.exec(by)?.[0] ?? '';
}

const rank = (point: Point): number => EARLY_POINTS.indexOf(point);

/** From here on the modelled text is alone with memblock. */
const LAST =
  /^(?:kho_memory_init|kho_reserve_scratch|kho_mem_retrieve|kho_preserved_memory_reserve|kho_release_scratch)$/;

/** An operation that the modelled text does not make itself, with its point. */
export interface Placed {
  readonly op: Op;
  readonly point: Point;
}

/** Callers that the table does not have, as functions that allocate for all sorts of others. */
const GENERIC = new Set(['', '__memblock_alloc_or_panic', 'memblock_free', 'memblock_alloc_range_nid']);

const inside = (a: { start: number; end: number }, b: { start: number; end: number }): boolean =>
  a.start >= b.start && a.end <= b.end;

/** What of a boot's operations the modelled text does not make, each at its point; and callers that are not known. */
export function placeOps(ops: readonly Op[]): { readonly placed: readonly Placed[]; readonly unknown: string[] } {
  const placed: Placed[] = [];
  const unknown = new Set<string>();
  const ours: { start: number; end: number }[] = [];
  let now: Point = 'setup_arch';
  let sparseBegan = false;
  let over = false;
  for (const op of ops) {
    const fn = functionOf(op.by);
    if (op.at !== null && op.at !== 'modelled' && rank(op.at) > rank(now)) now = op.at;
    over ||= op.at === 'modelled' || LAST.test(fn);
    const made = op.kind === 'alloc' ? op.got : op;
    if (over || op.kind === 'add' || MODELLED.test(fn)) {
      if (made !== null && op.kind !== 'add') ours.push(made);
      continue;
    }
    const mine = op.kind === 'free' ? ours.findIndex((span) => inside(op, span)) : -1;
    if (mine >= 0) {
      ours.splice(mine, 1);
      continue;
    }
    const own = CALLERS[fn];
    if (own !== undefined && rank(own) >= rank(now)) now = own;
    else if (now === 'sparse_init' && sparseBegan && own !== 'sparse_init') now = 'setup_per_cpu_areas';
    if (own === 'sparse_init') sparseBegan = true;
    if (own === undefined && !GENERIC.has(fn)) unknown.add(fn);
    placed.push({ op, point: now });
  }
  return { placed, unknown: [...unknown] };
}
