// mm/page_alloc.c, v7.3: zonelists, freeing to the buddy, contiguous zones. Left out: per-CPU lists (every free goes straight
// to the buddy), watermarks and lowmem reserves, KASAN, page_owner, poisoning of free pages, allocation.

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
			const next = check_pages_enabled ? find_bad_tail(tail, end_pfn) : end_pfn;

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
