// The text for a mail: 72 columns, what happened and where, and a command line that comes back to the same position.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { setStops } from '../../src/line-mode.ts';
import { loadScenario, Port } from '../../src/session/index.ts';
import { execute } from '../support/open.ts';
import { folderWith } from '../support/temporary.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Each thread's bug: the scenario, and how one comes to it. */
const HEADLINES: readonly (readonly [thread: string, file: string, commands: readonly string[], says: string])[] = [
  [
    'the page that nobody initialised',
    'scenarios/seed-000/uninit-boundary-before-debug.json',
    ['continue', 'delete', 'continue', 'up'],
    'VM_BUG_ON_PAGE(PagePoisoned(page))',
  ],
  [
    'scratch that stops being CMA',
    'scenarios/seed-001/scratch-cma-before.json',
    ['continue'],
    'pageblock(0x30400).migratetype  CMA →',
  ],
  [
    'the early user',
    'scenarios/seed-002/early-user-before.json',
    ['delete', 'catch uninit', 'break kho_restore_folio', 'continue 3'],
    'kho_restore_folio',
  ],
  ['the block that is not split', 'scenarios/seed-003/unsplit-before.json', ['continue 15'], 'nonzero _refcount'],
  [
    'the block across two nodes',
    'scenarios/seed-004/one-block-two-nodes.json',
    ['continue'],
    'pages\n    0x28000..0x28200',
  ],
  [
    'two threads that split and preserve, in an order of their own',
    'scenarios/seed-003/split-race.json',
    [
      ...['seek boot1:kho_init', 'tbreak dma_split_alone', 'continue', 'schedule next 5', 'tbreak kho_radix_add_key'],
      ...['continue', 'schedule next 4', 'catch oops', 'continue'],
    ],
    'VM_BUG_ON_PAGE(page_ref_count(page) == 0)',
  ],
];

async function open(file: string): Promise<Port> {
  const loaded = loadScenario(file);
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  const port = new Port(loaded.loaded);
  await setStops(port);
  return port;
}

/** The command of a report, as a shell takes it. */
const commandIn = (report: string): string => report.slice(report.indexOf('  node dist/cli.js')).trim();

describe('report', () => {
  test('at a bad page: that page, and what is wrong with it', async () => {
    const port = await open('scenarios/seed-003/unsplit-before.json');
    const report = await execute(port, 'continue', 'report');
    expect(report).toContain('page: refcount:1 mapcount:0 mapping:0000000000000000 index:0x0\n      pfn:0x8001');
    expect(report).toContain('page dumped because: nonzero _refcount');
  });

  test('at a page fault: the error code, as its own line says it', async () => {
    const port = await open('scenarios/seed-000/luo-finish-oops-before.json');
    const report = await execute(port, 'continue', 'report');
    expect(report).toContain('#PF: error_code(0x0002) - not-present page\n  Oops: Oops: 0002 [#1] SMP');
  });

  test.each(HEADLINES)(
    'of %s: 72 columns, and its command lands on the same position',
    async (_, file, commands, says) => {
      const port = await open(file);
      await execute(
        port,
        ...commands,
        'checkpoint the bug of this thread, with a note that is long enough to be folded',
      );
      const place = await execute(port, 'frame');
      const report = await execute(port, 'report');
      expect(report.split('\n').filter((line) => line.length > 72)).toEqual([]);
      expect(report).toContain(`At ${port.view().position.label}, in thread`);
      expect(report).toMatch(/^Subject: \[khodbg\] \S/);
      for (const part of ['Call trace:', 'Stops:', 'Checkpoints:', file, says]) expect(report).toContain(part);
      const { stdout, stderr, status } = spawnSync('sh', ['-c', commandIn(report)], { cwd: ROOT, encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout).toContain(`${port.view().position.label}  T${port.view().thread?.number} `);
      expect(stdout.trimEnd().endsWith(place.split('\n').at(-1) ?? '')).toBe(true);
      expect(stdout).toContain(place.split('\n')[0]?.replace(/^#0 +/, ''));
    },
  );

  test('has a command that lands on the same position, kernel and patches included', async () => {
    const file = 'scenarios/seed-000/uninit-boundary-before.json';
    const port = await open(file);
    await execute(port, 'continue', 'patch drop no-preserved-page-init', 'patch add seed001-v7', 'kernel v7.3');
    await execute(port, 'seek memmap_init', 'step 3');
    const place = await execute(port, 'frame');
    const command = commandIn(await execute(port, 'report'));
    expect(command).toContain('patch add seed001-v7');
    const { stdout, status } = spawnSync('bash', ['-c', command], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(0);
    expect(stdout.trimEnd().endsWith(place.split('\n').at(-1) ?? '')).toBe(true);
    expect(stdout).toContain(`${port.view().position.label}  T1`);
  });

  test('names the page that the stop names, and folds the last answer', async () => {
    const port = await open('scenarios/seed-000/uninit-boundary-before-debug.json');
    await execute(port, 'continue', 'why page(0x18000).private');
    expect(await execute(port, 'report')).toMatch(
      /^ {2}never initialised in this boot.*\n(.*\n)* {6}#\d+ T1 memmap_init_range:/m,
    );
    expect((await execute(port, 'report')).split('\n').filter((line) => line.length > 72)).toEqual([]);
    await execute(port, 'accesses page(0x18000).private');
    const report = await execute(port, 'report');
    expect(report).toContain('is uninitialized and poisoned');
    expect(report).toMatch(/\n {2}#7518 +T1 swapper +w +kho_preserved_memory_reserve:604/);
    expect(report.split('\n').filter((line) => line.length > 72)).toEqual([]);
  });

  test('is written into a file that is not there yet', async () => {
    const port = await open('scenarios/seed-004/one-block-two-nodes.json');
    const file = join(folderWith({}), 'mail.txt');
    expect(await execute(port, `report ${file}`)).toBe(`Written into ${file}.`);
    expect(readFileSync(file, 'utf8')).toBe(`${await execute(port, 'report')}\n`);
    expect(await execute(port, `report ${file}`)).toBe(`${file}: it is there; a report is written into a new file`);
  });

  test('escapes what could steer a terminal', async () => {
    const port = await open('scenarios/seed-000/uninit-boundary-before-debug.json');
    await execute(port, 'checkpoint \u001b[2Jgone');
    expect(await execute(port, 'report')).not.toContain('\u001b');
  });
});
