// Branches: another thread first is a history of its own, named, listed with where it comes from, gone to, compared; the same
// choice made again leads to the branch there is.
import { expect, test } from 'vitest';
import type { Port } from '../../src/session/index.ts';
import { execute, openPort } from '../support/open.ts';

/** Two drivers that can move, and stands where the first one splits its block. */
async function atTheRace(): Promise<Port> {
  const port = await openPort('seed-003/split-race');
  await execute(port, 'delete', 'seek boot1:kho_init', 'tbreak dma_split_alone', 'continue');
  return port;
}

const at = (port: Port) => port.view().position.at;

test('a branch says where it leaves its parent, who moves instead of whom, and what it reached', async () => {
  const port = await atTheRace();
  const here = at(port);
  const made = await execute(port, 'schedule next 5');
  expect(made).toBe(`Thread 5 moves next: branch 1 from #${here}; branch 0 stays as it is.`);
  await execute(port, 'branch name late-split', 'seek boot1:end');
  const list = await execute(port, 'info branches');
  expect(list).toMatch(
    new RegExp(`\\* 1 {2}late-split to #\\d+ … +leaves main at #${here}: T5 \\S+ moves instead of T4 \\S+\\n`),
  );
  expect(list).toContain(`you stand at #${at(port)}`);
  expect(list).toMatch(/^ {2}0 {2}main /);
  expect(await execute(port, 'branch')).toBe(list);
  const rows = port.view().results?.rows ?? [];
  expect(rows.map(({ branch }) => branch)).toContain(1);
  const row = rows.findIndex(({ branch, at: p }) => branch === 0 && p?.at === 0) + 1;
  expect(await execute(port, `result ${row}`, 'when')).not.toContain('branch late-split');
  expect(await execute(port, `result ${rows.findIndex(({ branch }) => branch === 1) + 1}`, 'when')).toContain(
    `position: #${here} / `,
  );
  expect(await execute(port, 'when')).toContain('branch late-split');
});

test('branch goes to the same position there, or to the last that both share; nothing is lost', async () => {
  const port = await atTheRace();
  const here = at(port);
  await execute(port, 'schedule next 5', 'next', 'next');
  expect(at(port)).toBeGreaterThan(here);
  expect(await execute(port, 'branch main')).toMatch(new RegExp(`^\\[Switching to branch 0\\]\n#${here} `));
  await execute(port, `seek #${here - 50}`, 'branch b1');
  expect(at(port)).toBe(here - 50);
  expect(await execute(port, 'when')).toContain('branch 1');
  expect(await execute(port, 'branch 1')).toBe('[Current branch is 1 (b1)]');
  expect(port.view().position.branch).toBe('b1');
  await execute(port, 'branch name elsewhere');
  expect(port.view().position.branch).toBe('elsewhere');
});

test('the same choice again is the branch that there is, and the choice taken back is the parent', async () => {
  const port = await atTheRace();
  await execute(port, 'schedule next 5', 'next', 'branch 0');
  expect(await execute(port, 'schedule next')).toContain('the number of a thread is missing');
  expect(await execute(port, 'schedule next 99')).toContain('info threads lists them');
  expect(await execute(port, 'schedule next 5')).toBe('Thread 5 moves next: as in branch 1, which there is already.');
  expect(await execute(port, 'schedule next 4')).toBe('Thread 4 moves next: as in branch 0, which there is already.');
  expect(port.session.time.branches).toHaveLength(2);
});

test('a position may name its branch; diff compares two of them', async () => {
  const port = await atTheRace();
  const here = at(port);
  await execute(port, 'schedule next 5', 'branch name late', 'branch main');
  expect(await execute(port, `seek late:#${here + 40}`)).toMatch(
    new RegExp(`^\\[Switching to branch late\\]\n#${here + 40} `),
  );
  expect(await execute(port, 'seek main:')).toContain(`#${here + 40} `);
  const text = await execute(port, 'diff late:boot1:end main:boot1:end');
  expect(text).toMatch(/^#\d+ \(\w+, branch late\) → #\d+ \(\w+, branch 0\)\n/);
  expect(text).not.toContain('nothing differs');
  expect(await execute(port, 'seek nope:end')).toContain("'nope' is no branch; there are main, late");
  expect(port.complete('seek late:mm_c').words).toEqual(['late:mm_core_init']);
});

test('what the console printed before two branches part is in the log once', async () => {
  const port = await atTheRace();
  await execute(port, 'schedule next 5', 'next', 'branch 0', 'branch 1');
  const printed = port
    .view()
    .log.filter(({ kind }) => kind === 'dmesg')
    .map(({ text }) => text);
  expect(printed.length).toBeGreaterThan(0);
  expect(new Set(printed).size).toBe(printed.length);
});

test('a checkpoint knows its branch', async () => {
  const port = await atTheRace();
  await execute(port, 'schedule next 5', 'next', 'checkpoint there', 'branch 0');
  expect(await execute(port, 'seek main:cp1')).toContain('checkpoint 1 lies in branch 1');
  expect(await execute(port, 'seek cp1')).toContain('[Switching to branch 1]');
  expect(await execute(port, 'info history')).toContain('branch 1');
});

test.each([
  ['branch name', 'a name is missing'],
  ['branch name 7up', 'is no name'],
  ['branch name b2', 'means something else'],
  ['branch nope', "no branch 'nope'"],
  ['branch 0 1', "'1' is not expected"],
  ['schedule 4', "'4' is not understood; usage: schedule next THREAD"],
])('%s is refused', async (command, reason) => {
  const port = await openPort('seed-003/split-race');
  const { ok, output } = await port.execute(command);
  expect(ok).toBe(false);
  expect(output.join('\n')).toContain(reason);
});
