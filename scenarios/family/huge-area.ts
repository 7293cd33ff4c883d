// A driver with an area of two huge pages, as vmalloc_huge() would make it: each block of order 9 at an address of its own.

function huge_area(first: phys_addr_t, second: phys_addr_t): int {
	const area = get_vm_area(2 * pages_of_order(9), 9);

	huge_area_block(area, 0, PFN_DOWN(first));
	huge_area_block(area, pages_of_order(9), PFN_DOWN(second));
	return kho_preserve_vmalloc(area, test_kho_items[0].vmalloc);
}

function huge_area_block(area: vm_struct, idx: int, pfn: pfn_t): void {
	if (take_pages_off_buddy(pfn, 9)) {
		prep_new_page(pfn_to_page(pfn), 9);
		split_page(pfn_to_page(pfn), 9);
	}
	for (let i = 0; i < pages_of_order(9); i++) area.pages[idx + i].page = pfn_to_page(pfn + i);
}
