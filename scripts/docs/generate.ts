// Writes blocks, transcripts and whole files, or says which are stale. A block stands between `<!-- generated: NAME -->` and
// `<!-- end: NAME -->`; what is outside of blocks is written by hand and left alone.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCKS, WHOLE } from './blocks.ts';
import { withRuns, withSessions } from './sessions.ts';

const REFRESH = 'refresh it: npm run docs';
const BLOCK = /<!-- generated: ([\w-]+) -->\n[\s\S]*?<!-- end: \1 -->/g;

/** Hand-written pages that may hold blocks. */
function pages(root: string): string[] {
  const all = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  const docs = all.filter((name) => name.endsWith('.md'));
  return ['README.md', ...docs.sort().map((name) => `docs/${name}`)];
}

/** The page with its blocks as they should be; names that no block has are mistakes. */
function refreshed(root: string, text: string, used: Set<string>): { text: string; unknown: string[] } {
  const unknown: string[] = [];
  const next = text.replace(BLOCK, (whole, name: string) => {
    const make = BLOCKS[name];
    used.add(name);
    if (make === undefined) {
      unknown.push(name);
      return whole;
    }
    return `<!-- generated: ${name} -->\n\n${make(root)}\n\n<!-- end: ${name} -->`;
  });
  return { text: next, unknown };
}

/** Refreshes the documentation of a checkout, or `only` some pages; with `check` nothing is written, and stale is not ok. */
export async function generate(
  root: string,
  check: boolean,
  only: readonly string[] = [],
): Promise<{ readonly ok: boolean; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const used = new Set<string>();
  let ok = true;
  const settle = (file: string, text: string) => {
    const path = join(root, file);
    const now = existsSync(path) ? readFileSync(path, 'utf8') : null;
    if (now === text) return;
    if (check) ok = false;
    else writeFileSync(path, text);
    lines.push(check ? `${file}: stale: differs from the tables it is made from; ${REFRESH}` : `${file}: refreshed`);
  };
  for (const file of only.length > 0 ? only : pages(root)) {
    const { text, unknown } = refreshed(root, readFileSync(join(root, file), 'utf8'), used);
    for (const name of unknown) lines.push(`${file}: no block '${name}'; there are ${Object.keys(BLOCKS).join(', ')}`);
    ok &&= unknown.length === 0;
    settle(file, withRuns(root, await withSessions(root, text)));
  }
  if (only.length > 0) return { ok, lines: lines.length === 0 ? ['docs: fresh'] : lines };
  for (const [file, make] of Object.entries(WHOLE)) settle(file, make(root));
  for (const name of Object.keys(BLOCKS).filter((block) => !used.has(block))) {
    ok = false;
    lines.push(
      `docs: the block '${name}' stands in no page; add <!-- generated: ${name} --> and <!-- end: ${name} -->`,
    );
  }
  if (ok && lines.length === 0) lines.push('docs: fresh');
  return { ok, lines };
}
