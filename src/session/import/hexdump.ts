// Bytes of a small file as debugfs gives them, or of its hexdump -C. Knows nothing of what they mean.

/** Most bytes that are read: debugfs files of KHO are a page. */
const MOST = 2 ** 20;

/** The bytes that a text in the format of `hexdump -C` shows, `*` lines filled in; null when it is no such text. */
export function fromHexdump(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let last: readonly number[] = [];
  let repeats = false;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    if (line === '*') {
      repeats = true;
      continue;
    }
    const match = /^([0-9a-f]{6,16})((?: {1,2}[0-9a-f]{2})*)\s*(?:\|.*\|?)?$/.exec(line);
    if (match === null) return null;
    const at = Number.parseInt(match[1] ?? '', 16);
    if (at > MOST) return null;
    while (repeats && bytes.length < at && last.length > 0) bytes.push(...last);
    repeats = false;
    if (at !== bytes.length) return null;
    last = [...(match[2] ?? '').matchAll(/[0-9a-f]{2}/g)].map(([pair]) => Number.parseInt(pair, 16));
    bytes.push(...last);
  }
  return bytes.length === 0 ? null : Uint8Array.from(bytes);
}

/** The bytes of a file: of its dump if it is one, else as they are. */
export function fileBytes(raw: Uint8Array): Uint8Array {
  return fromHexdump(new TextDecoder('latin1').decode(raw)) ?? raw;
}
