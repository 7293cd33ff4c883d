// How a row of the intrinsics table is written, and what rows share. Knows nothing of what intrinsics do.
import { isRef, type Ref, trap, type Value } from '../../machine/index.ts';
import { type Context, frames, type Intrinsic, type IntrinsicKind } from '../../vm/index.ts';

type Run<A extends Value[]> = (c: Context, ...args: A) => Value | undefined;

/** A row: its kind, how many arguments it takes (least, most), its help and what it does. Returns null where it gives nothing. */
export function row<A extends Value[]>(
  kind: IntrinsicKind,
  arity: number | readonly [number, number],
  help: string,
  run: Run<A>,
): Intrinsic {
  const range = typeof arity === 'number' ? ([arity, arity] as const) : arity;
  return { kind, arity: range, help, run: (c, ...args) => run(c, ...(args as A)) ?? null };
}

/** A reference to a struct. */
export const ref = (struct: string, at: number | string): Ref => ({ struct, at });

/** pfn of a page reference; NULL and other structs trap. */
export function pfnOf(page: Value): number {
  if (isRef(page) && page.struct === 'page') return page.at as number;
  throw trap(`a struct page is expected, not ${page === null ? 'NULL' : String(page)}`);
}

/** Physical address of a struct that lies in a page. */
export const physOf = (p: Value): number => (p as { at: number }).at;

/** Functions on the stack of the thread that calls, innermost first. */
export function stackOf(c: Context): string[] {
  const thread = c.state.threads[c.thread];
  return thread === undefined ? [] : frames(thread).map((frame) => frame.fn);
}

/** Records a read. */
export function reads(c: Context, struct: string, at: number | string, field: string, end?: number): void {
  if (c.accesses === null) return;
  c.accesses.push(
    end === undefined ? { rw: 'r', struct, at, field, op: c.op } : { rw: 'r', struct, at, end, field, op: c.op },
  );
}

/** Records a write. */
export function writes(c: Context, struct: string, at: number | string, field: string, end?: number): void {
  if (c.accesses === null) return;
  c.accesses.push(
    end === undefined ? { rw: 'w', struct, at, field, op: c.op } : { rw: 'w', struct, at, end, field, op: c.op },
  );
}
