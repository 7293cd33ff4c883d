// A driver that preserves a block when all but two pages of memory are in use, and once more when there is memory again.

const STARVE_PAGES = 32;

/* All memory is taken: two pages at @phys are left, 30 behind them can be given back later */
function starve_memory(phys: phys_addr_t): void {
	const pfn = PFN_DOWN(phys);

	for (let i = 0; i < STARVE_PAGES; i++)
		if (take_pages_off_buddy(pfn + i, 0)) prep_new_page(pfn_to_page(pfn + i), 0);
	for (let order = MAX_PAGE_ORDER; order >= 0; order--) starve_order(order);
	starve_give_back(pfn, pfn + 2);
}

function starve_order(order: int): void {
	let page = alloc_pages_node(NUMA_NO_NODE, order, MIGRATE_MOVABLE);

	while (page !== null) page = alloc_pages_node(NUMA_NO_NODE, order, MIGRATE_MOVABLE);
}

function starve_give_back(pfn: pfn_t, end_pfn: pfn_t): void {
	for (; pfn < end_pfn; pfn++) __free_pages(pfn_to_page(pfn), 0);
}

function starve_recover(phys: phys_addr_t): void {
	starve_give_back(PFN_DOWN(phys) + 2, PFN_DOWN(phys) + STARVE_PAGES);
}

/* Somebody else's page: zeroed, as pages of the kernel are */
function starve_other_user(): void {
	pr_info("starve: another user has page %#x", get_zeroed_page());
}

/* Preserves a block that is in use. What came of it is an item */
function starve_preserve(phys: phys_addr_t, order: int): int {
	const err = kho_preserve_pages(pfn_to_page(PFN_DOWN(phys)), pages_of_order(order));

	return test_kho_note(TEST_KHO_BORROWED, phys, pages_of_order(order), err);
}
