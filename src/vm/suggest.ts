// "Did you mean": the nearest known word. Knows nothing of what the words are for.

/** Edits (insert, delete, replace, swap neighbours) between two short words. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}

/** Longer words are not compared. */
const LONGEST = 100;

/** The known word nearest to `word`, letter case aside, if at most a third of its length must change; else null. */
export function nearest(word: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  if (word.length > LONGEST) return null;
  let least = Math.floor(word.length / 3) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < least) [best, least] = [candidate, d];
  }
  return best;
}

/** `; did you mean X?`, or `otherwise` when nothing is near. */
export function didYouMean(word: string, known: Iterable<string>, otherwise = ''): string {
  const best = nearest(word, known);
  return best === null ? otherwise : `; did you mean ${best}?`;
}
