// "from" of an actor: kernel text beside the scenario, compiled with its boot's kernel.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScenario, Port, runReport } from '../../src/session/index.ts';
import { execute } from '../support/open.ts';
import { type ActorText, smallScenario } from '../support/small.ts';
import { folderWith } from '../support/temporary.ts';

const DRIVER = `// a driver
const MY_LIMIT = 8;

function my_driver(phys: phys_addr_t, nr_pages: ulong): void {
	const page = kho_restore_pages(phys, nr_pages);
	if (page === null || nr_pages > MY_LIMIT) {
		pr_warn("my_driver: nothing at %pa", phys);
		return;
	}
	pr_info("my_driver: restored %lu pages", nr_pages);
}
`;
const ACTOR: ActorText = { call: 'my_driver', args: ['96M', 8], from: './driver.ts' };

function load(driver: string, actor: Partial<ActorText> = {}, boot: Record<string, unknown> = {}) {
  const name = (actor.from ?? ACTOR.from ?? '').replace(/^\.\//, '');
  const folder = folderWith({ 's.json': smallScenario([{ ...ACTOR, ...actor }], boot), [name]: driver });
  return loadScenario(join(folder, 's.json'));
}

function open(driver: string): Port {
  const result = load(driver);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return new Port(result.loaded);
}

/** What is wrong, without the folder. */
function errors(driver: string, actor: Partial<ActorText> = {}, boot: Record<string, unknown> = {}): string[] {
  const result = load(driver, actor, boot);
  return result.ok ? [] : result.errors.map((error) => error.replace(/^\S*\/(s\.json:)/, '$1'));
}

describe('"from" of an actor', () => {
  test('its function runs with the arguments, in every place where text is shown', async () => {
    const port = open(DRIVER);
    const out = await execute(port, 'break driver.ts:10', 'continue', 'bt', 'list 10,10', 'print nr_pages', 'next');
    expect(out).toContain('Breakpoint 1: my_driver at driver.ts:10');
    expect(out).toMatch(/#0 +my_driver \(phys=0x6000000, nr_pages=8\) at driver\.ts:10/);
    expect(out).toContain('=>10\t\tpr_info("my_driver: restored %lu pages", nr_pages);');
    expect(out).toContain('$1 = 8');
    expect(await execute(port, 'info console')).toContain('my_driver: restored 8 pages');
  });

  test('in a folder below the scenario', () => {
    expect(errors(DRIVER, { from: './drivers/one.ts' })).toEqual([]);
  });

  test.each([
    [DRIVER.replace('nr_pages);', 'nr_page);'), "driver.ts:5:39: 'nr_page' is not known here; did you mean nr_pages?"],
    [`${DRIVER}class X {}\n`, /^driver\.ts:12:1: .*class/],
    [
      `${DRIVER}function kho_restore_page(): void {}\n`,
      'driver.ts:12:10: kho_restore_page is already defined in kernel/liveupdate/kexec_handover.ts; to change it, write a patch',
    ],
    [`${DRIVER}function pr_info(): void {}\n`, 'driver.ts:12:10: pr_info is an intrinsic; choose another name'],
    [
      `${DRIVER}const TEST_KHO_FOLIO = 2;\n`,
      'driver.ts:12:7: TEST_KHO_FOLIO is a constant of the kernel; choose another name',
    ],
    [
      `${DRIVER}function constructor(): void {}\n`,
      "driver.ts:12:10: 'constructor' is no name in kernel text; choose another",
    ],
    [`${DRIVER}function f(): void { f(`, /^driver\.ts:12:\d+: unexpected token/],
  ])('a mistake in it is named with its place (%#)', (driver, message) => {
    expect(errors(driver)).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
  });

  test.each([
    [{ from: 'driver.ts' }, /actors\[0\]\.from: "driver\.ts" is no file beside the scenario; write a path/],
    [{ from: '/etc/driver.ts' }, /is no file beside the scenario/],
    [{ from: './../driver.ts' }, /leads out of the scenario's folder; put the file into it$/],
    [{ from: './driver.json' }, /is no kernel text; its name ends in \.ts$/],
    [
      { from: './mm/mm_init.ts' },
      /^mm\/mm_init\.ts:1:1: the kernel has a file of this name; to change it, write a patch$/,
    ],
    [{ call: 'my_drivr' }, /actors\[0\]\.call: no kernel function my_drivr; did you mean my_driver\?$/],
    [{ args: [] }, /my_driver\(\) takes \(phys: phys_addr_t, nr_pages: ulong\)$/],
  ])('%j is refused', (actor, message) => {
    expect(errors(DRIVER, actor)).toEqual([expect.stringMatching(message)]);
  });

  test('a file that is not there, and one that a link leads to, are refused at their place', () => {
    const scenario = (from: string) => smallScenario([{ ...ACTOR, from }]);
    const outside = folderWith({ 'driver.ts': DRIVER });
    const folder = folderWith({ 'none.json': scenario('./no.ts'), 'link.json': scenario('./link/driver.ts') });
    symlinkSync(outside, join(folder, 'link'));
    mkdirSync(join(folder, 'folder.ts'));
    const wrong = (name: string) => {
      const result = loadScenario(join(folder, name));
      return result.ok ? [] : result.errors;
    };
    expect(wrong('none.json')).toEqual([
      expect.stringMatching(/none\.json:1:\d+: cannot read "\.\/no\.ts": no such file/),
    ]);
    expect(wrong('link.json')).toEqual([
      expect.stringMatching(/"\.\/link\/driver\.ts": it leads out of the scenario's/),
    ]);
  });

  test('it runs to the end like any other actor', () => {
    const result = load(DRIVER);
    const report = result.ok ? runReport(result.loaded) : null;
    expect(report).toMatchObject({ ok: true, status: 0 });
  });
});
