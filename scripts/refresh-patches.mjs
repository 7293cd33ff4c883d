// Fits the shipped patches to kernel text that has changed since REVISION: what each patch makes of the old text is merged
// with the new text, and the patch is written anew. Where the two touch the same lines, the patch stays as it is and the
// conflict is left in a file. Usage: node scripts/refresh-patches.mjs REVISION
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { applyPatch, createTwoFilesPatch, parsePatch } from 'diff';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'src/kernel/patches');
const revision = process.argv[2];
if (revision === undefined) {
  console.error('refresh-patches: give the revision at which the patches fitted the text: refresh-patches.mjs HEAD~1');
  process.exit(2);
}

const read = (file) => readFileSync(join(root, 'src/kernel', file), 'utf8');

/** A file at the revision, or null. */
function before(file) {
  const { status, stdout } = spawnSync('git', ['show', `${revision}:src/kernel/${file}`], {
    cwd: root,
    encoding: 'utf8',
  });
  return status === 0 ? stdout : null;
}

const nameOf = (header) => header.replace(/\t.*$/, '').replace(/^[ab]\//, '');

/** The lines before the first diff: what the patch says of itself. */
const proseOf = (text) => text.slice(0, text.search(/^diff --git /m));

const work = mkdtempSync(join(tmpdir(), 'khodbg-patches-'));
let conflicts = 0;

/** Both changes in one text; where they meet, the markers of git. */
function merged(file, ours, base, theirs) {
  const paths = ['ours', 'base', 'theirs'].map((name) => join(work, name));
  [ours, base, theirs].forEach((text, i) => {
    writeFileSync(paths[i], text);
  });
  const { stdout, status } = spawnSync('git', ['merge-file', '-p', '--diff3', ...paths], { encoding: 'utf8' });
  if (status === 0) return stdout;
  conflicts++;
  const left = join(root, 'node_modules/.cache/patches', file);
  mkdirSync(dirname(left), { recursive: true });
  writeFileSync(left, stdout);
  console.error(`${file}: ${status} conflicts, in ${left}`);
  return null;
}

/** One patch on old and new text: the patch written anew, and both texts after it. */
function refreshed(patch, old, now) {
  const text = readFileSync(join(folder, patch), 'utf8');
  const out = { old: { ...old }, now: { ...now } };
  const found = conflicts;
  let diff = proseOf(text);
  for (const part of parsePatch(text.slice(text.search(/^diff --git /m)))) {
    const file = nameOf(part.newFileName);
    const base = old[file] ?? before(file) ?? '';
    const theirs = applyPatch(base, part, { fuzzFactor: 0 });
    if (theirs === false) throw new Error(`${patch} does not apply to ${file} at ${revision}`);
    const ours = now[file] ?? read(file);
    const result = merged(`${patch}/${file}`, ours, base, theirs) ?? ours;
    out.old[file] = theirs;
    out.now[file] = result;
    const body = createTwoFilesPatch(`a/${file}`, `b/${file}`, ours, result, '', '', { context: 3 });
    const hunks = body.slice(body.indexOf('--- '));
    if (hunks.includes('@@')) diff += `diff --git a/${file} b/${file}\n${hunks}`;
  }
  if (conflicts === found) writeFileSync(join(folder, patch), diff);
  return out;
}

const texts = new Map([['v7.3', { old: {}, now: {} }]]);

/** Both texts of a profile, after the series it stands on and its own. */
function textsOf(profile) {
  const known = texts.get(profile);
  if (known !== undefined) return known;
  const lines = readFileSync(join(folder, profile, 'series'), 'utf8').split('\n');
  const base = /^base: (.+)$/.exec(lines[0])?.[1];
  let state = textsOf(base ?? 'v7.3');
  for (const patch of lines.slice(base === undefined ? 0 : 1))
    if (patch !== '') state = refreshed(`${profile}/${patch}`, state.old, state.now);
  texts.set(profile, state);
  return state;
}

for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) textsOf(entry.name);
const done = new Map();

/** One patch on the profile that it names first, or on the patch that it names in `After:`; each once. */
function refreshOnce(patch) {
  const known = done.get(patch);
  if (known !== undefined) return known;
  const prose = proseOf(readFileSync(join(folder, patch), 'utf8'));
  const after = /^After: (\S+)$/m.exec(prose)?.[1];
  const profile = /^Applies-to: (\S+?)(?:,|$)/m.exec(prose)?.[1] ?? 'v7.3';
  const { old, now } = after === undefined ? texts.get(profile) : refreshOnce(`${after}.patch`);
  const state = refreshed(patch, old, now);
  done.set(patch, state);
  return state;
}

for (const patch of readdirSync(folder).filter((name) => name.endsWith('.patch'))) refreshOnce(patch);
rmSync(work, { recursive: true, force: true });
process.exitCode = conflicts > 0 ? 1 : 0;
