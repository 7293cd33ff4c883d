// What kernel text may use, for tsc: structs, units, variables, constants and intrinsics. No library: nothing of the host
// exists here. src/kernel/intrinsics*.ts holds the same names with their meaning; a test compares the two.
interface Array<T> {
	readonly length: number;
	[n: number]: T;
}
interface Boolean {}
interface CallableFunction {}
interface Function {}
interface IArguments {}
interface NewableFunction {}
interface Number {}
interface Object {}
interface RegExp {}
interface String {}
interface BigInt {}

// Units are flavours of number: pfn + 1 needs no cast, a physical address where a pfn is wanted is an error.
type int = number;
type ulong = number;
type u64 = bigint;
type pfn_t = number & { readonly $u?: "pfn" };
type phys_addr_t = number & { readonly $u?: "phys" };
type migratetype = number & { readonly $u?: "migratetype" };
type nid_t = number & { readonly $u?: "nid" };

interface page {
	readonly $s?: "page";
	flags: u64;
	lru_next: u64;
	lru_prev: u64;
	compound_info: u64;
	mapping: u64;
	index: u64;
	private: u64;
	page_type: int;
	_mapcount: int;
	_refcount: int;
	memcg_data: u64;
}
interface spinlock {
	readonly $s?: "spinlock";
}
interface completion {
	readonly $s?: "completion";
	done: int;
}
interface free_area {
	readonly $s?: "free_area";
	readonly nr_free: ulong;
}
interface zone {
	readonly $s?: "zone";
	readonly name: string;
	readonly idx: int;
	readonly node: nid_t;
	zone_start_pfn: pfn_t;
	spanned_pages: ulong;
	present_pages: ulong;
	managed_pages: ulong;
	cma_pages: ulong;
	nr_free_pages: ulong;
	nr_free_cma_pages: ulong;
	contiguous: boolean;
	initialized: boolean;
	readonly lock: spinlock;
	readonly zone_pgdat: pglist_data;
	readonly free_area: free_area[];
}
interface pglist_data {
	readonly $s?: "pglist_data";
	node_id: nid_t;
	node_start_pfn: pfn_t;
	node_spanned_pages: ulong;
	node_present_pages: ulong;
	first_deferred_pfn: pfn_t;
	nr_zones: int;
	readonly node_size_lock: spinlock;
	readonly node_zones: zone[];
}
interface memblock_region {
	readonly $s?: "memblock_region";
	readonly base: phys_addr_t;
	readonly size: phys_addr_t;
	readonly flags: int;
	readonly nid: nid_t;
}
interface memblock_type {
	readonly $s?: "memblock_type";
	readonly cnt: int;
	readonly max: int;
	readonly total_size: phys_addr_t;
	readonly name: string;
	/** where a doubled array lies, 0 for the static one, and its bytes in whole pages */
	readonly array_base: phys_addr_t;
	readonly array_size: phys_addr_t;
	readonly regions: memblock_region[];
}
interface memblock_tables {
	readonly $s?: "memblock";
	readonly memory: memblock_type;
	readonly reserved: memblock_type;
}
/** Where a walk over free ranges stands; lives on the stack of the function that declares it. */
interface mem_range {
	readonly $s?: "mem_range";
	idx_a: int;
	idx_b: int;
	start: phys_addr_t;
	end: phys_addr_t;
	nid: nid_t;
}
interface mem_pfn_range {
	readonly $s?: "mem_pfn_range";
	start_pfn: pfn_t;
	end_pfn: pfn_t;
	nid: nid_t;
}
interface e820_entry {
	readonly $s?: "e820_entry";
	readonly addr: phys_addr_t;
	readonly size: phys_addr_t;
	readonly type: int;
	readonly nid: nid_t;
}
interface e820_table_t {
	readonly $s?: "e820_table";
	readonly nr_entries: int;
	readonly entries: e820_entry[];
}
interface boot_params_t {
	readonly $s?: "boot_params";
	readonly nr_reserved: int;
	readonly reserved: e820_entry[];
	/** setup_data of type SETUP_KEXEC_KHO is present */
	readonly kho: boolean;
	readonly fdt_addr: phys_addr_t;
	readonly scratch_addr: phys_addr_t;
	readonly nr_scratch: int;
	readonly mem_map: phys_addr_t;
	/** false for a boot that only receives, and where nobody allocates from the buddy */
	readonly outgoing: boolean;
}
interface kho_scratch_area {
	readonly $s?: "kho_scratch";
	addr: phys_addr_t;
	size: phys_addr_t;
}
interface kho_out_t {
	readonly $s?: "kho_out";
	fdt_phys: phys_addr_t;
	/** before the radix tree: bitmaps of what is preserved; the list made of them, and whether it is made */
	readonly track: kho_mem_track;
	preserved_mem_map: phys_addr_t;
	finalized: boolean;
	readonly radix_tree: kho_radix_tree;
	readonly lock: spinlock;
}
/** Pointers by number. */
interface xarray<T> {
	readonly $s?: "xarray";
	readonly $e?: T;
}
/** Before the radix tree: bitmaps by order, then by number. */
interface kho_mem_track {
	readonly $s?: "kho_mem_track";
	readonly orders: xarray<kho_mem_phys>;
}
interface kho_mem_phys {
	readonly $s?: "kho_mem_phys";
	readonly phys_bits: xarray<kho_mem_phys_bits>;
}
interface kho_mem_phys_bits {
	readonly $s?: "kho_mem_phys_bits";
	readonly preserve: u64[];
}
/** A page of the list of bitmaps that the next kernel reads. */
interface khoser_mem_chunk {
	readonly $s?: "khoser_mem_chunk";
	readonly hdr: khoser_mem_chunk_hdr;
	readonly bitmaps: khoser_mem_bitmap_ptr[];
}
interface khoser_mem_chunk_hdr {
	readonly $s?: "khoser_mem_chunk_hdr";
	next: u64;
	order: int;
	num_elms: int;
}
interface khoser_mem_bitmap_ptr {
	readonly $s?: "khoser_mem_bitmap_ptr";
	phys_start: u64;
	bitmap: u64;
}
/** What kho_retrieve_subtree() finds; lives on the stack of the function that declares it. */
interface kho_subtree {
	readonly $s?: "kho_subtree";
	phys: phys_addr_t;
	/** bytes */
	size: phys_addr_t;
}
/** What the live update orchestrator leaves for the next kernel, by physical address: a string of 8 bytes, then these. */
interface luo_ser {
	readonly $s?: "luo_ser";
	liveupdate_num: u64;
	sessions_pa: u64;
	flbs_pa: u64;
}
interface mminit_pfnnid_cache {
	readonly $s?: "mminit_pfnnid_cache";
	last_start: pfn_t;
	last_end: pfn_t;
	last_nid: nid_t;
}
interface luo_global_t {
	readonly $s?: "luo_global";
	enabled: boolean;
	liveupdate_num: u64;
}
interface kho_vmalloc {
	readonly $s?: "kho_vmalloc";
	first: u64;
	total_pages: int;
	flags: int;
	order: int;
}
interface kho_vmalloc_chunk {
	readonly $s?: "kho_vmalloc_chunk";
	/** the address of the next chunk, then those of blocks */
	readonly phys: u64[];
}
interface test_kho_item {
	readonly $s?: "test_kho_item";
	kind: int;
	err: int;
	phys: phys_addr_t;
	nr_pages: ulong;
	readonly vmalloc: kho_vmalloc;
}
interface vm_page {
	readonly $s?: "vm_page";
	page: page;
}
interface vm_struct {
	readonly $s?: "vm_struct";
	readonly nr_pages: ulong;
	readonly page_order: int;
	readonly pages: vm_page[];
}
interface kimage_t {
	readonly $s?: "kimage";
	loaded: boolean;
	/** the image carries a handover */
	kho: boolean;
	kho_fdt: phys_addr_t;
	/** where the copy of the scratch array goes */
	kho_scratch: phys_addr_t;
	nr_scratch: int;
	nr_segments: int;
}
interface kho_in_t {
	readonly $s?: "kho_in";
	/** true when a predecessor handed memory over (its FDT is known) */
	fdt: boolean;
	fdt_phys: phys_addr_t;
	scratch_phys: phys_addr_t;
	radix_tree: kho_radix_tree;
}
interface kho_radix_node {
	readonly $s?: "kho_radix_node";
	readonly table: u64[];
}
interface kho_radix_leaf {
	readonly $s?: "kho_radix_leaf";
	readonly bitmap: u64[];
}
interface kho_radix_tree {
	readonly $s?: "kho_radix_tree";
	/** physical address of the root, 0 = none */
	root: phys_addr_t;
	readonly lock: spinlock;
}
type kho_radix_leaf_cb = (key: u64, data: kho_walk_data) => int;
type kho_radix_node_cb = (phys: phys_addr_t, data: kho_walk_data) => int;
/** What a walk's callbacks share. */
interface kho_walk_data {
	readonly $s?: "kho_walk_data";
	readonly busy: kho_radix_tree;
	prev_end: phys_addr_t;
}
interface padata_mt_job {
	readonly $s?: "padata_mt_job";
	readonly thread_fn: (start: pfn_t, end: pfn_t, arg: zone) => void;
	readonly fn_arg: zone;
	start: pfn_t;
	size: ulong;
	readonly align: ulong;
	readonly min_chunk: ulong;
	readonly max_threads: int;
}
interface padata_mt_job_state {
	readonly $s?: "padata_mt_job_state";
	readonly lock: spinlock;
	readonly completion: completion;
	readonly job: padata_mt_job;
	nworks: int;
	nworks_fini: int;
	chunk_size: ulong;
}
type initcall_t = () => void;

