// kernel/liveupdate/luo_core.c: the blob by which one kernel tells the next of a live update. Left out: sessions and
// the data of files, whose addresses in the blob are 0; /dev/liveupdate and whom it serves.

const LUO_KHO_ENTRY_NAME = "LUO";
const LUO_ABI_COMPATIBLE = "luo-v5";
/* struct luo_ser, packed: the string above in 8 bytes, then three words */
const SIZEOF_LUO_SER = 32;

/* early_initcall. What a predecessor left is taken with or without liveupdate=, and failing to is fatal */
function liveupdate_early_init(): int {
	luo_global.enabled = kstrtobool(early_param("liveupdate"), false);

	const err = luo_early_startup();
	if (err !== 0) {
		luo_global.enabled = false;
		panic("The incoming tree failed to initialize properly [%pe], disabling live update", err);
	}
	return err;
}

/* Most of the memmap is still deferred: what is restored and freed here has neighbours that nobody has initialised */
function luo_early_startup(): int {
	if (!kho_enable) {
		luo_global.enabled = false;
		return 0;
	}

	const sub: kho_subtree = { phys: 0, size: 0 };
	const err = kho_retrieve_subtree(LUO_KHO_ENTRY_NAME, sub);
	if (err === -ENOENT) return 0;
	if (err !== 0) return err;

	if (sub.size < SIZEOF_LUO_SER) {
		pr_err("luo: LUO state is too small (%zu < %zu)", sub.size, SIZEOF_LUO_SER);
		return -EINVAL;
	}
	if (read_string(sub.phys, 8) !== LUO_ABI_COMPATIBLE) {
		pr_err("luo: LUO state is incompatible with '%s'", LUO_ABI_COMPATIBLE);
		return -EINVAL;
	}
	luo_global.liveupdate_num = phys_to_luo_ser(sub.phys).liveupdate_num;
	pr_info("luo: Retrieved live update data, liveupdate number: %lld", luo_global.liveupdate_num);
	kho_restore_free(sub.phys);
	return 0;
}

/* late_initcall: with liveupdate=, a blob for the next kernel */
function luo_late_startup(): int {
	if (!luo_global.enabled) return 0;

	const err = luo_state_setup();
	if (err !== 0) luo_global.enabled = false;
	return err;
}

function luo_state_setup(): int {
	const blob = kho_alloc_preserve(SIZEOF_LUO_SER);
	if (blob === 0) return -ENOMEM;

	const ser = phys_to_luo_ser(blob);
	write_string(blob, LUO_ABI_COMPATIBLE);
	ser.liveupdate_num = luo_global.liveupdate_num + 1n;
	ser.sessions_pa = 0n;
	ser.flbs_pa = 0n;

	const err = kho_add_subtree(LUO_KHO_ENTRY_NAME, blob, SIZEOF_LUO_SER);
	if (err !== 0) kho_unpreserve_free(blob);
	return err;
}
