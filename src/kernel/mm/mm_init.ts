// mm/mm_init.c: nodes, zones, struct pages, and their deferred initialisation. The kernel loops over single pages; here
// a stretch of pages that get the same is one range operation, and the text chooses the stretch. Left out: ZONE_MOVABLE
// (kernelcore=, movablecore=), ZONE_DEVICE, hugetlb, accept_memory, shuffling, cond_resched.

function mm_core_init_early(): void {
	kho_memory_init_early();
	free_area_init();
	sparse_init();
	memmap_init();
}

function mm_core_init(): void {
	rest_of_kernel("mm_core_init");
	build_all_zonelists();
	mem_debugging_and_hardening_init();
	kho_memory_init();
	memblock_free_all();
	/* kmem_cache_init() */
	slab_available = true;
	if (!deferred_struct_pages) page_ext_init();
}

/* First pfn above zone @zid (arch_zone_limits_init) */
function zone_limit_pfn(zid: int, max_pfn: pfn_t): pfn_t {
	if (zid === ZONE_DMA) return min(MAX_DMA_PFN, max_pfn);
	if (zid === ZONE_DMA32) return min(MAX_DMA32_PFN, max_pfn);
	return max_pfn;
}

function free_area_init(): void {
	const max_pfn = PFN_DOWN(memblock_end_of_DRAM());
	const r: mem_pfn_range = { start_pfn: 0, end_pfn: 0, nid: 0 };
	let start_pfn = PFN_UP(memblock_start_of_DRAM());

	pr_info("Zone ranges:");
	for (let zid = 0; zid <= ZONE_NORMAL; zid++) {
		const end_pfn = max(zone_limit_pfn(zid, max_pfn), start_pfn);

		if (start_pfn === end_pfn) pr_info("  %-8s empty", zone_name(zid));
		else
			pr_info(
				"  %-8s [mem %#018Lx-%#018Lx]",
				zone_name(zid),
				PFN_PHYS(start_pfn),
				PFN_PHYS(end_pfn) - 1,
			);
		start_pfn = end_pfn;
	}
	if (MAX_NR_ZONES > ZONE_DEVICE) pr_info("  %-8s empty", zone_name(ZONE_DEVICE));
	pr_info("Movable zone start for each node");

	pr_info("Early memory node ranges");
	for (
		let i = __next_mem_pfn_range(-1, MAX_NUMNODES, r);
		i >= 0;
		i = __next_mem_pfn_range(i, MAX_NUMNODES, r)
	)
		pr_info(
			"  node %3d: [mem %#018Lx-%#018Lx]",
			r.nid,
			PFN_PHYS(r.start_pfn),
			PFN_PHYS(r.end_pfn) - 1,
		);

	for (let nid = first_online_node(); nid < MAX_NUMNODES; nid = next_online_node(nid))
		free_area_init_node(nid, max_pfn);
}

function free_area_init_node(nid: nid_t, max_pfn: pfn_t): void {
	const pgdat = NODE_DATA(nid);
	const r: mem_pfn_range = { start_pfn: 0, end_pfn: 0, nid: 0 };
	let start_pfn = ULONG_MAX;
	let end_pfn = 0;

	/* get_pfn_range_for_nid */
	for (let i = __next_mem_pfn_range(-1, nid, r); i >= 0; i = __next_mem_pfn_range(i, nid, r)) {
		start_pfn = min(start_pfn, r.start_pfn);
		end_pfn = max(end_pfn, r.end_pfn);
	}
	if (start_pfn === ULONG_MAX) start_pfn = 0;

	pgdat.node_id = nid;
	pgdat.node_start_pfn = start_pfn;
	if (start_pfn !== end_pfn)
		pr_info(
			"Initmem setup node %d [mem %#018Lx-%#018Lx]",
			nid,
			PFN_PHYS(start_pfn),
			max(PFN_PHYS(end_pfn), 1) - 1,
		);
	else pr_info("Initmem setup node %d as memoryless", nid);

	calculate_node_totalpages(pgdat, start_pfn, end_pfn, max_pfn);
	pgdat.first_deferred_pfn = ULONG_MAX;
}

