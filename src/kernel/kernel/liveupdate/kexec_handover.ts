// kernel/liveupdate/kexec_handover.c and kexec_handover.h: both sides of KHO. Left out: debugfs, KASAN and allocation
// tags of restored pages, hugetlb's share of scratch.

const KHO_ORDER_0_LOG2 = 52;
const KHO_RADIX_KEY_WIDTH = 53;
const KHO_TABLE_SIZE_LOG2 = 9;
const KHO_TABLE_SIZE = 512;
const KHO_BITMAP_SIZE_LOG2 = 15;
const KHO_BITMAP_BITS = 32768;
const KHO_TREE_MAX_DEPTH = 6;
const KHO_PAGE_MAGIC = 0x4b484f50n;
const KHO_EXT_SHIFT = 30;
const KHO_FDT_COMPATIBLE = "kho-v4";
const KHO_FDT_MEMORY_MAP_PROP_NAME = "preserved-memory-map";
const KHO_SUB_TREE_PROP_NAME = "preserved-data";
const KHO_SUB_TREE_SIZE_PROP_NAME = "blob-size";
const KHO_METADATA_NODE_NAME = "kexec-metadata";
const KHO_KEXEC_METADATA_VERSION = 1;
/* struct kho_kexec_metadata, packed: version, the release in 65 bytes, the count of kexecs */
const KHO_KEXEC_METADATA_SIZE = 73;
const KHO_KEXEC_METADATA_COUNT = 69;
const SIZEOF_KHO_SCRATCH = 16;
/* PAGE_SIZE << MAX_PAGE_ORDER */
const SCRATCH_ALIGNMENT_BYTES = 4194304;
/* one byte short of 4 GiB */
const ARCH_LOW_ADDRESS_LIMIT = 0xffffffff;
/* physical addresses in a chunk, which is a page that begins with the address of the next */
const KHO_VMALLOC_SIZE = 511;
const KHO_VMALLOC_ALLOC = 1;
const KHO_VMALLOC_HUGE_VMAP = 2;

/* struct kho_page_info is { order:u32, magic:u32 } over page->private */
function kho_page_info(magic: u64, order: int): u64 {
	return (magic << 32n) | u64(order);
}

function kho_page_magic(info: u64): u64 {
	return info >> 32n;
}

function kho_page_order(info: u64): int {
	return u32(info);
}

/* The order bit is higher for smaller orders; below it the block's number */
function kho_radix_encode_key(phys: phys_addr_t, order: int): u64 {
	const h = 1n << u64(KHO_ORDER_0_LOG2 - order);
	const l = u64(phys) >> u64(PAGE_SHIFT + order);

	return h | l;
}

function kho_radix_key_order(key: u64): int {
	return KHO_ORDER_0_LOG2 + 1 - fls64(key);
}

/* The order bit falls off at the top */
function kho_radix_key_phys(key: u64): phys_addr_t {
	const order = kho_radix_key_order(key);
	const bits = key & ~(1n << u64(KHO_ORDER_0_LOG2 - order));

	return num(bits << u64(PAGE_SHIFT + order));
}

function kho_radix_get_table_index(key: u64, level: int): int {
	const shift = (level - 1) * KHO_TABLE_SIZE_LOG2 + KHO_BITMAP_SIZE_LOG2;

	return num((key >> u64(shift)) & u64(KHO_TABLE_SIZE - 1));
}

function kho_radix_get_bitmap_index(key: u64): int {
	return num(key & u64(KHO_BITMAP_BITS - 1));
}

/* A zeroed page; from memblock as long as there is no slab */
function kho_radix_alloc_node(): phys_addr_t {
	if (slab_available) return get_zeroed_page();

	const phys = memblock_alloc(PAGE_SIZE, PAGE_SIZE);

	if (phys !== 0) clear_page(phys);
	return phys;
}

function kho_radix_init_tree(tree: kho_radix_tree): int {
	const root = kho_radix_alloc_node();

	if (root === 0) return -ENOMEM;
	tree.root = root;
	return 0;
}

function kho_radix_add_key(tree: kho_radix_tree, key: u64): int {
	if (WARN_ON_ONCE(tree.root === 0, "!tree->root")) return -EINVAL;
	if (fls64(key) > KHO_RADIX_KEY_WIDTH) return -ERANGE;

	spin_lock(tree.lock);
	const err = __kho_radix_add_key(tree.root, key);
	spin_unlock(tree.lock);
	return err;
}

function __kho_radix_add_key(root: phys_addr_t, key: u64): int {
	let anchor: phys_addr_t = 0;
	let anchor_idx = 0;
	let node = root;

	for (let level = KHO_TREE_MAX_DEPTH - 1; level > 0; level--) {
		const idx = kho_radix_get_table_index(key, level);
		const table = phys_to_radix_node(node).table;
		const entry = table[idx];

		if (entry !== 0n) {
			node = num(entry);
			continue;
		}

		const child = kho_radix_alloc_node();
		if (child === 0) {
			/* what was added in vain hangs below the anchor */
			if (anchor !== 0) kho_radix_prune(anchor, anchor_idx, level);
			return -ENOMEM;
		}
		if (anchor === 0) {
			anchor = node;
			anchor_idx = idx;
		}
		table[idx] = u64(child);
		node = child;
	}

	__set_bit(phys_to_radix_leaf(node), kho_radix_get_bitmap_index(key));
	return 0;
}

