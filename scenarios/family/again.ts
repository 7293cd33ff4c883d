// A driver that keeps a folio over another kexec: what it restored it preserves again.

function preserve_again(phys: phys_addr_t): int {
	return kho_preserve_folio(pfn_to_page(PFN_DOWN(phys)));
}
