// kernel/padata.c: a range split over worker threads. Left out: everything but multithreaded jobs,
// and NUMA-aware placement.

const PADATA_LOAD_BALANCE_FACTOR = 4;

/* One pool of work items for all jobs, as many as there can be CPUs */
function padata_init(): void {
	padata_free_works = num_possible_cpus();
}

/* At most @nworks items; fewer when others hold them */
function padata_work_alloc_mt(nworks: int): int {
	spin_lock(padata_works_lock);
	const n = min(nworks, padata_free_works);
	padata_free_works -= n;
	spin_unlock(padata_works_lock);
	return n;
}

function padata_do_multithreaded(job: padata_mt_job): void {
	if (job.size === 0) return;

	/* no chunk below the smallest, no more workers than chunks */
	let nworks = max(div(job.size, max(job.min_chunk, job.align)), 1);
	nworks = min(nworks, job.max_threads);

	if (nworks === 1) {
		const thread_fn = job.thread_fn;

		thread_fn(job.start, job.start + job.size, job.fn_arg);
		return;
	}

	const done: completion = { done: 0 };
	const ps: padata_mt_job_state = {
		lock: __SPIN_LOCK_UNLOCKED,
		completion: done,
		job: job,
		nworks: 1 + padata_work_alloc_mt(nworks - 1),
		nworks_fini: 0,
		chunk_size: 0,
	};

	/* a few chunks for each worker, so that one who is late does not hold up all */
	let chunk_size = div(job.size, ps.nworks * PADATA_LOAD_BALANCE_FACTOR);
	chunk_size = max(chunk_size, job.min_chunk);
	chunk_size = max(chunk_size, 1);
	ps.chunk_size = ALIGN(chunk_size, job.align);

	for (let i = 1; i < ps.nworks; i++) queue_work(padata_mt_helper, ps);

	/* the caller works too */
	padata_mt_helper(ps);
	wait_for_completion(done);
	padata_works_free(ps.nworks - 1);
}

function padata_works_free(nworks: int): void {
	spin_lock(padata_works_lock);
	padata_free_works += nworks;
	spin_unlock(padata_works_lock);
}

function padata_mt_helper(ps: padata_mt_job_state): void {
	const job = ps.job;

	spin_lock(ps.lock);
	while (job.size > 0) {
		const start = job.start;
		/* so that chunks end at multiples of their size */
		const size = min(ALIGN(start + 1, ps.chunk_size) - start, job.size);
		const end = start + size;
		const thread_fn = job.thread_fn;

		job.start = end;
		job.size -= size;
		spin_unlock(ps.lock);

		thread_fn(start, end, job.fn_arg);

		spin_lock(ps.lock);
	}

	ps.nworks_fini++;
	const done = ps.nworks_fini === ps.nworks;
	spin_unlock(ps.lock);

	if (done) complete(ps.completion);
}
