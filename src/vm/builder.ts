// The function being compiled: its operations, positions, scopes and temporaries. Temporaries are numbered from TEMPORARY
// on and moved above the named slots at the end, so that a frame between statements holds names only.
import type { Node } from '@babel/types';
import type { Ex, Fn, Names, Op, Param, Pos, Slot } from './ops.ts';
import { refusal } from './refusals.ts';
import { didYouMean } from './suggest.ts';

/** A mistake in kernel text, positioned; `message` begins with file:line:col. */
export class KernelTextError extends Error {}

const TEMPORARY = 2 ** 24;

interface Variable {
  readonly slot: Slot;
  readonly from: number;
  readonly assignable: boolean;
}

interface Scope {
  readonly names: Map<string, Variable>;
  readonly up: Scope | null;
}

/** What all functions of a program share while they are compiled. */
export interface Unit {
  readonly names: Names;
  readonly functions: ReadonlyMap<string, { readonly params: number }>;
  readonly constants: ReadonlyMap<string, Ex>;
}

type Draft = (Op[number] | unknown)[];

/** Collects one function. */
export class Builder {
  readonly ops: Draft[] = [];
  readonly pos: Pos[] = [];
  readonly loops: { readonly breaks: Draft[]; readonly continues: Draft[] | null }[] = [];
  private readonly vars: [string, Slot, number, number][] = [];
  private scope: Scope = { names: new Map(), up: null };
  private slots = 0;
  private temporaries = 0;
  private at: readonly [number, number] = [1, 1];
  private fresh = false;

  constructor(
    readonly file: string,
    readonly unit: Unit,
  ) {}

  fail(node: Node, message: string): never {
    const start = node.loc?.start ?? { line: 1, column: 0 };
    throw new KernelTextError(`${this.file}:${start.line}:${start.column + 1}: ${message}`);
  }

  refuse(node: Node, what: string = node.type): never {
    this.fail(node, refusal(what));
  }

  /** The next operation starts a statement at this node. */
  statement(node: Node): void {
    const start = node.loc?.start ?? { line: 1, column: 0 };
    this.at = [start.line, start.column + 1];
    this.fresh = true;
    this.temporaries = 0;
  }

  /** Position of the closing brace, as a statement. */
  closing(node: Node): void {
    const end = node.loc?.end ?? { line: 1, column: 1 };
    this.at = [end.line, Math.max(1, end.column)];
    this.fresh = true;
  }

  emit(...op: unknown[]): Draft {
    this.ops.push(op);
    this.pos.push([this.at[0], this.at[1], this.fresh ? 1 : 0]);
    this.fresh = false;
    return op;
  }

  /** True when a statement was opened and has no operation yet. */
  get pending(): boolean {
    return this.fresh;
  }

  temporary(count = 1): Slot {
    const slot = TEMPORARY + this.temporaries;
    this.temporaries += count;
    return slot;
  }

  hidden(): Slot {
    return this.slots++;
  }

  declare(node: Node, name: string, assignable: boolean, slot: Slot = this.slots++): Slot {
    if (this.scope.names.has(name)) this.fail(node, `${name} is declared twice`);
    this.scope.names.set(name, { slot, from: this.ops.length, assignable });
    return slot;
  }

  find(name: string): Variable | null {
    for (let scope: Scope | null = this.scope; scope !== null; scope = scope.up) {
      const found = scope.names.get(name);
      if (found !== undefined) return found;
    }
    return null;
  }

  open(): void {
    this.scope = { names: new Map(), up: this.scope };
  }

  close(): void {
    for (const [name, v] of this.scope.names) this.vars.push([name, v.slot, v.from, this.ops.length]);
    if (this.scope.up !== null) this.scope = this.scope.up;
  }

  unknown(node: Node, name: string): never {
    const { functions, constants, names } = this.unit;
    const known = new Set<string>();
    for (let scope: Scope | null = this.scope; scope !== null; scope = scope.up) {
      for (const word of scope.names.keys()) known.add(word);
    }
    for (const words of [
      functions.keys(),
      constants.keys(),
      names.constants,
      names.variables,
      Object.keys(names.intrinsics),
    ]) {
      for (const word of words) known.add(word);
    }
    this.fail(node, `'${name}' is not known here${didYouMean(name, known)}`);
  }

  finish(name: string, params: readonly Param[], line: number, end: number): Fn {
    const moved = (slot: number) => (slot >= TEMPORARY ? slot - TEMPORARY + this.slots : slot);
    const expression = (ex: unknown): unknown => {
      if (!Array.isArray(ex)) return ex;
      if (ex[0] === 'k') return ex;
      return ex[0] === 'l' ? ['l', moved(ex[1] as number)] : ex.map(expression);
    };
    const ops = this.ops.map((op) => {
      const out = op.map((part, i) => (op[0] === 'new' && i === 3 ? part : expression(part)));
      if (typeof op[1] === 'number' && SLOT_FIRST.has(op[0] as string)) out[1] = moved(op[1]);
      if (op[0] === 'range') out[3] = moved(op[3] as number);
      return out as Op;
    });
    const vars = [...this.vars].sort((a, b) => a[1] - b[1]);
    return { name, file: this.file, line, end, params, slots: this.slots, ops, pos: this.pos, vars };
  }
}

const SLOT_FIRST = new Set(['set', 'load', 'new', 'mem', 'range', 'call', 'callv']);