declare const memblock: memblock_tables;
declare const e820_table: e820_table_t;
declare const boot_params: boot_params_t;
declare const kho_in: kho_in_t;
declare const luo_global: luo_global_t;
declare const kho_out: kho_out_t;
declare const kimage: kimage_t;
declare const test_kho_items: test_kho_item[];
declare const kho_scratch: kho_scratch_area[];
declare const pgdat_init_all_done_comp: completion;
declare const padata_works_lock: spinlock;
/** the lock of early_pfn_to_nid() and the region that it found last, for text that writes the search out */
declare const early_pfn_lock: spinlock;
declare const early_pfnnid_cache: mminit_pfnnid_cache;

// Kernel variables.
declare let deferred_pages: boolean;
declare let deferred_struct_pages: boolean;
declare let prev_end_pfn: pfn_t;
declare let nr_initialised: ulong;
declare let kho_scratch_cnt: int;
/** where the array lies; 0: a scenario's handover gives its entries */
declare let kho_scratch_phys: phys_addr_t;
declare let test_kho_count: int;
declare let scratch_scale: int;
declare let scratch_size_lowmem: phys_addr_t;
declare let scratch_size_global: phys_addr_t;
declare let scratch_size_pernode: phys_addr_t;
declare let totalram_pages: ulong;
declare let page_group_by_mobility_disabled: boolean;
declare let check_pages_enabled: boolean;
declare let pgdat_init_n_undone: int;
declare let padata_free_works: int;
declare let slab_available: boolean;
declare let memblock_debug: boolean;
declare let kho_enable: boolean;
declare let page_ext_total_usage: ulong;

