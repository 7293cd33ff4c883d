// init/main.c: the order of the boot. Left out: everything that neither initialises memory nor restores it.

function start_kernel(): void {
	setup_arch();
	mm_core_init_early();
	rest_of_kernel("setup_per_cpu_areas");
	mm_core_init();
	rest_init();
}

/* pid 0 becomes the idle task; what follows runs in pid 1 */
function rest_init(): void {
	kernel_thread(kernel_init, "kernel_init");
}

function kernel_init(): void {
	kernel_init_freeable();
	run_init_process();
}

function kernel_init_freeable(): void {
	do_pre_smp_initcalls();
	/* smp_init(): from here on there is more than one CPU */
	padata_init();
	do_initcall_level("page_alloc_init_late");
	page_alloc_init_late();
	do_basic_setup();
}

function do_basic_setup(): void {
	do_initcalls();
}

function do_pre_smp_initcalls(): void {
	do_initcall_level("early_initcall");
}

function do_initcalls(): void {
	kho_init();
	do_initcall_level("fs_initcall");
	do_initcall_level("late_initcall");
}

/* What the first process asks for: ioctls of /dev/liveupdate and the like */
function run_init_process(): void {
	do_initcall_level("userspace");
}

/* What the configured parts of the kernel have at a level comes first, then what the scenario lists */
function do_initcall_level(level: string): void {
	for (let i = 0; i < nr_initcalls(level); i++) {
		const fn = initcall(level, i);
		const thread = initcall_thread(level, i);

		if (thread === null) do_one_initcall(fn);
		else kernel_thread(fn, thread);
	}
}

function do_one_initcall(fn: initcall_t): void {
	fn();
}

/* init/initramfs.c: the initrd has been unpacked */
function free_initrd_mem(start: phys_addr_t, end: phys_addr_t): void {
	const pages = free_reserved_area(start, end);

	if (pages > 0) pr_info("Freeing initrd memory: %ldK", pages * 4);
}
