// The flattened device trees by which kernels tell each other about KHO, as trees and as text. Knows nothing of their bytes.
import { bytesOfPage, type FdtNode, inspectFdt, type Machine, runGet, row as tableRow } from '../../machine/index.ts';
import { hex } from '../format.ts';
import { type Direction, keepsBitmaps, radixRoot } from '../kho-memory.ts';
import type { FdtNodeView, FdtView } from '../view.ts';

/** A property as a device tree source has it: text, a 64-bit number in the machine's byte order, or bytes. */
function valueText(value: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(value.subarray(0, -1));
  if (value.length > 1 && value.at(-1) === 0 && /^[ -~]+$/.test(text)) return JSON.stringify(text);
  const bytes = new DataView(value.buffer, value.byteOffset, value.byteLength);
  if (value.length === 8) return `<${hex(bytes.getBigUint64(0, true))}>`;
  return `[${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`;
}

function nodeView({ name, props, children }: FdtNode): FdtNodeView {
  return {
    name: name === '' ? '/' : name,
    properties: props.map((prop) => ({ name: prop.name, value: valueText(prop.value) })),
    children: children.map(nodeView),
  };
}

/** What an FDT says that lies nowhere: a scenario's handover may give the values only. */
function valuesOf(m: Machine): FdtNodeView {
  return {
    name: '/',
    properties: [
      { name: 'compatible', value: keepsBitmaps(m) ? '"kho-v1"' : '"kho-v4"' },
      { name: 'preserved-memory-map', value: `<${hex(radixRoot(m, 'in') ?? 0)}>` },
    ],
    children: [],
  };
}

/** Where the FDT lies that came in, or that goes out; null where there is none. */
function fdtAddress(m: Machine, direction: Direction): number | null {
  const known = Number(tableRow(m.table, `kho_${direction}`, 0)?.fdt_phys ?? 0);
  if (known > 0) return known;
  return direction === 'in' ? (m.hardware.handover?.fdt ?? null) : null;
}

/** One FDT: where it lies, its tree, what is wrong with its bytes; null where there is none. */
export function fdtView(m: Machine, direction: Direction): FdtView | null {
  const address = fdtAddress(m, direction);
  const pfn = address === null ? -1 : Math.floor(address / 2 ** m.config.pageShift);
  const page = pfn >= 0 && pfn < 2 ** m.phys.bits ? runGet(m.phys, pfn) : null;
  if (page === null) {
    if (direction === 'out' || m.hardware.handover === null) return null;
    return { direction, address, size: 0, tree: valuesOf(m), problems: [] };
  }
  const { tree, problems } = inspectFdt(bytesOfPage(page));
  return {
    direction,
    address,
    size: tree?.header.totalsize ?? 0,
    tree: tree === null ? null : nodeView(tree.root),
    problems: problems.map((problem) => `${problem.name}: ${problem.what}`),
  };
}

function nodeLines(node: FdtNodeView, indent: string): string[] {
  return [
    `${indent}${node.name} {`,
    ...node.properties.map(({ name, value }) => `${indent}    ${name} = ${value};`),
    ...node.children.flatMap((child) => nodeLines(child, `${indent}    `)),
    `${indent}};`,
  ];
}

function viewLines({ direction, address, size, tree, problems }: FdtView): string[] {
  const where = address === null ? 'at no address: the scenario gives none' : `at ${hex(address)}`;
  return [
    `KHO FDT (${direction}) ${where}${size > 0 ? `, ${size} bytes` : ''}`,
    ...problems,
    ...(tree === null ? [] : nodeLines(tree, '')),
  ];
}

/** The FDTs in the form of a device tree source. */
export function fdtLines(m: Machine): string[] {
  const lines = (['in', 'out'] as const).flatMap((direction) => {
    const view = fdtView(m, direction);
    return view === null ? [] : viewLines(view);
  });
  return lines.length === 0 ? ['no FDT was handed over, and none goes out'] : lines;
}