// Constants.
declare const PAGE_SHIFT: number;
declare const PAGE_SIZE: number;
declare const PAGES_PER_SECTION: number;
declare const MAX_PAGE_ORDER: number;
declare const MAX_ORDER_NR_PAGES: number;
declare const NR_PAGE_ORDERS: number;
declare const pageblock_order: number;
declare const pageblock_nr_pages: number;
declare const ULONG_MAX: number;
declare const PHYS_ADDR_MAX: number;
declare const SZ_64K: number;
declare const SZ_1M: number;
declare const SZ_2M: number;
declare const SZ_1G: number;
declare const NUMA_NO_NODE: number;
declare const MAX_NUMNODES: number;
declare const MAX_NR_ZONES: number;
declare const ZONE_DMA: number;
declare const ZONE_DMA32: number;
declare const ZONE_NORMAL: number;
declare const ZONE_MOVABLE: number;
declare const ZONE_DEVICE: number;
declare const MAX_DMA_PFN: pfn_t;
declare const MAX_DMA32_PFN: pfn_t;
declare const MIGRATE_UNMOVABLE: migratetype;
declare const MIGRATE_MOVABLE: migratetype;
declare const MIGRATE_RECLAIMABLE: migratetype;
declare const MIGRATE_PCPTYPES: migratetype;
declare const MIGRATE_HIGHATOMIC: migratetype;
declare const MIGRATE_CMA: migratetype;
declare const MIGRATE_ISOLATE: migratetype;
declare const MIGRATE_TYPES: number;
declare const MEMBLOCK_NONE: number;
declare const MEMBLOCK_HOTPLUG: number;
declare const MEMBLOCK_NOMAP: number;
declare const MEMBLOCK_RSRV_NOINIT: number;
declare const MEMBLOCK_RSRV_KERN: number;
declare const MEMBLOCK_KHO_SCRATCH: number;
declare const MEMINIT_EARLY: number;
declare const MEMINIT_HOTPLUG: number;
declare const FPI_NONE: number;
declare const FPI_TO_TAIL: number;
declare const E820_TYPE_RAM: number;
declare const E820_TYPE_RESERVED: number;
declare const E820_TYPE_RESERVED_KERN: number;
declare const E820_TYPE_SOFT_RESERVED: number;
declare const ISA_END_ADDRESS: phys_addr_t;
declare const MEMBLOCK_ALLOC_ACCESSIBLE: phys_addr_t;
declare const ENOENT: number;
declare const EEXIST: number;
declare const EADDRNOTAVAIL: number;
declare const FDT_ERR_EXISTS: number;
declare const UTS_RELEASE: string;
declare const EINVAL: number;
declare const ENOMEM: number;
declare const ERANGE: number;
declare const CONFIG_DEFERRED_STRUCT_PAGE_INIT: boolean;
declare const CONFIG_DEBUG_VM: boolean;
declare const CONFIG_KEXEC_HANDOVER_DEBUG: boolean;
declare const CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT: boolean;
declare const CONFIG_PAGE_OWNER: boolean;
declare const CONFIG_PAGE_TABLE_CHECK: boolean;
declare const CONFIG_INIT_ON_ALLOC_DEFAULT_ON: boolean;
declare const CONFIG_LIVEUPDATE: boolean;
declare const CONFIG_DEBUG_VM_PGFLAGS: boolean;
declare const CONFIG_HUGETLB_PAGE: boolean;
declare const CONFIG_TRANSPARENT_HUGEPAGE: boolean;
declare const CONFIG_ZONE_DEVICE: boolean;
declare const CONFIG_KEXEC_HANDOVER: boolean;
declare const CONFIG_MEMORY_ISOLATION: boolean;

