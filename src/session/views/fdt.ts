// The flattened device tree by which one kernel tells the next about KHO, as a tree and as text. Knows nothing of its bytes.
import type { Machine } from '../../machine/index.ts';
import type { FdtNodeView, FdtView } from '../view.ts';
import { radixRoot } from './radix.ts';

const hex = (n: number) => `0x${n.toString(16)}`;

/** KHO's FDT takes one page. */
const FDT_PAGES = 1;

/** The tree of the FDT. Made of the values that were handed over, as the machine does not keep the FDT's bytes. */
function fdtTree(m: Machine): FdtNodeView | null {
  if (m.hardware.handover === null) return null;
  return {
    name: '/',
    properties: [
      { name: 'compatible', value: '"kho-v4"' },
      { name: 'preserved-memory-map', value: `<${hex(radixRoot(m, 'in') ?? 0)}>` },
    ],
    children: [],
  };
}

/** Address, size and tree of the FDT that was handed over. */
export function fdtView(m: Machine): FdtView {
  const { handover } = m.hardware;
  return {
    address: handover?.fdt ?? null,
    size: handover === null ? 0 : FDT_PAGES * 2 ** m.config.pageShift,
    tree: fdtTree(m),
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

/** The FDT in the form of a device tree source. */
export function fdtLines({ address, size, tree }: FdtView): string[] {
  if (tree === null) return ['no FDT was handed over'];
  const where = address === null ? 'at no address: the scenario gives none' : `at ${hex(address)}, ${size} bytes`;
  return [`KHO FDT ${where}`, ...nodeLines(tree, '')];
}
