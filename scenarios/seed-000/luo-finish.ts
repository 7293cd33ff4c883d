// The end of a live update session, in the manner of kernel/liveupdate/luo_session.c and mm/memfd_luo.c: a file that was
// preserved and that nobody has asked for is given up, folio by folio. Left out: sessions and files with their names, the
// list of folios, which here lie one behind the other, and what is read back into a memfd when somebody does ask.

function luo_session_finish(phys: phys_addr_t, nr_folios: ulong): void {
	memfd_luo_finish(phys, nr_folios);
}

/* To be freed, a folio must be restored first */
function memfd_luo_finish(phys: phys_addr_t, nr_folios: ulong): void {
	for (let i = 0; i < nr_folios; i++) {
		const folio = kho_restore_folio(phys + PFN_PHYS(i));

		if (folio === null) {
			pr_warn("memfd_luo: cannot restore the folio at %pa", phys + PFN_PHYS(i));
			continue;
		}
		folio_put(folio);
	}
}
