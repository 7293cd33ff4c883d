// Places in simulated memory as users name them: what watch takes. A place is fixed where one stands; from then on it is the same
// memory in every state and boot. Knows nothing of what is asked of it.
import type { Target } from '../debugger/index.ts';
import { isEmbedded, isRef } from '../machine/index.ts';
import { prepare } from './expression.ts';
import type { Session } from './session.ts';
import { type Read, readRange } from './words.ts';

/** What a place can begin with, for completion. */
export const PLACE_WORDS: readonly string[] = ['page', 'pageblock(', 'page(', 'zone(', 'node('];

/** Why a range of pfns cannot be touched in this machine; null when it can. */
export function outsideMachine(session: Session, end: number): string | null {
  const pages = 2 ** session.now().machine.memmap.bits;
  return end <= pages
    ? null
    : `pfn 0x${(end - 1).toString(16)} is outside the machine, which ends at 0x${pages.toString(16)}`;
}

function pages(session: Session, text: string): Read<Target> {
  const range = readRange(text.replace(/-(?=0x|\d)/, '..'));
  if (!range.ok) return range;
  const { start, end } = range.value;
  const outside = outsideMachine(session, end);
  if (outside !== null) return { ok: false, error: outside };
  return { ok: true, value: { struct: 'page', at: start, end, field: '*' } };
}

/** Reads `page PFN[..PFN]` or an expression that names a place in memory. */
export function readTarget(session: Session, text: string): Read<Target> {
  const range = /^page\s+(.+)$/.exec(text)?.[1];
  if (range !== undefined) return pages(session, range);
  const state = session.now();
  const { thread } = session.state.cursor;
  const read = prepare(session.kernel, text, { state, thread, frame: session.frame() }, session.variables());
  if (!read.ok) return read;
  const { locate, evaluate } = read.prepared;
  if (locate === null) return { ok: false, error: `'${text}' is a value, not a place in memory: name a field` };
  const found = locate(state, thread);
  if (found === null) return { ok: false, error: `'${text}' names no place in memory where you stand` };
  // the name of a struct inside another is its address
  const inner = isEmbedded(found.struct, found.field) ? evaluate(state, thread) : undefined;
  const target: Target = isRef(inner) ? { struct: inner.struct, at: inner.at, field: '*' } : found;
  const outside = target.struct === 'page' ? outsideMachine(session, (target.at as number) + 1) : null;
  return outside === null ? { ok: true, value: target } : { ok: false, error: outside };
}
