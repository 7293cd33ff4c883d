// "Did you mean": the nearest known word. Knows nothing of what the words are for.

/** Number of single-character edits between two words. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const line = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      line[j] = Math.min((above[j] ?? 0) + 1, (line[j - 1] ?? 0) + 1, swap);
    }
    above = line;
  }
  return above[b.length] ?? 0;
}

/** The known word nearest to `word`, if it is at most a third of the word's length away, else null. */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let limit = Math.floor(word.length / 3) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= limit) continue;
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < limit) {
      best = candidate;
      limit = d;
    }
  }
  return best;
}

/** `; did you mean X?`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const best = nearest(word, known);
  return best === null ? '' : `; did you mean ${best}?`;
}
