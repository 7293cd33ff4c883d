// Arguments of calls in words. Knows nothing of where a call stands.
import type { Fn, Frame } from '../vm/index.ts';
import { formatValue } from './format.ts';

/** Types whose values are in hex, whatever name they go under. */
const HEX_TYPES = new Set(['phys_addr_t', 'pfn_t']);

/** `pfn=0x18000, nid=0`: the parameters of a frame's function and what they hold now. */
export function argumentsText(fn: Fn | undefined, frame: Frame): string {
  return (fn?.params ?? [])
    .map(({ name, type }, i) => `${name}=${formatValue(frame.locals[i], HEX_TYPES.has(type) ? 'addr' : name)}`)
    .join(', ');
}