// Values only.
declare function u64(x: number): u64;
declare function num(x: u64): number;
declare function u32(x: number | u64): number;
declare function s32(x: number | u64): number;
declare function div(a: number, b: number): number;
declare function min(a: number, b: number): number;
declare function max(a: number, b: number): number;
declare function clamp(x: number, low: number, high: number): number;
declare function ALIGN(x: number, a: number): number;
declare function ALIGN_DOWN(x: number, a: number): number;
declare function IS_ALIGNED(x: number, a: number): boolean;
declare function PFN_UP(phys: phys_addr_t): pfn_t;
declare function PFN_DOWN(phys: phys_addr_t): pfn_t;
declare function PFN_PHYS(pfn: pfn_t): phys_addr_t;
declare function pageblock_start_pfn(pfn: pfn_t): pfn_t;
declare function pageblock_end_pfn(pfn: pfn_t): pfn_t;
declare function pageblock_align(pfn: pfn_t): pfn_t;
declare function pageblock_aligned(pfn: pfn_t): boolean;
declare function buddy_pfn_of(pfn: pfn_t, order: int): pfn_t;
declare function pages_of_order(order: int): ulong;
declare function __ffs(x: number): int;
declare function fls64(x: u64): int;
declare function ilog2(x: number): int;
declare function pfn_to_page(pfn: pfn_t): page;
declare function page_to_pfn(page: page): pfn_t;
declare function page_to_phys(page: page): phys_addr_t;
declare function NODE_DATA(nid: nid_t): pglist_data;
declare function zone_to_nid(zone: zone): nid_t;
declare function zone_idx(zone: zone): int;
declare function zone_name(zid: int): string;
declare function phys_to_radix_node(phys: phys_addr_t): kho_radix_node;
declare function phys_to_radix_leaf(phys: phys_addr_t): kho_radix_leaf;
declare function phys_to_kho_mem_phys_bits(phys: phys_addr_t): kho_mem_phys_bits;
declare function phys_to_khoser_mem_chunk(phys: phys_addr_t): khoser_mem_chunk;
declare function virt_to_phys(p: kho_mem_phys_bits | khoser_mem_chunk): phys_addr_t;
declare function phys_to_luo_ser(phys: phys_addr_t): luo_ser;
declare function phys_to_vmalloc_chunk(phys: phys_addr_t): kho_vmalloc_chunk;
declare function phys_to_kho_vmalloc(phys: phys_addr_t): kho_vmalloc;
declare function get_order(size: ulong): int;
declare function strlen(s: string): int;
declare function char_at(s: string, i: int): string;
declare function kstrtoint(s: string, len: int): int;
declare function memparse(s: string, at: int): phys_addr_t;
declare function memparse_end(s: string, at: int): int;
declare function numa_valid_node(nid: nid_t): boolean;
declare function migratetype_is_mergeable(mt: migratetype): boolean;
declare function is_migrate_cma(mt: migratetype): boolean;
declare function is_migrate_isolate(mt: migratetype): boolean;

