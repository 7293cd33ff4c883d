// First painted frame of the real program, and key to painted frame at three sizes: on a real pseudo-terminal, and in this
// process with a terminal emulator at the other end. Prints figures as JSON.
import { loadScenario, Port } from '../src/session/index.ts';
import { mountScreen } from '../test/support/vterm.ts';
import { calibrate, type Figure, percentile, spread, times } from './measure.ts';
import { canOpen, RealTerminal } from './terminal.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;
const KEYS = 60;
const KEY_TARGET = { most: 33 };
/** Keys that call up panes, and a position in the middle of the boot from where on all of them have something to show. */
const CALLS = 'MKADBPZ';
const MIDDLE = ':seek kho_memory_init\r';
const FIRST_TARGET = { most: 400 };

const figure = (what: string, values: readonly number[], p: number, target: Figure['target']): Figure => ({
  what,
  value: percentile(values, p),
  unit: 'ms',
  noise: p === 50 ? spread(values) : null,
  target,
});

/** Steps over, into, and by one operation, by turns. */
const keyAt = (i: number) => 'nsi'[i % 3] as string;

/** Into, and by one operation: never over the rest of a boot. */
const intoAt = (i: number) => 'si'[i % 2] as string;

async function firstFrames(cli: string, file: string): Promise<number[]> {
  const out: number[] = [];
  for (let i = 0; i < 7; i++) {
    const terminal = new RealTerminal([process.execPath, cli, file], 120, 40);
    const at = await terminal.painted(0, 'start_kernel', 100);
    out.push(at - terminal.started);
    await terminal.close();
  }
  return out;
}

async function realKeys(cli: string, file: string, cols: number, rows: number): Promise<number[]> {
  const terminal = new RealTerminal([process.execPath, cli, file], cols, rows);
  await terminal.painted(0, 'start_kernel', 200);
  const out: number[] = [];
  for (let i = 0; i < KEYS; i++) {
    const sent = terminal.send(keyAt(i));
    out.push((await terminal.painted(sent)) - sent);
  }
  await terminal.close();
  return out;
}

function session(file: string): Port {
  const result = loadScenario(file);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return new Port(result.loaded);
}

async function ownKeys(file: string, cols: number, rows: number, call: string | null = null): Promise<number[]> {
  const screen = mountScreen(session(file), { cols, rows });
  await screen.waitFor('start_kernel');
  if (call !== null) {
    await screen.press(MIDDLE);
    await screen.waitFor('after kho_memory_init');
    await screen.press(call);
  }
  const out: number[] = [];
  for (let i = 0; i < KEYS; i++) {
    const { writes } = screen.counts();
    const key = call === null ? keyAt(i) : intoAt(i);
    const sent = performance.now();
    screen.stdin.write(key);
    do await screen.settle();
    while (screen.counts().writes === writes && performance.now() - sent < 2000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await screen.settle();
    if (screen.counts().writes === writes) throw new Error(`key ${key} painted nothing`);
    out.push(screen.counts().last - sent);
  }
  await screen.close();
  return out;
}

async function ownFirstFrame(file: string): Promise<number> {
  const start = performance.now();
  const screen = mountScreen(session(file), { cols: 120, rows: 40 });
  await screen.waitFor('start_kernel');
  const took = screen.counts().last - start;
  await screen.close();
  return took;
}

async function measure(cli: string, file: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  const first: number[] = [];
  for (let i = 0; i < 5; i++) first.push(await ownFirstFrame(file));
  figures.push(figure('first frame in process, load included', first, 50, FIRST_TARGET));
  const real = canOpen();
  if (real) figures.push(figure('first frame of the program, 120x40', await firstFrames(cli, file), 50, FIRST_TARGET));
  else process.stderr.write('screen: script(1) of util-linux is not here; the real program is skipped\n');
  for (const [cols, rows] of SIZES) {
    const own = await ownKeys(file, cols, rows);
    figures.push(figure(`key to frame in process, ${cols}x${rows}: p50`, own, 50, null));
    figures.push(figure(`key to frame in process, ${cols}x${rows}: p95`, own, 95, KEY_TARGET));
    if (!real) continue;
    const theirs = await realKeys(cli, file, cols, rows);
    figures.push(figure(`key to frame of the program, ${cols}x${rows}: p50`, theirs, 50, null));
    figures.push(figure(`key to frame of the program, ${cols}x${rows}: p95`, theirs, 95, KEY_TARGET));
  }
  const called: number[] = [];
  for (const call of CALLS) called.push(...(await ownKeys(file, 120, 40, call)));
  figures.push(figure('key to frame in process, 120x40, each pane called up: p50', called, 50, null));
  figures.push(figure('key to frame in process, 120x40, each pane called up: p95', called, 95, KEY_TARGET));
  return figures;
}

const [cli = '', file = ''] = process.argv.slice(2);
const loops = times(3, calibrate);
const figures = await measure(cli, file);
loops.push(...times(3, calibrate));
figures.unshift(figure('calibration loop beside this', loops, 50, null));
process.stdout.write(JSON.stringify(figures));
process.exit(0);
