// kernel/liveupdate/kexec_handover.c and kexec_handover.h, v7.3: the new kernel's side of KHO. The old kernel's side
// (scratch, preserving, the outgoing FDT) and vmalloc are left out for now: a scenario's handover stands for them.

const KHO_ORDER_0_LOG2 = 52;
const KHO_RADIX_KEY_WIDTH = 53;
const KHO_TABLE_SIZE_LOG2 = 9;
const KHO_TABLE_SIZE = 512;
const KHO_BITMAP_SIZE_LOG2 = 15;
const KHO_BITMAP_BITS = 32768;
const KHO_TREE_MAX_DEPTH = 6;
const KHO_PAGE_MAGIC = 0x4b484f50n;
const KHO_EXT_SHIFT = 30;

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
		memblock_free(node, PAGE_SIZE);
		node = next;
	}
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

/* Very early: the FDT and the scratch array are read through early_memremap(), no struct page is touched */
function kho_populate(fdt_phys: phys_addr_t, scratch_phys: phys_addr_t, scratch_cnt: int): void {
	for (let i = 0; i < scratch_cnt; i++) {
		const area = kho_scratch[i];

		memblock_add(area.addr, area.size);
		memblock_mark_kho_scratch(area.addr, area.size);
	}

	/* the array itself must survive until it is read again */
	if (scratch_phys !== 0) memblock_reserve(scratch_phys, scratch_cnt * 16);

	/* what is preserved is not known yet: allocate from scratch only */
	memblock_set_kho_scratch_only();

	kho_in.fdt = true;
	kho_in.fdt_phys = fdt_phys;
	kho_in.scratch_phys = scratch_phys;
	pr_info("KHO: found kexec handover data.");
}

function kho_memory_init_early(): void {
	if (!kho_in.fdt) return;

	kho_in.radix_tree.root = boot_params.mem_map;
	kho_scratch_cnt = boot_params.nr_scratch;

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
	memblock_free(phys, PAGE_SIZE);
}

function kho_memory_init(): void {
	if (is_kdump_kernel()) {
		pr_info("KHO: disabled in the kdump kernel");
		kho_enable = false;
		return;
	}
	if (kho_in.fdt) kho_mem_retrieve();
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

/* fs_initcall. With a predecessor scratch is in the buddy already: nothing to give back */
function kho_init(): void {
	if (!kho_enable) return;
	if (kho_in.fdt) return;
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
