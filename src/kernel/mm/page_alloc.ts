// mm/page_alloc.c: zonelists, freeing to the buddy, contiguous zones. Left out: per-CPU lists (every free goes straight
// to the buddy), watermarks and lowmem reserves, KASAN, page_owner, poisoning of free pages, reclaim, HIGHATOMIC.

function build_all_zonelists(): void {
	let vm_total_pages = 0;
	let nr_zonelists = 0;
	let policy_zone = ZONE_DMA;

	for (let nid = first_online_node(); nid < MAX_NUMNODES; nid = next_online_node(nid)) {
		const pgdat = NODE_DATA(nid);

		pr_info("Fallback order for Node %d: %s", nid, node_order(nid));
		nr_zonelists++;
		for (let zid = 0; zid < MAX_NR_ZONES; zid++) {
			const managed = pgdat.node_zones[zid].managed_pages;

			vm_total_pages += managed;
			if (managed > 0 && zid <= ZONE_NORMAL) policy_zone = max(policy_zone, zid);
		}
	}
	page_group_by_mobility_disabled = vm_total_pages < pageblock_nr_pages * MIGRATE_TYPES;
	pr_info(
		"Built %u zonelists, mobility grouping %s.  Total pages: %ld",
		nr_zonelists,
		page_group_by_mobility_disabled ? "off" : "on",
		vm_total_pages,
	);
	pr_info("Policy zone: %s", zone_name(policy_zone));
}

/* Pages that come from memblock: reserved and counted until now */
function __free_pages_core(page: page, order: int, context: int): void {
	const pfn = page_to_pfn(page);
	const nr_pages = pages_of_order(order);

	__ClearPageReserved(pfn, pfn + nr_pages);
	set_page_count(pfn, pfn + nr_pages, 0);
	atomic_long_add(nr_pages, page_zone(page), "managed_pages");

	/* fresh memory goes to the tail of the lists */
	__free_pages_ok(page, order, FPI_TO_TAIL);
}

function __free_pages_ok(page: page, order: int, fpi_flags: int): void {
	const pfn = page_to_pfn(page);
	const zone = page_zone(page);

	if (!__free_pages_prepare(page, order)) return;

	spin_lock(zone.lock);
	split_large_buddy(zone, page, pfn, order, fpi_flags);
	spin_unlock(zone.lock);
}

/* False: a page looks wrong, and nothing of the block is freed */
function __free_pages_prepare(page: page, order: int): boolean {
	const pfn = page_to_pfn(page);
	const end_pfn = pfn + pages_of_order(order);
	let bad = 0;

	if (CONFIG_DEBUG_VM) VM_BUG_ON_PAGE(PageTail(page), page, "PageTail(page)");
	const compound = PageHead(page);
	if (CONFIG_DEBUG_VM && compound)
		VM_BUG_ON_PAGE(folio_order(page) !== order, page, "compound && compound_order(page) != order");

	if (order > 0) {
		if (compound) {
			clear_compound_order(page);
			clear_compound_tail(pfn + 1, end_pfn);
		}
		let tail = pfn + 1;
		while (tail < end_pfn) {
			/* a bad tail is counted and left as it is */
			const next = check_pages_enabled ? find_bad_tail(tail, end_pfn, true) : end_pfn;

			clear_page_flags_at_prep(tail, next);
			if (next < end_pfn) {
				bad_page(pfn_to_page(next), page_bad_reason(pfn_to_page(next)));
				bad++;
			}
			tail = next + 1;
		}
	}

	if (page_has_type(page)) page._mapcount = -1;
	if (check_pages_enabled) {
		if (!page_expected_state(page)) {
			bad_page(page, page_bad_reason(page));
			bad++;
		}
		if (bad > 0) return false;
	}

	clear_page_flags_at_prep(pfn, pfn + 1);
	page.private = 0n;
	return true;
}

/* A block above the pageblock order is freed by pageblocks, each on the list of its own type */
function split_large_buddy(zone: zone, page: page, pfn: pfn_t, order: int, fpi_flags: int): void {
	const end_pfn = pfn + pages_of_order(order);

	if (order > pageblock_order) order = pageblock_order;

	while (pfn < end_pfn) {
		const mt = get_pfnblock_migratetype(page, pfn);

		__free_one_page(page, pfn, zone, order, mt, fpi_flags);
		pfn += pages_of_order(order);
		page = pfn_to_page(pfn);
	}
}

function account_freepages(zone: zone, nr_pages: int, mt: migratetype): void {
	if (is_migrate_isolate(mt)) return;
	zone.nr_free_pages += nr_pages;
	if (is_migrate_cma(mt)) zone.nr_free_cma_pages += nr_pages;
}

