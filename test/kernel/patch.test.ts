// Patches as people have them: mails, mboxes, hunks that moved, hunks that fit nearly, and what is said of those that do not.
import { describe, expect, test } from 'vitest';
import { applyKernelPatch, type Patched } from '../../src/kernel/index.ts';

const WORDS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
const lines = (words: readonly string[]) => `${words.map((word) => `\tword("${word}");`).join('\n')}\n`;
const FILES = { 'mm/words.ts': lines(WORDS), 'mm/other.ts': lines(['a', 'b', 'c']) };

const line = (sign: string, word: string) => `${sign}\tword("${word}");`;
const hunk = (at: number, ...body: string[]) => {
  const count = (sign: string) => body.filter((text) => text[0] !== sign).length;
  return [`@@ -${at},${count('+')} +${at},${count('-')} @@ function words(): void`, ...body].join('\n');
};
const diff = (...hunks: string[]) =>
  `diff --git a/mm/words.ts b/mm/words.ts\n--- a/mm/words.ts\n+++ b/mm/words.ts\n${hunks.join('\n')}\n`;
const SIX = hunk(5, line(' ', 'five'), line('-', 'six'), line('+', 'VI'), line(' ', 'seven'));
const SEVEN = hunk(6, line(' ', 'VI'), line('-', 'seven'), line('+', 'VII'), line(' ', 'eight'));

const HEADERS = 'From: Somebody <s@example.org>\nSubject: [PATCH v2] mm: words\nMessage-Id: <1@example.org>\n';
const PROSE = 'Words are too small.\n\nSigned-off-by: Somebody <s@example.org>\n---\n mm/words.ts | 2 +-\n\n';
const SIGNATURE = '-- \n2.51.0\n\n';

function words(patched: Patched): string {
  return patched.ok ? (patched.files['mm/words.ts'] ?? '') : patched.errors.join('\n');
}
const apply = (text: string, fuzz: 0 | 1 = 0): Patched => applyKernelPatch(FILES, 'own.patch', text, { fuzz });
const changed = (...pairs: [string, string][]) =>
  lines(WORDS.map((word) => pairs.find(([from]) => from === word)?.[1] ?? word));
const base64 = (text: string) =>
  Buffer.from(text)
    .toString('base64')
    .replace(/(.{76})/g, '$1\n');
const quoted = (text: string) =>
  text.replace(/[=\t]/g, (c) => `=${c === '=' ? '3D' : '09'}`).replace(/(.{60})/g, '$1=\n');

describe('a patch is taken as it comes', () => {
  test.each([
    ['a bare diff', diff(SIX)],
    [
      'diff -u without git',
      diff(SIX)
        .replace(/^diff.*\n/, '')
        .replace(/\/words.ts/g, '/words.ts\t2026-01-02 03:04:05'),
    ],
    ['names of C files', diff(SIX).replace(/\.ts/g, '.c')],
    ['format-patch', `From ${'0'.repeat(40)} Mon Sep 17 00:00:00 2001\n${HEADERS}\n${PROSE}${diff(SIX)}${SIGNATURE}`],
    ['a saved mail', `${HEADERS}\n${PROSE}${diff(SIX)}${SIGNATURE}`],
    ['CRLF', `${HEADERS}\n${PROSE}${diff(SIX)}${SIGNATURE}`.replace(/\n/g, '\r\n')],
    [
      'quoted-printable',
      `${HEADERS}Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain;\n charset=utf-8\n\n${quoted(`${PROSE}${diff(SIX)}${SIGNATURE}`)}`,
    ],
    ['base64', `${HEADERS}Content-Transfer-Encoding: base64\n\n${base64(`${PROSE}${diff(SIX)}${SIGNATURE}`)}\n`],
    [
      'an attachment',
      `${HEADERS}Content-Type: multipart/mixed; boundary="xx"\n\n--xx\nContent-Type: text/plain\n\nSee below.\n--xx\nContent-Type: text/x-patch\nContent-Transfer-Encoding: base64\n\n${base64(diff(SIX))}\n--xx--\n`,
    ],
    ['blank context lines that a mailer stripped', diff(hunk(5, line(' ', 'five'), line('-', 'six'), line('+', 'VI')))],
  ])('%s', (_what, text) => {
    expect(words(apply(text))).toBe(changed(['six', 'VI']));
  });

  test('several mails in one mbox are applied in their order', () => {
    const mail = (body: string) => `From mboxrd@z Thu Jan  1 00:00:00 1970\n${HEADERS}\n${PROSE}${body}${SIGNATURE}`;
    expect(words(apply(mail(diff(SIX)) + mail(diff(SEVEN))))).toBe(changed(['six', 'VI'], ['seven', 'VII']));
    expect(words(apply(mail(diff(SEVEN)) + mail(diff(SIX))))).toContain('hunk 1 of mm/words.ts');
  });

  test('hunks that moved go where their lines stand', () => {
    const moved = { 'mm/words.ts': lines(['zero', 'and a half', ...WORDS]) };
    const result = applyKernelPatch(moved, 'own.patch', diff(SIX));
    expect(words(result)).toBe(moved['mm/words.ts'].replace('"six"', '"VI"'));
  });

  test('a new file of kernel text is added', () => {
    const result = apply('--- /dev/null\n+++ b/mm/mine.ts\n@@ -0,0 +1 @@\n+function mine(): void {}\n');
    expect(result).toMatchObject({ ok: true, changed: ['mm/mine.ts'] });
    expect(result.ok && result.files['mm/mine.ts']).toBe('function mine(): void {}\n');
  });
});

