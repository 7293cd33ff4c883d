// What the laws share: how often they run, shipped scenarios, small generated machines, and the plain micro-step run that
// every other way through time is compared with.
import { join } from 'node:path';
import fc from 'fast-check';
import { position, type Timeline } from '../../src/debugger/index.ts';
import { type Loaded, type LoadResult, loadScenario, loadScenarioText } from '../../src/session/load.ts';
import { type Linked, newTrace, runToBlock, type State, stateHash, step } from '../../src/vm/index.ts';

/** True in `npm run laws`: whole; else a tenth is run, of the same seed. */
export const WHOLE = process.env.KHODBG_LAWS === '1';

/** What laws and shares are drawn from; tests name it, so that a failure can be drawn again. */
export const SEED = Number(process.env.KHODBG_SEED ?? 20260);

/** Options of a property that is to run `runs` times when laws run whole. A failure prints seed and path. */
export function law(runs: number): { numRuns: number; seed: number } {
  return { numRuns: WHOLE ? runs : Math.max(1, Math.ceil(runs / 10)), seed: SEED };
}

/** One in `part` of what there is, drawn from the seed, in the order it had; everything when laws run whole. */
export function share<T>(all: readonly T[], part: number): readonly T[] {
  if (WHOLE) return all;
  const most = Math.ceil(all.length / part);
  const indices = all.map((_, i) => i);
  const drawn = fc.shuffledSubarray(indices, { minLength: indices.length });
  const [order = []] = fc.sample(drawn, { numRuns: 1, seed: SEED });
  const chosen = new Set(order.slice(0, most));
  return all.filter((_, i) => chosen.has(i));
}

const ROOT = join(import.meta.dirname, '../../scenarios');

/** The shipped scenarios, by their names in scenarios/. */
export const SHIPPED = [
  'seed-000/uninit-boundary-before.json',
  'seed-000/uninit-boundary-after.json',
  'seed-000/uninit-boundary-before-debug.json',
  'seed-000/uninit-mid-before.json',
  'seed-000/uninit-mid-after.json',
  'seed-000/uninit-order9.json',
  'today/reserved-above-last-zone.json',
  'today/restore-across-nodes.json',
  'two-nodes.json',
] as const;

function opened(result: LoadResult): Loaded {
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}

/** A shipped scenario, loaded. */
export function shipped(name: (typeof SHIPPED)[number]): Loaded {
  return opened(loadScenario(join(ROOT, name)));
}

/** A generated machine: sizes in MiB, preserved blocks by place. */
export interface Small {
  readonly sizes: readonly number[];
  readonly cpus: number;
  readonly debug: boolean;
  readonly stale: boolean;
  readonly patched: boolean;
  /** order and number of each block among the blocks of its order above 96 MiB */
  readonly preserved: readonly (readonly [order: number, nth: number])[];
  readonly free: boolean;
}

const MIB = 2 ** 20;

function blocksOf(small: Small): { start: number; order: number }[] {
  const end = small.sizes.reduce((sum, size) => sum + size, 0) * MIB;
  const out: { start: number; order: number }[] = [];
  for (const [order, nth] of small.preserved) {
    const size = 4096 * 2 ** order;
    /* a small block between deferred pages makes thousands of statements: those go below them */
    const top = order === 10 ? end : 128 * MIB;
    const slots = Math.floor((top - 96 * MIB) / size);
    const start = 96 * MIB + (nth % slots) * size;
    if (out.every((b) => start + size <= b.start || start >= b.start + 4096 * 2 ** b.order)) out.push({ start, order });
  }
  return out;
}

/** The text of a generated machine's scenario. */
export function scenarioOf(small: Small): string {
  let start = 0;
  const memory = small.sizes.map((size, node) => {
    const range = { start: start * MIB, size: size * MIB, node, type: 'ram' };
    start += size;
    return { ...range, start: `${range.start}`, size: `${range.size}` };
  });
  const preserved = blocksOf(small);
  const hex = (n: number) => `0x${n.toString(16)}`;
  return JSON.stringify({
    format: 1,
    title: 'generated',
    machine: {
      memory,
      nodes: small.sizes.map((_, node) => ({ node, cpus: small.cpus })),
      fill: small.debug ? 'poison' : small.stale ? 'stale' : 'zero',
    },
    boots: [
      {
        handover: {
          scratch: [{ start: '64M', size: '4M' }],
          preserved: preserved.map((b) => ({ start: hex(b.start), order: b.order })),
          radixNodes: '0x5000000',
        },
      },
      {
        kernel: 'v7.3',
        patches: small.patched ? ['no-preserved-page-init'] : [],
        config: { CONFIG_DEBUG_VM: small.debug, CONFIG_DEBUG_VM_PGFLAGS: small.debug, CONFIG_NODES_SHIFT: 4 },
        cmdline: 'kho=on',
        actors: preserved.map((b) => ({
          at: 'late_initcall',
          call: small.free ? 'kho_restore_free' : 'kho_restore_folio',
          args: [hex(b.start)],
        })),
      },
    ],
  });
}

/** A generated machine, loaded. */
export function generated(small: Small): Loaded {
  return opened(loadScenarioText('generated.json', scenarioOf(small)));
}

const preservedBlock = fc.oneof(
  fc.tuple(fc.integer({ min: 0, max: 9 }), fc.nat(10_000)),
  fc.tuple(fc.constant(10), fc.nat(10_000)),
);

/** Small machines: one or two nodes, some with deferred pages. */
export const smallMachine: fc.Arbitrary<Small> = fc.record({
  sizes: fc.oneof(
    fc.tuple(fc.integer({ min: 33, max: 75 }).map((n) => n * 4)),
    fc.tuple(
      fc.integer({ min: 64, max: 67 }).map((n) => n * 4),
      fc.integer({ min: 1, max: 64 }).map((n) => n * 4),
    ),
  ),
  cpus: fc.integer({ min: 1, max: 2 }),
  debug: fc.boolean(),
  stale: fc.boolean(),
  patched: fc.boolean(),
  preserved: fc.array(preservedBlock, { maxLength: 4 }),
  free: fc.boolean(),
});

/** Every state of a boot under the default policy, one micro-step apart: what `#n` means. */
export function microStates(linked: Linked, first: State, most = Number.POSITIVE_INFINITY): State[] {
  const states = [first];
  const trace = newTrace(false);
  for (let state = first; states.length <= most; ) {
    const thread = runToBlock(linked, state);
    if (thread < 0) break;
    state = step(linked, state, { thread, limit: 1 }, trace);
    if (trace.micro !== 1) throw new Error(`a turn of one micro-step made ${trace.micro}`);
    states.push(state);
  }
  return states;
}

/** The last state of a boot under the default policy. */
export function endState(linked: Linked, first: State, most = Number.POSITIVE_INFINITY): State {
  const trace = newTrace(false);
  let state = first;
  for (let n = 0; n < most; n++) {
    const thread = runToBlock(linked, state);
    if (thread < 0) break;
    state = step(linked, state, { thread }, trace);
  }
  return state;
}

/** Key of a state of that kernel. */
export const keyOf = (linked: Linked, state: State | null): number | null =>
  state === null ? null : stateHash(linked.program, state);

/** Runs a timeline's first branch to its end; its last position. */
export function runOut(time: Timeline): number {
  while (!time.branch(0).ended) if (time.pieceFrom(0, position(time.end(0))) === null) break;
  return time.end(0);
}
