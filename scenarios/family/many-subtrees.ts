// A driver that adds subtrees to the FDT of KHO until there is no room in its page.

const SUBTREE_LETTERS = "abcdefghijklmnopqrstuvwxyz";

/* How many there were, and what the one after them gave */
let nr_subtrees = 0;
let subtree_err = 0;

/* A name of two letters, put together in the blob */
function subtree_name(blob: phys_addr_t, i: int): string {
	write_string(blob, char_at(SUBTREE_LETTERS, div(i, 26)));
	write_string(blob + 1, char_at(SUBTREE_LETTERS, i % 26));
	return read_string(blob, 2);
}

/* All of them name one blob */
function add_subtrees(most: int): int {
	const blob = kho_alloc_preserve(PAGE_SIZE);

	if (blob === 0) return -ENOMEM;
	for (; nr_subtrees < most; nr_subtrees++) {
		subtree_err = kho_add_subtree(subtree_name(blob, nr_subtrees), blob, PAGE_SIZE);
		if (subtree_err !== 0) return subtree_err;
	}
	return 0;
}
