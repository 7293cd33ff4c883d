// The named constants and kernel variables of one boot. A test compares the names with kernel.d.ts.
import {
  type Config,
  FDT_ERRORS,
  type Fields,
  MEMBLOCK_ALLOC_ACCESSIBLE,
  MEMBLOCK_HOTPLUG,
  MEMBLOCK_KHO_SCRATCH,
  MEMBLOCK_NOMAP,
  MEMBLOCK_NONE,
  MEMBLOCK_RSRV_KERN,
  MEMBLOCK_RSRV_NOINIT,
  MIGRATETYPE_NAMES,
  NUMA_NO_NODE,
  PG_head,
  PHYS_ADDR_MAX,
  ULONG_MAX,
  type Value,
  ZONE_NAMES,
} from '../machine/index.ts';

const ref = (struct: string, at: number | string) => ({ struct, at });

const GLOBALS: Readonly<Record<string, Value>> = {
  memblock: ref('memblock', 0),
  e820_table: ref('e820_table', 0),
  boot_params: ref('boot_params', 0),
  kho_in: ref('kho_in', 0),
  luo_global: ref('luo_global', 0),
  kho_out: ref('kho_out', 0),
  kimage: ref('kimage', 0),
  test_kho_items: ref('test_kho_item[]', 0),
  kho_scratch: ref('kho_scratch[]', 0),
  pgdat_init_all_done_comp: ref('completion', 'pgdat_init_all_done_comp'),
  padata_works_lock: ref('spinlock', 'padata_works_lock'),
  early_pfn_lock: ref('spinlock', 'early_pfn_lock'),
  early_pfnnid_cache: ref('mminit_pfnnid_cache', 0),
};

const FIXED: Readonly<Record<string, Value>> = {
  ...GLOBALS,
  MEMBLOCK_ALLOC_ACCESSIBLE,
  NULL: null,
  __SPIN_LOCK_UNLOCKED: null,
  ULONG_MAX,
  PHYS_ADDR_MAX,
  SZ_64K: 2 ** 16,
  SZ_1M: 2 ** 20,
  SZ_2M: 2 ** 21,
  SZ_1G: 2 ** 30,
  NUMA_NO_NODE,
  MAX_DMA_PFN: 4096,
  MAX_DMA32_PFN: 1048576,
  MIGRATE_TYPES: 6,
  MIGRATE_PCPTYPES: 3,
  MEMBLOCK_NONE,
  MEMBLOCK_HOTPLUG,
  MEMBLOCK_NOMAP,
  MEMBLOCK_RSRV_NOINIT,
  MEMBLOCK_RSRV_KERN,
  MEMBLOCK_KHO_SCRATCH,
  MEMINIT_EARLY: 0,
  MEMINIT_HOTPLUG: 1,
  FPI_NONE: 0,
  FPI_TO_TAIL: 2,
  E820_TYPE_RAM: 1,
  E820_TYPE_RESERVED: 2,
  E820_TYPE_RESERVED_KERN: 128,
  E820_TYPE_SOFT_RESERVED: 0xefff_ffff,
  ISA_END_ADDRESS: 0x100000,
  ENOENT: 2,
  EEXIST: 17,
  EINVAL: 22,
  EADDRNOTAVAIL: 99,
  FDT_ERR_EXISTS: FDT_ERRORS.FDT_ERR_EXISTS,
  UTS_RELEASE: '7.3.4',
  ENOMEM: 12,
  ERANGE: 34,
  PG_head,
  PAGE_EXT_SIZE: 8,
};

/** CONFIG_* symbols that are yes or no: kernel text and patches may test them. */
const TESTED = [
  'CONFIG_DEFERRED_STRUCT_PAGE_INIT',
  'CONFIG_DEBUG_VM',
  'CONFIG_KEXEC_HANDOVER_DEBUG',
  'CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT',
  'CONFIG_PAGE_OWNER',
  'CONFIG_PAGE_TABLE_CHECK',
  'CONFIG_INIT_ON_ALLOC_DEFAULT_ON',
  'CONFIG_LIVEUPDATE',
  'CONFIG_DEBUG_VM_PGFLAGS',
  'CONFIG_HUGETLB_PAGE',
  'CONFIG_TRANSPARENT_HUGEPAGE',
  'CONFIG_ZONE_DEVICE',
  'CONFIG_KEXEC_HANDOVER',
  'CONFIG_MEMORY_ISOLATION',
];

/** Every constant of one boot by name. Zone names (`DMA32`) are constants for the debugger's `zone(nid, DMA32)`. */
export function constantsOf(config: Config): Readonly<Record<string, Value>> {
  const derived: Record<string, Value> = {
    PAGE_SHIFT: config.pageShift,
    PAGE_SIZE: 2 ** config.pageShift,
    PAGES_PER_SECTION: 2 ** (config.sectionSizeBits - config.pageShift),
    MAX_PAGE_ORDER: config.maxPageOrder,
    MAX_ORDER_NR_PAGES: 2 ** config.maxPageOrder,
    NR_PAGE_ORDERS: config.maxPageOrder + 1,
    pageblock_order: config.pageblockOrder,
    pageblock_nr_pages: 2 ** config.pageblockOrder,
    MAX_NUMNODES: 2 ** config.nodesShift,
    MAX_NR_ZONES: config.maxNrZones,
  };
  MIGRATETYPE_NAMES.forEach((name, i) => {
    derived[`MIGRATE_${name}`] = i;
  });
  ZONE_NAMES.forEach((name, i) => {
    derived[`ZONE_${name.toUpperCase()}`] = i;
    derived[name] = i;
  });
  for (const symbol of TESTED) derived[symbol] = config.symbols[symbol] === true;
  for (const [symbol, value] of Object.entries(config.symbols)) derived[symbol] ??= value;
  return { ...FIXED, ...derived };
}

/** Kernel variables as the image holds them when it starts. */
export function variablesOf(config: Config): Fields {
  return {
    deferred_pages: config.symbols.CONFIG_DEFERRED_STRUCT_PAGE_INIT === true,
    deferred_struct_pages: false,
    prev_end_pfn: 0,
    nr_initialised: 0,
    kho_scratch_cnt: 0,
    kho_scratch_phys: 0,
    test_kho_count: 0,
    scratch_scale: 200,
    scratch_size_lowmem: 0,
    scratch_size_global: 0,
    scratch_size_pernode: 0,
    totalram_pages: 0,
    page_group_by_mobility_disabled: false,
    check_pages_enabled: false,
    pgdat_init_n_undone: 0,
    padata_free_works: 0,
    slab_available: false,
    memblock_debug: false,
    kho_enable: config.symbols.CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT === true,
    page_ext_total_usage: 0,
  };
}
