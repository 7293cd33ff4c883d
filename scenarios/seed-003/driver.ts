// A driver with a buffer for a device, in the manner of dma_alloc_coherent(): the actors of the scenarios beside it. It takes the
// block at the address that the scenario gives, hands it over, and frees it in the next kernel as it owns it: a block as a
// block, pages one by one. What preserving gave stands in test_kho_items. Knows nothing of how KHO stores a block.

/* As the allocator gives it: one block, of which only the first page holds a reference, and not compound */
function dma_alloc(phys: phys_addr_t, order: int): page | null {
	const pfn = PFN_DOWN(phys);

	if (!take_pages_off_buddy(pfn, order)) return null;
	prep_new_page(pfn_to_page(pfn), order);
	return pfn_to_page(pfn);
}

function dma_preserve(phys: phys_addr_t, nr_pages: ulong): int {
	const err = kho_preserve_pages(pfn_to_page(PFN_DOWN(phys)), nr_pages);

	return test_kho_note(TEST_KHO_PAGES, phys, nr_pages, err);
}

function dma_unpreserve(phys: phys_addr_t, order: int): void {
	kho_unpreserve_pages(pfn_to_page(PFN_DOWN(phys)), pages_of_order(order));
}

/* A block that stays one */
function dma_block(phys: phys_addr_t, order: int): int {
	if (dma_alloc(phys, order) === null) return -ENOMEM;
	return dma_preserve(phys, pages_of_order(order));
}

/* A block of which each page is used by itself */
function dma_pages(phys: phys_addr_t, order: int): int {
	const page = dma_alloc(phys, order);

	if (page === null) return -ENOMEM;
	split_page(page, order);
	return dma_preserve(phys, pages_of_order(order));
}

/* Two blocks of one order, side by side, with one call for both; the first or the second of them split, or none */
function dma_two_blocks(phys: phys_addr_t, order: int, split: int): int {
	const second_phys = phys + PFN_PHYS(pages_of_order(order));
	const first = dma_alloc(phys, order);
	const second = dma_alloc(second_phys, order);

	if (first === null || second === null) return -ENOMEM;
	if (split === 1) split_page(first, order);
	if (split === 2) split_page(second, order);
	return dma_preserve(phys, pages_of_order(order + 1));
}

/* Second thoughts: the pages are needed one by one after all. KHO is not told */
function dma_split_alone(phys: phys_addr_t, order: int): void {
	split_page(pfn_to_page(PFN_DOWN(phys)), order);
}

function dma_free_pages(phys: phys_addr_t, nr_pages: ulong): void {
	const pfn = PFN_DOWN(phys);

	for (let i = 0; i < nr_pages; i++) __free_pages(pfn_to_page(pfn + i), 0);
}

/* The next kernel: what was one block comes back and is freed as one */
function dma_restore_block(phys: phys_addr_t, order: int): void {
	const page = kho_restore_pages(phys, pages_of_order(order));

	if (page !== null) __free_pages(page, order);
}

/* … what was split, page by page */
function dma_restore_pages(phys: phys_addr_t, order: int): void {
	if (kho_restore_pages(phys, pages_of_order(order)) === null) return;
	dma_free_pages(phys, pages_of_order(order));
}

/* … two blocks that one call had preserved; each as it was */
function dma_restore_two_blocks(phys: phys_addr_t, order: int, split: int): void {
	const first = kho_restore_pages(phys, pages_of_order(order + 1));
	if (first === null) return;
	const second_phys = phys + PFN_PHYS(pages_of_order(order));

	if (split === 1) dma_free_pages(phys, pages_of_order(order));
	else __free_pages(first, order);
	if (split === 2) dma_free_pages(second_phys, pages_of_order(order));
	else __free_pages(pfn_to_page(PFN_DOWN(second_phys)), order);
}

/* … as a folio, as whoever mistakes the one for the other does */
function dma_restore_folio(phys: phys_addr_t): void {
	const folio = kho_restore_folio(phys);

	if (folio !== null) folio_put(folio);
}

/* Whatever the buddy has, by pages if nothing larger is left; nobody gives it back */
function dma_take_all_memory(): void {
	for (let order = MAX_PAGE_ORDER; order >= 0; order--) {
		let page = alloc_pages_node(NUMA_NO_NODE, order, MIGRATE_UNMOVABLE);

		while (page !== null) page = alloc_pages_node(NUMA_NO_NODE, order, MIGRATE_UNMOVABLE);
	}
}

/* The image is loaded and started from a thread of its own */
function dma_kexec(kernel_size: phys_addr_t, initrd_size: phys_addr_t): void {
	kexec_file_load(kernel_size, initrd_size);
	kernel_kexec();
}