/* Frees the chain of single children under slot @idx of @anchor, and clears the slot */
function kho_radix_prune(anchor: phys_addr_t, idx: int, level: int): void {
	const table = phys_to_radix_node(anchor).table;
	let node = num(table[idx]);

	table[idx] = 0n;
	while (node !== 0) {
		const slot = kho_radix_next_slot(phys_to_radix_node(node), 0);
		let next = 0;

		if (slot < KHO_TABLE_SIZE) next = num(phys_to_radix_node(node).table[slot]);
		kho_radix_free_node(node);
		node = next;
	}
}

function kho_radix_free_node(phys: phys_addr_t): void {
	if (slab_available) __free_pages(pfn_to_page(PFN_DOWN(phys)), 0);
	else memblock_free(phys, PAGE_SIZE);
}

/* Takes the bit away; nodes stay, empty or not */
function kho_radix_del_key(tree: kho_radix_tree, key: u64): void {
	if (WARN_ON_ONCE(tree.root === 0, "!tree->root")) return;
	if (fls64(key) > KHO_RADIX_KEY_WIDTH) return;

	spin_lock(tree.lock);
	__kho_radix_del_key(tree.root, key);
	spin_unlock(tree.lock);
}

function __kho_radix_del_key(root: phys_addr_t, key: u64): void {
	let node = root;

	for (let level = KHO_TREE_MAX_DEPTH - 1; level > 0; level--) {
		const entry = phys_to_radix_node(node).table[kho_radix_get_table_index(key, level)];

		if (WARN_ON(entry === 0n, "!node->table[idx]")) return;
		node = num(entry);
	}
	__clear_bit(phys_to_radix_leaf(node), kho_radix_get_bitmap_index(key));
}

/* Visits keys in ascending order: large blocks before small ones, each by address */
function kho_radix_walk_tree(
	tree: kho_radix_tree,
	leaf_cb: kho_radix_leaf_cb | null,
	node_cb: kho_radix_node_cb | null,
	data: kho_walk_data,
): int {
	if (WARN_ON_ONCE(tree.root === 0, "!tree->root")) return -EINVAL;

	spin_lock(tree.lock);
	const err = __kho_radix_walk_tree(tree.root, KHO_TREE_MAX_DEPTH - 1, 0n, leaf_cb, node_cb, data);
	spin_unlock(tree.lock);
	return err;
}

function __kho_radix_walk_tree(
	phys: phys_addr_t,
	level: int,
	start: u64,
	leaf_cb: kho_radix_leaf_cb | null,
	node_cb: kho_radix_node_cb | null,
	data: kho_walk_data,
): int {
	const shift = (level - 1) * KHO_TABLE_SIZE_LOG2 + KHO_BITMAP_SIZE_LOG2;
	const node = phys_to_radix_node(phys);
	let err = 0;

	if (node_cb !== null) {
		err = node_cb(phys, data);
		if (err !== 0) return err;
	}

	for (
		let i = kho_radix_next_slot(node, 0);
		i < KHO_TABLE_SIZE;
		i = kho_radix_next_slot(node, i + 1)
	) {
		const child = num(node.table[i]);
		const key = start | (u64(i) << u64(shift));

		if (level > 1) err = __kho_radix_walk_tree(child, level - 1, key, leaf_cb, node_cb, data);
		else err = kho_radix_walk_leaf(child, key, leaf_cb, node_cb, data);
		if (err !== 0) return err;
	}
	return 0;
}

function kho_radix_walk_leaf(
	phys: phys_addr_t,
	start: u64,
	leaf_cb: kho_radix_leaf_cb | null,
	node_cb: kho_radix_node_cb | null,
	data: kho_walk_data,
): int {
	const leaf = phys_to_radix_leaf(phys);
	let err = 0;

	if (node_cb !== null) {
		err = node_cb(phys, data);
		if (err !== 0) return err;
	}
	if (leaf_cb === null) return 0;

	for (
		let i = find_next_bit(leaf, KHO_BITMAP_BITS, 0);
		i < KHO_BITMAP_BITS;
		i = find_next_bit(leaf, KHO_BITMAP_BITS, i + 1)
	) {
		err = leaf_cb(start | u64(i), data);
		if (err !== 0) return err;
	}
	return 0;
}

/* The largest block that begins at @start_pfn, ends by @end_pfn and lies on one node */
function __kho_preserve_pages_order(start_pfn: pfn_t, end_pfn: pfn_t): int {
	let order = min(
		start_pfn === 0 ? KHO_ORDER_0_LOG2 : __ffs(start_pfn),
		ilog2(end_pfn - start_pfn),
	);

	while (pfn_to_nid(start_pfn) !== pfn_to_nid(start_pfn + pages_of_order(order) - 1)) order--;
	return order;
}

