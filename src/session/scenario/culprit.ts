// When one value puts several others in the wrong, names that one instead of them. Knows nothing of what they are for.

import { hex } from './bytes.ts';
import type { Path } from './path.ts';
import type { Report } from './problem.ts';
import type { Area, MemoryRange } from './types.ts';

const inside = (area: Area, at: number) => at >= area.start && at < area.start + area.size;

/** Reports the memory range at fault when none of two or more addresses lies in RAM; whether it did. */
export function blameMemory(memory: readonly MemoryRange[], starts: readonly number[], report: Report): boolean {
  const ram = memory.map((m, index) => ({ ...m, index })).filter((m) => m.type === 'ram');
  if (starts.length < 2 || starts.some((at) => ram.some((m) => inside(m, at)))) return false;
  const [low, high] = [Math.min(...starts), Math.max(...starts)];
  const lowest = ram.reduce((a, b) => (b.start < a.start ? b : a));
  const highest = ram.reduce((a, b) => (b.start > a.start ? b : a));
  const all = `leaves all that is handed over (${hex(low)} to ${hex(high)}) outside RAM`;
  if (low < lowest.start) report.value(['machine', 'memory', lowest.index, 'start'], `${all}; start lower`);
  else report.value(['machine', 'memory', highest.index, 'size'], `${all}; make it larger`);
  return true;
}

/** Reports a scratch area that reaches over two or more addresses behind its start; whether it did. */
export function blameScratch(scratch: readonly Area[], path: Path, starts: readonly number[], report: Report): boolean {
  const before = report.findings.length;
  scratch.forEach((s, i) => {
    const hit = starts.filter((at) => at !== s.start && inside(s, at));
    const first = hex(Math.min(...hit));
    if (hit.length > 1)
      report.value(
        [...path, i, 'size'],
        `reaches over ${hit.length} things handed over, from ${first} on; make it smaller`,
      );
  });
  return report.findings.length > before;
}