// Reads of the machine.
declare function pfn_valid(pfn: pfn_t): boolean;
declare function pfn_to_online_page(pfn: pfn_t): page | null;
declare function pfn_to_nid(pfn: pfn_t): nid_t;
declare function page_to_nid(page: page): nid_t;
declare function page_zone(page: page): zone;
declare function page_zone_id(page: page): int;
declare function page_folio(page: page): page;
declare function page_count(page: page): int;
declare function PageBuddy(page: page): boolean;
declare function PageReserved(page: page): boolean;
declare function PageTail(page: page): boolean;
declare function PageHead(page: page): boolean;
declare function page_has_type(page: page): boolean;
declare function PagePoisoned(page: page): boolean;
declare function buddy_order(page: page): int;
declare function folio_order(page: page): int;
declare function get_pfnblock_migratetype(page: page, pfn: pfn_t): migratetype;
declare function memblock_is_kho_scratch_memory(addr: phys_addr_t): boolean;
declare function early_pfn_to_nid(pfn: pfn_t): nid_t;
declare function next_present_section_nr(nr: int): int;
declare function next_early_call(point: string, i: int): int;
declare function get_page_from_free_area(zone: zone, order: int, mt: migratetype): page | null;
declare function fallback_node(nid: nid_t, i: int): nid_t;
declare function locate_mem_hole_top_down(
	start: phys_addr_t,
	end: phys_addr_t,
	size: phys_addr_t,
	align: phys_addr_t,
): phys_addr_t;
declare function memblock_reserved_kern_size(limit: phys_addr_t, nid: nid_t): phys_addr_t;
declare function fdt_check_header(fdt: phys_addr_t): int;
declare function fdt_node_check_compatible(fdt: phys_addr_t, node: int, compatible: string): int;
declare function fdt_subnode_offset(fdt: phys_addr_t, parent: int, name: string): int;
declare function fdt_getprop_len(fdt: phys_addr_t, node: int, name: string): int;
declare function fdt_getprop_u64(fdt: phys_addr_t, node: int, name: string): u64;
declare function read_u32(phys: phys_addr_t): int;
declare function read_string(phys: phys_addr_t, most: int): string;
declare function first_memory_node(): nid_t;
declare function next_memory_node(nid: nid_t): nid_t;
declare function node_online(nid: nid_t): boolean;
declare function first_online_node(): nid_t;
declare function next_online_node(nid: nid_t): nid_t;
declare function num_memory_nodes(): int;
declare function num_online_nodes(): int;
declare function num_possible_cpus(): int;
declare function nr_cpus_node(nid: nid_t): int;
/** Nodes with memory in the order in which @nid falls back to them, each with a blank behind it. */
declare function node_order(nid: nid_t): string;
declare function memblock_start_of_DRAM(): phys_addr_t;
declare function memblock_end_of_DRAM(): phys_addr_t;
declare function kho_radix_next_slot(node: kho_radix_node, from: int): int;
declare function find_next_bit(map: kho_radix_leaf | kho_mem_phys_bits, size: int, from: int): int;
declare function xa_load<T>(xa: xarray<T>, index: ulong): T | null;
/** Number of the first entry from @from on, or -1. */
declare function xa_next<T>(xa: xarray<T>, from: ulong): ulong;
declare function early_param(name: string): string | null;
declare function kstrtobool(value: string | null, otherwise: boolean): boolean;
declare function is_kdump_kernel(): boolean;
declare function nr_initcalls(level: string): int;
declare function initcall(level: string, i: int): initcall_t;
declare function initcall_thread(level: string, i: int): string | null;
declare function page_expected_state(page: page): boolean;
declare function page_bad_reason(page: page): string;

