// patch and kernel in a session: another kernel, the same place, the same stop points; and nothing changed when it fails.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Port } from '../../src/session/index.ts';
import { standingOf } from '../../src/session/standing.ts';
import { execute, openPort } from '../support/open.ts';
import { patchText } from '../support/patched.ts';
import { folderWith } from '../support/temporary.ts';

const SCENARIO = 'today/restore-across-nodes';
const FILE = 'kernel/liveupdate/kexec_handover.ts';

/** What a failed command must not touch. */
const whole = (port: Port) => {
  const view = port.view();
  return { position: view.position, variant: view.variant, stack: view.stack, points: port.session.state.points };
};

const LOOP = 'while (pfn < end_pfn) {\n\t\t/* the same greedy';
/** A patch that has another text before the loop of kho_restore_pages() goes on. */
const instead = (text: string) => patchText({ file: FILE, edits: [[LOOP, `${text}\n\t\t/* the same greedy`]] });
const PRINTS = 'pr_info("restoring from %lx", pfn);\n\twhile (pfn < end_pfn) {';
const own = () => join(folderWith({ 'own.patch': instead(PRINTS) }), 'own.patch');

describe('patch', () => {
  test('add boots the patched kernel and stands at the same statement, at the same visit', async () => {
    const port = await openPort(SCENARIO);
    await execute(port, 'delete', 'break kho_restore_page', 'continue', 'continue', 'next');
    const before = port.view();
    const out = await execute(port, `patch add ${own()}`);
    const after = port.view();
    expect(out).toMatch(
      /^boot 2: v7\.3 \+ \S+own\.patch\n#\d+ {2}T2 kernel_init {2}kho_restore_page \(phys=0x28000000/,
    );
    expect(out).not.toContain('Not the same place');
    expect(after.variant).toMatch(/^v7\.3 \+ .*own\.patch$/);
    expect(after.stack.map((frame) => frame.function)).toEqual(before.stack.map((frame) => frame.function));
    expect(after.source?.lines[(after.source.currentLine ?? 1) - 1]?.text).toBe(
      before.source?.lines[(before.source.currentLine ?? 1) - 1]?.text,
    );
    expect(await execute(port, 'info console')).toContain('restoring from 20000');
    expect(await execute(port, 'list 935,942')).toContain('pr_info("restoring from %lx", pfn);');
  });

  test('drop takes it off again, by its name without path and ending; the title follows', async () => {
    const port = await openPort(SCENARIO);
    await execute(port, 'continue', `patch add ${own()}`);
    const out = await execute(port, 'patch drop own');
    expect(out).toMatch(/^boot 2: v7\.3\n/);
    expect(port.view().variant).toBe('v7.3');
    expect(await execute(port, 'info patches')).toBe('* boot 2  v7.3, no patches');
  });

  test('where one stands deep in a loop is found out in slices, and ^C ends that', async () => {
    const LOOPS = 'for (let i = 0; i < 3000; i++) pfn = pfn;\n\twhile (pfn < end_pfn) {';
    const path = join(folderWith({ 'loops.patch': instead(LOOPS) }), 'loops.patch');
    const port = await openPort(SCENARIO);
    await execute(port, `patch add ${path}`, 'delete', 'break kho_restore_page', 'continue');
    const walk = standingOf(port.session);
    expect(walk.next()).toMatchObject({ done: false });
    expect(walk.next(true)).toEqual({ done: true, value: null });
    const whole = standingOf(port.session);
    let next = whole.next();
    while (next.done !== true) next = whole.next();
    expect(next.value).toMatchObject({ boot: 2, statement: { thread: 'kernel_init', fn: 'kho_restore_page' }, nth: 1 });
  });

  test('a file that was edited is read anew, in its place', async () => {
    const port = await openPort(SCENARIO);
    const path = own();
    await execute(port, `patch add ${path}`);
    writeFileSync(path, instead(PRINTS.replace('restoring from %lx", pfn', 'anew"')));
    await execute(port, `patch add ${path}`, 'delete', 'seek end');
    expect(await execute(port, 'info console')).toContain('anew');
    expect(await execute(port, 'info patches')).toBe(`* boot 2  v7.3\n    ${path}`);
  });

  test('stop points keep their numbers, hits and conditions, and go with their statements', async () => {
    const port = await openPort(SCENARIO);
    const line = /^=>(\d+)/m;
    await execute(port, 'delete', `break kho_restore_pages`, 'continue', 'next', 'next', 'next');
    const here = Number(line.exec(await execute(port, 'list'))?.[1] ?? port.view().source?.currentLine);
    await execute(port, `break ${FILE}:${here} if nr_pages > 1`, 'watch page(0x28000).private', 'catch stage restore');
    const text = port.view().source?.lines[here - 1]?.text;
    await execute(port, `patch add ${own()}`);
    const rows = port.session.state.points;
    expect(rows.map((row) => [row.number, row.type, row.hits])).toEqual([
      [2, 'breakpoint', 1],
      [3, 'breakpoint', 0],
      [4, 'hw watchpoint', 0],
      [5, 'catchpoint', 0],
    ]);
    expect(rows[1]?.condition).toBe('nr_pages > 1');
    const moved = Number(/:(\d+)$/.exec(rows[1]?.what ?? '')?.[1]);
    expect(port.view().source?.lines[moved - 1]?.text).toBe(text);
    expect(await execute(port, 'delete 2 3', 'continue')).toContain(
      'Hardware watchpoint 4: page(0x28000).private  0x4b484f500000000f → 0x0',
    );
    expect(await execute(port, 'continue')).toContain('Catchpoint 5 (stage), restore');
  });

  test('a statement that the patch takes away is told of, and so is the point on it', async () => {
    const port = await openPort(SCENARIO);
    const gone = join(folderWith({ 'gone.patch': instead('while (end_pfn > pfn) {') }), 'gone.patch');
    await execute(port, 'delete', 'break kho_restore_pages', 'continue');
    while (!(await execute(port, 'next')).includes('while (pfn < end_pfn)'));
    await execute(port, `break ${port.view().source?.currentLine}`);
    const { output, told } = await port.execute(`patch add ${gone}`);
    const out = output.join('\n');
    expect(told?.[0]).toBe(
      'Not the same place: "kho_restore_pages: while (pfn < end_pfn) {" is not reached after the stage kho_init; this is the stage kho_init.',
    );
    expect(output).toEqual(expect.arrayContaining([...(told ?? [])]));
    expect(out).toMatch(/breakpoint 3 \(kho_restore_pages at \S+\) is gone: its statement is not there/);
  });

  test('what is refused changes nothing', async () => {
    const port = await openPort(SCENARIO);
    await execute(port, 'continue', 'next');
    const before = whole(port);
    for (const [command, reason] of [
      ['patch add ./nope.patch', "cannot read the patch './nope.patch': no such file"],
      ['patch add no-presrved-page-init', 'did you mean no-preserved-page-init?'],
      ['patch drop something', "no patch 'something' in boot 2; it has none"],
      ['patch take x', "'take' is neither add nor drop"],
      ['patch add', 'a patch is missing'],
      ['patch add no-preserved-page-init boot 1', 'no kernel runs in boot 1; kernels run in boot 2'],
      ['kernel v9.9', "'v9.9' is not a kernel khodbg has"],
      ['kernel v7.3', 'boot 2 runs v7.3 already'],
    ] as const) {
      const result = await port.execute(command);
      expect(result.ok, command).toBe(false);
      expect(result.output.join('\n')).toContain(reason);
      expect(whole(port)).toEqual(before);
    }
  });

  test('one that does not compile changes nothing', async () => {
    const port = await openPort(SCENARIO);
    await execute(port, 'continue', 'next');
    const before = whole(port);
    const wrong = instead('while (pfn < end) {');
    const path = join(folderWith({ 'wrong.patch': wrong }), 'wrong.patch');
    const { ok, output } = await port.execute(`patch add ${path}`);
    expect(ok).toBe(false);
    expect(output[0]).toMatch(/^kernel\/liveupdate\/kexec_handover\.ts:\d+:15: 'end' is not known here/);
    expect(output.at(-1)).toBe('Nothing is changed: boot 2 is v7.3.');
    expect(whole(port)).toEqual(before);
    expect(await execute(port, 'reverse-next', 'next')).not.toContain('error');
  });
});

