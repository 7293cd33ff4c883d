// Which names of the kernel are modelled under other names, and why others are not modelled: one sentence each, for somebody
// who knows the kernel. Knows nothing of how the page is made, and nothing of names that the program itself answers for.

const LATER = 'Nothing that is simulated depends on it, and it takes no memory that is simulated.';
const SMP =
  'CPUs are not simulated one by one: a thread is a thread wherever it runs, and padata asks for their number only.';
const LUO =
  'It serves userspace, which asks for sessions and memfds; an actor at `userspace` makes the restore calls that come of that.';
const HUGETLB =
  'hugetlb is left out as a whole: its boot memory would change which ranges are free, and none of these bugs needs it.';
const FIRMWARE = 'The firmware’s map and what is reserved in it are given by the scenario.';
const MIRROR = 'Mirrored memory comes from firmware tables that are not simulated; the arrays honour the flag.';

/** What takes memory from memblock while the boot is at `point`, and does nothing else that is simulated. */
const EARLY = (point: string) =>
  `\`rest_of_kernel("${point}")\` replays what \`earlyAllocations\` of the scenario list there.`;

/** Names of the kernel that are modelled under other names, or inside of something else. */
export const UNDER_OTHER_NAMES: Readonly<Record<string, string>> = {
  early_initcall:
    '`do_initcall_level("early_initcall")` calls `liveupdate_early_init()` with CONFIG_LIVEUPDATE, then the scenario’s.',
  fs_initcall: '`do_initcall_level("fs_initcall")`, after `kho_init()`.',
  late_initcall:
    '`do_initcall_level("late_initcall")` calls `luo_late_startup()` with CONFIG_LIVEUPDATE, then the scenario’s.',
  N_MEMORY: '`first_memory_node()` and `next_memory_node()` go through the nodes of that state.',
  ZONES_WIDTH: 'Follows from MAX_NR_ZONES, where the machine packs page.flags.',
  SECTIONS_WIDTH: 'Always 0, as with SPARSEMEM_VMEMMAP.',
  memblock_can_resize: 'The field `can_resize`, kept with the arrays of memblock.',
  __next_mem_range_rev: '`memblock_find_in_range_node()` goes through the free ranges from the top itself.',
  memblock_isolate_range: '`isolateRange()` of the machine’s memblock.',
  for_each_mem_pfn_range: 'A loop over `__next_mem_pfn_range()`.',
  memblock_alloc_try_nid: 'Inside of `memblock_alloc()`, which prints it under this name with memblock=debug.',
  static_branch_disable: '`deferred_pages` is a variable; switching the key off is an assignment.',
  mem_section_usage: 'Pageblock types are a map by block number; the usage maps that hold them take no memory here.',
  num_node_state: '`num_memory_nodes()` answers for N_MEMORY, the only state asked for.',
  PAGE_POISON_PATTERN: '`PagePoisoned()` compares with it.',
  PF_POISONED_CHECK: 'Inside of `page_zone()`, `page_to_nid()` and the flag tests, with CONFIG_DEBUG_VM_PGFLAGS.',
  TAINT_BAD_PAGE: 'Taint is kept as the letters that are printed.',
  system_dfl_wq: '`queue_work()` makes a thread of each work item at once; queues have no state of their own.',
  add_kho: '`parse_setup_data()` calls `kho_populate()` itself: the early_memremap() around it cannot fail here.',
  find_mptable: EARLY('setup_arch'),
  reserve_brk: EARLY('setup_arch'),
  setup_per_cpu_areas: EARLY('setup_per_cpu_areas'),
  setup_log_buf: EARLY('setup_per_cpu_areas'),
  vfs_caches_init_early: EARLY('setup_per_cpu_areas'),
  memblock_alloc_try_nid_raw:
    '`early_call()` makes such calls where `earlyAllocations` list them; `vmemmap_populate()` takes no memory itself.',
  kmem_cache_init: '`mm_core_init()` sets `slab_available`; what depends on slab asks that.',
  VM_ALLOC: '`KHO_VMALLOC_ALLOC` stands for it in what is handed over; `vmalloc()` makes no other areas.',
  VM_ALLOW_HUGE_VMAP: '`KHO_VMALLOC_HUGE_VMAP` stands for it in what is handed over; `vm_struct.page_order` above 0.',
  kexec_count: 'The word at `KHO_KEXEC_METADATA_COUNT` in the blob of `kho_kexec_metadata_init()`.',
  previous_release: 'The string from byte 4 on in the blob of `kho_kexec_metadata_init()`.',
  SETUP_KEXEC_KHO: '`boot_params.kho` says whether the entry is there; its bytes are in src/kernel/kho-abi.ts.',
};