function __free_one_page(
	page: page,
	pfn: pfn_t,
	zone: zone,
	order: int,
	mt: migratetype,
	fpi_flags: int,
): void {
	if (CONFIG_DEBUG_VM)
		VM_BUG_ON_PAGE(!IS_ALIGNED(pfn, pages_of_order(order)), page, "pfn & ((1 << order) - 1)");
	account_freepages(zone, pages_of_order(order), mt);

	while (order < MAX_PAGE_ORDER) {
		const buddy = find_buddy_page_pfn(page, pfn, order);

		if (buddy === null) break;
		const buddy_pfn = page_to_pfn(buddy);

		if (order >= pageblock_order) {
			/* CMA, HIGHATOMIC and ISOLATE keep to themselves */
			const buddy_mt = get_pfnblock_migratetype(buddy, buddy_pfn);

			if (mt !== buddy_mt) {
				if (!migratetype_is_mergeable(mt) || !migratetype_is_mergeable(buddy_mt)) break;
				__del_page_from_free_list(buddy, zone, order);
				set_pageblock_migratetype_range(buddy_pfn, order, mt);
			} else {
				__del_page_from_free_list(buddy, zone, order);
			}
		} else {
			__del_page_from_free_list(buddy, zone, order);
		}

		pfn = min(pfn, buddy_pfn);
		page = pfn_to_page(pfn);
		order++;
	}

	set_buddy_order(page, order);

	let to_tail = (fpi_flags & FPI_TO_TAIL) !== 0;
	if (!to_tail) to_tail = buddy_merge_likely(pfn, page, order);
	__add_to_free_list(page, zone, order, mt, to_tail);
}

function set_pageblock_migratetype_range(pfn: pfn_t, order: int, mt: migratetype): void {
	const end_pfn = pfn + pages_of_order(order);

	for (; pfn < end_pfn; pfn += pageblock_nr_pages)
		init_pageblock_migratetype(pfn_to_page(pfn), mt, false);
}

/* The buddy of [pfn, pfn + 2^order), when it is free as a whole */
function find_buddy_page_pfn(page: page, pfn: pfn_t, order: int): page | null {
	const buddy = pfn_to_page(buddy_pfn_of(pfn, order));

	if (page_is_buddy(page, buddy, order)) return buddy;
	return null;
}

function page_is_buddy(page: page, buddy: page, order: int): boolean {
	if (!PageBuddy(buddy)) return false;
	if (buddy_order(buddy) !== order) return false;
	/* zones may begin and end inside a block */
	if (page_zone_id(page) !== page_zone_id(buddy)) return false;
	if (CONFIG_DEBUG_VM) VM_BUG_ON_PAGE(page_count(buddy) !== 0, buddy, "page_count(buddy) != 0");
	return true;
}

/* Is the block one order up about to be completed? Then this one is better used last */
function buddy_merge_likely(pfn: pfn_t, page: page, order: int): boolean {
	if (order >= MAX_PAGE_ORDER - 1) return false;
	const higher_pfn = min(pfn, buddy_pfn_of(pfn, order));

	return find_buddy_page_pfn(pfn_to_page(higher_pfn), higher_pfn, order + 1) !== null;
}

/* One reference less; the last one frees */
function __free_pages(page: page, order: int): void {
	___free_pages(page, order, FPI_NONE);
}

function ___free_pages(page: page, order: int, fpi_flags: int): void {
	if (put_page_testzero(page)) __free_frozen_pages(page, order, fpi_flags);
}

function __free_frozen_pages(page: page, order: int, fpi_flags: int): void {
	__free_pages_ok(page, order, fpi_flags);
}

function folio_put(folio: page): void {
	if (put_page_testzero(folio)) __folio_put(folio);
}

function __folio_put(folio: page): void {
	__free_frozen_pages(folio, folio_order(folio), FPI_NONE);
}

/* Asked by allocations that find too little in @zone */
function _deferred_grow_zone(zone: zone, order: int): boolean {
	if (!deferred_pages) return false;
	return deferred_grow_zone(zone, order);
}

/* Not in the kernel: an allocation that finds too little in the highest zone of node @nid, up to where it would try again */
function slow_allocation(nid: nid_t, order: int): void {
	const pgdat = NODE_DATA(nid);

	_deferred_grow_zone(pgdat.node_zones[pgdat.nr_zones - 1], order);
}

/* The upper halves of a block of order @high go back, until a block of order @low is left */
function expand(zone: zone, pfn: pfn_t, low: int, high: int, mt: migratetype): void {
	while (high > low) {
		high--;
		const half = pfn_to_page(pfn + pages_of_order(high));

		__add_to_free_list(half, zone, high, mt, false);
		set_buddy_order(half, high);
	}
}

