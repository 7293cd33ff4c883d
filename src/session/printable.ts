// Makes text from a file safe to print: nothing in it can steer a terminal or hide from the reader. Knows no format.

/** Code points that are never shown as they are: C0, DEL, C1, invisible, bidirectional controls, lone surrogates. */
const HIDDEN: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xe0000, 0xe007f],
];

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function isHidden(code: number): boolean {
  return HIDDEN.some(([first, last]) => code >= first && code <= last);
}

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (!isHidden(code)) return char;
  const hex = code.toString(16);
  return SHORT[char] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`);
}

/** Escapes what cannot be shown (`\x1b`, `\n`, `\u{202e}`) and cuts the text after `max` code points with `…`. */
export function printable(text: string, max = 120): string {
  let shown = '';
  let count = 0;
  for (const char of text) {
    if (count === max) return `${shown}…`;
    shown += escaped(char);
    count += 1;
  }
  return shown;
}

/** JSON in which what could steer a terminal is escaped; it means the same. */
export function printableJson(value: unknown): string {
  const unit = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value, null, 2).replace(/[^\n -~\u00a0-\u1fff\u2070-\ud7ff]/g, unit);
}

/** The first character of `text` that `printable` would escape, in its escaped form; null when there is none. */
export function firstHidden(text: string, allowed = ''): string | null {
  for (const char of text) if (!allowed.includes(char) && isHidden(char.codePointAt(0) ?? 0)) return escaped(char);
  return null;
}