/* [pfn, end_pfn) as blocks into @tree: all of it or, on an error, nothing */
function __kho_preserve(tree: kho_radix_tree, pfn: pfn_t, end_pfn: pfn_t): int {
	const start_pfn = pfn;

	while (pfn < end_pfn) {
		const order = __kho_preserve_pages_order(pfn, end_pfn);
		const err = kho_radix_add_key(tree, kho_radix_encode_key(PFN_PHYS(pfn), order));

		if (err !== 0) {
			__kho_unpreserve(tree, start_pfn, pfn);
			return err;
		}
		pfn += pages_of_order(order);
	}
	return 0;
}

/* Finds the same blocks again, so that the range must be the one that was preserved */
function __kho_unpreserve(tree: kho_radix_tree, pfn: pfn_t, end_pfn: pfn_t): void {
	while (pfn < end_pfn) {
		const order = __kho_preserve_pages_order(pfn, end_pfn);

		kho_radix_del_key(tree, kho_radix_encode_key(PFN_PHYS(pfn), order));
		pfn += pages_of_order(order);
	}
}

/* Very early: the FDT and the scratch array are read through early_memremap(), no struct page is touched */
function kho_populate(fdt_phys: phys_addr_t, scratch_phys: phys_addr_t, scratch_cnt: int): void {
	if (kho_check_fdt(fdt_phys) !== 0) {
		pr_warn("KHO: disabling KHO revival");
		return;
	}

	kho_scratch_phys = scratch_phys;
	for (let i = 0; i < scratch_cnt; i++) {
		const area = kho_scratch[i];

		memblock_add(area.addr, area.size);
		const err = memblock_mark_kho_scratch(area.addr, area.size);
		if (err !== 0) {
			pr_warn("KHO: failed to mark the scratch region 0x%pa+0x%pa: %pe", area.addr, area.size, err);
			pr_warn("KHO: disabling KHO revival");
			return;
		}
	}

	/* the array itself must survive until it is read again */
	if (scratch_phys !== 0) memblock_reserve(scratch_phys, scratch_cnt * SIZEOF_KHO_SCRATCH);

	/* what is preserved is not known yet: allocate from scratch only */
	memblock_set_kho_scratch_only();

	kho_in.fdt = true;
	kho_in.fdt_phys = fdt_phys;
	kho_in.scratch_phys = scratch_phys;
	kho_scratch_cnt = scratch_cnt;
	pr_info("KHO: found kexec handover data.");
}

/* A handover without an FDT's page gives what would stand in it as it is */
function kho_check_fdt(fdt: phys_addr_t): int {
	if (fdt === 0) return boot_params.mem_map === 0 ? -EINVAL : 0;

	let err = fdt_check_header(fdt);
	if (err !== 0) {
		pr_warn("KHO: setup: handover FDT (0x%llx) is invalid: %d", fdt, err);
		return -EINVAL;
	}
	err = fdt_node_check_compatible(fdt, 0, KHO_FDT_COMPATIBLE);
	if (err !== 0) {
		pr_warn(
			"KHO: setup: handover FDT (0x%llx) is incompatible with '%s': %d",
			fdt,
			KHO_FDT_COMPATIBLE,
			err,
		);
		return -EINVAL;
	}
	return kho_get_mem_map_phys(fdt) === 0 ? -ENOENT : 0;
}

/* Where the root of the radix tree lies */
function kho_get_mem_map_phys(fdt: phys_addr_t): phys_addr_t {
	if (fdt === 0) return boot_params.mem_map;

	if (fdt_getprop_len(fdt, 0, KHO_FDT_MEMORY_MAP_PROP_NAME) !== 8) {
		pr_err("KHO: failed to get preserved memory map");
		return 0;
	}
	return num(fdt_getprop_u64(fdt, 0, KHO_FDT_MEMORY_MAP_PROP_NAME));
}

/* kho_scratch=: the scale in percent, or the sizes of the lowmem, the global and each node's area */
function kho_parse_scratch_size(p: string): int {
	const len = strlen(p);
	let at = 0;
	let i = 0;
	let lowmem = 0;
	let global = 0;
	let pernode = 0;

	if (len === 0) return -EINVAL;
	if (char_at(p, len - 1) === "%") {
		if (len > 11) return -EINVAL;
		const scale = kstrtoint(p, len - 1);

		if (scale < 0) return -EINVAL;
		scratch_scale = scale;
		pr_notice("KHO: scratch scale is %d%%", scratch_scale);
		return 0;
	}

	for (; i < 3; i++) {
		const size = memparse(p, at);
		const end = memparse_end(p, at);

		if (end === at) return -EINVAL;
		if (i === 0) lowmem = size;
		if (i === 1) global = size;
		if (i === 2) pernode = size;
		at = end;
		if (i < 2) {
			if (char_at(p, at) !== ",") return -EINVAL;
			at++;
		}
	}
	if (at < len) return -EINVAL;
	if (lowmem + global + pernode === 0) return -EINVAL;

	scratch_size_lowmem = lowmem;
	scratch_size_global = global;
	scratch_size_pernode = pernode;
	scratch_scale = 0;
	pr_notice(
		"KHO: scratch areas: lowmem: %lluMiB global: %lluMiB pernode: %lldMiB",
		div(scratch_size_lowmem, SZ_1M),
		div(scratch_size_global, SZ_1M),
		div(scratch_size_pernode, SZ_1M),
	);
	return 0;
}

