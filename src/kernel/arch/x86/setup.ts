// arch/x86/kernel/setup.c, e820.c, mm/init_64.c and mm/numa.c: from the firmware's map to memblock with nodes. Left
// out: what a real machine takes for itself (page tables, ACPI tables, hash tables): rest_of_kernel() replays what
// boots[].earlyAllocations lists.

function setup_arch(): void {
	early_reserve_memory();
	parse_setup_data();
	parse_early_param();
	rest_of_kernel("setup_arch");
	e820__memblock_setup();
	reserve_real_mode();
	init_mem_mapping();
	rest_of_kernel("acpi_boot_table_init");
	initmem_init();
	rest_of_kernel("acpi_boot_init");
}

/* Not in the kernel: the parts of it that are not simulated have their turn at memblock during @point */
function rest_of_kernel(point: string): void {
	for (let i = next_early_call(point, -1); i >= 0; i = next_early_call(point, i)) early_call(i);
}

function early_reserve_memory(): void {
	for (let i = 0; i < boot_params.nr_reserved; i++) {
		const entry = boot_params.reserved[i];

		if (entry.type === E820_TYPE_RESERVED_KERN) memblock_reserve_kern(entry.addr, entry.size);
		else memblock_reserve(entry.addr, entry.size);
	}
}

/* SETUP_KEXEC_KHO (type 10) is how kexec tells the next kernel where the handover lies */
function parse_setup_data(): void {
	if (boot_params.kho)
		kho_populate(boot_params.fdt_addr, boot_params.scratch_addr, boot_params.nr_scratch);
}

/* What setup functions of early parameters keep; the others are asked for where they count */
function parse_early_param(): void {
	memblock_debug = early_param("memblock") === "debug";
	kho_enable = kstrtobool(early_param("kho"), CONFIG_KEXEC_HANDOVER_ENABLE_DEFAULT);

	const kho_scratch_param = early_param("kho_scratch");
	if (kho_scratch_param !== null && kho_parse_scratch_size(kho_scratch_param) !== 0)
		pr_warn("Malformed early option 'kho_scratch'");
}

function e820__memblock_setup(): void {
	memblock_set_current_limit(ISA_END_ADDRESS);
	memblock_allow_resize();

	for (let i = 0; i < e820_table.nr_entries; i++) {
		const entry = e820_table.entries[i];

		if (entry.type === E820_TYPE_SOFT_RESERVED) memblock_reserve(entry.addr, entry.size);
		if (entry.type !== E820_TYPE_RAM) continue;
		memblock_add(entry.addr, entry.size);
	}

	/* below 1 MiB is where early allocations may come from while scratch-only is on */
	memblock_mark_kho_scratch(0, SZ_1M);
	memblock_trim_memory(PAGE_SIZE);
	memblock_dump_all();
}

function reserve_real_mode(): void {
	rest_of_kernel("reserve_real_mode");
	memblock_clear_kho_scratch(0, SZ_1M);
}

function init_mem_mapping(): void {
	rest_of_kernel("init_mem_mapping");
	memblock_set_current_limit(memblock_end_of_DRAM());
}

/* Nodes as the SRAT gives them; what was reserved so far gets its node too */
function initmem_init(): void {
	memblock_set_node(0, PHYS_ADDR_MAX, memblock.memory, NUMA_NO_NODE);
	memblock_set_node(0, PHYS_ADDR_MAX, memblock.reserved, NUMA_NO_NODE);

	numa_register_meminfo();
	rest_of_kernel("initmem_init");

	for (let nid = first_online_node(); nid < MAX_NUMNODES; nid = next_online_node(nid))
		alloc_node_data(nid);
	memblock_dump_all();
}

/*
 * mm/numa_memblks.c: blocks of one node with no other node's memory between them are one block, and no block reaches beyond
 * DRAM. That is how holes, and what is reserved in them, get a node.
 */
function numa_register_meminfo(): void {
	const low = memblock_start_of_DRAM();
	const high = memblock_end_of_DRAM();
	let i = 0;

	while (i < e820_table.nr_entries) {
		const nid = e820_table.entries[i].nid;
		const start = max(e820_table.entries[i].addr, low);
		let end = start;

		for (; i < e820_table.nr_entries && e820_table.entries[i].nid === nid; i++)
			end = min(e820_table.entries[i].addr + e820_table.entries[i].size, high);
		if (start < end) {
			memblock_set_node(start, end - start, memblock.memory, nid);
			memblock_set_node(start, end - start, memblock.reserved, nid);
		}
	}
}
