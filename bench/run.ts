// Wall time of `khodbg run FILE` for each scenario, from starting the process to its end. Prints figures as JSON.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { calibrate, type Figure, now, percentile, spread, times } from './measure.ts';

const RUNS = 5;

function wallTime(cli: string, file: string): number {
  const start = now();
  const { status, stderr } = spawnSync(process.execPath, [cli, 'run', file], { encoding: 'utf8' });
  const took = now() - start;
  if (status !== 0 && status !== 1) throw new Error(`run ${file} ended with ${status}: ${stderr.slice(0, 500)}`);
  return took;
}

function measure(cli: string, file: string): Figure {
  const took = times(RUNS, () => wallTime(cli, file));
  return {
    what: `run ${basename(file)}`,
    value: percentile(took, 50),
    unit: 'ms',
    noise: spread(took),
    target: { most: 1000 },
  };
}

const [cli = '', ...files] = process.argv.slice(2);
const hasRun = existsSync(cli) && /\brun\b/.test(readFileSync(cli, 'utf8'));
const loops = times(3, calibrate);
const figures = hasRun ? files.map((file) => measure(cli, file)) : [];
loops.push(...times(3, calibrate));
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
if (!hasRun) process.stderr.write(`run: skipped, ${cli} does not know it\n`);
