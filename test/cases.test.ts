// The case pages, one a thread, and the page about why: a seeded share of their sessions and command lines prints what they show, all when laws run
// whole, and every scenario of the thread has its place in the table of arguments. `npm run docs -- --check` replays all too.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withRuns, withSessions } from '../scripts/docs/sessions.ts';
import { SEED, share } from './laws/support.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'docs/cases');
const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.md'));
const TABLE = '## Every argument of the thread';

const read = (page: string) => readFileSync(join(FOLDER, page), 'utf8');

/** The sessions and command lines of the pages, each a text with its marker, numbered within its page. */
const BLOCKS = [...PAGES, '../why.md'].flatMap((page) =>
  [...read(page).matchAll(/^<!-- (?:session|run): (.+) -->\n```text\n(?:.*\n)*?```$/gm)].map(([block, what], i) => ({
    page,
    number: i + 1,
    what,
    block,
  })),
);

describe('pages', () => {
  test.each(share(BLOCKS, 40))(`$page, block $number prints what it shows: $what (seed ${SEED})`, async ({ block }) => {
    expect(withRuns(ROOT, await withSessions(ROOT, block))).toBe(block);
  });
});

describe.each(PAGES)('%s', (page) => {
  const text = read(page);
  const table = text.slice(text.indexOf(TABLE));

  test('it has sessions or command lines', () => {
    expect(BLOCKS.filter((one) => one.page === page).length).toBe([...text.matchAll(/<!-- (?:session|run): /g)].length);
    expect(text).toMatch(/<!-- (?:session|run): /);
  });

  test('every scenario of the thread is in its table of arguments', () => {
    expect(text).toContain(TABLE);
    const folder = `scenarios/${page.replace(/\.md$/, '')}`;
    const files = existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)) : [];
    const scenarios = files.filter((name) => name.endsWith('.json'));
    expect(scenarios.length).toBeGreaterThan(0);
    expect(scenarios.filter((name) => !table.includes(`](../../${folder}/${name})`))).toEqual([]);
  });
});
