// Figures of the benchmarks: medians and percentiles, a calibration loop to compare machines and runs by, one line each.

/** Milliseconds since some fixed time. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The p-th percentile of some numbers; 50 is the median. */
export function percentile(numbers: readonly number[], p: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - (p === 0 ? 0 : 1))] ?? Number.NaN;
}

/** Distance of the extremes in percent of the median. */
export function spread(numbers: readonly number[]): number {
  return ((Math.max(...numbers) - Math.min(...numbers)) / percentile(numbers, 50)) * 100;
}

/** A fixed loop over integers: the yardstick beside which the other figures are read. Milliseconds. */
export function calibrate(): number {
  const start = now();
  let x = 1;
  for (let i = 0; i < 20_000_000; i++) x = (Math.imul(x, 1103515245) + 12345) | 0;
  if (x === 0) throw new Error('the loop was optimised away');
  return now() - start;
}

/** Does something several times; what each time gave. */
export function times<T>(n: number, work: (i: number) => T): T[] {
  return Array.from({ length: n }, (_, i) => work(i));
}

/** Numbers from a seed, each in [0, limit). */
export function seeded(seed: number, limit: number): () => number {
  let x = seed | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % limit;
  };
}

/** What a benchmark found: printed as one line, with its target and whether it was met. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** spread of the runs in percent, null when there was one run */
  readonly noise: number | null;
  readonly target: { readonly least?: number; readonly most?: number } | null;
}

const round = (n: number) => (n >= 1000 ? Math.round(n).toLocaleString('en') : n >= 10 ? n.toFixed(1) : n.toFixed(3));

/** A figure as a line. */
export function line({ what, value, unit, noise, target }: Figure): string {
  const shown = `${what.padEnd(52)} ${round(value).padStart(10)} ${unit.padEnd(12)}`;
  const around = (noise === null ? '' : `spread ${noise.toFixed(0)} %`).padEnd(14);
  if (target === null) return `${shown} ${around}`.trimEnd();
  const met =
    (target.least === undefined || value >= target.least) && (target.most === undefined || value <= target.most);
  const wanted = target.least !== undefined ? `at least ${round(target.least)}` : `at most ${round(target.most ?? 0)}`;
  return `${shown} ${around} target ${wanted}: ${met ? 'met' : 'MISSED'}`;
}
