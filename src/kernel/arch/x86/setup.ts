// arch/x86/kernel/setup.c, e820.c, mm/init_64.c and mm/numa.c, v7.3: from the firmware's map to memblock with nodes. Left
// out: what a real machine reserves for itself (image, first MiB, page tables, ACPI tables): boots[].earlyAllocations.

function setup_arch(): void {
	early_reserve_memory();
	parse_setup_data();
	parse_early_param();
	e820__memblock_setup();
	reserve_real_mode();
	init_mem_mapping();
	initmem_init();
}

function early_reserve_memory(): void {
	for (let i = 0; i < boot_params.nr_reserved; i++) {
		const entry = boot_params.reserved[i];

		memblock_reserve(entry.addr, entry.size);
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
	memblock_clear_kho_scratch(0, SZ_1M);
}

function init_mem_mapping(): void {
	memblock_set_current_limit(memblock_end_of_DRAM());
}

/* Nodes as the SRAT gives them; what was reserved so far gets its node too */
function initmem_init(): void {
	memblock_set_node(0, PHYS_ADDR_MAX, memblock.memory, NUMA_NO_NODE);
	memblock_set_node(0, PHYS_ADDR_MAX, memblock.reserved, NUMA_NO_NODE);

	for (let i = 0; i < e820_table.nr_entries; i++) {
		const entry = e820_table.entries[i];

		memblock_set_node(entry.addr, entry.size, memblock.memory, entry.nid);
		memblock_set_node(entry.addr, entry.size, memblock.reserved, entry.nid);
	}

	for (let nid = first_online_node(); nid < MAX_NUMNODES; nid = next_online_node(nid))
		alloc_node_data(nid);
	memblock_dump_all();
}