describe('kernel', () => {
  test('boots another profile and says where one is', async () => {
    const port = await openPort(SCENARIO);
    await execute(port, 'continue');
    const out = await execute(port, 'kernel v7.2');
    expect(out).toMatch(/^boot 2: v7\.2\n#\d+ {2}T\d \S+ {2}kho_restore_pages/);
    expect(await execute(port, 'kernel')).toBe('* boot 2  v7.2');
    expect(port.view().variant).toBe('v7.2');
  });

  test('what a scenario hands over is split as the other kernel splits it, as with --kernel', async () => {
    const port = await openPort(SCENARIO);
    const preserved = async () =>
      (await execute(port, 'info kho')).split('\n').filter((line) => line.startsWith('preserved'));
    const [before] = [await preserved(), await execute(port, 'kernel v6.16')];
    expect(before).toHaveLength(2);
    expect(await preserved()).toEqual(['preserved  phys 0x20000000  order 16  pfn 0x20000']);
    await execute(port, 'kernel v7.3');
    expect(await preserved()).toEqual(before);
  });

  test('a tour that was begun goes back to no place of the other kernel', async () => {
    const port = await openPort('today/grow-zone');
    await execute(port, 'next-note', 'continue');
    port.played();
    await execute(port, 'next-note', 'kernel v7.2');
    const { cursor } = port.session.state;
    expect(await execute(port, 'previous-note')).toContain('note 1 of');
    expect(port.session.state.cursor).toEqual(cursor);
  });
});
