// What the driver beside it does with kho_split_preserved_pages(), which only the last patch of the mail has.

/* Second thoughts, and KHO is told. What came of it is noted as another item */
function dma_split_preserved(phys: phys_addr_t, order: int): int {
	const err = kho_split_preserved_pages(pfn_to_page(PFN_DOWN(phys)), order);

	return test_kho_note(TEST_KHO_PAGES, phys, pages_of_order(order), err);
}
