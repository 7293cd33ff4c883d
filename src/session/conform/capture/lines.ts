// Console lines that a capture and a simulation have in common, brought to one form, and the call trace of a death. Knows
// nothing of where the lines come from.

const STAMP = /^\[\s*\d+\.\d+\]\s?/;

/** A line's common form; null for lines that are not compared. */
function common(line: string): string | null {
  const text = line.replace(STAMP, '').trimEnd();
  // which release runs is not part of a scenario
  if (/^KHO: /.test(text)) return text.replace(/exec from: \S+/, 'exec from: …');
  const warning = /^WARNING: .* at (\w+)/.exec(text)?.[1];
  if (warning !== undefined) return `WARNING at ${warning}`;
  if (/^(?:Built \d+ zonelists|Kernel panic|BUG: Bad page state|page dumped because|raw: |Oops: )/.test(text))
    return text.replace(/in process \S+/, 'in process …');
  if (/^page: refcount/.test(text)) return text;
  return null;
}

/** The compared lines, in order. The order in which nodes finish is left out: see deferredNodes(). */
export function commonLines(lines: readonly string[]): string[] {
  return lines.flatMap((line) => common(line) ?? []);
}

/** Nodes that say they have initialised their deferred pages, ascending. */
export function deferredNodes(lines: readonly string[]): string {
  const nodes = lines.flatMap((line) => /node (\d+) deferred pages initialised/.exec(line)?.[1] ?? []);
  return [...new Set(nodes)].sort((a, b) => Number(a) - Number(b)).join(' ');
}

/** Frames of a test driver, and of what calls it: not part of a kernel. */
const DRIVER = /^(?:khodbg_|test_kho_|(?:early|late|fs)_initcall_|userspace_)/;

/** The functions on the stack of the first death, innermost first, as far as the kernel's own go; empty when none died. */
export function deathStack(lines: readonly string[]): string[] {
  const text = lines.map((line) => line.replace(STAMP, ''));
  const death = text.findIndex((line) => /^(?:Oops: |BUG: (?:kernel NULL|unable to handle))/.test(line));
  if (death < 0) return [];
  const rip = /^RIP: 0010:(\w+)/.exec(text.slice(death).find((line) => /^RIP: 0010:/.test(line)) ?? '')?.[1] ?? '';
  const start = text.findIndex((line, i) => i > death && /^Call Trace:/.test(line));
  const names: string[] = [rip];
  for (const line of start < 0 ? [] : text.slice(start + 1)) {
    const name = /^\s+(\w+)(?:\+0x[0-9a-f]+\/0x[0-9a-f]+)?\s*$/.exec(line)?.[1];
    if (/<\/TASK>|^---\[|^RIP:/.test(line) || (name !== undefined && DRIVER.test(name))) break;
    if (name !== undefined) names.push(name);
  }
  return names;
}
