// A process that is killed while it saves leaves the session of before or the one of after, never a part of one; and one that
// may not write says so and leaves all as it was.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SAVED_SCREEN } from '../../components/index.ts';
import { openSession } from '../../src/session/index.ts';
import { sessionText } from '../../src/session/saved/index.ts';
import { dice } from '../session/mutator.ts';
import { folderWith } from '../support/temporary.ts';
import { WHOLE } from './support.ts';

const ROUNDS = WHOLE ? 60 : 4;
const CLI = join(import.meta.dirname, '../../dist/cli.js');
const SCENARIO = join(import.meta.dirname, '../../scenarios/seed-000/uninit-boundary-before.json');

/** Runs a session that steps and saves for a long time, and kills it `ms` after it has first saved. */
function killedWhileSaving(commands: string, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, '--batch', '-x', commands, SCENARIO]);
    let waiting = true;
    child.stdout.on('data', (text: Buffer) => {
      if (!waiting || !text.includes('Saved in')) return;
      waiting = false;
      setTimeout(() => child.kill('SIGKILL'), ms);
    });
    child.once('close', () => resolve());
  });
}

test('kill -9 while saving leaves the old file or the new one', async () => {
  const folder = folderWith({});
  const file = join(folder, 's.json');
  const commands = join(folderWith({}), 'commands');
  writeFileSync(commands, `delete\nseek memmap_init\n${`stepi\nsave session ${file}\n`.repeat(20_000)}`);
  const roll = dice(4711);
  const seen = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const before = round === 0 ? null : readFileSync(file, 'utf8');
    await killedWhileSaving(commands, 20 + roll.below(100));
    const text = readFileSync(file, 'utf8');
    const opened = openSession(file, { screen: SAVED_SCREEN });
    expect(opened.ok ? [] : opened.errors, `round ${round}`).toEqual([]);
    if (opened.ok) expect(sessionText(opened.port.session, folder), `round ${round}`).toBe(text);
    seen.add(text);
    if (before !== null) expect(text.length).toBeGreaterThan(500);
  }
  expect(seen.size).toBeGreaterThan(1);
  const others = readdirSync(folder).filter((name) => name !== 's.json' && !/^\.khodbg-\d+-\d+\.tmp$/.test(name));
  expect(others).toEqual([]);
}, 240_000);

test('a file that cannot be written whole is left as it was, and nothing beside it', () => {
  const folder = folderWith({});
  const file = join(folder, 's.json');
  const commands = ['-ex', `checkpoint ${'long '.repeat(1000)}`, '-ex', `save session ${file}`];
  const save = (limit: string) =>
    spawnSync('sh', ['-c', `${limit} exec "$@"`, 'sh', process.execPath, CLI, '--batch', ...commands, SCENARIO], {
      encoding: 'utf8',
    });
  expect(save('').status).toBe(0);
  const before = readFileSync(file, 'utf8');
  // no more than two blocks, of 512 or 1024 bytes, can be written
  const refused = save('ulimit -f 2;');
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain(
    'it cannot be written: it would be larger than a file may be here; nothing is changed',
  );
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(readdirSync(folder)).toEqual(['s.json']);
});
