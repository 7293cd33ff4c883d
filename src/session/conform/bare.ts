// Hardware for rows that call single functions: RAM on one node, and nothing that a boot would find there.
import type { Hardware } from '../../machine/index.ts';

/** `size` bytes of RAM from 0 on. */
export function bareHardware(size: number): Hardware {
  return {
    memory: [{ start: 0, size, node: 0, type: 'ram' }],
    nodes: [{ node: 0, cpus: 1 }],
    handover: null,
    reserved: [],
    early: [],
    placements: {},
    outgoing: true,
    left: null,
  };
}
