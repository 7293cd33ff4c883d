// Kernel text as styled spans: comments, keywords, constants. One line at a time; knows nothing of its meaning.

import type { Span } from '../row.ts';
import type { StyleName } from '../theme.ts';

const WORDS = new Set(
  'break case const continue default do else export for function if import interface let return switch type while'.split(
    ' ',
  ),
);

const TOKEN = /\/\/.*|\/\*.*?(?:\*\/|$)|"[^"]*"|'[^']*'|\b0x[0-9a-fA-F]+n?\b|\b\d+n?\b|\b[A-Za-z_]\w*/g;

function styleOf(token: string): StyleName | null {
  if (token.startsWith('//') || token.startsWith('/*')) return 'comment';
  if (WORDS.has(token)) return 'keyword';
  if (/^["'\d]/.test(token)) return 'constant';
  return /^[A-Z][A-Z0-9_]{2,}$/.test(token) ? 'constant' : null;
}

/** Splits a line into spans; joined they are the line again. Continuation lines of a block comment are comments. */
export function highlight(text: string): readonly Span[] {
  if (/^\s*\*(\s|\/|$)/.test(text)) return [['comment', text]];
  const spans: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const style = styleOf(match[0]);
    if (!style) continue;
    if (match.index > at) spans.push(text.slice(at, match.index));
    spans.push([style, match[0]]);
    at = match.index + match[0].length;
  }
  if (at < text.length) spans.push(text.slice(at));
  return spans;
}