/* In percent mode areas are as large as what a kernel like this one needed itself, times the scale */
function scratch_size_update(): void {
	if (scratch_scale !== 0) {
		const low = memblock_reserved_kern_size(ARCH_LOW_ADDRESS_LIMIT, NUMA_NO_NODE);
		const all = memblock_reserved_kern_size(PHYS_ADDR_MAX, NUMA_NO_NODE);

		scratch_size_lowmem = div(low * scratch_scale, 100);
		scratch_size_global = div(all * scratch_scale, 100) - scratch_size_lowmem;
	}
	scratch_size_lowmem = ALIGN(scratch_size_lowmem, SCRATCH_ALIGNMENT_BYTES);
	scratch_size_global = ALIGN(scratch_size_global, SCRATCH_ALIGNMENT_BYTES);
}

function scratch_size_node(nid: nid_t): phys_addr_t {
	let size = scratch_size_pernode;

	if (scratch_scale !== 0)
		size = div(memblock_reserved_kern_size(PHYS_ADDR_MAX, nid) * scratch_scale, 100);
	return ALIGN(size, SCRATCH_ALIGNMENT_BYTES);
}

/* Cold boot: memory for the next kernel to begin in, below 4 GiB, anywhere, and on each node */
function kho_reserve_scratch(): void {
	if (!kho_enable) return;

	scratch_size_update();
	kho_scratch_cnt = num_memory_nodes() + 2;
	kho_scratch_phys = memblock_alloc(kho_scratch_cnt * SIZEOF_KHO_SCRATCH, PAGE_SIZE);
	if (kho_scratch_phys === 0) {
		pr_err("KHO: Failed to reserve scratch array");
		kho_disable_scratch();
		return;
	}

	let i = 0;
	let size = scratch_size_lowmem;
	let addr = memblock_phys_alloc_range(size, SCRATCH_ALIGNMENT_BYTES, 0, ARCH_LOW_ADDRESS_LIMIT);
	if (addr === 0) {
		pr_err("KHO: Failed to reserve lowmem scratch buffer");
		kho_free_scratch(i);
		return;
	}
	kho_set_scratch(i, addr, size);
	i++;

	size = scratch_size_global;
	addr = memblock_phys_alloc_range(size, SCRATCH_ALIGNMENT_BYTES, 0, MEMBLOCK_ALLOC_ACCESSIBLE);
	if (addr === 0) {
		pr_err("KHO: Failed to reserve global scratch buffer");
		kho_free_scratch(i);
		return;
	}
	kho_set_scratch(i, addr, size);
	i++;

	for (let nid = first_memory_node(); nid < MAX_NUMNODES; nid = next_memory_node(nid)) {
		size = scratch_size_node(nid);
		addr = memblock_alloc_range_nid(
			size,
			SCRATCH_ALIGNMENT_BYTES,
			0,
			MEMBLOCK_ALLOC_ACCESSIBLE,
			nid,
			true,
		);
		if (addr === 0) {
			pr_err("KHO: Failed to reserve nid %d scratch buffer", nid);
			kho_free_scratch(i);
			return;
		}
		kho_set_scratch(i, addr, size);
		i++;
	}
}

function kho_set_scratch(i: int, addr: phys_addr_t, size: phys_addr_t): void {
	kho_scratch[i].addr = addr;
	kho_scratch[i].size = size;
}

/* Gives the first @i areas and the array back. Neither kho_scratch nor its count is reset */
function kho_free_scratch(i: int): void {
	for (i--; i >= 0; i--) memblock_phys_free(kho_scratch[i].addr, kho_scratch[i].size);
	memblock_phys_free(kho_scratch_phys, kho_scratch_cnt * SIZEOF_KHO_SCRATCH);
	kho_disable_scratch();
}

function kho_disable_scratch(): void {
	pr_warn("KHO: Failed to reserve scratch area, disabling kexec handover");
	kho_enable = false;
}

function kho_memory_init_early(): void {
	if (!kho_in.fdt) return;

	kho_in.radix_tree.root = kho_get_mem_map_phys(kho_in.fdt_phys);

	const err = kho_extend_scratch();
	if (err !== 0) pr_err("KHO: Failed to extend scratch: %pe", err);
}

