// What columns hold as numbers, by name: structs and their fields, named structs, functions. Shared by all branches of a history.

/** Most different pairs of struct and field; further ones are taken as any field of their struct. */
const MOST_KINDS = 32_000;

/** Number of the first name of a struct: above every pfn, index and address. */
const FIRST_NAME = 2 ** 52;

/** The names of one history; numbers are given in the order in which names are met. */
export class Names {
  readonly kinds: { readonly struct: string; readonly field: string | number }[] = [];
  private readonly kindOf = new Map<string, Map<string | number, number>>();
  private readonly strings: string[] = [];
  private readonly stringOf = new Map<string, number>();
  readonly fns: { readonly boot: number; readonly fn: string; readonly base: number }[] = [];
  private readonly baseOf = new Map<number, Map<string, number>>();
  private codes = 0;

  kind(struct: string, field: string | number): number {
    let fields = this.kindOf.get(struct);
    if (fields === undefined) {
      fields = new Map();
      this.kindOf.set(struct, fields);
    }
    const known = fields.get(field);
    if (known !== undefined) return known;
    if (this.kinds.length >= MOST_KINDS && field !== '*') return this.kind(struct, '*');
    const made = this.kinds.push({ struct, field }) - 1;
    fields.set(field, made);
    return made;
  }

  /** A name of a struct as a number from FIRST_NAME on. */
  string(at: string): number {
    let id = this.stringOf.get(at);
    if (id === undefined) {
      id = this.strings.push(at) - 1;
      this.stringOf.set(at, id);
    }
    return FIRST_NAME + id;
  }

  /** The name that a number stands for; the number itself where it is none. */
  at(place: number): number | string {
    return place < FIRST_NAME ? place : (this.strings[place - FIRST_NAME] as string);
  }

  /** Number of the first operation of a function of one boot; `ops`: how many it has. */
  base(boot: number, fn: string, ops: number): number {
    let of = this.baseOf.get(boot);
    if (of === undefined) {
      of = new Map();
      this.baseOf.set(boot, of);
    }
    let base = of.get(fn);
    if (base === undefined) {
      base = this.codes;
      this.codes += ops + 1;
      of.set(fn, base);
      this.fns.push({ boot, fn, base });
    }
    return base;
  }

  knownBase(boot: number, fn: string): number | null {
    return this.baseOf.get(boot)?.get(fn) ?? null;
  }
}