// Changes of the machine.
declare function alloc_node_data(nid: nid_t): void;
declare function init_node_zone(
	nid: nid_t,
	zid: int,
	start: pfn_t,
	spanned: ulong,
	present: ulong,
): void;
declare function memory_present(section: int): void;
declare function memblock_add(base: phys_addr_t, size: phys_addr_t): int;
declare function memblock_reserve(base: phys_addr_t, size: phys_addr_t): int;
declare function memblock_reserve_kern(base: phys_addr_t, size: phys_addr_t): int;
declare function memblock_phys_alloc_range(
	size: phys_addr_t,
	align: phys_addr_t,
	start: phys_addr_t,
	end: phys_addr_t,
): phys_addr_t;
declare function memblock_alloc_range_nid(
	size: phys_addr_t,
	align: phys_addr_t,
	start: phys_addr_t,
	end: phys_addr_t,
	nid: nid_t,
	exact_nid: boolean,
): phys_addr_t;
declare function early_call(i: int): void;
declare function next_placement(): pfn_t;
declare function get_vm_area(nr_pages: ulong, page_order: int): vm_struct;
declare function kimage_add_segment(mem: phys_addr_t, size: phys_addr_t): void;
declare function machine_kexec(): void;
declare function fdt_create(fdt: phys_addr_t, size: int): int;
declare function fdt_finish_reservemap(fdt: phys_addr_t): int;
declare function fdt_begin_node(fdt: phys_addr_t, name: string): int;
declare function fdt_property_string(fdt: phys_addr_t, name: string, text: string): int;
declare function fdt_property_u64(fdt: phys_addr_t, name: string, value: u64): int;
declare function fdt_end_node(fdt: phys_addr_t): int;
declare function fdt_finish(fdt: phys_addr_t): int;
declare function fdt_open_into(fdt: phys_addr_t, size: int): int;
declare function fdt_add_subnode(fdt: phys_addr_t, parent: int, name: string): int;
declare function fdt_setprop_u64(fdt: phys_addr_t, node: int, name: string, value: u64): int;
declare function fdt_del_node(fdt: phys_addr_t, node: int): int;
declare function fdt_pack(fdt: phys_addr_t): int;
declare function write_u32(phys: phys_addr_t, value: int): void;
declare function write_string(phys: phys_addr_t, text: string): void;
declare function memblock_phys_free(base: phys_addr_t, size: phys_addr_t): int;
declare function memblock_set_node(
	base: phys_addr_t,
	size: phys_addr_t,
	type: memblock_type,
	nid: nid_t,
): int;
declare function memblock_mark_kho_scratch(base: phys_addr_t, size: phys_addr_t): int;
declare function memblock_clear_kho_scratch(base: phys_addr_t, size: phys_addr_t): int;
declare function memblock_clear_hotplug(base: phys_addr_t, size: phys_addr_t): int;
declare function memblock_reserved_mark_noinit(base: phys_addr_t, size: phys_addr_t): int;
declare function memblock_trim_memory(align: phys_addr_t): void;
declare function memblock_allow_resize(): void;
declare function memblock_set_current_limit(limit: phys_addr_t): void;
declare function memblock_set_kho_scratch_only(): void;
declare function memblock_clear_kho_scratch_only(): void;
declare function memblock_alloc(size: phys_addr_t, align: phys_addr_t): phys_addr_t;
declare function __next_mem_range(it: mem_range, nid: nid_t, flags: int): boolean;
declare function init_pageblock_migratetype(page: page, mt: migratetype, isolate: boolean): void;
declare function set_buddy_order(page: page, order: int): void;
declare function __add_to_free_list(
	page: page,
	zone: zone,
	order: int,
	mt: migratetype,
	tail: boolean,
): void;
declare function __del_page_from_free_list(page: page, zone: zone, order: int): void;

