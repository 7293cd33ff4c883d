// A driver that calls KHO about memory that others hand over, too: each call is about one folio or page, found by its address.

function owner_preserve(phys: phys_addr_t): int {
	return kho_preserve_folio(pfn_to_page(PFN_DOWN(phys)));
}

function owner_unpreserve(phys: phys_addr_t): void {
	kho_unpreserve_folio(pfn_to_page(PFN_DOWN(phys)));
}

function owner_preserve_page(phys: phys_addr_t): int {
	return kho_preserve_pages(pfn_to_page(PFN_DOWN(phys)), 1);
}

function owner_put(phys: phys_addr_t): void {
	folio_put(pfn_to_page(PFN_DOWN(phys)));
}
