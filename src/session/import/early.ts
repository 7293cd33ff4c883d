// What a boot reserves before anything else, and what its unmodelled parts do with memblock. Knows nothing of sources.

import type { ObservedBoot, Op, Point, Region, Span } from './observed.ts';
import { RSRV_KERN } from './observed.ts';
import { functionOf, placeOps } from './points.ts';

/** A row of `boots[].reserved`, half-open. */
export interface Reserved extends Span {
  readonly kern: boolean;
}

const MIB = 2 ** 20;

/** A region without what an operation put at its start or its end; what lies inside it is the same twice. */
function without(region: Region, span: Span): Region {
  if (span.start <= region.start && span.end >= region.end) return { ...region, end: region.start };
  if (span.start <= region.start && span.end > region.start) return { ...region, start: span.end };
  if (span.end >= region.end && span.start < region.end) return { ...region, end: span.start };
  return region;
}

/** Operations that were logged before the table of reserved memory was taken. */
function before(ops: readonly Op[]): readonly Op[] {
  const last = ops.findLastIndex((op) => op.kind === 'add');
  return last < 0 ? [] : ops.slice(0, last + 1);
}

function fromTable(boot: ObservedBoot, table: readonly Region[]): Reserved[] {
  const logged = before(boot.ops).filter((op) => op.kind === 'reserve');
  return table.flatMap((region): Reserved[] => {
    const kern = (region.flags & RSRV_KERN) !== 0;
    let left = region;
    for (const op of logged.toReversed()) if (((op.flags & RSRV_KERN) !== 0) === kern) left = without(left, op);
    if (!kern && boot.scratchCopy !== null) left = without(left, boot.scratchCopy);
    return left.start < left.end ? [{ start: left.start, end: left.end, kern }] : [];
  });
}

/** Where a kernel image of these parts ends: code and rodata go to multiples of 2 MiB. */
function imageEnd(start: number, parts: readonly number[]): number {
  const [code = 0, rwdata = 0, rodata = 0, init = 0, bss = 0] = parts;
  const up = (size: number) => Math.ceil(size / (2 * MIB)) * 2 * MIB;
  return start + up(code) + up(rodata) + Math.ceil((rwdata + init + bss) / 4096) * 4096;
}

/** What an x86 kernel reserves first, as far as it can be told without the table. */
function assumed(boot: ObservedBoot): { areas: Reserved[]; guesses: string[] } {
  const guesses = ['reserved: the first 64 KiB, the BIOS area from 0x9f000 to 1 MiB, as x86 kernels do'];
  const start = 16 * MIB;
  let image = boot.kernelImage;
  if (image === null) {
    const known = boot.imageParts.length > 0;
    image = { start, end: known ? imageEnd(start, boot.imageParts) : start + 32 * MIB };
    guesses.push(
      known
        ? 'reserved: the kernel image from 16 MiB on, its size from the Memory: line'
        : 'reserved: a kernel image of 32 MiB from 16 MiB on, since nothing tells its size',
    );
  }
  if (boot.initrd === null) guesses.push('reserved: no initrd, since nothing tells of one');
  const areas: Reserved[] = [
    { start: 0, end: 0x10000, kern: false },
    { start: 0x9f000, end: MIB, kern: false },
    { ...image, kern: true },
    ...(boot.initrd === null ? [] : [{ ...boot.initrd, kern: true }]),
  ];
  return { areas, guesses };
}

/** `boots[].reserved` of a boot, and what of it was assumed. */
export function reservedOf(boot: ObservedBoot): {
  readonly areas: readonly Reserved[];
  readonly guesses: readonly string[];
} {
  return boot.reserved === null ? assumed(boot) : { areas: fromTable(boot, boot.reserved), guesses: [] };
}

/** A row of `boots[].earlyAllocations`; an address is written only where the kernel named it. */
export interface EarlyRow {
  readonly in: Point;
  readonly call: string;
  readonly base?: number;
  readonly of?: number;
  readonly offset?: number;
  readonly size: number;
  readonly align?: number;
  readonly node?: number;
  readonly from?: number;
  readonly max?: number;
  readonly by?: string;
}