declare function __set_bit(map: kho_radix_leaf | kho_mem_phys_bits, bit: int): void;
declare function __clear_bit(map: kho_radix_leaf | kho_mem_phys_bits, bit: int): void;
declare function xa_store<T>(xa: xarray<T>, index: ulong, entry: T): void;
declare function kzalloc_kho_mem_phys(): kho_mem_phys;
declare function clear_page(phys: phys_addr_t): void;
/** One access: nobody sees or makes a change in between. */
declare function atomic_long_add(n: ulong, struct: zone, field: string): void;
declare function atomic_dec_and_test(variable: string): boolean;
declare function put_page_testzero(page: page): boolean;
declare function totalram_pages_add(count: ulong): void;
declare function spin_lock(lock: spinlock): void;
declare function spin_unlock(lock: spinlock): void;
declare function complete(c: completion): void;
declare function wait_for_completion(c: completion): void;
declare function kthread_run(fn: (arg: pglist_data) => void, arg: pglist_data, name: string): void;
declare function kernel_thread(fn: () => void, name: string): void;
declare function queue_work(fn: (ps: padata_mt_job_state) => void, ps: padata_mt_job_state): void;
declare function pr_info(
	fmt: string,
	a?: Printable,
	b?: Printable,
	c?: Printable,
	d?: Printable,
	e?: Printable,
	f?: Printable,
	g?: Printable,
	h?: Printable,
	i?: Printable,
): void;
declare function pr_notice(
	fmt: string,
	a?: Printable,
	b?: Printable,
	c?: Printable,
	d?: Printable,
	e?: Printable,
	f?: Printable,
	g?: Printable,
	h?: Printable,
	i?: Printable,
): void;
declare function pr_emerg(
	fmt: string,
	a?: Printable,
	b?: Printable,
	c?: Printable,
	d?: Printable,
	e?: Printable,
	f?: Printable,
	g?: Printable,
	h?: Printable,
	i?: Printable,
): void;
declare function pr_warn(
	fmt: string,
	a?: Printable,
	b?: Printable,
	c?: Printable,
	d?: Printable,
	e?: Printable,
	f?: Printable,
	g?: Printable,
	h?: Printable,
	i?: Printable,
): void;
declare function pr_err(
	fmt: string,
	a?: Printable,
	b?: Printable,
	c?: Printable,
	d?: Printable,
	e?: Printable,
	f?: Printable,
	g?: Printable,
	h?: Printable,
	i?: Printable,
): void;
declare function panic(fmt: string, a?: Printable, b?: Printable): void;
declare function WARN_ON(condition: boolean, text: string): boolean;
declare function WARN_ON_ONCE(condition: boolean, text: string): boolean;
declare function BUG_ON(condition: boolean, text: string): void;
declare function VM_BUG_ON_PAGE(condition: boolean, page: page, text: string): void;
declare function bad_page(page: page, reason: string): void;
type Printable = number | bigint | string | boolean | null;

// The same thing to consecutive struct pages: [pfn, end_pfn), one position whose inside is #N.M.
/** Backs [pfn, end_pfn) with struct pages that hold the fill. */
declare function vmemmap_populate(pfn: pfn_t, end_pfn: pfn_t): pfn_t;
declare function __init_single_page(pfn: pfn_t, end_pfn: pfn_t, zid: int, nid: nid_t): pfn_t;
declare function __SetPageReserved(pfn: pfn_t, end_pfn: pfn_t): pfn_t;
declare function __ClearPageReserved(pfn: pfn_t, end_pfn: pfn_t): pfn_t;
declare function set_page_count(pfn: pfn_t, end_pfn: pfn_t, count: int): pfn_t;
declare function prep_compound_tail(pfn: pfn_t, end_pfn: pfn_t, head: page): pfn_t;
declare function clear_compound_tail(pfn: pfn_t, end_pfn: pfn_t): pfn_t;
declare function clear_page_flags_at_prep(pfn: pfn_t, end_pfn: pfn_t): pfn_t;
declare function clear_page_private(pfn: pfn_t, end_pfn: pfn_t): pfn_t;
/** First page of [pfn, end_pfn) that a freed tail page must not look like, or end_pfn. */
declare function find_bad_tail(pfn: pfn_t, end_pfn: pfn_t, check_private: boolean): pfn_t;
declare const PG_head: u64;
declare const NULL: never;
declare const __SPIN_LOCK_UNLOCKED: spinlock;
declare const PAGE_EXT_SIZE: number;
declare function clear_compound_order(page: page): void;
declare function prep_compound_head(page: page, order: int): void;