/* Spans and present pages of each zone of the node; the buddy's share is set to what is present for now */
function calculate_node_totalpages(
	pgdat: pglist_data,
	node_start: pfn_t,
	node_end: pfn_t,
	max_pfn: pfn_t,
): void {
	let zone_low = PFN_UP(memblock_start_of_DRAM());
	let present_pages = 0;

	for (let zid = 0; zid < MAX_NR_ZONES; zid++) {
		let zone_high = zone_low;

		if (zid <= ZONE_NORMAL) zone_high = max(zone_limit_pfn(zid, max_pfn), zone_low);
		const start = clamp(node_start, zone_low, zone_high);
		const end = clamp(node_end, zone_low, zone_high);
		const present = present_pages_in_range(pgdat.node_id, start, end);

		init_node_zone(pgdat.node_id, zid, start, max(end - start, 0), present);
		if (end > start) pgdat.nr_zones = zid + 1;
		present_pages += present;
		zone_low = zone_high;
	}
	pgdat.node_spanned_pages = node_end - node_start;
	pgdat.node_present_pages = present_pages;
}

function present_pages_in_range(nid: nid_t, start: pfn_t, end: pfn_t): ulong {
	const r: mem_pfn_range = { start_pfn: 0, end_pfn: 0, nid: 0 };
	let pages = 0;

	for (let i = __next_mem_pfn_range(-1, nid, r); i >= 0; i = __next_mem_pfn_range(i, nid, r))
		pages += max(min(r.end_pfn, end) - max(r.start_pfn, start), 0);
	return pages;
}

/* mm/sparse.c: a section with any memory gets a whole memmap, filled with whatever the RAM held, or poison */
function sparse_init(): void {
	const r: mem_pfn_range = { start_pfn: 0, end_pfn: 0, nid: 0 };

	for (
		let i = __next_mem_pfn_range(-1, MAX_NUMNODES, r);
		i >= 0;
		i = __next_mem_pfn_range(i, MAX_NUMNODES, r)
	) {
		const last = div(r.end_pfn - 1, PAGES_PER_SECTION);

		for (let nr = div(r.start_pfn, PAGES_PER_SECTION); nr <= last; nr++) memory_present(nr);
	}

	rest_of_kernel("sparse_init");
	for (let nr = next_present_section_nr(-1); nr >= 0; nr = next_present_section_nr(nr))
		vmemmap_populate(nr * PAGES_PER_SECTION, (nr + 1) * PAGES_PER_SECTION);
}

function memmap_init(): void {
	const r: mem_pfn_range = { start_pfn: 0, end_pfn: 0, nid: 0 };
	let hole_pfn = 0;
	let end_pfn = 0;
	let zone_id = 0;
	let nid = 0;

	for (
		let i = __next_mem_pfn_range(-1, MAX_NUMNODES, r);
		i >= 0;
		i = __next_mem_pfn_range(i, MAX_NUMNODES, r)
	) {
		nid = r.nid;
		end_pfn = r.end_pfn;

		for (let j = 0; j < MAX_NR_ZONES; j++) {
			const zone = NODE_DATA(nid).node_zones[j];

			if (zone.present_pages === 0) continue;
			hole_pfn = memmap_init_zone_range(zone, r.start_pfn, end_pfn, hole_pfn);
			zone_id = j;
		}
	}

	/* the last section is backed as a whole */
	end_pfn = ALIGN(end_pfn, PAGES_PER_SECTION);
	if (hole_pfn < end_pfn) init_unavailable_range(hole_pfn, end_pfn, zone_id, nid);
}

/* Returns where the next hole may begin */
function memmap_init_zone_range(
	zone: zone,
	start_pfn: pfn_t,
	end_pfn: pfn_t,
	hole_pfn: pfn_t,
): pfn_t {
	const zone_end_pfn = zone.zone_start_pfn + zone.spanned_pages;

	start_pfn = clamp(start_pfn, zone.zone_start_pfn, zone_end_pfn);
	end_pfn = clamp(end_pfn, zone.zone_start_pfn, zone_end_pfn);
	if (start_pfn >= end_pfn) return hole_pfn;

	memmap_init_range(
		end_pfn - start_pfn,
		zone_to_nid(zone),
		zone_idx(zone),
		start_pfn,
		zone_end_pfn,
		MEMINIT_EARLY,
	);

	if (hole_pfn < start_pfn)
		init_unavailable_range(hole_pfn, start_pfn, zone_idx(zone), zone_to_nid(zone));
	return end_pfn;
}

