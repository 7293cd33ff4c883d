// khodbg conform: the known answers of real kernels, all of them; a changed figure and a changed kernel are found and named.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  answersWith,
  compareRow,
  conform,
  expectedOf,
  type Json,
  type Row,
  readRows,
  rowsOf,
  targetsOf,
} from '../../src/session/conform/index.ts';

const FILE = fileURLToPath(new URL('../fixtures/vectors.json', import.meta.url));

function rowsIn(file: string): readonly Row[] {
  const read = readRows(file);
  if (!read.ok) throw new Error(read.errors.join('\n'));
  return read.rows;
}

const ROWS = rowsIn(FILE);
const row = (vid: string): Row => {
  const found = ROWS.find((one) => one.vid === vid);
  if (found === undefined) throw new Error(`no row ${vid}`);
  return found;
};

function answers(patches: readonly string[]): (row: Row) => Answer {
  const made = answersWith(patches);
  if (typeof made !== 'function') throw new Error(made.join('\n'));
  return made;
}

let folder = '';
let computed = new Map<string, Answer>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'khodbg-conform-'));
  const compute = answers([]);
  computed = new Map(ROWS.map((one) => [one.vid, compute(one)]));
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const answerOf = (vid: string): Answer => {
  const found = computed.get(vid);
  if (found === undefined) throw new Error(`no answer for ${vid}`);
  return found;
};

/** A file of some rows; its path. */
function written(name: string, value: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value, null, 1));
  return path;
}

const vectors = (...rows: unknown[]) => ({ format: 1, vectors: rows });

describe('known answers', () => {
  test.each(ROWS.map(({ vid }) => vid))('%s', (vid) => {
    expect(compareRow(row(vid), answerOf(vid)).differences).toEqual([]);
  });

  test('every figure of every row is compared', () => {
    const counts: Record<string, [rows: number, figures: number]> = {};
    for (const one of ROWS) {
      const [rows, figures] = counts[one.kind] ?? [0, 0];
      counts[one.kind] = [rows + 1, figures + compareRow(one, answerOf(one.vid)).figures];
    }
    expect(counts).toEqual({
      memblock: [21, 636],
      radix_consts: [1, 6],
      radix_key: [13, 130],
      radix_tree: [8, 40],
      preserve_orders: [9, 74],
      rfc_type_bit: [1, 2],
      mm_boot: [27, 4327],
    });
  });
});