/* Every GiB that holds nothing preserved and no node of the tree may serve early allocations too */
function kho_extend_scratch(): int {
	const busy: kho_radix_tree = { root: 0, lock: __SPIN_LOCK_UNLOCKED };
	const data: kho_walk_data = { busy: busy, prev_end: 0 };

	let err = kho_radix_init_tree(busy);
	if (err !== 0) return err;

	err = kho_radix_walk_tree(kho_in.radix_tree, kho_ext_walk_key, kho_ext_walk_node, data);
	if (err === 0) err = kho_radix_walk_tree(busy, kho_ext_mark_scratch, null, data);
	if (err === 0 && memblock_end_of_DRAM() > data.prev_end)
		err = memblock_mark_kho_scratch(data.prev_end, memblock_end_of_DRAM() - data.prev_end);

	kho_radix_free_nodes(busy.root, KHO_TREE_MAX_DEPTH - 1);
	return err;
}

function kho_ext_walk_key(key: u64, data: kho_walk_data): int {
	const order = kho_radix_key_order(key);
	const phys = kho_radix_key_phys(key);
	const end = phys + num(u64(PAGE_SIZE) << u64(order));

	for (let start = phys; start < end; start += SZ_1G) {
		const err = kho_radix_add_key(data.busy, u64(start) >> u64(KHO_EXT_SHIFT));
		if (err !== 0) return err;
	}
	return 0;
}

function kho_ext_walk_node(phys: phys_addr_t, data: kho_walk_data): int {
	return kho_radix_add_key(data.busy, u64(phys) >> u64(KHO_EXT_SHIFT));
}

/* Called for each busy GiB in ascending order: the gap before it is free */
function kho_ext_mark_scratch(key: u64, data: kho_walk_data): int {
	const start = num(key << u64(KHO_EXT_SHIFT));

	if (start > data.prev_end) {
		const err = memblock_mark_kho_scratch(data.prev_end, start - data.prev_end);
		if (err !== 0) return err;
	}
	data.prev_end = start + SZ_1G;
	return 0;
}

/* Leaves first, the root last */
function kho_radix_free_nodes(phys: phys_addr_t, level: int): void {
	if (level > 0) {
		const node = phys_to_radix_node(phys);

		for (
			let i = kho_radix_next_slot(node, 0);
			i < KHO_TABLE_SIZE;
			i = kho_radix_next_slot(node, i + 1)
		)
			kho_radix_free_nodes(num(node.table[i]), level - 1);
	}
	kho_radix_free_node(phys);
}

function kho_memory_init(): void {
	if (is_kdump_kernel()) {
		pr_info("KHO: disabled in the kdump kernel");
		kho_enable = false;
		return;
	}
	if (kho_in.fdt) kho_mem_retrieve();
	else kho_reserve_scratch();
}

function kho_mem_retrieve(): void {
	const err = kho_radix_walk_tree(kho_in.radix_tree, kho_preserved_memory_reserve, null, NULL);

	if (err !== 0) {
		/* nobody must take this for a handover any more */
		kho_in.fdt = false;
		kho_in.radix_tree.root = 0;
	}
}

/* Initialises the struct pages of a preserved block as far as that is deferred, and gives the first */
function kho_get_preserved_page(phys: phys_addr_t, order: int): page {
	const pfn = PFN_DOWN(phys);

	if (CONFIG_DEFERRED_STRUCT_PAGE_INIT) {
		const nid = early_pfn_to_nid(pfn);

		init_deferred_page(pfn, pfn + pages_of_order(order), nid);
	}
	return pfn_to_page(pfn);
}

function kho_preserved_memory_reserve(key: u64, data: kho_walk_data): int {
	const order = kho_radix_key_order(key);
	const phys = kho_radix_key_phys(key);
	const size = num(u64(PAGE_SIZE) << u64(order));
	const page = kho_get_preserved_page(phys, order);

	memblock_reserve(phys, size);
	/* whoever writes to these struct pages later would lose what follows */
	memblock_reserved_mark_noinit(phys, size);
	page.private = kho_page_info(KHO_PAGE_MAGIC, order);
	return 0;
}

/* The type of the pageblock that begins at @pfn: CMA when it overlaps a scratch area */
function kho_scratch_migratetype(pfn: pfn_t, mt: migratetype): migratetype {
	const start = PFN_PHYS(pfn);
	const end = start + PFN_PHYS(pageblock_nr_pages);

	for (let i = 0; i < kho_scratch_cnt; i++) {
		const area = kho_scratch[i];

		if (area.addr < end && start < area.addr + area.size) return MIGRATE_CMA;
	}
	return mt;
}

/* fs_initcall: the outgoing tree and FDT; without a predecessor scratch becomes free CMA memory */
function kho_init(): int {
	if (!kho_enable) return 0;
	/* not in the kernel: a scenario's minimal boot, after which nobody allocates, has no outgoing side */
	if (!boot_params.outgoing) return 0;

	let err = kho_radix_init_tree(kho_out.radix_tree);
	if (err === 0) {
		kho_out.fdt_phys = kho_alloc_preserve(PAGE_SIZE);
		err = kho_out.fdt_phys === 0 ? -ENOMEM : kho_out_fdt_setup();
	}
	if (err === 0) err = kho_kexec_metadata_init();
	if (err !== 0) {
		kho_init_failed();
		return err;
	}

	/* the areas of a predecessor have been free memory from the start */
	if (kho_in.fdt) return 0;

	for (let i = 0; i < kho_scratch_cnt; i++) {
		const base_pfn = PFN_DOWN(kho_scratch[i].addr);
		const end_pfn = base_pfn + PFN_DOWN(kho_scratch[i].size);

		for (let pfn = base_pfn; pfn < end_pfn; pfn += pageblock_nr_pages)
			init_cma_reserved_pageblock(pfn_to_page(pfn));
	}
	return 0;
}

