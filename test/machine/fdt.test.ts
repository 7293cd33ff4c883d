// The FDT codec against blobs that real kernels wrote, against itself, and against damage.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  buildFdt,
  type FdtNode,
  type FdtResult,
  fdt_add_subnode,
  fdt_begin_node,
  fdt_check_header,
  fdt_create,
  fdt_create_empty_tree,
  fdt_del_node,
  fdt_end_node,
  fdt_first_subnode,
  fdt_get_name,
  fdt_getprop,
  fdt_next_subnode,
  fdt_node_check_compatible,
  fdt_open_into,
  fdt_pack,
  fdt_setprop,
  fdt_subnode_offset,
  inspectFdt,
  parseFdt,
} from '../../src/machine/index.ts';
import { law } from '../laws/support.ts';
import { khoBlob, khoBlobNames } from '../support/kho-blobs.ts';

function must<T>(result: FdtResult<T>): T {
  if (!result.ok) throw new Error(`${result.error.name}: ${result.error.what}`);
  return result.value;
}

const errorOf = (result: FdtResult<unknown>) => (result.ok ? null : result.error.name);
const bytes = (...values: number[]) => Uint8Array.from(values);
const WHOLE = khoBlobNames(/in\/fdt$|kho_test$/);

describe('captured blobs', () => {
  test.each(WHOLE)('%s is sound, its size is its total size', (name) => {
    const blob = khoBlob(name);
    const tree = must(parseFdt(blob));
    expect(tree.header.totalsize).toBe(blob.length);
    expect(tree.reserved).toEqual([]);
    expect(tree.root.name).toBe('');
  });

  test('the newest subtree comes first, and in it blob-size before preserved-data', () => {
    const { root } = must(parseFdt(khoBlob('testkho/boot2/in/fdt')));
    expect(root.props.map(({ name }) => name)).toEqual(['compatible', 'preserved-memory-map']);
    expect(root.children.map(({ name }) => name)).toEqual(['khodbg', 'kho_test', 'kexec-metadata']);
    for (const { props } of root.children)
      expect(props.map(({ name }) => name)).toEqual(['blob-size', 'preserved-data']);
  });

  test('a blob cut short is an error that names what is missing', () => {
    const result = parseFdt(khoBlob('A/boot1/out/fdt'));
    expect(result.ok ? null : result.error).toEqual({
      name: 'FDT_ERR_TRUNCATED',
      err: -8,
      what:
        'the blob is cut short, it has 0xe9 of its 0x121 bytes: ' +
        'the strings block [0xe8, 0x121) lacks 0x38 of 0x39 bytes',
    });
  });

  test('inspectFdt shows nodes and values of a blob cut short; names of properties are lost', () => {
    const { tree, problems } = inspectFdt(khoBlob('A/boot1/out/fdt'));
    const whole = must(parseFdt(khoBlob('A/boot2/in/fdt')));
    expect(problems).toHaveLength(1);
    expect(tree?.root.children.map(({ name }) => name)).toEqual(['khodbg', 'kexec-metadata']);
    expect(tree?.root.children[0]?.props).toEqual([
      { name: '?0x2f', value: whole.root.children[0]?.props[0]?.value },
      { name: '?0x20', value: whole.root.children[0]?.props[1]?.value },
    ]);
  });

  test('the header of a blob cut short passes the kernel’s own check, which sees no length', () => {
    expect(fdt_check_header(khoBlob('A/boot1/out/fdt')).ok).toBe(true);
  });

  test('look-ups by offset', () => {
    const blob = khoBlob('A/boot2/in/fdt');
    const first = must(fdt_first_subnode(blob, 0));
    expect(must(fdt_get_name(blob, first))).toBe('khodbg');
    const second = must(fdt_next_subnode(blob, first));
    expect(second).toBe(must(fdt_subnode_offset(blob, 0, 'kexec-metadata')));
    expect(errorOf(fdt_next_subnode(blob, second))).toBe('FDT_ERR_NOTFOUND');
    expect(must(fdt_getprop(blob, second, 'blob-size'))).toEqual(bytes(0x49, 0, 0, 0, 0, 0, 0, 0));
    expect(errorOf(fdt_getprop(blob, second, 'blob'))).toBe('FDT_ERR_NOTFOUND');
    expect(errorOf(fdt_getprop(blob, second + 4, 'blob-size'))).toBe('FDT_ERR_BADOFFSET');
    expect(must(fdt_node_check_compatible(blob, 0, 'kho-v4'))).toBe(0);
    expect(must(fdt_node_check_compatible(blob, 0, 'kho-v'))).toBe(1);
    expect(errorOf(fdt_node_check_compatible(blob, first, 'kho-v4'))).toBe('FDT_ERR_NOTFOUND');
  });

  test('the kernel’s selftest wrote its blob from top to bottom: built from its tree, it is the same bytes', () => {
    const blob = khoBlob('testkho/boot1/out/sub_fdts/kho_test');
    expect(must(buildFdt(must(parseFdt(blob))))).toEqual(blob);
  });

  test.each(WHOLE)('%s, opened into a page and packed, is as it was but for gaps', (name) => {
    const blob = khoBlob(name);
    const packed = must(fdt_pack(must(fdt_open_into(blob, 4096))));
    expect(must(parseFdt(packed)).root).toEqual(must(parseFdt(blob)).root);
    if (name.endsWith('in/fdt')) expect(packed).toEqual(blob);
    // what sequential functions wrote has a gap of 8 bytes behind the header
    else expect(packed.length).toBe(blob.length - 8);
  });
});

