// A driver that hands over a blob, an area and a subtree, and gives up before the kexec: everything is taken back.

const GIVES_UP_NODE = "gives-up";

let gives_up_blob = 0;

function gives_up_prepare(nr_pages: ulong): int {
	gives_up_blob = kho_alloc_preserve(PAGE_SIZE);
	if (gives_up_blob === 0) return -ENOMEM;

	const err = test_kho_vmalloc(nr_pages);
	if (err !== 0) return err;
	return kho_add_subtree(GIVES_UP_NODE, gives_up_blob, PAGE_SIZE);
}

/* Backwards: the name, the area, which stays the driver's own, and the blob with its memory */
function gives_up_cancel(): void {
	kho_remove_subtree(GIVES_UP_NODE);
	kho_unpreserve_vmalloc(test_kho_items[0].vmalloc);
	kho_unpreserve_free(gives_up_blob);
}
