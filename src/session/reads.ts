// What the value of an expression rests on: the places it read, and the parts of the machine that it read otherwise. Found by
// evaluating it over a machine that tells what is asked of it. Knows nothing of expressions' text.
import { PARTS, type Reads, type Target } from '../debugger/index.ts';
import type { Machine } from '../machine/index.ts';
import type { Access, Context, State } from '../vm/index.ts';

/** A context for a debugger's expression: it reads and records, it never writes. */
export function readingContext(state: State, thread: number, accesses: Access[] | null): Context {
  return {
    machine: state.machine,
    state,
    thread,
    file: '',
    accesses,
    notes: null,
    op: 0,
    blocked: null,
    rebooting: false,
    spawned: null,
    emit() {
      throw new Error('an expression changed the machine');
    },
  };
}

const bit = (part: string): number => {
  const k = (PARTS as readonly string[]).indexOf(part);
  return k < 0 ? 0 : 1 << k;
};

/** Structs whose fields are not where their name says; they are taken as the parts of the machine that they lie in. */
const ELSEWHERE: ReadonlySet<string> = new Set(['kho_scratch', 'memblock', 'memblock_type', 'memblock_region']);

/** The mask of parts that recorded accesses account for. */
function explained(accesses: readonly Access[]): number {
  const structs = new Set(accesses.map(({ struct }) => struct));
  let mask = 0;
  if (structs.has('page')) mask |= bit('memmap') | bit('inits');
  if (structs.has('pageblock')) mask |= bit('pageblocks');
  const small = [...structs].some((struct) => !ELSEWHERE.has(struct) && struct !== 'page' && struct !== 'pageblock');
  if (small && !structs.has('kho_scratch')) mask |= bit('table');
  return mask;
}

/**
 * Evaluates with a context that tells what is read. Null when the value rests on more than memory: on threads, or on who asks.
 * What `run` throws is a value like any other, made from what it read before.
 */
export function readsOf(state: State, thread: number, run: (context: Context) => unknown): Reads | null {
  let mask = 0;
  let more = false;
  const machine = new Proxy<Machine>(state.machine, {
    get(target, name) {
      if (typeof name === 'string') mask |= bit(name);
      return target[name as keyof Machine];
    },
  });
  const accesses: Access[] = [];
  const context = readingContext({ ...state, machine }, thread, accesses);
  const told = new Proxy<Context>(context, {
    get(target, name) {
      more ||= name === 'state' || name === 'thread';
      return target[name as keyof Context];
    },
  });
  try {
    run(told);
  } catch {}
  if (more) return null;
  const places = accesses
    .filter(({ struct }) => !ELSEWHERE.has(struct))
    .map(
      ({ struct, at, end, field }): Target => (end === undefined ? { struct, at, field } : { struct, at, end, field }),
    );
  return { places, parts: mask & ~explained(accesses) };
}
