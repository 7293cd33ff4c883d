// kernel.d.ts, the intrinsics table and the tables of constants and variables name the same things; the kernel text and
// every shipped patch compile, and type-check against kernel.d.ts.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from '@babel/parser';
import { describe, expect, test } from 'vitest';
import {
  applyKernelPatch,
  constantsOf,
  type Files,
  KERNELS,
  kernelIntrinsics,
  kernelText,
  namesOf,
  PROFILES,
  patchProfiles,
  profilePatches,
  profileText,
  shippedPatch,
  shippedPatches,
  variablesOf,
} from '../../src/kernel/index.ts';
import { makeConfig, ZONE_NAMES } from '../../src/machine/index.ts';
import { compile } from '../../src/vm/index.ts';
import { patchWithThoseBefore } from '../support/patched.ts';

const ROOT = join(import.meta.dirname, '../..');
const KERNEL = join(ROOT, 'src/kernel');
const CONFIG = makeConfig({ CONFIG_HUGETLB_PAGE: true, CONFIG_ZONE_DEVICE: true }, 'zero', '');
const INTRINSICS = kernelIntrinsics(CONFIG);

interface Declared {
  readonly functions: Map<string, string>;
  readonly consts: Set<string>;
  readonly lets: Set<string>;
}

/** What kernel.d.ts declares; functions with the name of their result's type. */
function declared(): Declared {
  const out: Declared = { functions: new Map(), consts: new Set(), lets: new Set() };
  const text = readFileSync(join(KERNEL, 'kernel.d.ts'), 'utf8');
  for (const node of parse(text, { sourceType: 'script', plugins: [['typescript', { dts: true }]] }).program.body) {
    if (node.type === 'TSDeclareFunction' && node.id) {
      const type = node.returnType?.type === 'TSTypeAnnotation' ? node.returnType.typeAnnotation : null;
      out.functions.set(node.id.name, type === null ? '' : text.slice(type.start ?? 0, type.end ?? 0));
    }
    if (node.type !== 'VariableDeclaration') continue;
    for (const { id } of node.declarations) {
      if (id.type === 'Identifier') (node.kind === 'const' ? out.consts : out.lets).add(id.name);
    }
  }
  return out;
}

const missing = (from: Iterable<string>, other: Iterable<string>) => {
  const known = new Set(other);
  return [...from].filter((name) => !known.has(name)).sort();
};

/** Constants that only the debugger's expressions use: zone(0, DMA32). */
const DEBUGGER_ONLY: readonly string[] = ZONE_NAMES;

function compiled(files: Files): readonly string[] {
  const result = compile(files, namesOf(INTRINSICS, CONFIG));
  return result.ok ? [] : result.errors;
}

/** Kernel text after patches, each without fuzz. */
function patched(files: Files, patches: readonly { readonly name: string; readonly text: string }[]): Files {
  return patches.reduce((before, { name, text }) => {
    const result = applyKernelPatch(before, name, text);
    expect(result.ok ? [] : result.errors).toEqual([]);
    return result.ok ? result.files : before;
  }, files);
}

const profile = (kernel: string): Files => patched(kernelText(), profilePatches(kernel));

/** Each shipped patch on each profile that it names. */
const USES = shippedPatches().flatMap((name) => patchProfiles(name).map((kernel) => ({ name, kernel })));
const used = ({ name, kernel }: (typeof USES)[number]): Files => patched(profile(kernel), patchWithThoseBefore(name));

/** What tsc says of texts of the kernel, by name, in one run; each is a program of its own. */
function typeErrors(texts: Readonly<Record<string, Files>>): string {
  const root = mkdtempSync(join(tmpdir(), 'khodbg-types-'));
  try {
    for (const [name, files] of Object.entries(texts)) {
      const folder = join(root, name);
      mkdirSync(folder);
      for (const file of ['kernel.d.ts', 'tsconfig.json']) cpSync(join(KERNEL, file), join(folder, file));
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), text);
      }
    }
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-b', '--pretty', 'false', ...Object.keys(texts)], {
      cwd: root,
      encoding: 'utf8',
    });
    return stdout + stderr;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