const ALLOCATIONS = new Set([
  'memblock_phys_alloc_range',
  'memblock_alloc_try_nid',
  'memblock_alloc_try_nid_raw',
  'memblock_alloc_exact_nid_raw',
]);

/** SMP_CACHE_BYTES, to which memblock_alloc_range_nid's callers that print nothing align. */
const CACHE_LINE = 64;

const given = (value: number): boolean => value !== 0;

/** The caller as printed, unless the line was damaged. */
const caller = ({ by }: Op): Pick<EarlyRow, 'by'> => (/^[\w.+/]{1,100}$/.test(by) ? { by } : {});

/** A row, and the range it took, for what frees it. */
interface Made {
  readonly row: EarlyRow;
  readonly got: Span | null;
}

function allocation(op: Extract<Op, { kind: 'alloc' }>, point: Point): Made {
  const row: EarlyRow = {
    in: point,
    call: op.call,
    size: op.size,
    ...(given(op.align) ? { align: op.align } : {}),
    ...(op.node === null ? {} : { node: op.node }),
    ...(given(op.from) ? { from: op.from } : {}),
    ...(given(op.max) ? { max: op.max } : {}),
    ...caller(op),
  };
  return { row, got: op.got };
}

/** A reserve line: what somebody named, or what memblock_alloc_range_nid() chose for a caller that prints nothing. */
function reservation(op: Extract<Op, { kind: 'reserve' }>, point: Point): Made {
  const by = caller(op);
  const size = op.end - op.start;
  if (functionOf(op.by) !== 'memblock_alloc_range_nid') {
    const call = (op.flags & RSRV_KERN) === 0 ? 'memblock_reserve' : 'memblock_reserve_kern';
    return { row: { in: point, call, base: op.start, size, ...by }, got: null };
  }
  const node = op.node === null ? {} : { node: op.node };
  return { row: { in: point, call: 'memblock_alloc_range_nid', size, align: CACHE_LINE, ...node, ...by }, got: op };
}

/** A free of (a part of) what an earlier row took, else of the range that was named. */
function release(op: Extract<Op, { kind: 'free' }>, point: Point, earlier: readonly Made[]): Made {
  const by = caller(op);
  const size = op.end - op.start;
  const of = earlier.findLastIndex(({ got }) => got !== null && got.start <= op.start && got.end >= op.end);
  const start = earlier[of]?.got?.start;
  const what = start === undefined ? { base: op.start } : { of, offset: op.start - start };
  return { row: { in: point, call: 'memblock_phys_free', ...what, size, ...by }, got: null };
}

/** `boots[].earlyAllocations` of a boot: "none" where the log does not say. */
export function earlyRows(boot: ObservedBoot): {
  readonly rows: readonly EarlyRow[] | 'none';
  readonly guesses: string[];
} {
  if (!boot.traced)
    return {
      rows: 'none',
      guesses: ['early allocations: none, since nothing tells of them; a log of a boot with memblock=debug does'],
    };
  const { placed, unknown } = placeOps(boot.ops);
  const made: Made[] = [];
  const skipped = new Set<string>();
  for (const { op, point } of placed) {
    if (op.kind === 'alloc' && !ALLOCATIONS.has(op.call)) skipped.add(op.call);
    else if (op.kind === 'alloc') made.push(allocation(op, point));
    else if (op.kind === 'reserve') made.push(reservation(op, point));
    else if (op.kind === 'free') made.push(release(op, point, made));
  }
  const guesses = [
    ...(unknown.length > 0
      ? [`early allocations: placed by their order, since khodbg does not know the callers ${unknown.join(', ')}`]
      : []),
    ...(skipped.size > 0 ? [`early allocations: ${[...skipped].join(', ')} left out, which khodbg does not have`] : []),
  ];
  return { rows: made.map(({ row }) => row), guesses };
}
