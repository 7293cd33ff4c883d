// A stretch of a history's columns: typed arrays of turns and of their accesses. Knows nothing of what the numbers mean.
import { ValueColumn } from './value-column.ts';

/** Turns in a chunk. */
export const CHUNK = 65_536;

function grown<T extends Uint16Array | Uint32Array | Float64Array>(old: T, make: (length: number) => T): T {
  const out = make(old.length * 2);
  out.set(old);
  return out;
}

/** A stretch of turns, and their accesses. */
export class Chunk {
  readonly code: Uint32Array;
  readonly thread: Uint16Array;
  readonly depth: Uint16Array;
  readonly flags: Uint32Array;
  /** number of the first access of each turn, and one more behind the last */
  readonly first: Uint32Array;
  /** twice the kind, and one more for a write */
  what = new Uint16Array(CHUNK);
  /** pfn, index, address, or the number of a name */
  at = new Float64Array(CHUNK);
  /** how many structs */
  span = new Uint32Array(CHUNK);
  /** what a single field held after the turn that wrote it */
  values = new ValueColumn(CHUNK);

  constructor(from?: Chunk, turns = 0) {
    const copy = <T extends Uint16Array | Uint32Array>(made: T, old: T | undefined): T => {
      if (old !== undefined) made.set(old.subarray(0, turns + 1) as T);
      return made;
    };
    this.code = copy(new Uint32Array(CHUNK), from?.code.subarray(0, turns));
    this.thread = copy(new Uint16Array(CHUNK), from?.thread.subarray(0, turns));
    this.depth = copy(new Uint16Array(CHUNK), from?.depth.subarray(0, turns));
    this.flags = copy(new Uint32Array(CHUNK), from?.flags.subarray(0, turns));
    this.first = copy(new Uint32Array(CHUNK + 1), from?.first);
    if (from !== undefined) {
      this.what = from.what.slice();
      this.at = from.at.slice();
      this.span = from.span.slice();
      this.values = from.values.copy();
    }
  }

  add(i: number, what: number, at: number, span: number): void {
    if (i >= this.what.length) {
      this.what = grown(this.what, (n) => new Uint16Array(n));
      this.at = grown(this.at, (n) => new Float64Array(n));
      this.span = grown(this.span, (n) => new Uint32Array(n));
      this.values.grow(this.span.length);
    }
    this.what[i] = what;
    this.at[i] = at;
    this.span[i] = span;
  }
}