/** The reason for each name that is neither text, nor intrinsic, nor known to the machine under this name. */
export const NOT_MODELLED: Readonly<Record<string, string>> = {
  boot_cpu_init: SMP,
  e820__memory_setup: FIRMWARE,
  hugetlb_cma_reserve: HUGETLB,
  hugetlb_bootmem_struct_page_init: HUGETLB,
  hugetlb_bootmem_init_migratetype: HUGETLB,
  memblock_alloc_hugetlb: HUGETLB,
  HUGETLB_PAGE_ORDER: 'pageblock_order follows from CONFIG_HUGETLB_PAGE and CONFIG_PAGE_BLOCK_MAX_ORDER directly.',
  jump_label_init: 'A static key is a variable: reading it costs nothing that a debugger could show.',
  setup_per_cpu_pageset: 'Per-CPU page lists are left out: every free goes straight to the buddy.',
  parse_args: 'Parameters are looked up where they count; there is no table of setup functions.',
  page_ext_init_flatmem: 'Empty with SPARSEMEM, the only memory model here.',
  vmalloc_init: 'Areas of vmalloc() have pages but no addresses, so that there is nothing to set up.',
  sched_init: 'Threads take turns by the schedule of the branch; there is no scheduler to initialise.',
  sched_init_smp: SMP,
  workqueue_init_early: 'Work items become threads at once; queues have no state of their own.',
  workqueue_init: 'Work items become threads at once; queues have no state of their own.',
  workqueue_init_topology: SMP,
  console_init: 'The console takes lines from the first one on.',
  kthreadd: 'kthread_run() makes the thread itself; nothing waits for kthreadd.',
  smp_prepare_cpus: SMP,
  smp_init: SMP,
  files_maxfiles_init: 'Reads totalram and the number of free pages and keeps a limit that nothing here reads.',
  buffer_init: LATER,
  shuffle_free_memory:
    'Shuffling is off unless page_alloc.shuffle=1, and makes the order of free lists a matter of chance.',
  page_alloc_sysctl_init: LATER,
  early_memremap: 'What lies in memory is read by physical address; no mapping stands between it and its reader.',
  phys_to_virt: 'A physical address is enough to name a page’s contents; the direct map is the identity here.',
  liveupdate_ioctl_init: LUO,
  memfd_luo_init: LUO,
  reserve_mem_init:
    'reserve_mem= is left out: to memblock it is one more reservation, to KHO one more preserved range.',
  'movable_node=': 'Memory that can be unplugged is left out: no region is marked HOTPLUG.',
  'reserve_mem=': 'To memblock it is one more reservation, to KHO one more preserved range: write them as such.',
  LAST_CPUPID_WIDTH: 'NUMA balancing keeps last_cpupid in page.flags; no CPU touches pages here.',
  'mem=': 'The scenario’s memory map is what is left after mem=.',
  'kernelcore=': 'ZONE_MOVABLE is left out, so the zone that a node defers is the one its addresses name.',
  'crashkernel=': 'A reservation like others: write it as one. is_kdump_kernel() itself asks for elfcorehdr=.',
  'vm_debug=':
    'Parsed after sparse_init(), so it cannot keep the memmap from being poisoned; nothing else here reads it.',
  CONFIG_ARCH_KEEP_MEMBLOCK: 'x86 does not set it: memblock_discard() frees arrays that were doubled.',
  memblock_mark_mirror: MIRROR,
  free_unused_memmap: 'Empty with SPARSEMEM_VMEMMAP, the only memory model here.',
  MEMBLOCK_ALLOC_ANYWHERE: 'Stands in current_limit until setup_arch() sets it; no text names it.',
  SECTION_IS_ONLINE: 'Every section that is present at boot is online.',
  SECTION_IS_EARLY: 'Every section here is early, so pfn_valid() asks for the section only.',
  PB_compact_skip: 'Compaction is left out.',
  PB_migrate_isolate: 'Isolating pageblocks is left out: nothing isolates any before memory is unplugged.',
  memmap_init_zone_device: 'ZONE_DEVICE pages are left out; the zone counts only for the width of the zone field.',
  init_cma_pageblock: HUGETLB,
  CONFIG_MEMCG: 'The field memcg_data is always there, and always 0.',
  accept_memory: 'Unaccepted memory of confidential guests is left out: every page may be touched.',
  CMA_MIN_ALIGNMENT_BYTES: 'Scratch was aligned to it in v6.16, which is no profile here.',
  vmap_pages_range: 'kho_restore_vmalloc() chooses no address; mapping what it restored would touch no struct page.',
  E2BIG: 'kho_alloc_preserve() gives an address here, and 0 for each failure, that one among them.',
  EOPNOTSUPP: 'No area can be made here that kho_preserve_vmalloc() would refuse with it.',
};
