// khodbg conform of captures: what each is known for is in it, so that test/laws/captures.test.ts, which compares all of them,
// compares that. A capture with a figure changed, or a kernel with a line changed, differs and names it.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { conform } from '../../src/session/conform/index.ts';
import { type CapturedBoot, capturedBoots, captureFolder, comparedCapture } from '../support/captures.ts';

const phase = (boot: CapturedBoot | undefined, name: string) => {
  const found = boot?.phases.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const cma = (boot: CapturedBoot | undefined, name: string): number =>
  phase(boot, name).pageblock_counts.reduce((sum, zone) => sum + zone.CMA, 0);
const lines = (boot: CapturedBoot | undefined, pattern: RegExp): string[] =>
  boot?.kernel_lines.flatMap((line) => pattern.exec(line)?.[0] ?? []) ?? [];

describe('what kernels are known for', () => {
  test('an unsplit block freed: 15 bad pages', () => {
    const [, second] = capturedBoots('A-2n-3g+3g');
    expect(lines(second, /BUG: Bad page state/)).toHaveLength(15);
  });

  test('no preinit, no DEBUG_VM: pages counted in ZONE_DMA, silently', () => {
    const [, second] = capturedBoots('variants/A-2n-3g+3g-nodbgvm-nopresinit');
    const managed = (at: string) => phase(second, at).zones[0]?.managed;
    expect([managed('before_fs_initcall'), managed('late_after_test')]).toEqual([3840, 5394]);
  });

  test('scratch released early: 48, 19, 0 CMA pageblocks', () => {
    const [, second] = capturedBoots('variants/A-2n-3g+3g-oldrelease');
    const stages = ['variant_after_release_scratch', 'after_memmap_init_reserved_pages', 'after_deferred_threads'];
    expect(stages.map((stage) => cma(second, stage))).toEqual([48, 19, 0]);
  });

  test('the mailed patch with extended scratch: 560 CMA pageblocks', () => {
    const [, second] = capturedBoots('variants/A-2n-3g+3g-mikev7ext');
    expect(cma(second, 'after_deferred_threads')).toBe(560);
  });

  test.each([
    ['variants/A-2n-3g+3g-nopresinit', '__pageblock_pfn_to_page'],
    ['variants/A2-2n-3g+3g-midblock-nopresinit', 'adjust_managed_page_count'],
  ])('a poisoned page kills %s', (name, dies) => {
    const [, second] = capturedBoots(name);
    expect(lines(second, /(?<=RIP: 0010:)\w+/)[0]).toBe(dies);
  });

  test('the type bit of the posted series is lost', () => {
    const [, second] = capturedBoots('variants/A2-2n-3g+3g-midblock-rfc');
    expect(lines(second, /(?<=RIP: 0010:)\w+/)).toContain('kho_restore_page');
  });

  test('scratch that does not fit', () => {
    const [first] = capturedBoots('errors/err-toolarge');
    expect(lines(first, /KHO: .*/)).toContainEqual(expect.stringMatching(/failed|Failed/));
  });
});

describe('the log alone', () => {
  test('of A comes to the same figures, but for where the buddy put pages', () => {
    const { differ, lacks, equal, byLack } = comparedCapture('A-2n-3g+3g', { log: true });
    expect({ differ, lacks }).toEqual({ differ: [], lacks: ['boots[0].placements'] });
    expect(byLack).toBeGreaterThan(0);
    expect(equal).toBeGreaterThan(4000);
  });
});

describe('what differs is named', () => {
  let folder = '';
  beforeAll(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'khodbg-capture-')), 'A-2n-3g+3g');
    cpSync(captureFolder('A-2n-3g+3g'), folder, { recursive: true });
    rmSync(join(folder, 'truth.json.gz'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const truth = gunzipSync(readFileSync(join(captureFolder('A-2n-3g+3g'), 'truth.json.gz'))).toString('utf8');
  const said = (text: string, patches: readonly string[] = []) => {
    writeFileSync(join(folder, 'truth.json'), text);
    return conform([folder], { patches });
  };

  test('a figure of the capture', () => {
    const json = JSON.parse(truth) as { boots: { phases: { name: string; totalram_pages: number }[] }[] };
    const [changed] = json.boots[1]?.phases.filter(({ name }) => name === 'after_memblock_free_all') ?? [];
    if (changed === undefined) throw new Error('no such phase');
    changed.totalram_pages++;
    const { status, lines: out } = said(JSON.stringify(json));
    expect(status).toBe(1);
    expect(out[0]).toBe(
      `${folder}: boot2 memblock_free_all: totalram_pages: expected ${changed.totalram_pages}, got ${changed.totalram_pages - 1}`,
    );
    expect(out.at(-1)).toMatch(/^\d+ equal, \d+ open, 1 differ$/);
  });

  test('a kernel without the fix', () => {
    const { status, lines: out } = said(truth, ['no-preserved-page-init']);
    expect(status).toBe(1);
    expect(out.join('\n')).toMatch(/boot2 kho_memory_init: pages\.K: expected \d+, got \d+/);
    expect(out.at(-1)).toMatch(/, \d+ differ$/);
  });

  test('no capture: what is wrong with it', () => {
    expect(said('{')).toMatchObject({ status: 2, lines: [expect.stringMatching(/truth\.json is not JSON/)] });
    expect(said('{}')).toMatchObject({ status: 2, lines: [expect.stringMatching(/truth\.json: boots: /)] });
  });
});
