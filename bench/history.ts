// Statements per second and bytes kept per step with every state kept and every access recorded, and the time of a seek to
// any position of a history. Prints figures as JSON. Needs node --expose-gc.
import { position, Timeline } from '../src/debugger/index.ts';
import { type Loaded, lastBoot, loadScenario } from '../src/session/load.ts';
import { calibrate, type Figure, now, percentile, seeded, spread, times } from './measure.ts';

const RUNS = 7;
const SEEKS = 1000;

function load(file: string): Loaded {
  const result = loadScenario(file);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}

/** Runs the whole boot, recording each turn. */
function whole(time: Timeline): { statements: number; accesses: number } {
  let accesses = 0;
  for (let piece = time.pieceFrom(0, position(0)); piece !== null; piece = time.pieceFrom(0, position(piece.end))) {
    accesses += piece.trace.accesses?.length ?? 0;
  }
  return { statements: time.branch(0).at.length - 1, accesses };
}

const heap = (): number => {
  global.gc?.();
  global.gc?.();
  return process.memoryUsage().heapUsed;
};

function measureSpeed(loaded: Loaded): Figure[] {
  const every = () =>
    new Timeline(lastBoot(loaded).kernel.linked, loaded.first, undefined, { recent: Number.MAX_SAFE_INTEGER });
  times(2, () => whole(every()));
  const bytes: number[] = [];
  let statements = 0;
  const speeds = times(RUNS, () => {
    const before = heap();
    const time = every();
    const start = now();
    ({ statements } = whole(time));
    const speed = (statements / (now() - start)) * 1000;
    bytes.push((heap() - before) / time.branch(0).at.length);
    return speed;
  });
  return [
    { what: 'two-nodes: statements', value: statements, unit: '', noise: null, target: null },
    {
      what: 'statements/s, every state kept, accesses recorded',
      value: percentile(speeds, 50),
      unit: '/s',
      noise: spread(speeds),
      target: { least: 300_000 },
    },
    {
      what: 'kept per step, every state kept',
      value: percentile(bytes, 50),
      unit: 'bytes',
      noise: spread(bytes),
      target: { most: 1024 },
    },
  ];
}

function seekTimes(time: Timeline, seed: number): number[] {
  const end = time.end(0);
  const next = seeded(seed, end + 1);
  return times(SEEKS, () => {
    const at = next();
    const start = now();
    if (time.stateAt(0, position(at)) === null) throw new Error(`no state at #${at}`);
    return now() - start;
  });
}

function measureSeek(loaded: Loaded, name: string, recent: number | undefined): Figure[] {
  const time = new Timeline(
    lastBoot(loaded).kernel.linked,
    loaded.first,
    undefined,
    recent === undefined ? {} : { recent },
  );
  whole(time);
  seekTimes(time, 1);
  const all = times(RUNS, (i) => seekTimes(time, 17 + i));
  const p = (n: number) => all.map((one) => percentile(one, n));
  return [
    { what: `seek, ${name}: p50`, value: percentile(p(50), 50), unit: 'ms', noise: spread(p(50)), target: null },
    { what: `seek, ${name}: p95`, value: percentile(p(95), 50), unit: 'ms', noise: spread(p(95)), target: { most: 1 } },
  ];
}

/** A boot that dies half-way would make the figures meaningless. */
function expectHealthy(loaded: Loaded): void {
  const time = new Timeline(lastBoot(loaded).kernel.linked, loaded.first);
  whole(time);
  const died = time
    .branch(0)
    .states.at(-1)
    ?.threads.find((thread) => thread.death !== null);
  if (died) process.stderr.write(`${loaded.file}: ${died.name} died: ${died.death?.what}; the figures tell little\n`);
}

const file = process.argv[2] ?? '';
const loaded = load(file);
expectHealthy(loaded);
const before = times(3, calibrate);
const figures = [
  ...measureSpeed(loaded),
  ...measureSeek(loaded, 'as a session keeps history', undefined),
  ...measureSeek(loaded, 'history thinned to keyframes', 256),
];
const loops = [...before, ...times(3, calibrate)];
process.stdout.write(
  JSON.stringify([
    {
      what: 'calibration loop beside this',
      value: percentile(loops, 50),
      unit: 'ms',
      noise: spread(loops),
      target: null,
    },
    ...figures,
  ]),
);
