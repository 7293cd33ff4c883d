// Text as terminal cells: what may be shown, how wide it is, where to cut it. Knows nothing of colours and panes.

/** Ranges of code points that take two cells, first and last inclusive, sorted. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x26a1, 0x26a1],
  [0x2705, 0x2705],
  [0x274c, 0x274c],
  [0x2753, 0x2755],
  [0x2795, 0x2797],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Ranges of code points that take no cell of their own: they join the one before. */
const ZERO: readonly (readonly [number, number])[] = [
  [0x0300, 0x036f],
  [0x0483, 0x0489],
  [0x0591, 0x05bd],
  [0x064b, 0x065f],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x200b, 0x200d],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
  [0xe0100, 0xe01ef],
];

/** What the glyphs of khodbg become where the locale is not UTF-8; any other letter beyond ASCII becomes `?`. */
const ASCII: Readonly<Record<string, string>> = {
  '·': '.',
  '…': '...',
  '→': '->',
  '←': '<-',
  '×': 'x',
  '–': '-',
  '—': '-',
  '±': '+-',
  '▼': 'v',
  '│': '|',
  '─': '-',
};

function within(ranges: readonly (readonly [number, number])[], code: number): boolean {
  for (const [first, last] of ranges) {
    if (code < first) return false;
    if (code <= last) return true;
  }
  return false;
}

/** Says how many cells a code point takes: 0, 1 or 2. */
export function codeWidth(code: number): 0 | 1 | 2 {
  if (code < 0x300) return 1;
  if (code >= 0x2500 && code <= 0x25ff) return within(WIDE, code) ? 2 : 1;
  if (within(ZERO, code)) return 0;
  return within(WIDE, code) ? 2 : 1;
}

/** Says whether every character is printable ASCII, so that width is length and nothing needs escaping. */
export function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** Counts the cells of a text without escape sequences. */
export function textWidth(text: string): number {
  if (isPlain(text)) return text.length;
  let width = 0;
  for (const char of text) width += codeWidth(char.codePointAt(0) ?? 0);
  return width;
}

/** Cuts a text so that it takes at most `width` cells; a wide character that does not fit whole is left out. */
export function cut(text: string, width: number): string {
  if (text.length <= width && isPlain(text)) return text;
  let used = 0;
  let out = '';
  for (const char of text) {
    const cells = codeWidth(char.codePointAt(0) ?? 0);
    if (used + cells > width) break;
    used += cells;
    out += char;
  }
  return out;
}

/** Replaces tabs by spaces up to the next multiple of `stop` columns. */
export function expandTabs(text: string, stop = 4): string {
  if (!text.includes('\t')) return text;
  let out = '';
  for (const char of text) out += char === '\t' ? ' '.repeat(stop - (out.length % stop)) : char;
  return out;
}

/** Says whether a code point could steer the terminal or turn the direction of text. */
function steers(code: number): boolean {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  if (code === 0x61c || code === 0x200e || code === 0x200f || code === 0x2028 || code === 0x2029) return true;
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

function escaped(code: number): string {
  if (code < 0x20) return `^${String.fromCharCode(code + 64)}`;
  if (code === 0x7f) return '^?';
  return code < 0x100 ? `\\x${code.toString(16)}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Makes any text safe to print: control characters appear as `^[` or `\x9b`; with `ascii` nothing beyond ASCII stays. */
export function guard(text: string, ascii = false): string {
  if (isPlain(text)) return text;
  let out = '';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0xd800 && code <= 0xdfff) out += '?';
    else if (steers(code)) out += escaped(code);
    else if (ascii && code > 0x7e) out += ASCII[char] ?? '?';
    else out += char;
  }
  return out;
}
