// What KHO kernels hand over, byte for byte as captured.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeKexecMetadata,
  decodeScratch,
  decodeSetupData,
  decodeVmalloc,
  decodeVmallocChunk,
  encodeKexecMetadata,
  encodeScratch,
  encodeSetupData,
  encodeVmalloc,
  encodeVmallocChunk,
  KHO_VMALLOC_CHUNK_ENTRIES,
  khoAddSubtree,
  khoRetrieveSubtree,
  khoRootFdt,
} from '../../src/kernel/index.ts';
import { bytesOfPage, fdt_getprop, fdt_subnode_offset, pageOfBytes, parseFdt } from '../../src/machine/index.ts';
import { law } from '../laws/support.ts';
import { khoBlob, khoBlobNames } from '../support/kho-blobs.ts';

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A root FDT with subtrees added in order. */
function rootWith(map: number, subtrees: readonly (readonly [string, number, number])[]): Uint8Array {
  const root = khoRootFdt(map);
  if (!root.ok) throw new Error(root.error.what);
  let fdt = root.value;
  for (const [name, data, size] of subtrees) {
    const next = khoAddSubtree(fdt, name, data, size);
    if (!next.ok) throw new Error(`${name}: ${next.error.errno}`);
    fdt = next.value;
  }
  return fdt;
}

describe('the root FDT', () => {
  // addresses as the captures have them
  const METADATA: [string, number, number] = ['kexec-metadata', 0x2616000, 0x49];
  const BLOBS: Readonly<Record<string, Uint8Array>> = {
    'A/boot2/in/fdt': rootWith(0x1_0016_4000, [METADATA, ['khodbg', 0x30b_7000, 0x968]]),
    'chain3/boot3/in/fdt': rootWith(0x1_0015_e000, [['kexec-metadata', 0x120_e000, 0x49]]),
    'testkho/boot2/in/fdt': rootWith(0x263_7000, [
      ['kexec-metadata', 0x1_000b_c000, 0x49],
      ['kho_test', 0x1_016e_4000, 0xf0],
      ['khodbg', 0x1_0359_f000, 0x968],
    ]),
  };

  test.each(Object.keys(BLOBS))('%s: added one by one, it is the captured one byte for byte', (name) => {
    expect(hexOf(BLOBS[name] ?? new Uint8Array())).toBe(hexOf(khoBlob(name)));
  });

  test.each(khoBlobNames(/in\/fdt$/))('%s, taken apart and put together again, is the same', (name) => {
    const blob = khoBlob(name);
    const parsed = parseFdt(blob);
    if (!parsed.ok) throw new Error(parsed.error.what);
    const map = fdt_getprop(blob, 0, 'preserved-memory-map');
    if (!map.ok) throw new Error(map.error.what);
    const names = parsed.value.root.children.map((child) => child.name).reverse();
    const subtrees = names.map((one) => {
      const found = khoRetrieveSubtree(blob, one);
      if (!found.ok) throw new Error(`${one}: ${found.error.errno}`);
      return [one, found.value.data, found.value.size] as const;
    });
    const address = Number(Buffer.from(map.value).readBigUInt64LE());
    expect(hexOf(rootWith(address, subtrees))).toBe(hexOf(blob));
  });

  test('sizes: 0xe9 with kexec-metadata alone, then 4 + name + 2 x 20 + 4 each', () => {
    expect(rootWith(4096, [METADATA]).length).toBe(0xe9);
    expect(rootWith(4096, [METADATA, ['LUO', 4096, 32]]).length).toBe(0xe9 + 4 + 4 + 40 + 4);
    expect(rootWith(4096, [METADATA, ['memblock', 4096, 32]]).length).toBe(0xe9 + 4 + 12 + 40 + 4);
  });

  test('a name twice is -EEXIST, a full page -ENOMEM', () => {
    const root = rootWith(4096, [METADATA]);
    expect(khoAddSubtree(root, 'kexec-metadata', 1, 1)).toMatchObject({ ok: false, error: { errno: -17 } });
    let fdt = root;
    let added = 0;
    for (;;) {
      const next = khoAddSubtree(fdt, `tree${String(added).padStart(3, '0')}`, 4096, 1);
      if (!next.ok) {
        expect(next.error).toMatchObject({ errno: -12, fdt: { err: -3 } });
        break;
      }
      fdt = next.value;
      added++;
    }
    // each takes 4 + 8 + 40 + 4 bytes
    expect(added).toBe(Math.floor((4096 - 0xe9) / 56));
  });

  test('what is not there is -ENOENT, what is broken -EINVAL', () => {
    expect(khoRetrieveSubtree(khoBlob('A/boot2/in/fdt'), 'LUO')).toMatchObject({ error: { errno: -2 } });
    expect(khoRetrieveSubtree(rootWith(4096, [['x', 0, 8]]), 'x')).toMatchObject({ error: { errno: -22 } });
    expect(khoRetrieveSubtree(khoBlob('A/boot1/out/fdt'), 'khodbg')).toMatchObject({ error: { errno: -2 } });
  });
});

