// npm run bench: bundles bench/*.ts, runs each in a process of its own, prints figures beside targets. The bundles lie in a
// temporary folder; import.meta.url is that of the file that looks for kernel text, as in a checkout.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const SCENARIOS = join(ROOT, 'scenarios');
const CLI = join(ROOT, 'dist/cli.js');

/** Small machines with one boot: the first scenarios, which the target was set for. */
const shipped = [
  'two-nodes',
  ...['boundary-after', 'boundary-before-debug', 'boundary-before', 'mid-after', 'mid-before', 'order9'].map(
    (name) => `seed-000/uninit-${name}`,
  ),
].map((name) => join(SCENARIOS, `${name}.json`));

/** Each benchmark: its file, what it is given, what node is given. */
const BENCHES = [
  { name: 'history', args: [join(SCENARIOS, 'two-nodes.json')], node: ['--expose-gc'] },
  { name: 'million', args: ['22'], node: [] },
  { name: 'run', args: [CLI, ...shipped], node: [] },
  { name: 'keys', args: ['22'], node: [] },
  { name: 'screen', args: [CLI, join(SCENARIOS, 'seed-000/uninit-boundary-before.json')], node: [] },
];

/** ink looks for the React developer tools; they are no part of what is measured. */
const withoutDevtools = {
  name: 'without-devtools',
  setup(b) {
    b.onResolve({ filter: /^react-devtools-core$|\/devtools(\.js)?$/ }, () => ({
      path: 'devtools',
      namespace: 'empty',
    }));
    b.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};', loader: 'js' }));
  },
};

async function bundle(name, folder) {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(ROOT, 'bench', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    jsx: 'automatic',
    logLevel: 'error',
    plugins: [withoutDevtools],
    define: {
      'import.meta.url': JSON.stringify(pathToFileURL(join(ROOT, 'src/kernel/text.ts')).href),
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
    },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(process.argv[1]);" },
  });
  return outfile;
}

const folder = mkdtempSync(join(tmpdir(), 'khodbg-bench-'));
let failed = false;
try {
  const { line } = await import(pathToFileURL(await bundle('measure', folder)).href);
  const wanted = process.argv.slice(2);
  for (const { name, args, node } of BENCHES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    if (!existsSync(join(ROOT, 'bench', `${name}.ts`))) continue;
    const file = await bundle(name, folder);
    const { status, stdout, stderr } = spawnSync(process.execPath, [...node, file, ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    });
    if (stderr !== '') process.stderr.write(stderr);
    if (status !== 0) {
      failed = true;
      continue;
    }
    console.log(`\n${name}`);
    for (const figure of JSON.parse(stdout)) console.log(`  ${line(figure)}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed) process.exitCode = 1;
