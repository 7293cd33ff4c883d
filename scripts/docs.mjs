// npm run docs [-- PAGE…]: writes what documentation takes from the tables into README.md and docs/, or into some pages of
// them; --check only says what is stale.
// The pages are TypeScript (scripts/docs); packages stay outside the bundle, so it lies where node finds them.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const outfile = join(ROOT, `node_modules/.cache/khodbg/docs-${process.pid}.mjs`);

const args = process.argv.slice(2);
const only = args.filter((arg) => arg !== '--check');
const wrong = only.find((arg) => !arg.endsWith('.md') || !existsSync(join(ROOT, arg)));
if (wrong !== undefined) {
  console.error(`docs: '${wrong}' is no option and no page; usage: npm run docs [-- [--check] [docs/PAGE.md…]]`);
  process.exit(2);
}

mkdirSync(dirname(outfile), { recursive: true });
try {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['scripts/docs/generate.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    jsx: 'automatic',
    // the kernel text is looked for beside this file
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(ROOT, 'src/kernel/text.ts')).href) },
    logLevel: 'error',
  });
  const { generate } = await import(pathToFileURL(outfile).href);
  const { lines, ok } = await generate(ROOT, args.includes('--check'), only);
  for (const line of lines) console.log(line);
  process.exitCode = ok ? 0 : 1;
} finally {
  rmSync(outfile, { force: true });
}