function memmap_init_range(
	size: ulong,
	nid: nid_t,
	zone: int,
	start_pfn: pfn_t,
	zone_end_pfn: pfn_t,
	context: int,
): void {
	const end_pfn = start_pfn + size;
	let pfn = start_pfn;

	while (pfn < end_pfn) {
		/* up to the next pageblock: deferral begins at a section border only, the type is chosen once a block */
		const next = min(pageblock_end_pfn(pfn), end_pfn);

		if (context === MEMINIT_EARLY) {
			if (defer_init(nid, pfn, next - pfn, zone_end_pfn)) {
				deferred_struct_pages = true;
				break;
			}
		}

		__init_single_page(pfn, next, zone, nid);
		if (pageblock_aligned(pfn))
			init_pageblock_migratetype(
				pfn_to_page(pfn),
				kho_scratch_migratetype(pfn, MIGRATE_MOVABLE),
				false,
			);
		pfn = next;
	}
}

/* Is @pfn the first page of its node to be left to the threads? @nr pages from @pfn on are counted as one by one */
function defer_init(nid: nid_t, pfn: pfn_t, nr: ulong, end_pfn: pfn_t): boolean {
	if (!CONFIG_DEFERRED_STRUCT_PAGE_INIT) return false;
	if (early_param("early_page_ext") !== null) return false;
	/* low zones are always populated */
	if (end_pfn < NODE_DATA(nid).node_start_pfn + NODE_DATA(nid).node_spanned_pages) return false;
	if (NODE_DATA(nid).first_deferred_pfn !== ULONG_MAX) return true;

	/* a new zone: counting starts again */
	if (prev_end_pfn !== end_pfn) {
		prev_end_pfn = end_pfn;
		nr_initialised = 0;
	}

	nr_initialised++;
	if (nr_initialised > PAGES_PER_SECTION && IS_ALIGNED(pfn, PAGES_PER_SECTION)) {
		NODE_DATA(nid).first_deferred_pfn = pfn;
		return true;
	}
	nr_initialised += nr - 1;
	return false;
}

/* Struct pages of holes, as far as their section exists */
function init_unavailable_range(spfn: pfn_t, epfn: pfn_t, zone: int, node: nid_t): void {
	let pgcnt = 0;

	while (spfn < epfn) {
		const next = min(ALIGN(spfn + 1, PAGES_PER_SECTION), epfn);

		if (pfn_valid(spfn)) {
			__init_single_page(spfn, next, zone, node);
			__SetPageReserved(spfn, next);
			pgcnt += next - spfn;
		}
		spfn = next;
	}
	if (pgcnt > 0)
		pr_info("On node %d, zone %s: %lld pages in unavailable ranges", node, zone_name(zone), pgcnt);
}

function early_page_initialised(pfn: pfn_t, nid: nid_t): boolean {
	return !node_online(nid) || pfn < NODE_DATA(nid).first_deferred_pfn;
}

/* init_deferred_page() on each of [pfn, end_pfn): nothing for pages that memmap_init() did */
function init_deferred_page(pfn: pfn_t, end_pfn: pfn_t, nid: nid_t): void {
	while (pfn < end_pfn) {
		const next = min(pageblock_end_pfn(pfn), end_pfn);

		__init_deferred_page(pfn, next, nid);
		pfn = next;
	}
}

/* [pfn, end_pfn) lies in one pageblock */
function __init_deferred_page(pfn: pfn_t, end_pfn: pfn_t, nid: nid_t): void {
	const pgdat = NODE_DATA(nid);

	if (early_page_initialised(pfn, nid)) return;

	while (pfn < end_pfn) {
		let next = end_pfn;
		let zid = 0;

		for (; zid < MAX_NR_ZONES; zid++) {
			const zone = pgdat.node_zones[zid];
			const zone_end = zone.zone_start_pfn + zone.spanned_pages;

			if (pfn >= zone.zone_start_pfn && pfn < zone_end) {
				next = min(next, zone_end);
				break;
			}
			if (pfn < zone.zone_start_pfn) next = min(next, zone.zone_start_pfn);
		}
		/* when no zone of the node spans the page, the number is that of no zone at all */
		__init_single_page(pfn, next, zid, nid);
		if (pageblock_aligned(pfn))
			init_pageblock_migratetype(
				pfn_to_page(pfn),
				kho_scratch_migratetype(pfn, MIGRATE_MOVABLE),
				false,
			);
		pfn = next;
	}
}

/* A block that memblock says is free; what is deferred will be freed by its thread */
function memblock_free_pages(pfn: pfn_t, order: int): void {
	if (CONFIG_DEFERRED_STRUCT_PAGE_INIT) {
		const nid = early_pfn_to_nid(pfn);

		if (!early_page_initialised(pfn, nid)) return;
	}
	__free_pages_core(pfn_to_page(pfn), order, MEMINIT_EARLY);
}