describe('fdt_check_header', () => {
  const broken = (at: number, value: number) => {
    const blob = khoBlob('A/boot2/in/fdt');
    new DataView(blob.buffer).setUint32(at, value);
    return fdt_check_header(blob);
  };

  test.each([
    ['magic', 0, 0xd00dfeee, 'FDT_ERR_BADMAGIC'],
    ['total size below the header', 4, 39, 'FDT_ERR_TRUNCATED'],
    ['total size above INT_MAX', 4, 2 ** 31, 'FDT_ERR_TRUNCATED'],
    ['structure before the header’s end', 8, 36, 'FDT_ERR_TRUNCATED'],
    ['structure beyond the end', 8, 0x122, 'FDT_ERR_TRUNCATED'],
    ['strings beyond the end', 12, 0xe9, 'FDT_ERR_TRUNCATED'],
    ['reserve map beyond the end', 16, 0x122, 'FDT_ERR_TRUNCATED'],
    ['version 1', 20, 1, 'FDT_ERR_BADVERSION'],
    ['compatible with 18 only', 24, 18, 'FDT_ERR_BADVERSION'],
    ['version older than what it is compatible with', 20, 15, 'FDT_ERR_BADVERSION'],
    ['size of strings', 32, 0x3a, 'FDT_ERR_TRUNCATED'],
    ['size of structure', 36, 0xfffffff0, 'FDT_ERR_TRUNCATED'],
  ])('%s', (_what, at, value, name) => expect(errorOf(broken(at, value))).toBe(name));

  test('a newer version that says it is compatible is taken', () => expect(broken(20, 18).ok).toBe(true));
  test('fewer bytes than a header', () =>
    expect(errorOf(fdt_check_header(bytes(0xd0, 0x0d)))).toBe('FDT_ERR_BADMAGIC'));
});

