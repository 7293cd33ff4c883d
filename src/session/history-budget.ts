// How much memory of this process a history may take: when more is in use, fewer states are kept, and the others are made
// again when somebody asks. Positions are never lost. Knows nothing of what states hold.
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Timeline } from '../debugger/index.ts';

/** What a history may take unless it is set: 512 MiB. */
export const HISTORY_BUDGET = 512 * 2 ** 20;

/** Least budget: this process with nothing but a short history. */
export const LEAST_BUDGET = 128 * 2 ** 20;

/** Shares of the budget: in use with what is garbage, and without. What is beyond is the host's own. */
const WITH_GARBAGE = 0.5;
const LIVE = 0.4;
/** What a kept state takes, about, and the share of the budget below which a history cannot be what fills it. */
const STATE_BYTES = 600;
const LARGE = 0.5;
/** What is in use must have grown by so much before it is worth looking for garbage again. */
const GROWTH = 1.25;
/** Fewest newest states that are kept, and most turns between two older ones: a seek runs less than that again. */
const FEWEST = 8192;
const WIDEST = 512;

/** What there is to know of this process's memory. */
export interface Memory {
  /** bytes in use, garbage among them */
  used(): number;
  /** takes garbage away */
  collect(): void;
}

let collector: (() => void) | null = null;

/** The memory of this process. Left alone, its garbage may grow to the limit of the heap, whatever the budget says. */
const PROCESS: Memory = {
  used() {
    const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
    return heap + external;
  },
  collect() {
    if (collector === null) {
      setFlagsFromString('--expose-gc');
      collector = runInNewContext('gc') as () => void;
    }
    collector();
  },
};

/** Keeps one timeline within a budget of bytes. */
export class HistoryBudget {
  /** bytes in use when garbage was taken away last */
  private live = 0;

  constructor(
    private readonly time: Timeline,
    public bytes: number = HISTORY_BUDGET,
    private readonly memory: Memory = PROCESS,
  ) {}

  /** To be asked now and then while the history grows. */
  look(): void {
    if (this.turns * STATE_BYTES < this.bytes * LARGE) return;
    const used = this.memory.used();
    if (used <= this.bytes * WITH_GARBAGE || used < this.live * GROWTH) return;
    this.memory.collect();
    this.live = this.memory.used();
    if (this.live > this.bytes * LIVE) this.reduce();
  }

  private get turns(): number {
    return this.time.branches.reduce((sum, branch) => sum + branch.at.length, 0);
  }

  private reduce(): void {
    const { recent, every } = this.time.kept;
    if (recent > FEWEST) this.time.keep({ recent: Math.max(FEWEST, Math.floor(recent / 2)), every });
    else if (every < WIDEST) this.time.keep({ recent, every: every * 2 });
  }

  /** What is in use, what is kept. */
  get text(): string {
    const { recent, every } = this.time.kept;
    const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)}M`;
    return `${mib(this.bytes)}; ${mib(this.memory.used())} in use; the newest ${recent} states are kept, and one in ${every} of those before`;
  }
}
