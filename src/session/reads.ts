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
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['kho_scratch', 'memblock', 'memblock_type', 'memblock_region', 'free_area', 'free_list[]', 'u64[]', 'luo_ser'],
  ...['kho_vmalloc', 'kho_radix_node', 'kho_radix_leaf', 'phys', 'e820_table', 'e820_entry', 'boot_params'],
]);

/** Is it a struct of the table? */
const isSmall = ({ struct }: Access): boolean => struct !== 'page' && struct !== 'pageblock' && !ELSEWHERE.has(struct);

/** The mask of parts that recorded accesses account for, but for the table: who reads its rows may look at others, too. */
function explained(accesses: readonly Access[]): number {
  let mask = 0;
  for (const { struct } of accesses) {
    if (struct === 'page') mask |= bit('memmap');
    if (struct === 'pageblock') mask |= bit('pageblocks');
  }
  return mask;
}

/**
 * Evaluates with a context that tells what is read. Null when the value rests on more than memory: on threads, or on who asks.
 * What `run` throws is a value like any other, made from what it read before. `whole`: it calls what is no text, which may look
 * at several fields of a struct page and tell of one.
 */
export function readsOf(
  state: State,
  thread: number,
  run: (context: Context) => unknown,
  whole: boolean,
): Reads | null {
  let mask = 0;
  let more = false;
  const accesses: Access[] = [];
  // accesses that have accounted for a look into the table: one look each
  let accounted = 0;
  const machine = new Proxy<Machine>(state.machine, {
    get(target, name) {
      const last = accesses.at(-1);
      if (name === 'table' && last !== undefined && accounted < accesses.length && isSmall(last))
        accounted = accesses.length;
      else if (typeof name === 'string') mask |= bit(name);
      return target[name as keyof Machine];
    },
  });
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
      ({ struct, at, end, field }): Target => ({
        struct,
        at,
        ...(end === undefined ? {} : { end }),
        field: whole && struct === 'page' ? '*' : field,
      }),
    );
  return { places, parts: mask & ~explained(accesses) };
}
