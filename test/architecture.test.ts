// The layers hold: each imports only those before it, through their index.ts; the screen knows the session only; nothing
// below the session asks for the time or for chance; every file says what it is.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const LAYERS = ['machine', 'vm', 'kernel', 'debugger', 'explore', 'session'];
const KERNEL_TEXT = /^src\/kernel\/(arch|init|kernel|lib|mm)\//;

const files = ['src', 'components'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts') && !KERNEL_TEXT.test(name))
    .sort(),
);
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

interface Import {
  readonly file: string;
  /** as written */
  readonly from: string;
  /** relative to the root of the project, null for packages and node's own modules */
  readonly target: string | null;
}

const imports: readonly Import[] = files.flatMap((file) =>
  [...textOf(file).matchAll(/(?:^(?:import|export)\b[^'"`;]*?from\s*|^import\s*|\bimport\(\s*)'([^']+)'/gm)].map(
    (match) => {
      const from = match[1] ?? '';
      const target = from.startsWith('.')
        ? relative(ROOT, resolve(ROOT, dirname(file), from)).replaceAll('\\', '/')
        : null;
      return { file, from, target };
    },
  ),
);

const layerOf = (file: string): string | null => /^src\/([^/]+)\//.exec(file)?.[1] ?? null;
const shown = (rule: string, found: readonly Import[]) =>
  found.map(({ file, from }) => `${file} imports '${from}'; ${rule}`);
const withoutComments = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');

describe('architecture', () => {
  test('there is something to look at', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(100);
    expect(new Set(files.map(layerOf)).has('vm')).toBe(true);
  });

  test('a layer imports only the layers before it', () => {
    const rule = `layers are ${LAYERS.join(' < ')}, and each may import only those before it`;
    const found = imports.filter(({ file, target }) => {
      const [mine, theirs] = [layerOf(file), target === null ? null : layerOf(target)];
      if (mine === null || target === null || !LAYERS.includes(mine)) return false;
      return theirs === null || !LAYERS.includes(theirs) || LAYERS.indexOf(theirs) > LAYERS.indexOf(mine);
    });
    expect(shown(rule, found)).toEqual([]);
  });

  test('a layer is imported through its index.ts', () => {
    const rule = 'another layer is imported through its index.ts';
    const found = imports.filter(({ file, target }) => {
      if (target === null || layerOf(target) === null || layerOf(target) === layerOf(file)) return false;
      return !/^src\/[^/]+\/index\.ts$/.test(target);
    });
    expect(shown(rule, found)).toEqual([]);
  });

  test('the machine imports nothing outside itself', () => {
    const rule = 'src/machine imports nothing but itself';
    const found = imports.filter(
      ({ file, target }) => layerOf(file) === 'machine' && (target === null || layerOf(target) !== 'machine'),
    );
    expect(shown(rule, found)).toEqual([]);
  });

  test('components import of src the session only', () => {
    const rule = 'components import src/session/index.ts and nothing deeper';
    const found = imports.filter(
      ({ file, target }) =>
        file.startsWith('components/') &&
        target !== null &&
        !target.startsWith('components/') &&
        target !== 'src/session/index.ts',
    );
    expect(shown(rule, found)).toEqual([]);
  });

  test('nothing in src imports the screen but the command line', () => {
    const rule = 'only src/cli.tsx and what stands beside it may import components';
    const found = imports.filter(
      ({ file, target }) => layerOf(file) !== null && target?.startsWith('components/') === true,
    );
    expect(shown(rule, found)).toEqual([]);
  });

  test('nothing below the session asks for the time or for chance', () => {
    const rule = 'no clock and no randomness below the session';
    const found = files.filter(
      (file) =>
        ['machine', 'vm', 'kernel', 'debugger', 'explore'].includes(layerOf(file) ?? '') &&
        /\bDate\.now\b|\bnew Date\b|\bMath\.random\b|\bperformance\.now\b|\bhrtime\b/.test(
          withoutComments(textOf(file)),
        ),
    );
    expect(found.map((file) => `${file}: ${rule}`)).toEqual([]);
  });

  test('every file opens with a comment that says what it is', () => {
    const found = files.filter((file) => !/^(#!.*\n)?(\/\/|\/\*)/.test(textOf(file)));
    expect(found.map((file) => `${file}: opens without a comment`)).toEqual([]);
  });
});