function kho_init_failed(): void {
	for (let i = 0; i < kho_scratch_cnt; i++)
		free_reserved_area(kho_scratch[i].addr, kho_scratch[i].addr + kho_scratch[i].size);
	kho_enable = false;
}

/* Built once: where the tree's root lies never changes, and subtrees are added as they come */
function kho_out_fdt_setup(): int {
	const fdt = kho_out.fdt_phys;

	fdt_create(fdt, PAGE_SIZE);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property_string(fdt, "compatible", KHO_FDT_COMPATIBLE);
	fdt_property_u64(fdt, KHO_FDT_MEMORY_MAP_PROP_NAME, u64(kho_out.radix_tree.root));
	fdt_end_node(fdt);
	return fdt_finish(fdt);
}

/* How often a kernel has handed over to the next, for the next */
function kho_kexec_metadata_init(): int {
	const previous: kho_subtree = { phys: 0, size: 0 };
	let count = 0;

	if (kho_in.fdt && kho_retrieve_subtree(KHO_METADATA_NODE_NAME, previous) === 0) {
		const phys = previous.phys;

		count = read_u32(phys + KHO_KEXEC_METADATA_COUNT);
		pr_info("KHO: exec from: %s (count %u)", read_string(phys + 4, 65), count);
	}

	const metadata = kho_alloc_preserve(KHO_KEXEC_METADATA_SIZE);
	if (metadata === 0) return -ENOMEM;
	write_u32(metadata, KHO_KEXEC_METADATA_VERSION);
	write_string(metadata + 4, UTS_RELEASE);
	write_u32(metadata + KHO_KEXEC_METADATA_COUNT, count + 1);
	return kho_add_subtree(KHO_METADATA_NODE_NAME, metadata, KHO_KEXEC_METADATA_SIZE);
}

/* A blob that the next kernel will find by @name */
function kho_add_subtree(name: string, blob: phys_addr_t, size: ulong): int {
	const fdt = kho_out.fdt_phys;
	let err = -ENOMEM;

	spin_lock(kho_out.lock);
	fdt_open_into(fdt, PAGE_SIZE);
	const off = fdt_add_subnode(fdt, 0, name);
	if (off < 0) {
		if (off === -FDT_ERR_EXISTS) err = -EEXIST;
	} else if (
		fdt_setprop_u64(fdt, off, KHO_SUB_TREE_PROP_NAME, u64(blob)) >= 0 &&
		fdt_setprop_u64(fdt, off, KHO_SUB_TREE_SIZE_PROP_NAME, u64(size)) >= 0
	) {
		err = 0;
	}
	fdt_pack(fdt);
	spin_unlock(kho_out.lock);
	return err;
}

function kho_remove_subtree(name: string): void {
	spin_lock(kho_out.lock);
	const off = fdt_subnode_offset(kho_out.fdt_phys, 0, name);
	if (off >= 0) {
		fdt_open_into(kho_out.fdt_phys, PAGE_SIZE);
		fdt_del_node(kho_out.fdt_phys, off);
		fdt_pack(kho_out.fdt_phys);
	}
	spin_unlock(kho_out.lock);
}

/* What the previous kernel left under @name; -ENOENT: nothing of the kind */
function kho_retrieve_subtree(name: string, sub: kho_subtree): int {
	const fdt = kho_in.fdt_phys;

	if (!kho_in.fdt || fdt === 0) return -ENOENT;
	const off = fdt_subnode_offset(fdt, 0, name);
	if (off < 0) return -ENOENT;
	if (fdt_getprop_len(fdt, off, KHO_SUB_TREE_PROP_NAME) !== 8) return -EINVAL;
	if (fdt_getprop_len(fdt, off, KHO_SUB_TREE_SIZE_PROP_NAME) !== 8) {
		pr_warn("KHO: broken KHO subnode '%s': missing or invalid blob-size property", name);
		return -EINVAL;
	}
	const phys = num(fdt_getprop_u64(fdt, off, KHO_SUB_TREE_PROP_NAME));
	if (phys === 0) return -EINVAL;
	sub.phys = phys;
	sub.size = num(fdt_getprop_u64(fdt, off, KHO_SUB_TREE_SIZE_PROP_NAME));
	return 0;
}

function kho_scratch_overlap(phys: phys_addr_t, size: phys_addr_t): boolean {
	for (let i = 0; i < kho_scratch_cnt; i++) {
		const start = kho_scratch[i].addr;

		if (phys < start + kho_scratch[i].size && phys + size > start) return true;
	}
	return false;
}

