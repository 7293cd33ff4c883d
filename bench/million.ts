// A history of a million turns under a budget of 512 MiB: how fast it is made with accesses kept, what it takes of memory, and how
// fast it answers. Prints figures as JSON.
import { spawnSync } from 'node:child_process';
import { position } from '../src/debugger/index.ts';
import { Port } from '../src/session/index.ts';
import { type Loaded, loadScenarioText } from '../src/session/load.ts';
import { largeMachine } from './large.ts';
import { calibrate, type Figure, now, percentile, seeded, spread, times } from './measure.ts';

const TURNS = 1_000_000;
const BUDGET = '512M';
const SEEKS = 2000;
const RUNS = 7;

function load(gib: number): Loaded {
  const result = loadScenarioText('large.json', largeMachine(gib));
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.loaded;
}

async function ask(port: Port, line: string): Promise<readonly string[]> {
  const { ok, output } = await port.execute(line);
  if (!ok) throw new Error(`${line}: ${output.join(' ')}`);
  return output;
}

async function open(loaded: Loaded): Promise<Port> {
  const port = new Port(loaded);
  await ask(port, `set history-budget ${BUDGET}`);
  return port;
}

/** Runs to the end; statements per second. */
async function make(port: Port): Promise<number> {
  const start = now();
  await ask(port, 'seek end');
  return (port.session.time.columns(0).length / (now() - start)) * 1000;
}

function seekTimes(port: Port, seed: number): number[] {
  const { time } = port.session;
  const next = seeded(seed, time.end(0));
  return times(SEEKS, () => {
    const at = next();
    const start = now();
    time.stateAt(0, position(at));
    return now() - start;
  });
}

/** Milliseconds of a command from a position, and the last line of what it printed. */
async function timed(port: Port, from: string, line: string): Promise<{ took: number; says: string }> {
  await ask(port, `seek ${from}`);
  const start = now();
  const output = await ask(port, line);
  return { took: now() - start, says: output.join(' | ') };
}

async function question(port: Port, what: string, from: string, line: string, most: number | null): Promise<Figure> {
  const took: number[] = [];
  for (let i = 0; i < RUNS; i++) took.push((await timed(port, from, line)).took);
  const { says } = await timed(port, from, line);
  process.stderr.write(`${line}: ${says.slice(0, 150)}\n`);
  return {
    what,
    value: percentile(took, 50),
    unit: 'ms',
    noise: spread(took),
    target: most === null ? null : { most },
  };
}

/** The speed in a process of its own, which has no other history to keep. */
function elsewhere(): number {
  const [, file = '', gib = ''] = process.argv;
  return Number(spawnSync(process.execPath, [file, gib, 'speed'], { encoding: 'utf8' }).stdout);
}

async function main(): Promise<void> {
  const loops = times(3, calibrate);
  const loaded = load(Number(process.argv[2]));
  const port = await open(loaded);
  const speeds = [await make(port)];
  const { length } = port.session.time.columns(0);
  if (length < TURNS) throw new Error(`${length} turns are no million; make the machine larger`);
  const all = times(RUNS, (i) => seekTimes(port, 17 + i));
  const p95 = all.map((one) => percentile(one, 95));
  const columns = port.session.time.columns(0);
  const far = columns.at(Math.max(0, length - 900_000));
  const figures: Figure[] = [
    { what: 'turns (statements, calls, returns)', value: length, unit: '', noise: null, target: { least: TURNS } },
    { what: 'positions', value: port.session.time.end(0), unit: '', noise: null, target: null },
    {
      what: 'seek to a random position: p95',
      value: percentile(p95, 50),
      unit: 'ms',
      noise: spread(p95),
      target: { most: 5 },
    },
  ];
  process.stderr.write(`900,000 turns back: #${far}\n`);
  await ask(port, 'watch node(0).first_deferred_pfn');
  figures.push(await question(port, 'reverse-continue to a watchpoint far back', 'end', 'reverse-continue', 100));
  await ask(port, 'delete');
  figures.push(
    await question(port, 'last, of a field written long ago', 'end', 'last node(1).node_start_pfn', 100),
    await question(port, 'accesses, of a page', 'end', 'accesses page(0x8010).flags', 100),
    await question(port, 'accesses, of a field written often', 'end', 'accesses zone(0, Normal).managed_pages w', 100),
    await question(port, 'find, on a page', 'start', 'find page(0x8010).private != 0', 100),
    await question(
      port,
      'find, on a field written often',
      'start',
      'find zone(1, Normal).managed_pages % 0x10000 == 0x3000',
      100,
    ),
    await question(port, 'rfind, on a field written often', 'end', 'rfind zone(0, Normal).managed_pages > 0x1000', 100),
    await question(port, 'lines, of a line executed often', 'end', 'lines deferred_free_pages', 100),
    await question(port, 'find, on locals', 'end', 'rfind nr_pages == 0x8000', null),
  );
  const peak = process.resourceUsage().maxRSS / 1024;
  for (let i = 0; i < 2; i++) speeds.push(elsewhere());
  loops.push(...times(3, calibrate));
  process.stderr.write(`${port.session.historyBudget.text}\n`);
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
      {
        what: 'statements/s, accesses kept, budget 512M',
        value: percentile(speeds, 50),
        unit: '/s',
        noise: spread(speeds),
        target: { least: 250_000 },
      },
      { what: 'maximum resident set, budget 512M', value: peak, unit: 'MiB', noise: null, target: { most: 512 } },
    ] satisfies Figure[]),
  );
}

if (process.argv[3] === 'speed') process.stdout.write(`${await make(await open(load(Number(process.argv[2]))))}`);
else await main();
