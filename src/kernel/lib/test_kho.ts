// A driver that hands memory over, in the manner of lib/test_kho.c: calls for a scenario's actors. Each preserves one
// item and notes it in a blob that goes with the FDT; test_kho_restore_all() of the next kernel takes them back and frees
// them. Contents of the items are not written or compared.

const TEST_KHO_NODE = "khodbg";
const TEST_KHO_FOLIO = 1;
const TEST_KHO_PAGES = 2;
const TEST_KHO_UNSPLIT = 3;
const TEST_KHO_VMALLOC = 4;
const TEST_KHO_BORROWED = 5;
/* words of an item in the blob: kind and error, address (of vmalloc: of the first chunk), pages */
const TEST_KHO_ITEM = 3;

/* An item of @kind at @phys; @err: what preserving it gave */
function test_kho_note(kind: int, phys: phys_addr_t, nr_pages: ulong, err: int): int {
	const item = test_kho_items[test_kho_count];

	item.kind = kind;
	item.err = err;
	item.phys = phys;
	item.nr_pages = nr_pages;
	test_kho_count++;
	return err;
}

/* The last step: the list of items goes into a blob of its own */
function test_kho_announce(): int {
	const blob = kho_alloc_preserve(PAGE_SIZE);
	if (blob === 0) return -ENOMEM;

	const words = phys_to_vmalloc_chunk(blob).phys;
	words[0] = u64(test_kho_count);
	for (let i = 0; i < test_kho_count; i++) {
		const item = test_kho_items[i];
		const at = 1 + TEST_KHO_ITEM * i;

		words[at] = u64(item.kind) | (u64(0 - item.err) << 32n);
		words[at + 1] = item.kind === TEST_KHO_VMALLOC ? item.vmalloc.first : u64(item.phys);
		words[at + 2] = u64(item.nr_pages);
	}
	return kho_add_subtree(TEST_KHO_NODE, blob, PAGE_SIZE);
}

function test_kho_alloc(nid: nid_t, order: int): page | null {
	return alloc_pages_node(nid, order, MIGRATE_UNMOVABLE);
}

function test_kho_preserve_folio(page: page | null, order: int): int {
	if (page === null) return -ENOMEM;
	if (order > 0) prep_compound_page(page, order);
	return test_kho_note(
		TEST_KHO_FOLIO,
		page_to_phys(page),
		pages_of_order(order),
		kho_preserve_folio(page),
	);
}

/* A folio at an address */
function test_kho_folio_at(phys: phys_addr_t, order: int): int {
	const pfn = PFN_DOWN(phys);

	if (!take_pages_off_buddy(pfn, order)) return -ENOMEM;
	prep_new_page(pfn_to_page(pfn), order);
	return test_kho_preserve_folio(pfn_to_page(pfn), order);
}

/* A folio that somebody else preserves: no item of the driver's */
function test_kho_other_folio_at(phys: phys_addr_t, order: int): int {
	const pfn = PFN_DOWN(phys);

	if (!take_pages_off_buddy(pfn, order)) return -ENOMEM;
	prep_new_page(pfn_to_page(pfn), order);
	if (order > 0) prep_compound_page(pfn_to_page(pfn), order);
	return kho_preserve_folio(pfn_to_page(pfn));
}

/* A folio wherever the buddy has one */
function test_kho_folio(nid: nid_t, order: int): int {
	return test_kho_preserve_folio(test_kho_alloc(nid, order), order);
}

/* Pages at an address, each with its own reference */
function test_kho_pages_at(phys: phys_addr_t, nr_pages: ulong): int {
	let pfn = PFN_DOWN(phys);
	const end_pfn = pfn + nr_pages;

	while (pfn < end_pfn) {
		const order = min(min(__ffs(pfn), MAX_PAGE_ORDER), ilog2(end_pfn - pfn));

		if (!take_pages_off_buddy(pfn, order)) return -ENOMEM;
		prep_new_page(pfn_to_page(pfn), order);
		split_page(pfn_to_page(pfn), order);
		pfn += pages_of_order(order);
	}
	return test_kho_preserve_pages(phys, nr_pages);
}

function test_kho_preserve_pages(phys: phys_addr_t, nr_pages: ulong): int {
	const err = kho_preserve_pages(pfn_to_page(PFN_DOWN(phys)), nr_pages);

	return test_kho_note(TEST_KHO_PAGES, phys, nr_pages, err);
}