function page_del_and_expand(zone: zone, page: page, low: int, high: int, mt: migratetype): void {
	__del_page_from_free_list(page, zone, high);
	expand(zone, page_to_pfn(page), low, high, mt);
	account_freepages(zone, 0 - pages_of_order(low), mt);
}

/* The head of the first list that has a block large enough */
function __rmqueue_smallest(zone: zone, order: int, mt: migratetype): page | null {
	for (let current_order = order; current_order <= MAX_PAGE_ORDER; current_order++) {
		const page = get_page_from_free_area(zone, current_order, mt);

		if (page === null) continue;
		page_del_and_expand(zone, page, order, current_order, mt);
		return page;
	}
	return null;
}

/* The @i-th type that lends to @mt, in order of preference; -1: no more */
function fallback_type(mt: migratetype, i: int): migratetype {
	if (i > 1) return -1;
	if (mt === MIGRATE_UNMOVABLE) return i === 0 ? MIGRATE_RECLAIMABLE : MIGRATE_MOVABLE;
	if (mt === MIGRATE_MOVABLE) return i === 0 ? MIGRATE_RECLAIMABLE : MIGRATE_UNMOVABLE;
	if (mt === MIGRATE_RECLAIMABLE) return i === 0 ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE;
	return -1;
}

/* The largest block of another type; large enough, its pageblock changes sides */
function __rmqueue_claim(zone: zone, order: int, start_type: migratetype): page | null {
	for (let current_order = MAX_PAGE_ORDER; current_order >= order; current_order--) {
		for (let i = 0; fallback_type(start_type, i) >= 0; i++) {
			const page = get_page_from_free_area(zone, current_order, fallback_type(start_type, i));

			if (page === null) continue;
			return try_to_claim_block(
				zone,
				page,
				current_order,
				order,
				start_type,
				fallback_type(start_type, i),
			);
		}
	}
	return null;
}

function try_to_claim_block(
	zone: zone,
	page: page,
	current_order: int,
	order: int,
	start_type: migratetype,
	block_type: migratetype,
): page {
	const pfn = page_to_pfn(page);
	let mt = block_type;

	__del_page_from_free_list(page, zone, current_order);
	/* whole pageblocks, or half of one */
	if (current_order >= pageblock_order) {
		set_pageblock_migratetype_range(pfn, current_order, start_type);
		mt = start_type;
	} else if (current_order >= pageblock_order - 1) {
		set_pageblock_migratetype_range(pageblock_start_pfn(pfn), pageblock_order, start_type);
		mt = start_type;
	}
	expand(zone, pfn, order, current_order, mt);
	account_freepages(zone, 0 - pages_of_order(order), block_type);
	return page;
}

function rmqueue(zone: zone, order: int, mt: migratetype): page | null {
	spin_lock(zone.lock);
	let page = __rmqueue_smallest(zone, order, mt);
	if (page === null) page = __rmqueue_claim(zone, order, mt);
	spin_unlock(zone.lock);
	return page;
}

/* Zones from high to low, those of @nid before those of other nodes */
function get_page_from_freelist(nid: nid_t, order: int, mt: migratetype): page | null {
	for (let i = 0; i < num_memory_nodes(); i++) {
		const pgdat = NODE_DATA(fallback_node(nid, i));

		for (let zid = MAX_NR_ZONES - 1; zid >= 0; zid--) {
			const zone = pgdat.node_zones[zid];

			if (zone.managed_pages === 0) continue;
			let page = rmqueue(zone, order, mt);
			if (page === null && _deferred_grow_zone(zone, order)) page = rmqueue(zone, order, mt);
			if (page !== null) return page;
		}
	}
	return null;
}

/* The first page gets the reference; what the others hold stays as it was, 0 but for a block that was freed unchecked */
function prep_new_page(page: page, order: int): void {
	const pfn = page_to_pfn(page);

	if (CONFIG_DEBUG_VM) VM_BUG_ON_PAGE(page_count(page) !== 0, page, "page_ref_count(page)");
	set_page_count(pfn, pfn + 1, 1);
	page.private = 0n;
}

/* @nid: NUMA_NO_NODE for the node of the boot processor. A scenario may say where the buddy's pages came from */
function alloc_pages_node(nid: nid_t, order: int, mt: migratetype): page | null {
	const placed = next_placement();
	let page: page | null = null;

	if (placed >= 0 && take_pages_off_buddy(placed, order)) page = pfn_to_page(placed);
	if (page === null)
		page = get_page_from_freelist(nid === NUMA_NO_NODE ? first_memory_node() : nid, order, mt);
	if (page !== null) prep_new_page(page, order);
	return page;
}

