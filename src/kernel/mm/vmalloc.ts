// mm/vmalloc.c: areas of pages that are mapped one after the other. Left out: addresses, page tables, guard pages.

/* null: not enough memory */
function vmalloc(nr_pages: ulong): vm_struct | null {
	const area = get_vm_area(nr_pages, 0);

	for (let i = 0; i < nr_pages; i++) {
		const page = alloc_pages_node(NUMA_NO_NODE, 0, MIGRATE_UNMOVABLE);

		if (page === null) return null;
		area.pages[i].page = page;
	}
	return area;
}

function vfree(area: vm_struct): void {
	for (let i = 0; i < area.nr_pages; i++) __free_pages(area.pages[i].page, 0);
}
