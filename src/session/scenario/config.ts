// The kernel options a scenario may set, one row each. Knows nothing of what they do.

/** A CONFIG_* option. `refused` is a value the simulated kernel cannot have, and why; `needs` must be on beside it. */
export interface ConfigRow {
  readonly name: string;
  readonly type: 'boolean' | 'number';
  readonly default: boolean | number;
  /** inclusive bounds of a number */
  readonly range?: readonly [number, number];
  readonly help: string;
  readonly refused?: { readonly value: boolean; readonly because: string };
  readonly needs?: string;
}

/** Every option, in the order help lists them. Defaults are Kconfig's where design and distributions do not differ. */
export const CONFIG_TABLE: readonly ConfigRow[] = [
  {
    name: 'CONFIG_DEBUG_VM',
    type: 'boolean',
    default: false,
    help: 'poisons the memmap before it is initialised and checks it in many places',
  },
  {
    name: 'CONFIG_DEBUG_VM_PGFLAGS',
    type: 'boolean',
    default: false,
    needs: 'CONFIG_DEBUG_VM',
    help: 'page_zone, page_to_nid and the flag tests refuse a poisoned page',
  },
  {
    name: 'CONFIG_HUGETLB_PAGE',
    type: 'boolean',
    default: true,
    help: 'pageblocks of order 9; without it and without transparent huge pages CONFIG_PAGE_BLOCK_MAX_ORDER decides',
  },
  {
    name: 'CONFIG_TRANSPARENT_HUGEPAGE',
    type: 'boolean',
    default: false,
    help: 'pageblocks of order 9, as with hugetlb',
  },
  {
    name: 'CONFIG_PAGE_BLOCK_MAX_ORDER',
    type: 'number',
    default: 10,
    range: [1, 10],
    help: 'the largest order a pageblock may have',
  },
  {
    name: 'CONFIG_ZONE_DEVICE',
    type: 'boolean',
    default: true,
    help: 'a fifth zone, so three zone bits in page flags',
  },
  {
    name: 'CONFIG_NUMA',
    type: 'boolean',
    default: true,
    help: 'nodes',
    refused: { value: false, because: 'a kernel without NUMA is not simulated' },
  },
  {
    name: 'CONFIG_NODES_SHIFT',
    type: 'number',
    default: 10,
    range: [1, 10],
    help: 'bits of a node number; MAX_NUMNODES is two to that power',
  },
  {
    name: 'CONFIG_SPARSEMEM_VMEMMAP',
    type: 'boolean',
    default: true,
    help: 'the memmap is one virtual array',
    refused: { value: false, because: 'a memmap outside vmemmap is not simulated' },
  },
  {
    name: 'CONFIG_DEFERRED_STRUCT_PAGE_INIT',
    type: 'boolean',
    default: true,
    help: 'most of the memmap is initialised late, by one thread a node',
  },
  {
    name: 'CONFIG_KEXEC_HANDOVER',
    type: 'boolean',
    default: true,
    help: 'KHO: memory handed from kernel to kernel',
    refused: { value: false, because: 'a kernel without KHO is not simulated' },
  },
  {
    name: 'CONFIG_KEXEC_HANDOVER_DEBUG',
    type: 'boolean',
    default: false,
    help: 'the preservation calls check that they stay out of scratch',
  },
  {
    name: 'CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT',
    type: 'boolean',
    default: false,
    help: 'KHO is on without kho= on the command line',
  },
  {
    name: 'CONFIG_LIVEUPDATE',
    type: 'boolean',
    default: false,
    help: 'the live update orchestrator: its blob is taken, and with liveupdate= one is made',
  },
  { name: 'CONFIG_MEMORY_ISOLATION', type: 'boolean', default: true, help: 'MIGRATE_ISOLATE exists' },
  {
    name: 'CONFIG_CMA',
    type: 'boolean',
    default: true,
    help: 'MIGRATE_CMA exists',
    refused: { value: false, because: 'CONFIG_KEXEC_HANDOVER selects it' },
  },
  { name: 'CONFIG_PAGE_OWNER', type: 'boolean', default: false, help: 'a user of page_ext, so page_ext_init runs' },
  {
    name: 'CONFIG_PAGE_TABLE_CHECK',
    type: 'boolean',
    default: false,
    help: 'a user of page_ext, so page_ext_init runs',
  },
  {
    name: 'CONFIG_INIT_ON_ALLOC_DEFAULT_ON',
    type: 'boolean',
    default: false,
    help: 'pages are checked when freed, as with page_poison or debug_pagealloc',
  },
];

/** The complete configuration: what the scenario gives over the defaults. */
export function withDefaults(given: Readonly<Record<string, unknown>>): Record<string, boolean | number> {
  const full: Record<string, boolean | number> = {};
  for (const row of CONFIG_TABLE) {
    const value = given[row.name];
    full[row.name] = typeof value === 'boolean' || typeof value === 'number' ? value : row.default;
  }
  return full;
}
