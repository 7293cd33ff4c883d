// mm/memblock.c: walking memory and reserved regions, and giving what is free to the buddy. The arrays themselves
// (add, reserve, mark, isolate, merge, doubling) and __next_mem_range() are intrinsics. Left out: physmem, mirrored memory.

/* Next region after @i with whole pages in it, of @nid or (MAX_NUMNODES) of any node; -1 at the end */
function __next_mem_pfn_range(i: int, nid: nid_t, out: mem_pfn_range): int {
	for (i++; i < memblock.memory.cnt; i++) {
		const r = memblock.memory.regions[i];
		const start_pfn = PFN_UP(r.base);
		const end_pfn = PFN_DOWN(r.base + r.size);

		if (start_pfn >= end_pfn) continue;
		if (nid !== MAX_NUMNODES && nid !== r.nid) continue;
		out.start_pfn = start_pfn;
		out.end_pfn = end_pfn;
		out.nid = r.nid;
		return i;
	}
	return -1;
}

/* By its place in the direct map in the kernel, where this is what memblock=debug names as the caller */
function memblock_free(phys: phys_addr_t, size: phys_addr_t): void {
	memblock_phys_free(phys, size);
}

function memblock_dump_all(): void {
	if (memblock_debug) __memblock_dump_all();
}

function __memblock_dump_all(): void {
	pr_info("MEMBLOCK configuration:");
	pr_info(
		" memory size = %pa reserved size = %pa",
		memblock.memory.total_size,
		memblock.reserved.total_size,
	);
	memblock_dump(memblock.memory);
	memblock_dump(memblock.reserved);
}

function memblock_dump(type: memblock_type): void {
	pr_info(" %s.cnt  = 0x%lx", type.name, type.cnt);
	for (let i = 0; i < type.cnt; i++) {
		const r = type.regions[i];
		const end = r.base + r.size - 1;

		if (numa_valid_node(r.nid))
			pr_info(
				" %s[%#x]\t[%pa-%pa], %pa bytes on node %d flags: %#x",
				type.name,
				i,
				r.base,
				end,
				r.size,
				r.nid,
				r.flags,
			);
		else
			pr_info(
				" %s[%#x]\t[%pa-%pa], %pa bytes flags: %#x",
				type.name,
				i,
				r.base,
				end,
				r.size,
				r.flags,
			);
	}
}

function memblock_free_all(): void {
	reset_all_zones_managed_pages();

	memblock_clear_kho_scratch_only();
	const pages = free_low_memory_core_early();
	totalram_pages_add(pages);
}

function reset_all_zones_managed_pages(): void {
	for (let nid = first_online_node(); nid < MAX_NUMNODES; nid = next_online_node(nid)) {
		const pgdat = NODE_DATA(nid);

		for (let zid = 0; zid < MAX_NR_ZONES; zid++) pgdat.node_zones[zid].managed_pages = 0;
	}
}

function free_low_memory_core_early(): ulong {
	const it: mem_range = { idx_a: 0, idx_b: 0, start: 0, end: 0, nid: NUMA_NO_NODE };
	let count = 0;

	memblock_clear_hotplug(0, PHYS_ADDR_MAX);
	memmap_init_reserved_pages();

	while (__next_mem_range(it, NUMA_NO_NODE, MEMBLOCK_NONE))
		count += __free_memory_core(it.start, it.end);
	return count;
}

/* Reserved struct pages; without NOINIT, which is what KHO asks for */
function memmap_init_reserved_pages(): void {
	let max_reserved = 0;

	do {
		max_reserved = memblock.reserved.max;
		for (let i = 0; i < memblock.memory.cnt; i++) {
			const region = memblock.memory.regions[i];
			const nid = region.nid;

			if ((region.flags & MEMBLOCK_NOMAP) !== 0)
				memmap_init_reserved_range(region.base, region.base + region.size, nid);
			memblock_set_node(region.base, region.size, memblock.reserved, nid);
		}
		/* set_node may have moved the array of reserved regions */
	} while (memblock.reserved.max !== max_reserved);

	for (let i = 0; i < memblock.reserved.cnt; i++) {
		const region = memblock.reserved.regions[i];

		if ((region.flags & MEMBLOCK_RSRV_NOINIT) === 0) {
			let nid = region.nid;

			if (!numa_valid_node(nid)) nid = early_pfn_to_nid(PFN_DOWN(region.base));
			memmap_init_reserved_range(region.base, region.base + region.size, nid);
		}
	}
}

/* x86 does not keep memblock: arrays that were doubled go to the buddy. What they held can still be looked at here */
function memblock_discard(): void {
	if (memblock.reserved.array_size > 0)
		memblock_free_late(memblock.reserved.array_base, memblock.reserved.array_size);
	if (memblock.memory.array_size > 0)
		memblock_free_late(memblock.memory.array_base, memblock.memory.array_size);
}

function memblock_free_late(base: phys_addr_t, size: phys_addr_t): void {
	const end = PFN_DOWN(base + size);

	for (let pfn = PFN_UP(base); pfn < end; pfn++) {
		memblock_free_pages(pfn, 0);
		totalram_pages_add(1);
	}
}

function memmap_init_reserved_range(start: phys_addr_t, end: phys_addr_t, nid: nid_t): void {
	const end_pfn = PFN_UP(end);
	let pfn = PFN_DOWN(start);

	while (pfn < end_pfn) {
		const next = min(pageblock_end_pfn(pfn), end_pfn);

		if (pfn_valid(pfn)) {
			init_deferred_page(pfn, next, nid);
			/* nobody else knows these pages yet: no atomic operation is needed */
			__SetPageReserved(pfn, next);
		}
		pfn = next;
	}
}

function __free_memory_core(start: phys_addr_t, end: phys_addr_t): ulong {
	const start_pfn = PFN_UP(start);
	const end_pfn = PFN_DOWN(end);

	if (start_pfn >= end_pfn) return 0;
	__free_pages_memory(start_pfn, end_pfn);
	return end_pfn - start_pfn;
}

/* The largest naturally aligned blocks that fit */
function __free_pages_memory(start: pfn_t, end: pfn_t): void {
	while (start < end) {
		let order = MAX_PAGE_ORDER;

		if (start > 0) order = min(MAX_PAGE_ORDER, __ffs(start));
		while (start + pages_of_order(order) > end) order--;

		memblock_free_pages(start, order);
		start += pages_of_order(order);
	}
}
