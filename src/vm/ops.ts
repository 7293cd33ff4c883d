// The compiled form of kernel text: flat operations over slots, all of it JSON. Expressions inside operations are pure;
// each memory read, memory write, intrinsic and call is an operation of its own, so that a micro-step and the record of
// accesses need no second mechanism. Knows nothing of how operations are run.
import type { Value } from '../machine/index.ts';

/** Index of a local variable or temporary in a frame. */
export type Slot = number;
/** Index of an operation in its function. */
export type Pc = number;

/** A pure expression: constant, bigint, local, named constant, function, operators, pure intrinsic. */
export type Ex =
  | readonly ['k', Value]
  | readonly ['n', string]
  | readonly ['l', Slot]
  | readonly ['g', string]
  | readonly ['f', string]
  | readonly ['u', string, Ex]
  | readonly ['b', string, Ex, Ex]
  | readonly ['&&', Ex, Ex]
  | readonly ['||', Ex, Ex]
  | readonly ['?', Ex, Ex, Ex]
  | readonly ['p', string, readonly Ex[]]
  /** only in expressions of the debugger: a memory read, a read intrinsic, inline and not recorded */
  | readonly ['ld', Ex, Ex]
  | readonly ['in', string, readonly Ex[]];

/** One operation. Those marked * have an effect: each ends a micro-step. */
export type Op =
  | ['set', Slot, Ex]
  | ['load', Slot, Ex, Ex] // * slot, struct, field
  | ['store', Ex, Ex, Ex] // * struct, field, value
  | ['new', Slot, string, readonly string[], readonly Ex[]] // * a struct on the stack
  | ['mem', Slot, string, readonly Ex[]] // * read or effect intrinsic
  | ['range', Slot, string, Slot, number] // * result, intrinsic, slot of the first argument (the cursor), argument count
  | ['call', Slot, string, readonly Ex[]] // *
  | ['callv', Slot, Ex, readonly Ex[]] // * call through a function value
  | ['ret', Ex | null] // *
  | ['jmp', Pc]
  | ['jz', Ex, Pc]
  | ['jnz', Ex, Pc]
  | ['nop'];

/** Source position of an operation: line, column (1-based), and 1 where a statement starts. */
export type Pos = readonly [line: number, col: number, statement: 0 | 1];

/** A parameter's name and, as written, its type. */
export interface Param {
  readonly name: string;
  readonly type: string;
}

/** A compiled function. `vars`: name, slot and the half-open range of pcs in which the name means that slot. */
export interface Fn {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly end: number;
  readonly params: readonly Param[];
  readonly slots: number;
  readonly ops: readonly Op[];
  readonly pos: readonly Pos[];
  readonly vars: readonly (readonly [string, Slot, Pc, Pc])[];
}

/** All functions of a kernel. */
export interface Program {
  readonly fns: Readonly<Record<string, Fn>>;
  /** constants of the text, by name */
  readonly constants: Readonly<Record<string, Ex>>;
  /** variables that the text itself declares, by name, as the image holds them when it starts: a constant each */
  readonly variables: Readonly<Record<string, Ex>>;
}

/** A record of all of these that answers to no name but theirs. */
export function bare<T>(...records: Readonly<Record<string, T>>[]): Record<string, T> {
  return Object.assign(Object.create(null), ...records);
}

/** The kinds of intrinsics. Conditions and `print` may call pure and read ones only. */
export type IntrinsicKind = 'pure' | 'read' | 'effect' | 'range';

/** What names mean besides the functions of the text. */
export interface Names {
  readonly intrinsics: Readonly<
    Record<string, { readonly kind: IntrinsicKind; readonly arity: readonly [number, number] }>
  >;
  readonly constants: ReadonlySet<string>;
  /** kernel variables: plain names that are memory */
  readonly variables: ReadonlySet<string>;
}
