// kernel/kexec_file.c and kexec_core.c: loading the next kernel and going there. Left out: crash images, purgatory,
// signatures, devices and CPUs that are shut down on the way; an image without KHO is not placed anywhere.

/* kexec_file_load(): where the segments of an image of these sizes go */
function kexec_file_load(kernel_size: phys_addr_t, initrd_size: phys_addr_t): int {
	kimage.loaded = false;
	kimage.kho = false;
	kimage.nr_segments = 0;

	let err = kho_fill_kimage();
	if (err === 0 && kexec_add_buffer(kernel_size, SZ_2M) === 0) err = -EADDRNOTAVAIL;
	if (err === 0 && initrd_size > 0 && kexec_add_buffer(initrd_size, PAGE_SIZE) === 0)
		err = -EADDRNOTAVAIL;
	kimage.loaded = err === 0;
	return err;
}

/* Physical address of a segment; 0: it fits nowhere */
function kexec_add_buffer(size: phys_addr_t, align: phys_addr_t): phys_addr_t {
	/* without KHO any free memory will do */
	if (!kho_enable) return SZ_1M;
	const mem = kho_locate_mem_hole(size, align);
	if (mem !== 0) kimage_add_segment(mem, size);
	return mem;
}

/* reboot(LINUX_REBOOT_CMD_KEXEC) */
function kernel_kexec(): int {
	if (!kimage.loaded) return -EINVAL;

	pr_emerg("kexec_core: Starting new kernel");
	if (kimage.kho) {
		const copy = phys_to_vmalloc_chunk(ALIGN_DOWN(kimage.kho_scratch, PAGE_SIZE)).phys;
		for (let i = 0; i < kimage.nr_scratch; i++) {
			copy[2 * i] = u64(kho_scratch[i].addr);
			copy[2 * i + 1] = u64(kho_scratch[i].size);
		}
	}
	machine_kexec();
	return 0;
}
