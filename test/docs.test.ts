// The links of the documentation lead somewhere, its examples are scenarios, and what is bundled is named and may be. That its
// generated parts are fresh is for `npm run docs -- --check`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withRuns, withSessions } from '../scripts/docs/sessions.ts';
import { loadScenarioText, runReport } from '../src/session/index.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const PAGES = [
  ...['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The anchor of a heading as hosts of Markdown make it. */
const anchor = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

describe('documentation', () => {
  test.each(PAGES)('the links of %s lead somewhere', (page) => {
    const broken = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(
      ([, path = '', part]) => {
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(ROOT, file))) return [file];
        if (part === undefined) return [];
        const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchor(heading));
        return headings.includes(part) ? [] : [`${file}#${part}`];
      },
    );
    expect(broken).toEqual([]);
  });

  test('ARCHITECTURE.md has at most 150 lines', () => {
    expect(read('ARCHITECTURE.md').split('\n').length).toBeLessThanOrEqual(151);
  });

  test.each(
    [...read('docs/scenario.md').matchAll(/<!-- example: scenario -->\n```jsonc\n([\s\S]*?)```/g)].map(
      ([, text = '']) => [/"title": "(.*)"/.exec(text)?.[1] ?? '', text] as const,
    ),
  )('the example "%s" of docs/scenario.md is a scenario whose expectations hold', (_title, text) => {
    const result = loadScenarioText('example.json', text);
    if (!result.ok) throw new Error(result.errors.join('\n'));
    const run = runReport(result.loaded);
    expect(run.ok && run.report.expect.filter((one) => !one.ok)).toEqual([]);
    expect(run.ok && run.status).toBe(0);
  });

  test('every key of a saved session stands in docs/session.md', () => {
    const text = read('docs/session.md');
    const { properties } = JSON.parse(read('docs/session.schema.json')) as { properties: Record<string, unknown> };
    const keys = Object.keys(properties).filter((key) => key !== '$schema');
    expect(keys.length).toBeGreaterThan(10);
    expect(keys.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
  });

  test('every key of a scenario stands in docs/scenario.md', () => {
    const text = read('docs/scenario.md');
    const names = new Set<string>();
    const collect = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { properties } = schema as { properties?: Record<string, unknown> };
      for (const name of Object.keys(properties ?? {})) names.add(name);
      for (const part of Object.values(schema)) collect(part);
    };
    collect(JSON.parse(read('docs/scenario.schema.json')));
    expect(names.size).toBeGreaterThan(40);
    expect([...names].filter((name) => !text.includes(`\`${name}\``) && !text.includes(`"${name}"`))).toEqual([]);
  });
});

describe('transcripts', () => {
  const after = '```\n\nProse.\n\n```sh\nnpm test\n```\n';

  test('a command line fills the empty block below it and leaves what follows', () => {
    const page = '<!-- run: --version -->\n```text\n';
    const { version } = JSON.parse(read('package.json')) as { version: string };
    expect(withRuns(ROOT, `${page}${after}`)).toBe(`${page}$ khodbg --version\n${version}\n${after}`);
  });

  test('a session is replayed to its own fence, without commands to nothing', async () => {
    const page = '<!-- session: scenarios/seed-000/uninit-order9.json -->\n```text\n';
    expect(await withSessions(ROOT, `${page}${after}`)).toBe(`${page}${after}`);
    const replayed = await withSessions(ROOT, `${page}(khodbg) print 6 * 7\nold\n${after}`);
    expect(replayed).toMatch(/\(khodbg\) print 6 \* 7\n.* = 42\n```\n\nProse/);
  });
});

describe('what is bundled', () => {
  const notices = read('dist/THIRD-PARTY-NOTICES.txt');
  const bundled = [...notices.matchAll(/^-{78}\n\n(\S+) (\S+) \((.+)\)\n\n([\s\S]*?)(?=\n\n-{78}|$(?![\s\S]))/gm)].map(
    ([, name = '', version = '', licence = '', text = '']) => ({ name, version, licence, text }),
  );

  test.each(['ink', 'react', 'immer', 'commander', 'zod', 'jsonc-parser', '@babel/parser', 'diff'])(
    'the notices name %s, with its licence',
    (name) => {
      expect(bundled.find((one) => one.name === name)?.text ?? '').toMatch(/copyright|permission is hereby granted/i);
    },
  );

  test('every licence is MIT, ISC or BSD', () => {
    expect(bundled.length).toBeGreaterThan(20);
    expect(bundled.filter(({ licence }) => !/^(MIT|ISC|0BSD|BSD-[23]-Clause)$/.test(licence))).toEqual([]);
    expect(bundled.length).toBe([...notices.matchAll(/^-{78}$/gm)].length);
  });

  test('the notices begin with the licence of khodbg, and name versions', () => {
    expect(notices.startsWith('khodbg is GPL-2.0-only.')).toBe(true);
    expect(bundled.every(({ version }) => /^\d+\.\d+\.\d+/.test(version))).toBe(true);
  });
});