/* The folio will be there in the next kernel, under the same address */
function kho_preserve_folio(folio: page): int {
	const phys = page_to_phys(folio);
	const order = folio_order(folio);

	if (CONFIG_KEXEC_HANDOVER_DEBUG) {
		const overlap = kho_scratch_overlap(phys, PFN_PHYS(pages_of_order(order)));

		if (WARN_ON(overlap, "kho_scratch_overlap(pfn << PAGE_SHIFT, PAGE_SIZE << order)"))
			return -EINVAL;
	}
	return kho_radix_add_key(kho_out.radix_tree, kho_radix_encode_key(phys, order));
}

function kho_unpreserve_folio(folio: page): void {
	kho_radix_del_key(
		kho_out.radix_tree,
		kho_radix_encode_key(page_to_phys(folio), folio_order(folio)),
	);
}

function kho_preserve_pages(page: page, nr_pages: ulong): int {
	const pfn = page_to_pfn(page);

	if (CONFIG_KEXEC_HANDOVER_DEBUG) {
		const overlap = kho_scratch_overlap(PFN_PHYS(pfn), PFN_PHYS(nr_pages));

		if (WARN_ON(overlap, "kho_scratch_overlap(start_pfn << PAGE_SHIFT, nr_pages << PAGE_SHIFT)"))
			return -EINVAL;
	}
	return __kho_preserve(kho_out.radix_tree, pfn, pfn + nr_pages);
}

/* Of the same range that was preserved: it is split into the same blocks */
function kho_unpreserve_pages(page: page, nr_pages: ulong): void {
	const pfn = page_to_pfn(page);

	__kho_unpreserve(kho_out.radix_tree, pfn, pfn + nr_pages);
}

/* A zeroed folio of at least @size bytes that is preserved from the start; 0: there is none */
function kho_alloc_preserve(size: ulong): phys_addr_t {
	if (size === 0) return 0;
	const order = get_order(size);
	if (order > MAX_PAGE_ORDER) return 0;

	const folio = folio_alloc_node(NUMA_NO_NODE, order);
	if (folio === null) return 0;
	for (let i = 0; i < pages_of_order(order); i++) clear_page(page_to_phys(folio) + PFN_PHYS(i));
	if (kho_preserve_folio(folio) !== 0) {
		folio_put(folio);
		return 0;
	}
	return page_to_phys(folio);
}

function kho_unpreserve_free(mem: phys_addr_t): void {
	if (mem === 0) return;
	const folio = page_folio(pfn_to_page(PFN_DOWN(mem)));

	kho_unpreserve_folio(folio);
	folio_put(folio);
}

/* A page for addresses of vmalloc blocks, itself preserved, linked behind @cur; 0: there is none */
function new_vmalloc_chunk(cur: phys_addr_t): phys_addr_t {
	const chunk = get_zeroed_page();

	if (chunk === 0) return 0;
	if (kho_preserve_pages(pfn_to_page(PFN_DOWN(chunk)), 1) !== 0) {
		__free_pages(pfn_to_page(PFN_DOWN(chunk)), 0);
		return 0;
	}
	if (cur !== 0) phys_to_vmalloc_chunk(cur).phys[0] = u64(chunk);
	return chunk;
}

/* Preserves the pages behind @area, and describes them at @preservation for kho_restore_vmalloc() */
function kho_preserve_vmalloc(area: vm_struct, preservation: kho_vmalloc): int {
	const contig_pages = pages_of_order(area.page_order);
	let idx = 0;

	let chunk = new_vmalloc_chunk(0);
	if (chunk === 0) return -ENOMEM;
	preservation.first = u64(chunk);

	for (let i = 0; i < area.nr_pages; i += contig_pages) {
		const page = area.pages[i].page;
		const err = kho_preserve_pages(page, contig_pages);

		if (err !== 0) {
			kho_vmalloc_free_chunks(preservation, 0);
			return err;
		}
		phys_to_vmalloc_chunk(chunk).phys[1 + idx] = u64(page_to_phys(page));
		idx++;
		/* a full chunk has a successor, which may stay empty */
		if (idx === KHO_VMALLOC_SIZE) {
			chunk = new_vmalloc_chunk(chunk);
			if (chunk === 0) {
				kho_vmalloc_free_chunks(preservation, 0);
				return -ENOMEM;
			}
			idx = 0;
		}
	}

	preservation.total_pages = area.nr_pages;
	preservation.flags =
		area.page_order > 0 ? KHO_VMALLOC_ALLOC + KHO_VMALLOC_HUGE_VMAP : KHO_VMALLOC_ALLOC;
	preservation.order = area.page_order;
	return 0;
}

/* Unpreserves what the chunks list, in blocks of @order, and the chunks, which are freed */
function kho_vmalloc_free_chunks(preservation: kho_vmalloc, order: int): void {
	let chunk = num(preservation.first);

	while (chunk !== 0) {
		const next = num(phys_to_vmalloc_chunk(chunk).phys[0]);

		for (let i = 1; i <= KHO_VMALLOC_SIZE; i++) {
			const phys = num(phys_to_vmalloc_chunk(chunk).phys[i]);

			if (phys === 0) break;
			kho_unpreserve_pages(pfn_to_page(PFN_DOWN(phys)), pages_of_order(order));
		}
		kho_unpreserve_pages(pfn_to_page(PFN_DOWN(chunk)), 1);
		__free_pages(pfn_to_page(PFN_DOWN(chunk)), 0);
		chunk = next;
	}
}