describe('fuzz', () => {
  const near = diff(hunk(5, line(' ', 'FIVE'), line('-', 'six'), line('+', 'VI'), line(' ', 'seven')));

  test('one line of context may differ when asked for, with a warning that says which', () => {
    const result = apply(near, 1);
    expect(words(result)).toBe(changed(['six', 'VI']));
    expect(result.ok && result.warnings).toEqual([
      'own.patch: hunk 1 of mm/words.ts (line 4, words()) fits with fuzz 1 only: it expects "word(\\"FIVE\\");" where mm/words.ts:5 has "word(\\"five\\");"',
    ]);
    expect(apply(near)).toMatchObject({ ok: false });
  });

  test('a line that is to go must be there', () => {
    expect(apply(diff(hunk(5, line(' ', 'five'), line('-', 'SIX'), line(' ', 'seven'))), 1).ok).toBe(false);
  });
});

describe('what does not fit is named', () => {
  test.each([
    [
      'the first missing line and the nearest place',
      diff(SIX, hunk(8, line(' ', 'eight'), line('-', 'NINE'), line(' ', 'ten'))),
      'own.patch: hunk 2 of mm/words.ts (line 9, words()) does not apply; first line not found: "word(\\"NINE\\");"; nearest is mm/words.ts:9, where "word(\\"nine\\");" stands',
    ],
    [
      'that it is applied already',
      diff(hunk(5, line(' ', 'five'), line('-', 'VI'), line('+', 'six'), line(' ', 'seven'))),
      'own.patch: hunk 1 of mm/words.ts (line 4, words()) does not apply: it is applied already',
    ],
    [
      'C where kernel text is meant',
      diff(hunk(1, ' int i;', '-\ti++;')).replace(/\.ts/g, '.c'),
      /; kernel text is not C: khodbg source mm\/words\.ts prints what a patch is made on$/,
    ],
    [
      'a header',
      diff(SIX).replaceAll('mm/words.ts', 'include/linux/mm.h'),
      /include\/linux\/mm\.h is a header; kernel text has none/,
    ],
    [
      'another file',
      diff(SIX).replaceAll('mm/words.ts', 'Documentation/mm/words.rst'),
      /words\.rst is no kernel text; leave/,
    ],
    [
      'a file that is not modelled',
      diff(SIX).replaceAll('mm/words.ts', 'mm/hugetlb.c'),
      /mm\/hugetlb\.c is not a file of the kernel text; it has mm\/words\.ts, mm\/other\.ts$/,
    ],
    [
      'a path out of the text',
      '--- /dev/null\n+++ b/../../x.ts\n@@ -0,0 +1 @@\n+x\n',
      /is no name for a file of kernel text/,
    ],
    ['a name of the host', '--- /dev/null\n+++ b/__proto__\n@@ -0,0 +1 @@\n+x\n', /__proto__ is no kernel text/],
    ['a file that is there', '--- /dev/null\n+++ b/mm/words.ts\n@@ -0,0 +1 @@\n+x\n', /is there already/],
    ['a deleted file', '--- a/mm/words.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n', /is deleted; take its functions out/],
    ['a rename', 'diff --git a/mm/words.ts b/mm/w.ts\nrename from mm/words.ts\nrename to mm/w.ts\n', /is renamed/],
    [
      'a hunk that is cut',
      diff(SIX).split('\n').slice(0, 5).join('\n'),
      /hunk 1 of mm\/words\.ts \(line 4\) ends too early/,
    ],
    [
      'a merge',
      'diff --cc mm/words.ts\n--- a/mm/words.ts\n+++ b/mm/words.ts\n@@@ -1,1 -1,1 +1,1 @@@\n',
      /the diff of a merge/,
    ],
    ['an answer that quotes it', diff(SIX).replace(/^/gm, '> '), /no hunk found; .*it quotes one, as an answer does/],
    ['no diff at all', 'x', /own\.patch: no hunk found; a patch is a unified diff as git writes it$/],
  ])('%s', (_what, text, message) => {
    const result = apply(text);
    expect(result.ok ? [] : result.errors).toEqual([
      typeof message === 'string' ? message : expect.stringMatching(message),
    ]);
  });
});

describe('work has an end', () => {
  test.each([
    ['a million hunks', diff('@@ -1 +1 @@\n-x\n+y\n'.repeat(1_000_000)), /more than 10000 hunks/],
    ['a hunk far away', diff(SIX).replace('-5,3', '-999999999,3'), /^\tword\("one"\)/],
    [
      'lines that are all alike',
      `--- /dev/null\n+++ b/mm/alike.ts\n@@ -0,0 +1,40000 @@\n${'+x\n'.repeat(40_000)}--- a/mm/alike.ts\n+++ b/mm/alike.ts\n@@ -1,20001 +1,20000 @@\n${' x\n'.repeat(20_000)}-y\n`,
      /too many lines are alike/,
    ],
    [
      'a header whose names have many ends and none',
      `diff --git a/${' b/'.repeat(6000)}\u2028\n`.repeat(60),
      /no hunk found/,
    ],
    [
      'ten thousand diffs that do not apply',
      diff(SEVEN).repeat(9000),
      /(?:.*not found.*\n){50}.*more is not looked for/,
    ],
  ])('%s', (_what, text, message) => {
    expect(words(apply(text))).toMatch(message);
  });
});
