// 64-bit words and bytes of physical memory by address. Outside the machine there is none: such an access is a trap.
import { trap } from './fault.ts';
import type { Machine } from './machine.ts';
import { bytesOfPage, withWord, ZERO_PAGE } from './phys.ts';
import { runGet, runUpdate } from './run-map.ts';

const pfnOfPhys = (m: Machine, phys: number): number => {
  const pfn = Math.floor(phys / 2 ** m.config.pageShift);
  if (pfn < 0 || pfn >= 2 ** m.phys.bits) throw trap(`physical address 0x${phys.toString(16)} is outside the machine`);
  return pfn;
};

/** The 64-bit word at a physical address; 0 where nothing was written. */
export function physWord(m: Machine, phys: number): bigint {
  return runGet(m.phys, pfnOfPhys(m, phys))?.words[(phys % 2 ** m.config.pageShift) / 8] ?? 0n;
}

/** The bytes of a physical page. */
export function physBytes(m: Machine, pfn: number): Uint8Array {
  return bytesOfPage((pfn >= 0 && pfn < 2 ** m.phys.bits ? runGet(m.phys, pfn) : null) ?? ZERO_PAGE);
}

/** The machine with a 64-bit word of physical memory changed. */
export function withPhysWord(m: Machine, phys: number, value: bigint): Machine {
  const pfn = pfnOfPhys(m, phys);
  const index = (phys % 2 ** m.config.pageShift) / 8;
  return { ...m, phys: runUpdate(m.phys, pfn, pfn + 1, (page) => withWord(page ?? ZERO_PAGE, index, value)) };
}