describe('kernel.d.ts', () => {
  const { functions, consts, lets } = declared();

  test('declares each intrinsic, and no function that is none', () => {
    expect({
      undeclared: missing(Object.keys(INTRINSICS), functions.keys()),
      unknown: missing(functions.keys(), Object.keys(INTRINSICS)),
    }).toEqual({ undeclared: [], unknown: [] });
  });

  test('declares each constant, and none that has no value', () => {
    const known = Object.keys(constantsOf(CONFIG)).filter(
      (name) => !DEBUGGER_ONLY.includes(name) && !(name in CONFIG.symbols),
    );
    expect({
      undeclared: missing(known, consts),
      unknown: missing(consts, Object.keys(constantsOf(CONFIG))),
    }).toEqual({ undeclared: [], unknown: [] });
  });

  test('declares each kernel variable, and none that the machine does not hold', () => {
    expect({
      undeclared: missing(Object.keys(variablesOf(CONFIG)), lets),
      unknown: missing(lets, Object.keys(variablesOf(CONFIG))),
    }).toEqual({ undeclared: [], unknown: [] });
  });

  test('gives no name two meanings', () => {
    const names = [...functions.keys(), ...consts, ...lets];
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('has range intrinsics return where they stopped, a pfn_t', () => {
    const wrong = Object.entries(INTRINSICS).filter(
      ([name, row]) => row.kind === 'range' && functions.get(name) !== 'pfn_t',
    );
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  test('takes as many arguments as the table says', () => {
    const text = readFileSync(join(KERNEL, 'kernel.d.ts'), 'utf8');
    const wrong: string[] = [];
    for (const node of parse(text, { sourceType: 'script', plugins: [['typescript', { dts: true }]] }).program.body) {
      if (node.type !== 'TSDeclareFunction' || !node.id) continue;
      const least = node.params.filter((param) => !('optional' in param && param.optional)).length;
      const [from, to] = INTRINSICS[node.id.name]?.arity ?? [0, 0];
      if (from !== least || to !== node.params.length)
        wrong.push(`${node.id.name}: ${from}…${to} or ${least}…${node.params.length}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('kernel text', () => {
  test('compiles', () => {
    expect(compiled(kernelText())).toEqual([]);
  });

  test('type-checks, and would not with a physical address for a pfn', () => {
    const files = kernelText();
    const name = 'mm/page_ext.ts';
    const wrong = (files[name] ?? '').replace('pfn_valid(pfn)', 'pfn_valid(PFN_PHYS(pfn))');
    const found = typeErrors({ right: files, wrong: { ...files, [name]: wrong } });
    expect(found).toMatch(/^wrong\/mm\/page_ext\.ts.*'phys_addr_t'/);
    expect(found).not.toContain('right/');
  });
});

describe('profiles', () => {
  test.each(KERNELS)('%s: every patch of its series applies without fuzz, and it compiles', (kernel) => {
    expect(compiled(profile(kernel))).toEqual([]);
  });

  test('type-check', () => {
    expect(typeErrors(Object.fromEntries(KERNELS.map((kernel) => [kernel, profile(kernel)])))).toBe('');
  });

  test('have one row each in the table, in the order of the list', () => {
    expect(PROFILES.map(({ name }) => name)).toEqual([...KERNELS]);
  });

  test('only the first one is the text itself', () => {
    const texts = KERNELS.map((kernel) => JSON.stringify(profile(kernel)));
    expect(texts[0]).toBe(JSON.stringify(kernelText()));
    expect(new Set(texts).size).toBe(KERNELS.length);
  });
});

describe('shipped patches', () => {
  test.each(shippedPatches())('%s names profiles there are', (name) => {
    expect(patchProfiles(name).filter((kernel) => !KERNELS.some((known) => known === kernel))).toEqual([]);
  });

  test('that go on others are refused without them', () => {
    const patch = (name: string) => ({ name, text: shippedPatch(name) });
    const alone = profileText('v7.3', [patch('seed003-1'), patch('seed003-3')]);
    expect(alone).toEqual({
      ok: false,
      errors: ["seed003-3: goes on the patch 'seed003-2', which is not before it; name that one first"],
    });
    expect(profileText('v7.3', patchWithThoseBefore('seed003-3'))).toMatchObject({ ok: true });
  });

  test.each(USES)('$name applies to $kernel without fuzz and compiles', (use) => {
    expect(compiled(used(use))).toEqual([]);
  });

  test('type-check', () => {
    const texts = Object.fromEntries(USES.map((use) => [`${use.name} on ${use.kernel}`, used(use)]));
    expect(typeErrors(texts)).toBe('');
  });
});