describe('what does not fit or is not there', () => {
  const tree = () => must(fdt_create_empty_tree(128));

  test('a subnode twice exists; a name without unit address finds one that has it', () => {
    const { blob, offset } = must(fdt_add_subnode(tree(), 0, 'memory@1'));
    expect(errorOf(fdt_add_subnode(blob, 0, 'memory@1'))).toBe('FDT_ERR_EXISTS');
    expect(errorOf(fdt_add_subnode(blob, 0, 'memory'))).toBe('FDT_ERR_EXISTS');
    expect(errorOf(fdt_add_subnode(blob, 0, 'memory@2'))).toBe(null);
    expect(must(fdt_subnode_offset(blob, 0, 'memory'))).toBe(offset);
  });

  test('the last byte of the buffer can be used, one more is no space', () => {
    // 0x28 header, 16 reserve map, 4 + 4 root, 4 end, 4 end: 72 of 128; a subnode of name n costs 8 + pad4(n + 1)
    expect(fdt_add_subnode(tree(), 0, 'n'.repeat(39)).ok).toBe(true);
    expect(errorOf(fdt_add_subnode(tree(), 0, 'n'.repeat(40)))).toBe('FDT_ERR_NOSPACE');
    expect(fdt_setprop(tree(), 0, 'abc', new Uint8Array(32)).ok).toBe(true);
    expect(errorOf(fdt_setprop(tree(), 0, 'abc', new Uint8Array(33)))).toBe('FDT_ERR_NOSPACE');
    expect(errorOf(fdt_open_into(khoBlob('A/boot2/in/fdt'), 0x120))).toBe('FDT_ERR_NOSPACE');
    expect(errorOf(fdt_create(47))).toBe('FDT_ERR_NOSPACE');
  });

  test('a property that is there keeps its place and gets another length', () => {
    const one = must(fdt_setprop(tree(), 0, 'a', bytes(1, 2, 3, 4, 5)));
    const two = must(fdt_setprop(one, 0, 'b', bytes(6)));
    const short = must(fdt_setprop(two, 0, 'a', bytes(7)));
    const long = must(fdt_setprop(two, 0, 'a', new Uint8Array(9).fill(8)));
    const props = (blob: Uint8Array) => must(parseFdt(blob)).root.props.map(({ name, value }) => [name, [...value]]);
    expect(props(short)).toEqual([
      ['b', [6]],
      ['a', [7]],
    ]);
    expect(props(long)).toEqual([
      ['b', [6]],
      ['a', new Array(9).fill(8)],
    ]);
  });

  test('a name that ends another is not stored again', () => {
    const one = must(fdt_setprop(tree(), 0, 'blob-size', bytes()));
    const two = must(fdt_setprop(one, 0, 'size', bytes()));
    expect(must(parseFdt(two)).header.size_dt_strings).toBe(10);
    expect(must(parseFdt(two)).root.props.map(({ name }) => name)).toEqual(['size', 'blob-size']);
  });

  test('a deleted node is gone with all that is in it', () => {
    const { blob, offset } = must(fdt_add_subnode(tree(), 0, 'a'));
    const inner = must(fdt_add_subnode(blob, offset, 'b'));
    expect(must(parseFdt(must(fdt_del_node(inner.blob, offset)))).root).toEqual(must(parseFdt(tree())).root);
  });

  test('calls out of turn', () => {
    const begun = must(fdt_create(128));
    expect(errorOf(fdt_begin_node(begun, ''))).toBe('FDT_ERR_BADSTATE');
    expect(errorOf(fdt_end_node(tree()))).toBe('FDT_ERR_BADMAGIC');
    expect(errorOf(fdt_pack(begun))).toBe('FDT_ERR_BADMAGIC');
    expect(errorOf(fdt_add_subnode(tree(), 4, 'x'))).toBe('FDT_ERR_BADOFFSET');
    expect(errorOf(fdt_add_subnode(tree(), 0, 'x\0'))).toBe('FDT_ERR_BADVALUE');
  });
});

const name = (minLength: number) =>
  fc.string({ unit: fc.constantFrom(...'abcdefgh,.+-@0123'), minLength, maxLength: 20 });
const props = fc.uniqueArray(fc.record({ name: name(1), value: fc.uint8Array({ maxLength: 24 }) }), {
  selector: (prop) => prop.name,
  maxLength: 4,
});
/** A node with at most `depth` levels below it. */
const node = (depth: number): fc.Arbitrary<FdtNode> =>
  fc.record({
    name: name(1),
    props,
    children: depth === 0 ? fc.constant([]) : fc.array(node(depth - 1), { maxLength: 3 }),
  });
const root = node(3).map((one) => ({ ...one, name: '' }));
const reserved = fc.array(fc.record({ address: fc.bigInt(0n, 2n ** 64n - 1n), size: fc.bigInt(1n, 2n ** 64n - 1n) }), {
  maxLength: 3,
});