/* A zeroed page for the kernel, by its physical address; 0: there is none */
function get_zeroed_page(): phys_addr_t {
	const page = alloc_pages_node(NUMA_NO_NODE, 0, MIGRATE_UNMOVABLE);

	if (page === null) return 0;
	clear_page(page_to_phys(page));
	return page_to_phys(page);
}

/* A compound page */
function folio_alloc_node(nid: nid_t, order: int): page | null {
	const page = alloc_pages_node(nid, order, MIGRATE_UNMOVABLE);

	if (page !== null && order > 0) prep_compound_page(page, order);
	return page;
}

/* take_page_off_buddy(), of a block: false when not all of [pfn, pfn + 2^order) is free */
function take_pages_off_buddy(pfn: pfn_t, order: int): boolean {
	for (let current_order = order; current_order <= MAX_PAGE_ORDER; current_order++) {
		const head_pfn = ALIGN_DOWN(pfn, pages_of_order(current_order));
		const head = pfn_to_page(head_pfn);

		if (!PageBuddy(head) || buddy_order(head) !== current_order) continue;
		const zone = page_zone(head);
		const mt = get_pfnblock_migratetype(head, head_pfn);

		spin_lock(zone.lock);
		__del_page_from_free_list(head, zone, current_order);
		break_down_buddy_pages(zone, head_pfn, pfn, order, current_order, mt);
		account_freepages(zone, 0 - pages_of_order(order), mt);
		spin_unlock(zone.lock);
		return true;
	}
	return false;
}

/* Halves the block at @pfn until the one at @target is of order @low; the other halves stay free */
function break_down_buddy_pages(
	zone: zone,
	pfn: pfn_t,
	target: pfn_t,
	low: int,
	high: int,
	mt: migratetype,
): void {
	while (high > low) {
		high--;
		const upper = pfn + pages_of_order(high);
		let other = upper;

		if (target >= upper) {
			other = pfn;
			pfn = upper;
		}
		__add_to_free_list(pfn_to_page(other), zone, high, mt, false);
		set_buddy_order(pfn_to_page(other), high);
	}
}

/* Each page of an allocated block gets a count of its own */
function split_page(page: page, order: int): void {
	const pfn = page_to_pfn(page);

	set_page_count(pfn + 1, pfn + pages_of_order(order), 1);
}

/* Reserved memory that is no longer needed, such as the initrd's; in whole pages */
function free_reserved_area(start: phys_addr_t, end: phys_addr_t): ulong {
	const end_pfn = PFN_DOWN(end);
	let pages = 0;

	/* their struct pages may not exist yet */
	if (
		WARN_ON(
			deferred_pages,
			"Cannot free reserved memory because of deferred initialization of the memory map",
		)
	)
		return 0;
	for (let pfn = PFN_UP(start); pfn < end_pfn; pfn++) {
		__ClearPageReserved(pfn, pfn + 1);
		set_page_count(pfn, pfn + 1, 1);
		__free_pages(pfn_to_page(pfn), 0);
		adjust_managed_page_count(pfn_to_page(pfn), 1);
		pages++;
	}
	return pages;
}

function adjust_managed_page_count(page: page, count: int): void {
	const zone = page_zone(page);

	atomic_long_add(count, zone, "managed_pages");
	totalram_pages_add(count);
}

function prep_compound_page(page: page, order: int): void {
	const pfn = page_to_pfn(page);

	page.flags = page.flags | PG_head;
	prep_compound_tail(pfn + 1, pfn + pages_of_order(order), page);
	prep_compound_head(page, order);
}

function set_zone_contiguous(zone: zone): void {
	const end_pfn = zone.zone_start_pfn + zone.spanned_pages;
	let block_start_pfn = zone.zone_start_pfn;

	while (block_start_pfn < end_pfn) {
		const block_end_pfn = min(pageblock_end_pfn(block_start_pfn), end_pfn);

		if (__pageblock_pfn_to_page(block_start_pfn, block_end_pfn, zone) === null) return;
		block_start_pfn = block_end_pfn;
	}
	/* no hole was found */
	zone.contiguous = true;
}

/* First page of the block when its first and last page are of the zone; it may hold others between */
function __pageblock_pfn_to_page(start_pfn: pfn_t, end_pfn: pfn_t, zone: zone): page | null {
	end_pfn--;
	if (!pfn_valid(end_pfn)) return null;

	const start_page = pfn_to_online_page(start_pfn);
	if (start_page === null) return null;
	if (page_zone(start_page) !== zone) return null;

	const end_page = pfn_to_page(end_pfn);
	if (page_zone_id(start_page) !== page_zone_id(end_page)) return null;
	return start_page;
}