function kho_unpreserve_vmalloc(preservation: kho_vmalloc): void {
	kho_vmalloc_free_chunks(preservation, preservation.order);
}

/* Gives a preserved block back its struct pages; null when it is not one */
function kho_restore_page(phys: phys_addr_t, is_folio: boolean): page | null {
	const page = pfn_to_online_page(PFN_DOWN(phys));
	if (page === null) return null;

	const info = page.private;
	if (WARN_ON_ONCE(kho_page_magic(info) !== KHO_PAGE_MAGIC, "info.magic != KHO_PAGE_MAGIC"))
		return null;
	const order = kho_page_order(info);
	const nr_pages = pages_of_order(order);

	/* a second restore must not find the magic again */
	page.private = 0n;

	if (is_folio) kho_init_folio(page, order);
	else kho_init_pages(page, nr_pages);

	adjust_managed_page_count(page, nr_pages);
	return page;
}

/* The head holds the only reference */
function kho_init_folio(page: page, order: int): void {
	const pfn = page_to_pfn(page);

	set_page_count(pfn, pfn + 1, 1);
	set_page_count(pfn + 1, pfn + pages_of_order(order), 0);
	if (order > 0) prep_compound_page(page, order);
}

/* Each page holds its own reference */
function kho_init_pages(page: page, nr_pages: ulong): void {
	const pfn = page_to_pfn(page);

	set_page_count(pfn, pfn + nr_pages, 1);
}

function kho_restore_folio(phys: phys_addr_t): page | null {
	const page = kho_restore_page(phys, true);

	return page === null ? null : page_folio(page);
}

function kho_restore_pages(phys: phys_addr_t, nr_pages: ulong): page | null {
	const start_pfn = PFN_DOWN(phys);
	const end_pfn = start_pfn + nr_pages;
	let pfn = start_pfn;

	while (pfn < end_pfn) {
		/* the same greedy split as when it was preserved, but for the node borders */
		const order = min(pfn === 0 ? KHO_ORDER_0_LOG2 : __ffs(pfn), ilog2(end_pfn - pfn));

		if (kho_restore_page(PFN_PHYS(pfn), false) === null) return null;
		pfn += pages_of_order(order);
	}
	return pfn_to_page(start_pfn);
}

function kho_restore_free(phys: phys_addr_t): void {
	const folio = kho_restore_folio(phys);

	if (folio === null) {
		WARN_ON(true, "!folio");
		return;
	}
	folio_put(folio);
}

/* Maps what kho_preserve_vmalloc() described; null when not all of it comes back, and then what did is lost */
function kho_restore_vmalloc(preservation: kho_vmalloc): vm_struct | null {
	const total_pages = preservation.total_pages;
	const contig_pages = pages_of_order(preservation.order);
	let chunk = num(preservation.first);
	let idx = 0;

	if (preservation.flags > KHO_VMALLOC_ALLOC + KHO_VMALLOC_HUGE_VMAP) return null;
	const area = get_vm_area(total_pages, preservation.order);

	while (chunk !== 0) {
		for (let i = 1; i <= KHO_VMALLOC_SIZE; i++) {
			const phys = num(phys_to_vmalloc_chunk(chunk).phys[i]);

			if (phys === 0) break;
			const page = kho_restore_pages(phys, contig_pages);
			if (page === null) return null;
			if (idx + contig_pages > total_pages) return null;
			for (let j = 0; j < contig_pages; j++) {
				area.pages[idx].page = pfn_to_page(page_to_pfn(page) + j);
				idx++;
			}
		}

		const next = num(phys_to_vmalloc_chunk(chunk).phys[0]);
		const page = kho_restore_pages(chunk, 1);
		if (page === null) return null;
		__free_pages(page, 0);
		chunk = next;
	}
	return idx === total_pages ? area : null;
}

/* kexec_file_load(): the FDT and a copy of the scratch array go with the image */
function kho_fill_kimage(): int {
	if (!kho_enable) return 0;

	const size = kho_scratch_cnt * SIZEOF_KHO_SCRATCH;
	const dest = kexec_add_buffer(size, SZ_64K);
	if (dest === 0) return -EADDRNOTAVAIL;

	kimage.kho = true;
	kimage.kho_fdt = kho_out.fdt_phys;
	kimage.kho_scratch = dest;
	kimage.nr_scratch = kho_scratch_cnt;
	return 0;
}

/* The place for a segment of the image: in the first area that has room, as high as it goes */
function kho_locate_mem_hole(size: phys_addr_t, align: phys_addr_t): phys_addr_t {
	for (let i = 0; i < kho_scratch_cnt; i++) {
		const start = kho_scratch[i].addr;
		const addr = locate_mem_hole_top_down(start, start + kho_scratch[i].size, size, align);

		if (addr !== 0) return addr;
	}
	return 0;
}
