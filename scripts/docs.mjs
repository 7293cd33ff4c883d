// npm run docs: writes what documentation takes from the tables into README.md and docs/; --check only says what is stale.
// The pages are TypeScript (scripts/docs); packages stay outside the bundle, so it lies where node finds them.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const outfile = join(ROOT, `node_modules/.cache/khodbg/docs-${process.pid}.mjs`);

const args = process.argv.slice(2);
if (args.some((arg) => arg !== '--check')) {
  console.error(`docs: '${args.find((arg) => arg !== '--check')}' is not an option; usage: npm run docs [-- --check]`);
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
  const { lines, ok } = await generate(ROOT, args.includes('--check'));
  for (const line of lines) console.log(line);
  process.exitCode = ok ? 0 : 1;
} finally {
  rmSync(outfile, { force: true });
}