function pageblock_migratetype_init_range(pfn: pfn_t, nr_pages: ulong, mt: migratetype): void {
	const end_pfn = pfn + nr_pages;

	for (pfn = pageblock_align(pfn); pfn < end_pfn; pfn += pageblock_nr_pages)
		init_pageblock_migratetype(pfn_to_page(pfn), kho_scratch_migratetype(pfn, mt), false);
}

function deferred_free_pages(pfn: pfn_t, nr_pages: ulong): void {
	pageblock_migratetype_init_range(pfn, nr_pages, MIGRATE_MOVABLE);

	/* a whole naturally aligned block goes to the buddy at once */
	if (nr_pages === MAX_ORDER_NR_PAGES && IS_ALIGNED(pfn, MAX_ORDER_NR_PAGES)) {
		__free_pages_core(pfn_to_page(pfn), MAX_PAGE_ORDER, MEMINIT_EARLY);
		return;
	}

	for (let i = 0; i < nr_pages; i++) __free_pages_core(pfn_to_page(pfn + i), 0, MEMINIT_EARLY);
}

function deferred_init_pages(zone: zone, pfn: pfn_t, end_pfn: pfn_t): ulong {
	__init_single_page(pfn, end_pfn, zone_idx(zone), zone_to_nid(zone));
	return end_pfn - pfn;
}

function deferred_init_memmap_chunk(start_pfn: pfn_t, end_pfn: pfn_t, zone: zone): ulong {
	const nid = zone_to_nid(zone);
	const it: mem_range = { idx_a: 0, idx_b: 0, start: 0, end: 0, nid: NUMA_NO_NODE };
	let nr_pages = 0;

	while (__next_mem_range(it, nid, MEMBLOCK_NONE)) {
		let spfn = PFN_UP(it.start);
		let epfn = PFN_DOWN(it.end);

		if (spfn >= end_pfn) break;

		spfn = max(spfn, start_pfn);
		epfn = min(epfn, end_pfn);

		/*
		 * One max-order block at a time: whatever the buddy peeks at while
		 * these pages are freed has been initialised just before.
		 */
		while (spfn < epfn) {
			const mo_pfn = ALIGN(spfn + 1, MAX_ORDER_NR_PAGES);
			const chunk_end = min(mo_pfn, epfn);

			nr_pages += deferred_init_pages(zone, spfn, chunk_end);
			deferred_free_pages(spfn, chunk_end - spfn);

			spfn = chunk_end;
		}
	}
	return nr_pages;
}

/*
 * More of @zone for an allocation that finds too little: sections from where deferral begins, until as many pages are free
 * as @order rounded up to sections. True: try again.
 */
function deferred_grow_zone(zone: zone, order: int): boolean {
	const nr_pages_needed = ALIGN(pages_of_order(order), PAGES_PER_SECTION);
	const pgdat = zone.zone_pgdat;
	const zone_end_pfn = zone.zone_start_pfn + zone.spanned_pages;
	let spfn = pgdat.first_deferred_pfn;
	let nr_pages = 0;

	/* only the last zone of a node is deferred */
	if (zone_end_pfn !== pgdat.node_start_pfn + pgdat.node_spanned_pages) return false;

	spin_lock(pgdat.node_size_lock);
	/* another thread was faster */
	if (spfn !== pgdat.first_deferred_pfn) {
		spin_unlock(pgdat.node_size_lock);
		return true;
	}

	while (nr_pages < nr_pages_needed && spfn < zone_end_pfn) {
		const epfn = ALIGN(spfn + 1, PAGES_PER_SECTION);

		nr_pages += deferred_init_memmap_chunk(spfn, epfn, zone);
		spfn = epfn;
	}
	/* past the end there is nothing to defer */
	pgdat.first_deferred_pfn = spfn < zone_end_pfn ? spfn : ULONG_MAX;
	spin_unlock(pgdat.node_size_lock);

	return nr_pages > 0;
}

function deferred_init_memmap_job(start_pfn: pfn_t, end_pfn: pfn_t, zone: zone): void {
	deferred_init_memmap_chunk(start_pfn, end_pfn, zone);
}

