// The patches of docs/patches: what the built program prints of each, as docs/patches/README.md and docs/adding.md show it.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const readme = readFileSync(join(root, 'docs/patches/README.md'), 'utf8');
const BLOCK = /```text\n\$ khodbg (.*?)(?: \| tail -(\d+))?\n([\s\S]*?)\n```\n\nExit status (\d)\./g;
const runs = [...readme.matchAll(BLOCK)].map(([, command = '', tail, shown = '', status]) => ({
  command,
  tail: Number(tail ?? 1),
  shown,
  status: Number(status),
}));

function khodbg(command: string): { status: number | null; lines: string[] } {
  const done = spawnSync(process.execPath, ['dist/cli.js', ...command.split(' ')], { cwd: root, encoding: 'utf8' });
  return { status: done.status, lines: (done.stdout + done.stderr).trimEnd().split('\n') };
}

test('each patch of the folder has its command', () => {
  const patches = readdirSync(join(root, 'docs/patches')).filter((file) => file.endsWith('.patch'));
  const named = runs.map(({ command }) => /docs\/patches\/(\S+)/.exec(command)?.[1]);
  expect(named.sort()).toEqual(patches.sort());
});

test.each(runs)('$command', ({ command, tail, shown, status }) => {
  const done = khodbg(command);
  expect(done.lines.slice(-tail).join('\n')).toBe(shown);
  expect(done.status).toBe(status);
});

test('the patch that docs/adding.md writes step by step is the one in docs/patches', () => {
  const adding = readFileSync(join(root, 'docs/adding.md'), 'utf8');
  const written = /```diff\n([\s\S]*?)```/.exec(adding)?.[1];
  const patch = readFileSync(join(root, 'docs/patches/restore-by-node.patch'), 'utf8');
  expect(patch.endsWith(written ?? 'no diff')).toBe(true);
  for (const command of [...adding.matchAll(/^ {7}khodbg (source .*?)(?: > .*)?$/gm)].map(([, words = '']) => words))
    expect(khodbg(command).status, command).toBe(0);
});
