// The README does what it says: its session is run, command by command, and what is printed is compared exactly.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const PROMPT = '(khodbg) ';

/** Blocks marked `<!-- session: FILE -->`: the scenario, and the transcript as it stands in the page. */
const sessions = [...README.matchAll(/<!-- session: (\S+) -->\n```text\n([\s\S]*?)\n```/g)].map(
  ([, file = '', transcript = '']) => ({ file, transcript }),
);

/** Runs the commands of a transcript from a file on standard input; each is echoed after its prompt. */
function replay(file: string, transcript: string) {
  const commands = transcript.split('\n').filter((line) => line.startsWith(PROMPT));
  const input = commands.map((line) => `echo ${line}\n${line.slice(PROMPT.length)}\n`).join('');
  return spawnSync('node', ['dist/cli.js', '--batch', '-x', '-', file], { cwd: ROOT, input, encoding: 'utf8' });
}

describe('README', () => {
  test('has a session', () => {
    expect(sessions).toHaveLength(1);
  });

  test.each(sessions)('the session on $file prints what the page shows', ({ file, transcript }) => {
    const { stdout, stderr, status } = replay(file, transcript);
    expect({ stdout, stderr, status }).toEqual({ stdout: `${transcript}\n`, stderr: '', status: 0 });
  });

  test('the picture is at most 100 columns wide', () => {
    const picture = /```text\n(khodbg [\s\S]*?)\n```/.exec(README)?.[1] ?? '';
    expect(picture.split('\n').length).toBeGreaterThan(20);
    expect(Math.max(...picture.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(100);
  });

  test('the first command without a terminal prints the first stop of a shipped scenario', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: { readonly start: string; readonly test: string };
    };
    const opened = /node (dist\/cli\.js) (\S+)$/.exec(scripts.start);
    const { stdout, status } = spawnSync('node', opened?.slice(1) ?? [], { cwd: ROOT, input: '', encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout).toContain('Catchpoint 1 (uninit), write of page(0x18000).private, uninitialised');
    expect(README).toContain('npm ci && npm start');
    expect(scripts.test).toMatch(/vitest run/);
  });
});