/* Pages that are not ours: nobody frees them */
function test_kho_reserve_only(phys: phys_addr_t, nr_pages: ulong): int {
	const err = kho_preserve_pages(pfn_to_page(PFN_DOWN(phys)), nr_pages);

	return test_kho_note(TEST_KHO_BORROWED, phys, nr_pages, err);
}

/* A block that is split into pages before it is preserved */
function test_kho_split(nid: nid_t, order: int): int {
	const page = test_kho_alloc(nid, order);

	if (page === null) return -ENOMEM;
	split_page(page, order);
	return test_kho_preserve_pages(page_to_phys(page), pages_of_order(order));
}

/* A block that is neither split nor compound: only its first page holds a reference */
function test_kho_unsplit(nid: nid_t, order: int): int {
	const page = test_kho_alloc(nid, order);

	if (page === null) return -ENOMEM;
	const err = kho_preserve_pages(page, pages_of_order(order));
	return test_kho_note(TEST_KHO_UNSPLIT, page_to_phys(page), pages_of_order(order), err);
}

function test_kho_vmalloc(nr_pages: ulong): int {
	const area = vmalloc(nr_pages);
	if (area === null) return -ENOMEM;

	const item = test_kho_items[test_kho_count];
	return test_kho_note(TEST_KHO_VMALLOC, 0, nr_pages, kho_preserve_vmalloc(area, item.vmalloc));
}

/* Mistakes of a driver: a page in a scratch area */
function test_kho_in_scratch(i: int): int {
	return kho_preserve_pages(pfn_to_page(PFN_DOWN(kho_scratch[i].addr)), 1);
}

/* … the item before once more */
function test_kho_preserve_again(): int {
	return kho_preserve_folio(pfn_to_page(PFN_DOWN(test_kho_items[test_kho_count - 1].phys)));
}

/* … the item before not at all; its note stays */
function test_kho_unpreserve_previous(): void {
	const folio = pfn_to_page(PFN_DOWN(test_kho_items[test_kho_count - 1].phys));

	kho_unpreserve_folio(folio);
	folio_put(folio);
}

/* … what was never preserved */
function test_kho_unpreserve(phys: phys_addr_t, nr_pages: ulong): void {
	kho_unpreserve_pages(pfn_to_page(PFN_DOWN(phys)), nr_pages);
}

/* The next kernel: every item is restored and freed, the first one restored twice */
function test_kho_restore_all(): void {
	const sub: kho_subtree = { phys: 0, size: 0 };
	if (kho_retrieve_subtree(TEST_KHO_NODE, sub) !== 0) return;

	const blob = sub.phys;
	const words = phys_to_vmalloc_chunk(blob).phys;
	const count = num(words[0]);
	for (let i = 0; i < count; i++) {
		const at = 1 + TEST_KHO_ITEM * i;
		const kind = u32(words[at]);

		/* items that could not be preserved are not there */
		if (words[at] >> 32n !== 0n) continue;
		if (kind === TEST_KHO_VMALLOC) test_kho_restore_vmalloc(words[at + 1], num(words[at + 2]));
		else test_kho_restore(kind, num(words[at + 1]), num(words[at + 2]), i === 0);
	}
	kho_restore_free(blob);
}

function test_kho_restore_vmalloc(first: u64, nr_pages: ulong): void {
	const preservation = test_kho_items[0].vmalloc;

	preservation.first = first;
	preservation.total_pages = nr_pages;
	preservation.flags = KHO_VMALLOC_ALLOC;
	preservation.order = 0;
	const area = kho_restore_vmalloc(preservation);
	if (area !== null) vfree(area);
}

function test_kho_restore(kind: int, phys: phys_addr_t, nr_pages: ulong, twice: boolean): void {
	if (kind === TEST_KHO_FOLIO) {
		const folio = kho_restore_folio(phys);

		if (twice) kho_restore_folio(phys);
		if (folio !== null) folio_put(folio);
		return;
	}

	const page = kho_restore_pages(phys, nr_pages);
	if (twice) kho_restore_pages(phys, nr_pages);
	if (page === null || kind === TEST_KHO_BORROWED) return;
	if (kind === TEST_KHO_UNSPLIT) {
		__free_pages(page, ilog2(nr_pages));
		return;
	}
	for (let i = 0; i < nr_pages; i++) __free_pages(pfn_to_page(page_to_pfn(page) + i), 0);
}