/* Thread function of pgdatinit%d: everything of one node that memmap_init() left out */
function deferred_init_memmap(pgdat: pglist_data): void {
	spin_lock(pgdat.node_size_lock);
	const first_init_pfn = pgdat.first_deferred_pfn;
	if (first_init_pfn === ULONG_MAX) {
		spin_unlock(pgdat.node_size_lock);
		pgdat_init_report_one_done();
		return;
	}

	BUG_ON(
		first_init_pfn < pgdat.node_start_pfn,
		"pgdat->first_deferred_pfn < pgdat->node_start_pfn",
	);
	BUG_ON(
		first_init_pfn > pgdat.node_start_pfn + pgdat.node_spanned_pages,
		"pgdat->first_deferred_pfn > pgdat_end_pfn(pgdat)",
	);
	/* from here on "deferred" is answered with no for the whole node */
	pgdat.first_deferred_pfn = ULONG_MAX;
	spin_unlock(pgdat.node_size_lock);

	/* only the highest zone of a node is deferred */
	const zone = pgdat.node_zones[pgdat.nr_zones - 1];
	const last_pfn = ALIGN(zone.zone_start_pfn + zone.spanned_pages, PAGES_PER_SECTION);
	const job: padata_mt_job = {
		thread_fn: deferred_init_memmap_job,
		fn_arg: zone,
		start: first_init_pfn,
		size: last_pfn - first_init_pfn,
		align: PAGES_PER_SECTION,
		min_chunk: PAGES_PER_SECTION,
		max_threads: max(nr_cpus_node(pgdat.node_id), 1),
	};

	padata_do_multithreaded(job);

	pr_info("node %d deferred pages initialised in %ums", pgdat.node_id, 0);
	pgdat_init_report_one_done();
}

function pgdat_init_report_one_done(): void {
	if (atomic_dec_and_test("pgdat_init_n_undone")) complete(pgdat_init_all_done_comp);
}

function page_alloc_init_late(): void {
	if (CONFIG_DEFERRED_STRUCT_PAGE_INIT) {
		pgdat_init_n_undone = num_memory_nodes();
		for (let nid = first_memory_node(); nid < MAX_NUMNODES; nid = next_memory_node(nid))
			kthread_run(deferred_init_memmap, NODE_DATA(nid), "pgdatinit%d");

		wait_for_completion(pgdat_init_all_done_comp);
		/* growing a zone on demand is over */
		deferred_pages = false;
	}

	mem_init_print_info();
	memblock_discard();

	for (let nid = first_memory_node(); nid < MAX_NUMNODES; nid = next_memory_node(nid)) {
		const pgdat = NODE_DATA(nid);

		for (let zid = 0; zid < MAX_NR_ZONES; zid++)
			if (pgdat.node_zones[zid].present_pages > 0) set_zone_contiguous(pgdat.node_zones[zid]);
	}

	if (deferred_struct_pages) page_ext_init();
}

/* A pageblock that was reserved until now becomes free CMA memory */
function init_cma_reserved_pageblock(page: page): void {
	const pfn = page_to_pfn(page);

	__ClearPageReserved(pfn, pfn + pageblock_nr_pages);
	set_page_count(pfn, pfn + pageblock_nr_pages, 0);

	init_pageblock_migratetype(page, MIGRATE_CMA, false);
	/* set_page_refcounted() */
	set_page_count(pfn, pfn + 1, 1);
	/* the size of a pageblock is also the size of a CMA allocation unit */
	__free_pages(page, pageblock_order);

	adjust_managed_page_count(page, pageblock_nr_pages);
	page_zone(page).cma_pages += pageblock_nr_pages;
}

/* What the buddy can give right now, of what is present. The parts of the kernel's image are not known here */
function mem_init_print_info(): void {
	const kib = div(PAGE_SIZE, 1024);
	let free = 0;
	let present = 0;

	for (let nid = first_online_node(); nid < MAX_NUMNODES; nid = next_online_node(nid)) {
		const pgdat = NODE_DATA(nid);

		present += pgdat.node_present_pages;
		for (let zid = 0; zid < MAX_NR_ZONES; zid++) free += pgdat.node_zones[zid].nr_free_pages;
	}
	pr_info(
		"Memory: %luK/%luK available (%luK kernel code, %luK rwdata, %luK rodata, %luK init, %luK bss, %luK reserved, %luK cma-reserved)",
		free * kib,
		present * kib,
		0,
		0,
		0,
		0,
		0,
		(present - totalram_pages) * kib,
		0,
	);
}

/* Checked in this order by the kernel: one of them is enough to turn the checks of freed pages on */
function mem_debugging_and_hardening_init(): void {
	check_pages_enabled =
		CONFIG_DEBUG_VM ||
		kstrtobool(early_param("check_pages"), false) ||
		kstrtobool(early_param("page_poison"), false) ||
		kstrtobool(early_param("init_on_alloc"), CONFIG_INIT_ON_ALLOC_DEFAULT_ON) ||
		kstrtobool(early_param("init_on_free"), false) ||
		kstrtobool(early_param("debug_pagealloc"), false);
}
