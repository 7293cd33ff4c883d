// A driver that is short of memory: takes blocks that cannot be moved until one of them lies in scratch, or there is none left.
// It never gives anything back. What it gets in scratch it may hand to the next kernel.

/* A block of @order in scratch, as far as the buddy gives one for memory that cannot be moved */
function hungry_take(order: int): page | null {
	let page = alloc_pages_node(NUMA_NO_NODE, order, MIGRATE_UNMOVABLE);

	while (page !== null && !hungry_in_scratch(page_to_phys(page)))
		page = alloc_pages_node(NUMA_NO_NODE, order, MIGRATE_UNMOVABLE);
	if (page !== null) hungry_got(page_to_phys(page));
	return page;
}

/* For breakpoints */
function hungry_got(phys: phys_addr_t): void {
	pr_info("hungry: got memory at %#x, in scratch", phys);
}

function hungry_in_scratch(phys: phys_addr_t): boolean {
	for (let i = 0; i < kho_scratch_cnt; i++) {
		const area = kho_scratch[i];

		if (phys >= area.addr && phys < area.addr + area.size) return true;
	}
	return false;
}

/* A max-order block from scratch is handed over, or not */
function hungry_preserve(): int {
	const page = hungry_take(MAX_PAGE_ORDER);

	if (page === null) return -ENOMEM;
	split_page(page, MAX_PAGE_ORDER);
	return test_kho_preserve_pages(page_to_phys(page), MAX_ORDER_NR_PAGES);
}
