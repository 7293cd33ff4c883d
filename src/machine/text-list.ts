// A persistent list to which things are only appended: the console and similar logs. Sharing its past costs nothing.
import { type Hash, hashString, mix } from './hash.ts';

/** Null is the empty list; otherwise the last entry and the list before it. */
export type TextList = {
  readonly text: string;
  readonly before: TextList;
  readonly length: number;
  readonly hash: Hash;
} | null;

/** The list with one entry more. */
export function append(list: TextList, text: string): TextList {
  return {
    text,
    before: list,
    length: (list?.length ?? 0) + 1,
    hash: mix(list?.hash ?? 0, Math.trunc(hashString(text) % 2 ** 32) | 0),
  };
}

/** The entries from index `from` on, oldest first. */
export function entries(list: TextList, from = 0): string[] {
  const out: string[] = [];
  for (let at = list; at !== null && at.length > from; at = at.before) out.push(at.text);
  return out.reverse();
}
