// The flattened device tree of a KHO handover: its subtrees and where they lie. Knows nothing of where bytes came from.

const MAGIC = 0xd00dfeed;
const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const PAGE = 4096;

/** What a handover's tree names. */
export interface HandoverTree {
  /** the radix tree's root, null when there is none */
  readonly root: number | null;
  /** subtrees by name: where their data lies */
  readonly blobs: Readonly<Record<string, number>>;
}

/** An 8 byte property in the byte order of x86. */
function address(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

interface Cursor {
  readonly view: DataView;
  at: number;
}

function nodeName(cursor: Cursor): string {
  const start = cursor.at;
  while (cursor.at < cursor.view.byteLength && cursor.view.getUint8(cursor.at) !== 0) cursor.at += 1;
  const name = Array.from({ length: cursor.at - start }, (_, i) =>
    String.fromCharCode(cursor.view.getUint8(start + i)),
  );
  cursor.at = (cursor.at + 4) & ~3;
  return name.join('');
}

/**
 * Reads the structure block only: debugfs may cut the strings off, so an address is told from a size by being that of
 * a page. Null when it is no such tree.
 */
export function readHandoverTree(bytes: Uint8Array): HandoverTree | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 40 || view.getUint32(0) !== MAGIC) return null;
  const cursor: Cursor = { view, at: view.getUint32(8) };
  const path: string[] = [];
  let root: number | null = null;
  const blobs: Record<string, number> = {};
  while (cursor.at + 4 <= view.byteLength) {
    const token = view.getUint32(cursor.at);
    cursor.at += 4;
    if (token === BEGIN_NODE) path.push(nodeName(cursor));
    else if (token === END_NODE) path.pop();
    else if (token === PROP && cursor.at + 8 <= view.byteLength) {
      const length = view.getUint32(cursor.at);
      const at = cursor.at + 8;
      cursor.at = (at + length + 3) & ~3;
      const value = length === 8 && at + 8 <= view.byteLength ? address(view, at) : 0;
      if (value < PAGE || value % PAGE !== 0 || !Number.isSafeInteger(value)) continue;
      if (path.length === 1) root = value;
      else blobs[path.at(-1) ?? ''] = value;
    } else if (token !== 4) break;
  }
  return { root, blobs };
}
