// Builds dist/: the bundle, the kernel text with its compiled form and patches, and the notices of what is bundled.
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;

/** ink looks for the React developer tools; they are no part of khodbg. */
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

const shared = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    KHODBG_VERSION: JSON.stringify(version),
  },
  mainFields: ['module', 'main'],
  plugins: [withoutDevtools],
  logLevel: 'error',
};

const LICENCES = /^(MIT|ISC|BSD-2-Clause|BSD-3-Clause|0BSD)$/;

/** Packages whose files went into the bundle, with licence and notice; another licence than those allowed stops the build. */
function notices(metafile) {
  const packages = new Map();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match === null || packages.has(match[1])) continue;
    const folder = join(root, match[1]);
    const { name, version: v, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!LICENCES.test(license)) throw new Error(`${name} is ${license}; what is bundled must be MIT, ISC or BSD`);
    packages.set(match[1], { name, version: v, license, text: licenceText(folder) });
  }
  return [...packages.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function licenceText(folder) {
  for (const name of [
    'LICENSE',
    'license',
    'LICENSE.md',
    'LICENSE.txt',
    'license.md',
    'LICENCE',
    'LICENSE-MIT',
    'License',
  ]) {
    try {
      return readFileSync(join(folder, name), 'utf8').trim();
    } catch {}
  }
  return '(the package ships no licence file)';
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, 'kernel'), { recursive: true });

const result = await build({
  ...shared,
  absWorkingDir: root,
  entryPoints: ['src/cli.tsx', 'src/check-worker.ts'],
  outdir: dist,
  splitting: true,
  minify: true,
  metafile: true,
  // beside the entries: what looks for the kernel text looks beside its own file
  chunkNames: 'chunk-[hash]',
  banner: {
    js: "import { createRequire as khodbgRequire } from 'node:module'; const require = khodbgRequire(import.meta.url);",
  },
});
chmodSync(join(dist, 'cli.js'), 0o755);

const bundled = notices(result.metafile);
const texts = bundled.map((p) => `${p.name} ${p.version} (${p.license})\n\n${p.text}\n`);
const intro =
  'khodbg is GPL-2.0-only. The bundle in this folder contains the packages below, each under its own licence.\n';
writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), [intro, ...texts].join(`\n${'-'.repeat(78)}\n\n`));

const { TEXT_FILES } = await import(await bundleForBuild('src/kernel/text.ts', 'text.mjs'));
for (const file of TEXT_FILES) {
  mkdirSync(dirname(join(dist, 'kernel', file)), { recursive: true });
  cpSync(join(root, 'src/kernel', file), join(dist, 'kernel', file));
}
cpSync(join(root, 'src/kernel/patches'), join(dist, 'kernel/patches'), { recursive: true });
cpSync(join(root, 'src/kernel/kernel.d.ts'), join(dist, 'kernel/kernel.d.ts'));

const { precompile } = await import(await bundleForBuild('src/kernel/precompile.ts', 'precompile.mjs'));
writeFileSync(join(dist, 'kernel/program.json'), JSON.stringify(precompile()));
rmSync(join(dist, '.build'), { recursive: true });

/** Bundles one source file so that this script can call it; it reads the kernel text of the checkout. */
async function bundleForBuild(entry, name) {
  const outfile = join(dist, '.build', name);
  await build({
    ...shared,
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    define: {
      ...shared.define,
      'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'src/kernel/text.ts')).href),
    },
  });
  return pathToFileURL(outfile).href;
}
