// Many scenarios checked at once, one thread for each processor, and told of in their order. Knows nothing of what a check is.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { checkScenario } from './check-scenarios.ts';
import type { CheckResult } from './session/index.ts';

/** The thread's program beside the bundle; a checkout that runs from source has none. */
const PROGRAM = new URL('./check-worker.js', import.meta.url);

/** A boot makes much that soon is garbage: with room for it, less of it is taken for lasting. */
const LIMITS = { maxYoungGenerationSizeMb: 96 };

/** Results in the order of their files, `tell` called with each as soon as those before it are there. */
class InOrder {
  readonly results: CheckResult[] = [];
  private readonly early = new Map<number, CheckResult>();

  constructor(private readonly tell: (result: CheckResult) => void) {}

  add(index: number, result: CheckResult): void {
    this.early.set(index, result);
    for (let next = this.early.get(this.results.length); next !== undefined; ) {
      this.results.push(next);
      this.tell(next);
      next = this.early.get(this.results.length);
    }
  }
}

/** One thread that takes a file after the other until none is left. */
function checkInThread(files: readonly string[], take: () => number, out: InOrder): Promise<void> {
  const worker = new Worker(PROGRAM, { resourceLimits: LIMITS });
  return new Promise<void>((resolve, reject) => {
    let at = -1;
    const next = () => {
      at = take();
      const file = files[at];
      if (file === undefined) resolve();
      else worker.postMessage(file);
    };
    worker.on('message', (result: CheckResult) => {
      out.add(at, result);
      next();
    });
    worker.on('error', reject);
    next();
  }).finally(() => worker.terminate());
}

/** Checks scenarios; `tell` is called with each result, in the order of the files. */
export async function checkAll(
  files: readonly string[],
  tell: (result: CheckResult) => void,
): Promise<readonly CheckResult[]> {
  const out = new InOrder(tell);
  const threads = Math.min(availableParallelism(), files.length);
  if (threads < 2 || !existsSync(fileURLToPath(PROGRAM))) {
    for (const [i, file] of files.entries()) out.add(i, await checkScenario(file));
    return out.results;
  }
  let taken = 0;
  const take = () => taken++;
  await Promise.all(Array.from({ length: threads }, () => checkInThread(files, take, out)));
  return out.results;
}
