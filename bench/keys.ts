// Key to painted frame at three sizes with a million steps of history, and a step key that is held: in this process with a
// terminal emulator at the other end. Prints figures as JSON.
import { loadScenarioText, Port } from '../src/session/index.ts';
import { mountScreen, type VirtualTerminal } from '../test/support/vterm.ts';
import { largeMachine } from './large.ts';
import { calibrate, type Figure, percentile, spread, times } from './measure.ts';

const SIZES = [
  { cols: 80, rows: 24, most: 16 },
  { cols: 120, rows: 40, most: 25 },
  { cols: 200, rows: 60, most: 33 },
] as const;
const KEYS = 300;
/** Positions at which the keys are pressed: the middle, where pages are initialised, and near the end, where all are. */
const PLACES = ['50%', '97%'];
/** Into, by one operation, and back again. */
const STEPS = 'siSI';
const HELD = 200;
/** Keys a second: as a keyboard repeats, and as none does. */
const RATES = [
  [30, 33],
  [1000, null],
] as const;
const BUDGET = '512M';

const figure = (what: string, value: number, unit: string, target: Figure['target'] = null): Figure => ({
  what,
  value,
  unit,
  noise: null,
  target,
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function open(gib: number): Promise<Port> {
  const result = loadScenarioText('large.json', largeMachine(gib));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  const port = new Port(result.loaded);
  await port.execute(`set history-budget ${BUDGET}`);
  await port.execute('seek end');
  return port;
}

/** Presses a key and waits for its frame. */
async function keyTime(screen: VirtualTerminal, key: string): Promise<number> {
  const { writes } = screen.counts();
  const sent = performance.now();
  screen.stdin.write(key);
  do await screen.settle();
  while (screen.counts().writes === writes && performance.now() - sent < 2000);
  await pause(5);
  await screen.settle();
  if (screen.counts().writes === writes) throw new Error(`key ${key} painted nothing`);
  return screen.counts().last - sent;
}

async function measureKeys(port: Port, { cols, rows, most }: (typeof SIZES)[number]): Promise<Figure[]> {
  const took: number[] = [];
  for (const place of PLACES) {
    await port.execute(`seek ${place}`);
    const screen = mountScreen(port, { cols, rows });
    await screen.waitFor('(khodbg)');
    for (let i = 0; i < KEYS; i++) took.push(await keyTime(screen, STEPS[(i >> 3) % STEPS.length] as string));
    await screen.close();
  }
  const what = `key to frame, a million steps, ${cols}x${rows}`;
  return [
    figure(`${what}: p50`, percentile(took, 50), 'ms'),
    figure(`${what}: p95`, percentile(took, 95), 'ms', { most }),
  ];
}

/** Waits until nothing is executed any more. */
async function quiet(count: () => number): Promise<void> {
  for (let still = 0, seen = -1; still < 10; still = seen === count() ? still + 1 : 0) {
    seen = count();
    await pause(10);
  }
}

/** Presses the step key so often in a second, for two seconds, and says how long after the last key came the last frame. */
async function hold(screen: VirtualTerminal, rate: number): Promise<number> {
  const start = performance.now();
  for (let sent = 0; sent < 2 * rate; await pause(1))
    for (; sent < Math.min(2 * rate, ((performance.now() - start) * rate) / 1000); sent++) screen.stdin.write('s');
  return performance.now();
}

/** Steps executed, frames painted, and how long after the last key came the last frame, when many keys come. */
async function measureHeld(port: Port): Promise<Figure[]> {
  await port.execute('seek 50%');
  const screen = mountScreen(port, { cols: 120, rows: 40 });
  await screen.waitFor('(khodbg)');
  let steps = 0;
  let { cursor } = port.session.state;
  const stop = port.subscribe(() => {
    if (port.session.state.cursor !== cursor) steps++;
    ({ cursor } = port.session.state);
  });
  const { writes } = screen.counts();
  screen.stdin.write('s'.repeat(HELD));
  await quiet(() => steps);
  const figures = [
    figure(`${HELD} step keys in one chunk: steps`, steps, '', { least: HELD }),
    figure(`${HELD} step keys in one chunk: frames`, screen.counts().writes - writes, '', { most: HELD / 2 }),
  ];
  for (const [rate, most] of RATES) {
    steps = 0;
    const released = await hold(screen, rate);
    await quiet(() => steps);
    const after = Math.max(0, screen.counts().last - released);
    figures.push(figure(`${rate} step keys a second, for 2 s: steps`, steps, '', { least: 2 * rate }));
    figures.push(
      figure(`${rate} step keys a second: last frame after release`, after, 'ms', most === null ? null : { most }),
    );
  }
  stop();
  await screen.close();
  return figures;
}

const loops = times(3, calibrate);
const port = await open(Number(process.argv[2]));
const figures = [figure('history', port.session.time.end(0), 'steps', { least: 1_000_000 })];
for (const size of SIZES) figures.push(...(await measureKeys(port, size)));
figures.push(...(await measureHeld(port)));
figures.push(figure('maximum resident set', process.resourceUsage().maxRSS / 1024, 'MiB'));
loops.push(...times(3, calibrate));
figures.unshift({ ...figure('calibration loop beside this', percentile(loops, 50), 'ms'), noise: spread(loops) });
process.stdout.write(JSON.stringify(figures));
process.exit(0);
