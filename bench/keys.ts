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

/** Steps executed, frames painted, and how long after the last key came the last frame, when so many keys come. */
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
  const chunk = { steps, frames: screen.counts().writes - writes };
  steps = 0;
  for (const start = performance.now(), sent = { keys: 0 }; sent.keys < 1000; await pause(1))
    for (; sent.keys < Math.min(1000, performance.now() - start); sent.keys++) screen.stdin.write('s');
  const released = performance.now();
  await quiet(() => steps);
  const after = Math.max(0, screen.counts().last - released);
  stop();
  await screen.close();
  return [
    figure(`${HELD} step keys in one chunk: steps`, chunk.steps, '', { least: HELD }),
    figure(`${HELD} step keys in one chunk: frames`, chunk.frames, '', { most: HELD / 2 }),
    figure('1000 step keys in a second: steps', steps, '', { least: 1000 }),
    figure('1000 step keys in a second: last frame after the last key', after, 'ms', { most: 100 }),
  ];
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