describe('kexec-metadata', () => {
  const CAPTURED = [
    ['A/boot2/in/sub_fdts/kexec-metadata', 1],
    ['A/boot2/out/sub_fdts/kexec-metadata', 2],
    ['chain3/boot3/out/sub_fdts/kexec-metadata', 3],
  ] as const;

  test.each(CAPTURED)('%s', (name, kexec_count) => {
    const metadata = { version: 1, previous_release: '7.3.4-khodbg', kexec_count };
    expect(decodeKexecMetadata(khoBlob(name))).toEqual({ ok: true, value: metadata });
    expect(hexOf(encodeKexecMetadata(metadata))).toBe(hexOf(khoBlob(name)));
  });

  test('what the kernel says of a blob it cannot use', () => {
    const blob = khoBlob('A/boot2/in/sub_fdts/kexec-metadata');
    const what = (bytes: Uint8Array) => {
      const decoded = decodeKexecMetadata(bytes);
      return decoded.ok ? null : decoded.what;
    };
    expect(what(blob.slice(0, 3))).toBe('kexec-metadata blob too small (3 bytes)');
    expect(what(blob.slice(0, 72))).toBe('kexec-metadata blob too small for v1 (72 < 73)');
    blob[0] = 2;
    expect(what(blob)).toBe('kexec-metadata version 2 not supported (expected 1)');
  });

  test('a release of 64 characters and more', () => {
    const metadata = { version: 1, previous_release: 'r'.repeat(70), kexec_count: 1 };
    expect(decodeKexecMetadata(encodeKexecMetadata(metadata))).toMatchObject({
      value: { previous_release: 'r'.repeat(64) },
    });
  });
});

describe('scratch and setup_data', () => {
  // /sys/kernel/debug/kho/out/scratch_{phys,len} of capture A
  const AREAS = [
    { addr: 0xb680_0000, size: 0x200_0000 },
    { addr: 0x1_b8c0_0000, size: 0x400_0000 },
    { addr: 0xb380_0000, size: 0x300_0000 },
    { addr: 0x1_b5c0_0000, size: 0x300_0000 },
  ];

  test('sixteen bytes an area, little-endian', () => {
    const bytes = encodeScratch(AREAS);
    expect(hexOf(bytes.slice(0, 32))).toBe('000080b6000000000000000200000000' + '0000c0b8010000000000000400000000');
    expect(decodeScratch(bytes)).toEqual({ ok: true, value: AREAS });
    expect(decodeScratch(bytes.slice(1))).toMatchObject({ ok: false });
    expect(decodeScratch(new Uint8Array(16).fill(255))).toMatchObject({ ok: false });
  });

  test('a setup_data entry has 48 bytes', () => {
    const entry = { next: 0, fdt_addr: 0x261_3000, fdt_size: 4096, scratch_addr: 0xb87f_0000, scratch_size: 64 };
    const bytes = encodeSetupData(entry);
    expect(hexOf(bytes)).toBe(
      '0000000000000000' +
        '0a000000' +
        '20000000' +
        '0030610200000000' +
        '0010000000000000' +
        '00007fb800000000' +
        '4000000000000000',
    );
    expect(decodeSetupData(bytes)).toEqual({ ok: true, value: entry });
    expect(decodeSetupData(bytes.slice(0, 47))).toMatchObject({ ok: false });
    bytes[8] = 9;
    expect(decodeSetupData(bytes)).toEqual({ ok: false, what: 'setup_data of type 9, not SETUP_KEXEC_KHO (10)' });
  });
});

describe('vmalloc', () => {
  test('the descriptor of the kernel’s selftest', () => {
    const blob = khoBlob('testkho/boot1/out/sub_fdts/kho_test');
    const node = fdt_subnode_offset(blob, 0, 'data');
    const value = fdt_getprop(blob, node.ok ? node.value : 0, 'folios_info');
    if (!value.ok) throw new Error(value.error.what);
    const descriptor = { first: 0x1_000c_5000, total_pages: 1, flags: 1, order: 0 };
    expect(decodeVmalloc(value.value)).toEqual({ ok: true, value: descriptor });
    expect(hexOf(encodeVmalloc(descriptor))).toBe(hexOf(value.value));
  });

  test('the descriptor of five pages in capture A', () => {
    const bytes = Uint8Array.from(Buffer.from('00505c02000000000500000001000000', 'hex'));
    expect(decodeVmalloc(bytes)).toEqual({
      ok: true,
      value: { first: 0x25c_5000, total_pages: 5, flags: 1, order: 0 },
    });
    expect(decodeVmalloc(bytes.slice(1))).toMatchObject({ ok: false });
  });

  test('a chunk ends at the first zero, or is full', () => {
    const phys = [0x1_0190_c000, 0x1_0190_d000, 0x1_0190_e000, 0x1_0190_f000, 0x25c_4000];
    const bytes = encodeVmallocChunk({ next: 0, phys });
    expect(bytes.length).toBe(4096);
    expect(hexOf(bytes.slice(0, 16))).toBe('0000000000000000' + '00c0900101000000');
    expect(decodeVmallocChunk(bytes)).toEqual({ ok: true, value: { next: 0, phys } });
    const full = { next: 0x5000, phys: Array.from({ length: KHO_VMALLOC_CHUNK_ENTRIES }, (_, i) => 4096 * (i + 1)) };
    expect(decodeVmallocChunk(encodeVmallocChunk(full))).toEqual({ ok: true, value: full });
    expect(() => encodeVmallocChunk({ next: 0, phys: [...full.phys, 1] })).toThrow();
    expect(decodeVmallocChunk(bytes.slice(0, 4095))).toMatchObject({ ok: false });
  });
});

test('pages keep the bytes they were made of', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
      const page = bytesOfPage(pageOfBytes(bytes));
      expect(page.length).toBe(4096);
      expect(page.slice(0, bytes.length)).toEqual(bytes);
      expect(page.slice(bytes.length).every((byte) => byte === 0)).toBe(true);
    }),
    law(200),
  );
});