/** The children that a libfdt tree can have: one of a name, no name that answers for another. */
function distinct(node: FdtNode): FdtNode {
  const seen = new Set<string>();
  const children = node.children.filter(
    ({ name }) => !seen.has(name.split('@')[0] ?? '') && seen.add(name.split('@')[0] ?? ''),
  );
  return { ...node, children: children.map(distinct) };
}

/** The same tree by the functions that edit; newest first, so everything is added in reverse. */
function edited(blob: Uint8Array, offset: number, node: FdtNode): Uint8Array {
  let next = blob;
  for (const { name, value } of [...node.props].reverse()) next = must(fdt_setprop(next, offset, name, value));
  for (const child of [...node.children].reverse()) {
    const added = must(fdt_add_subnode(next, offset, child.name));
    next = edited(added.blob, added.offset, child);
  }
  return next;
}

describe('laws', () => {
  test('what is built parses to what it was built from', () => {
    fc.assert(
      fc.property(root, reserved, (root, reserved) => {
        const parsed = must(parseFdt(must(buildFdt({ root, reserved }))));
        expect(parsed.root).toEqual(root);
        expect(parsed.reserved).toEqual(reserved);
      }),
      law(2000),
    );
  });

  test('a tree that was edited together parses to the same, packed to its total size', () => {
    fc.assert(
      fc.property(root.map(distinct), (root) => {
        const packed = must(fdt_pack(edited(must(fdt_create_empty_tree(16384)), 0, root)));
        expect(must(parseFdt(packed)).root).toEqual(root);
        expect(packed.length).toBe(must(parseFdt(packed)).header.totalsize);
      }),
      law(1000),
    );
  });

  test('damaged blobs are errors or trees, never exceptions', () => {
    const damage = fc.array(fc.record({ at: fc.nat(0x120), value: fc.nat(255) }), { minLength: 1, maxLength: 6 });
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...WHOLE), damage, fc.nat(0x160), fc.boolean(), (which, damage, keep, cut) => {
        const whole = khoBlob(which);
        for (const { at, value } of damage) if (at < whole.length) whole[at] = value;
        const blob = cut ? whole.slice(0, keep) : whole;
        if (!parseFdt(blob).ok) refused++;
        inspectFdt(blob);
        for (const result of [
          fdt_open_into(blob, 4096),
          fdt_pack(blob),
          fdt_add_subnode(blob, 0, 'x'),
          fdt_setprop(blob, 0, 'compatible', bytes(1)),
          fdt_setprop(blob, 0, 'x', bytes(1)),
          fdt_del_node(blob, 0),
          fdt_subnode_offset(blob, 0, 'x'),
          fdt_getprop(blob, 0, 'x'),
        ])
          if (!result.ok) expect(result.error.err).toBeLessThan(0);
      }),
      { numRuns: 1000, seed: 7 },
    );
    expect(refused).toBeGreaterThan(300);
  });

  test('a hundred thousand nested nodes are no deep recursion', () => {
    const depth = 100_000;
    const blob = new Uint8Array(56 + 12 * depth + 4);
    const view = new DataView(blob.buffer);
    const header = [0xd00dfeed, blob.length, 56, blob.length, 40, 17, 16, 0, 0, 12 * depth + 4];
    for (const [i, value] of header.entries()) view.setUint32(4 * i, value);
    for (let i = 0; i < depth; i++) view.setUint32(56 + 8 * i, 1);
    for (let i = 0; i < depth; i++) view.setUint32(56 + 8 * depth + 4 * i, 2);
    view.setUint32(blob.length - 4, 9);
    expect(parseFdt(blob).ok).toBe(true);
  });
});

function dtc(): boolean {
  try {
    execFileSync('dtc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// only where the device tree compiler is installed
describe.runIf(dtc())('dtc', () => {
  test('reads what was edited together', () => {
    const blob = must(
      fdt_pack(edited(must(fdt_create_empty_tree(4096)), 0, must(parseFdt(khoBlob('A/boot2/in/fdt'))).root)),
    );
    const text = execFileSync('dtc', ['-I', 'dtb', '-O', 'dts', '-q'], { input: blob }).toString();
    expect(text).toContain('compatible = "kho-v4"');
  });
});