/** Paths of all figures: of everything that is neither a list with something in it nor names with figures. */
function leaves(value: Json | undefined, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return Object.entries(value).flatMap(([key, one]) =>
    leaves(one, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Numbers that look random and are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function otherThan(value: unknown, random: number): Json {
  if (typeof value === 'number') return value + (random < 0.5 ? 1 : -1);
  if (typeof value === 'boolean') return !value;
  if (value === null) return 0;
  const text = String(value);
  return /^0x/.test(text) ? `0x${(BigInt(text) ^ 0x1000n).toString(16)}` : `${text}0`;
}

/** A copy of the row in which the figure at `path` is another. */
function changed(original: Row, path: readonly (string | number)[], random: number): Row {
  const copy = structuredClone(original) as Row;
  let at: Record<string | number, unknown> = copy;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path.at(-1) ?? '';
  at[last] = otherThan(at[last], random);
  return copy;
}

describe('a changed figure', () => {
  const random = seeded(20260210);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const cases = Array.from({ length: 300 }, () => {
    const one = pick(ROWS);
    return { vid: one.vid, path: pick(leaves(expectedOf(one))), random: random() };
  });

  test('makes its row fail, in that figure and no other: 300 of them', () => {
    const wrong = cases.filter(({ vid, path, random: r }) => {
      const { differences } = compareRow(changed(row(vid), path, r), answerOf(vid));
      return differences.length !== 1 || !differences[0]?.figure.startsWith(String(path[0]));
    });
    expect(wrong).toEqual([]);
    expect(new Set(cases.map(({ vid }) => row(vid).kind)).size).toBeGreaterThanOrEqual(5);
  });

  test('is named with its row, what was expected and what is', () => {
    const path = written('one.json', vectors(changed(row('K058'), ['after_deferred', 'freed'], 0)));
    expect(conform([path])).toEqual({
      status: 1,
      lines: [
        'K058: after_deferred.freed: expected 131073, got 131072',
        expect.stringMatching(/^mm_boot: \d+ figures compared$/),
        '0 passed, 1 failed',
      ],
    });
  });

  test('of a list is shown with its place; of many the first five', () => {
    const copy = structuredClone(row('K016')) as Row & { free_all: Json[] };
    copy.free_all.splice(0, 1);
    const { lines } = conform([written('list.json', vectors(copy))]);
    expect(lines[0]).toBe('K016: free_all[0]: expected [32,5], got [16,4]');
    expect(lines.filter((line) => /^K016: free_all\[/.test(line))).toHaveLength(5);
    expect(lines).toContain(`K016: free_all: and ${copy.free_all.length + 1 - 5} more`);
  });

  test('a figure that does not exist is one', () => {
    const path = written('more.json', vectors({ ...row('K021'), KHO_NOTHING: 1 }));
    expect(conform([path]).lines[0]).toBe('K021: KHO_NOTHING: expected 1, got nothing');
  });

  test('a row that expects nothing fails', () => {
    const path = written('none.json', vectors({ vid: 'X', kind: 'radix_consts' }));
    expect(conform([path])).toMatchObject({
      status: 1,
      lines: ['X: expects no figure', expect.anything(), '0 passed, 1 failed'],
    });
  });
});

describe('a cold boot', () => {
  const figuresOf = (oracle: string) => {
    const input = ['mem 0 40000000 0', 'scratch 4000000 800000', 'scratch 30000000 1000000', 'coldboot'];
    const read = rowsOf('cold.json', JSON.stringify(vectors({ vid: 'C', kind: 'mm_boot', oracle, input })));
    const answer = read.ok && read.rows[0] !== undefined ? answers([])(read.rows[0]) : null;
    if (answer === null || !answer.ok) throw new Error('no answer');
    return answer.figures;
  };

  test('reserves its scratch; v7.3 makes of it CMA what is deferred, when reserved pages are initialised', () => {
    expect(figuresOf('linux-7.3.4')).toMatchObject({
      pageblock_runs: [
        [0, 384, 1],
        [384, 392, 4],
        [392, 512, 1],
      ],
      pageblock_set_runs: expect.arrayContaining([['memblock_free_all', 384, 392, 4]]),
      reserved_regions: [
        ['0x4000000', '0x800000', 0, 32],
        ['0x30000000', '0x1000000', 0, 32],
      ],
      memory_regions: [['0x0', '0x40000000', 0, 0]],
    });
  });

  test('v7.2 looks for a flag, which a cold boot does not have', () => {
    expect(figuresOf('linux-7.2.13')).toMatchObject({ pageblock_runs: [[0, 512, 1]] });
  });
});

describe('numbers above 2^53', () => {
  const END = '0xffffffffffffffff';

  test('a size is cut at the end of the address space', () => {
    const rows = [
      {
        vid: 'S',
        kind: 'memblock',
        ops: [
          { op: 'add_node', base: '0x100000', size: '0x4000000', nid: 0, ret: 0 },
          { op: 'reserve_kern', base: '0x3000000', size: END, ret: 0 },
          { op: 'reserved_kern_size', limit: END, nid: -1, ret: '0xfffffffffcffffff' },
          { op: 'mark_kho_scratch', base: '0x0', size: END, ret: 0 },
        ],
        memory: [['0x100000', '0x4000000', 0, 64]],
        reserved: [['0x3000000', '0xfffffffffcffffff', -1, 32]],
        reserved_total: '0xfffffffffcffffff',
        free_fwd: [['0x100000', '0x3000000', 0, 0, 1]],
      },
      {
        vid: 'M',
        kind: 'memblock',
        ops: [{ op: 'add', base: '0x1000', size: END }],
        memory_total: '0xffffffffffffefff',
      },
    ];
    expect(conform([written('size.json', vectors(...rows))]).lines.at(-1)).toBe('2 passed, 0 failed');
  });

  test('a key of the last page', () => {
    const figures = { fls: 53, bit: 32767, decoded_phys: '0xfffffffffffff000', decoded_order: 0 };
    const one = {
      vid: 'K',
      kind: 'radix_key',
      phys: '0xfffffffffffff000',
      order: 0,
      key: '0x1fffffffffffff',
      ...figures,
    };
    expect(conform([written('key.json', vectors(one))]).lines.at(-1)).toBe('1 passed, 0 failed');
  });
});

describe('bad input', () => {
  const errors = (text: string): readonly string[] => {
    const read = rowsOf('f.json', text);
    return read.ok ? [] : read.errors;
  };

  test.each([
    ['no JSON', '{"format": 1,\n "vectors": [}', 'f.json:2:14: is not JSON: ValueExpected'],
    ['another format', '{"format": 2, "vectors": []}', 'f.json:1:12: format: is not a format khodbg reads; write 1'],
    ['no rows', '{"format": 1}', 'f.json:1:1: vectors: is missing'],
    [
      'an unknown kind',
      '{"format": 1, "vectors": [\n{"vid": "K9", "kind": "magic"}]}',
      /^f\.json:2:\d+: K9: vectors\[0\]\.kind: .*"magic" is not a kind of row; kinds are memblock, radix_key/,
    ],
    [
      'an unknown call',
      '{"format": 1, "vectors": [\n{"vid": "K9", "kind": "memblock", "ops": [{"op": "eat"}]}]}',
      /^f\.json:2:\d+: K9: vectors\[0\]\.ops\[0\]\.op: is not a call on memblock/,
    ],
    [
      'an unknown input line',
      '{"format": 1, "vectors": [\n{"vid": "K9", "kind": "mm_boot", "oracle": "linux-7.3.4", "input": ["mem 0"]}]}',
      'f.json:2:69: K9: vectors[0].input[0]: is not an input line of a boot that is known',
    ],
    [
      'an unknown kernel',
      '{"format": 1, "vectors": [\n{"vid": "K9", "kind": "mm_boot", "oracle": "linux-6.1", "input": []}]}',
      'f.json:2:44: K9: vectors[0].oracle: is not a kernel khodbg has',
    ],
    [
      'a vid twice',
      '{"format": 1, "vectors": [{"vid": "K", "kind": "radix_consts"}, {"vid": "K", "kind": "radix_consts"}]}',
      'f.json: K: two rows have this vid; give each its own',
    ],
  ])('%s', (_name, text, message) => {
    expect(errors(text)).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
  });

  test('every mistake is told, and nothing is computed', () => {
    const path = written(
      'bad.json',
      '{"format": 1, "vectors": [{"kind": "radix_key"}, {"vid": "A", "kind": "memblock"}]}',
    );
    const { status, lines } = conform([path, join(folder, 'absent')]);
    expect(status).toBe(2);
    expect(lines).toHaveLength(5);
    expect(lines[0]).toBe(`${join(folder, 'absent')}: no such file or folder; give a file of known answers`);
  });
});

describe('folders', () => {
  test('hold files of rows, captures, or folders of captures', () => {
    const inside = mkdtempSync(join(folder, 'in-'));
    expect(targetsOf(inside)).toMatch(/holds no file of known answers/);
    mkdirSync(join(inside, 'A'));
    writeFileSync(join(inside, 'A/truth.json'), '{}');
    writeFileSync(join(inside, 'b.json'), '{}');
    writeFileSync(join(inside, 'c.txt'), '');
    expect(targetsOf(inside)).toEqual([
      { path: join(inside, 'A'), what: 'capture' },
      { path: join(inside, 'b.json'), what: 'vectors' },
    ]);
    expect(targetsOf(join(inside, 'A'))).toEqual([{ path: join(inside, 'A'), what: 'capture' }]);
  });
});
