// What Ink reports of the keyboard, as names of keys and pieces of typed text. Knows nothing of what keys do.

import type { Key } from 'ink';

/** A named key (`Up`, `C-c`, `M-Left`, `F1`) or text that arrived together. */
export type KeyInput =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

const NAMED: readonly (readonly [field: keyof Key, name: string])[] = [
  ['upArrow', 'Up'],
  ['downArrow', 'Down'],
  ['leftArrow', 'Left'],
  ['rightArrow', 'Right'],
  ['pageUp', 'PgUp'],
  ['pageDown', 'PgDn'],
  ['home', 'Home'],
  ['end', 'End'],
  ['return', 'Enter'],
  ['escape', 'Esc'],
  ['tab', 'Tab'],
  ['backspace', 'Backspace'],
  ['delete', 'Delete'],
];

function modified(name: string, key: Key): string {
  const shift = name === 'Tab' && key.shift ? 'S-' : '';
  const meta = key.meta && name !== 'Esc' ? 'M-' : '';
  return `${key.ctrl ? 'C-' : ''}${meta}${shift}${name}`;
}

/** Names the key of one input event; null for events that are none, such as releases. */
export function decodeKey(input: string, key: Key): KeyInput | null {
  if (key.eventType === 'release') return null;
  for (const [field, name] of NAMED) {
    if (key[field]) return { kind: 'key', name: modified(name, key) };
  }
  // Ink has no field for function keys: whatever special key it cannot name asks for help.
  if (input === '') return { kind: 'key', name: 'F1' };
  if (key.ctrl || (key.meta && input.length === 1)) return { kind: 'key', name: modified(input, key) };
  return { kind: 'text', text: input };
}

/** The name of a control character that arrived within text. */
function controlName(code: number): string {
  if (code === 0x0d || code === 0x0a) return 'Enter';
  if (code === 0x1b) return 'Esc';
  return code === 0x09 ? 'Tab' : `C-${String.fromCharCode(code + 96)}`;
}

/** The keys of a step of a tour as they are pressed: a command line as one chunk, other keys one by one. */
export function keyChunks(keys: string): readonly string[] {
  return keys.startsWith(':') ? [keys] : [...keys];
}

/** Splits a typed piece of text at control characters: `ab\rc` is `ab`, Enter, `c`. */
export function splitLines(text: string): readonly KeyInput[] {
  const out: KeyInput[] = [];
  let piece = '';
  const flush = () => {
    if (piece !== '') out.push({ kind: 'text', text: piece });
    piece = '';
  };
  for (const char of text) {
    const code = char.charCodeAt(0);
    if (code < 0x20) {
      flush();
      out.push({ kind: 'key', name: controlName(code) });
    } else piece += char;
  }
  flush();
  return out;
}
