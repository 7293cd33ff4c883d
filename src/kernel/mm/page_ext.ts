// mm/page_ext.c: which sections get extended page descriptors. Left out: the descriptors themselves.

/* Somebody wants them: page_owner=on, page_table_check=on */
function invoke_need_callbacks(): boolean {
	if (CONFIG_PAGE_OWNER && kstrtobool(early_param("page_owner"), false)) return true;
	return CONFIG_PAGE_TABLE_CHECK && kstrtobool(early_param("page_table_check"), false);
}

function page_ext_init(): void {
	if (!invoke_need_callbacks()) return;

	for (let nid = first_memory_node(); nid < MAX_NUMNODES; nid = next_memory_node(nid)) {
		const start_pfn = NODE_DATA(nid).node_start_pfn;
		const end_pfn = start_pfn + NODE_DATA(nid).node_spanned_pages;

		for (let pfn = start_pfn; pfn < end_pfn; pfn = ALIGN(pfn + 1, PAGES_PER_SECTION)) {
			if (!pfn_valid(pfn)) continue;
			/* nodes can overlap: the section may be the other's */
			if (pfn_to_nid(pfn) !== nid) continue;
			init_section_page_ext();
		}
	}
	pr_info("allocated %ld bytes of page_ext", page_ext_total_usage);
}

function init_section_page_ext(): void {
	page_ext_total_usage += PAGES_PER_SECTION * PAGE_EXT_SIZE;
}
