// Expressions of kernel text to pure expressions, after emitting the memory reads, intrinsics and calls they need. In
// inline mode (debugger expressions) reads stay inside the expression and nothing may be written or called.
import type * as t from '@babel/types';
import type { Builder } from './builder.ts';
import type { Ex, Slot } from './ops.ts';
import { didYouMean } from './suggest.ts';

const BINARY = new Set(['+', '-', '*', '/', '%', '<<', '>>', '>>>', '&', '|', '^', '===', '!==', '<', '<=', '>', '>=']);
/** The struct that holds the kernel's variables. */
export const VARIABLES: Ex = ['k', { struct: 'var', at: 0 }];

type Node =
  | t.Expression
  | t.PrivateName
  | t.Super
  | t.Import
  | t.V8IntrinsicIdentifier
  | t.SpreadElement
  | t.ArgumentPlaceholder;

function literal(node: t.NumericLiteral | t.BigIntLiteral | t.StringLiteral | t.BooleanLiteral | t.NullLiteral): Ex {
  if (node.type === 'BigIntLiteral') return ['n', BigInt(node.value).toString()];
  return ['k', node.type === 'NullLiteral' ? null : node.value];
}

/** True when evaluating the node needs an operation of its own. */
function impure(b: Builder, node: t.Node): boolean {
  switch (node.type) {
    case 'MemberExpression':
      return true;
    case 'CallExpression': {
      const { callee } = node;
      if (callee.type !== 'Identifier' || b.find(callee.name) !== null) return true;
      return b.unit.names.intrinsics[callee.name]?.kind !== 'pure' || node.arguments.some((a) => impure(b, a));
    }
    case 'Identifier':
      return b.find(node.name) === null && b.unit.names.variables.has(node.name);
    case 'UnaryExpression':
      return impure(b, node.argument);
    case 'BinaryExpression':
    case 'LogicalExpression':
      return impure(b, node.left) || impure(b, node.right);
    case 'ConditionalExpression':
      return impure(b, node.test) || impure(b, node.consequent) || impure(b, node.alternate);
    case 'TSNonNullExpression':
    case 'ParenthesizedExpression':
      return impure(b, node.expression);
    default:
      return false;
  }
}

/** Digits that say a number exactly, however large. */
const WHOLE = /^(?:\d+|0[xob][\da-f]+)$/i;

/** Lowers expressions into a builder. */
export class ExpressionLowering {
  constructor(
    readonly b: Builder,
    readonly inline: boolean,
  ) {}

  /** The value of `node`; `into` is where the last operation may put it when it has to put it anywhere. */
  value(node: Node, into?: Slot): Ex {
    const { b } = this;
    switch (node.type) {
      case 'NumericLiteral':
        if (this.inline && Number.isInteger(node.value) && !Number.isSafeInteger(node.value))
          return ['n', BigInt(WHOLE.test(String(node.extra?.raw)) ? String(node.extra?.raw) : node.value).toString()];
        if (!Number.isSafeInteger(node.value))
          b.fail(node, `${node.value} is not a whole number below 2^53; write a bigint`);
        return literal(node);
      case 'BigIntLiteral':
      case 'StringLiteral':
      case 'BooleanLiteral':
      case 'NullLiteral':
        return literal(node);
      case 'TSNonNullExpression':
      case 'ParenthesizedExpression':
        return this.value(node.expression, into);
      case 'Identifier':
        return this.identifier(node, into);
      case 'UnaryExpression':
        return this.unary(node);
      case 'BinaryExpression': {
        if (!BINARY.has(node.operator)) b.refuse(node, node.operator);
        const left = this.value(node.left);
        return ['b', this.inline ? `${node.operator}~` : node.operator, left, this.value(node.right)];
      }
      case 'LogicalExpression':
        return this.logical(node);
      case 'ConditionalExpression':
        return this.conditional(node);
      case 'MemberExpression':
        return this.member(node, into);
      case 'CallExpression':
        return this.call(node, into);
      default:
        return b.refuse(node);
    }
  }

  /** Evaluates for its effect only. */
  effect(node: t.CallExpression): void {
    this.value(node, this.b.temporary());
  }

  private identifier(node: t.Identifier, into?: Slot): Ex {
    const { b } = this;
    const local = b.find(node.name);
    if (local !== null) return ['l', local.slot];
    const constant = b.unit.constants.get(node.name);
    if (constant !== undefined) return constant;
    if (b.unit.functions.has(node.name)) return ['f', node.name];
    if (b.unit.names.constants.has(node.name)) return ['g', node.name];
    if (b.unit.names.variables.has(node.name)) return this.load(VARIABLES, ['k', node.name], into);
    if (b.unit.names.intrinsics[node.name] !== undefined)
      b.fail(node, `${node.name} is an intrinsic and can only be called`);
    return b.unknown(node, node.name);
  }

  private unary(node: t.UnaryExpression): Ex {
    const { operator } = node;
    if (operator === '+') this.b.refuse(node, 'unary +');
    if (operator !== '!' && operator !== '-' && operator !== '~') this.b.refuse(node, operator);
    return ['u', operator, this.value(node.argument)];
  }

  private load(base: Ex, field: Ex, into?: Slot): Ex {
    if (this.inline) return ['ld', base, field];
    const slot = into ?? this.b.temporary();
    this.b.emit('load', slot, base, field);
    return ['l', slot];
  }

  /** Struct and field of a member expression. */
  target(node: t.MemberExpression): readonly [Ex, Ex] {
    if (node.property.type === 'PrivateName') return this.b.refuse(node.property);
    const base = this.value(node.object);
    if (node.computed) return [base, this.value(node.property)];
    return [base, ['k', (node.property as t.Identifier).name]];
  }

  private member(node: t.MemberExpression, into?: Slot): Ex {
    const [base, field] = this.target(node);
    return this.load(base, field, into);
  }

  private logical(node: t.LogicalExpression): Ex {
    const { b } = this;
    if (node.operator === '??') b.refuse(node, '??');
    if (this.inline || !impure(b, node.right)) {
      const left = this.value(node.left);
      return [node.operator as '&&' | '||', left, this.value(node.right)];
    }
    const slot = b.temporary();
    b.emit('set', slot, this.value(node.left));
    const skip = b.emit(node.operator === '&&' ? 'jz' : 'jnz', ['l', slot], -1);
    b.emit('set', slot, this.value(node.right));
    skip[2] = b.ops.length;
    return ['l', slot];
  }

  private conditional(node: t.ConditionalExpression): Ex {
    const { b } = this;
    if (this.inline || !(impure(b, node.consequent) || impure(b, node.alternate))) {
      const test = this.value(node.test);
      const yes = this.value(node.consequent);
      return ['?', test, yes, this.value(node.alternate)];
    }
    const slot = b.temporary();
    const toElse = this.jumpIf(node.test, false);
    b.emit('set', slot, this.value(node.consequent));
    const toEnd = b.emit('jmp', -1);
    for (const jump of toElse) jump[2] = b.ops.length;
    b.emit('set', slot, this.value(node.alternate));
    toEnd[1] = b.ops.length;
    return ['l', slot];
  }

  /** Emits jumps taken when the truth of `node` is `sense`; the caller fills in their targets (element 2). */
  jumpIf(node: t.Expression, sense: boolean): unknown[][] {
    const { b } = this;
    if (node.type === 'UnaryExpression' && node.operator === '!') return this.jumpIf(node.argument, !sense);
    if (node.type === 'LogicalExpression' && node.operator !== '??' && impure(b, node.right)) {
      const early = node.operator === '||';
      if (early === sense) return [...this.jumpIf(node.left, sense), ...this.jumpIf(node.right, sense)];
      const skip = this.jumpIf(node.left, !sense);
      const jumps = this.jumpIf(node.right, sense);
      for (const jump of skip) jump[2] = b.ops.length;
      return jumps;
    }
    return [b.emit(sense ? 'jnz' : 'jz', this.value(node), -1)];
  }

  private call(node: t.CallExpression, into?: Slot): Ex {
    const { b } = this;
    if (node.callee.type === 'MemberExpression') b.refuse(node.callee, 'method');
    if (node.callee.type !== 'Identifier') return b.refuse(node.callee);
    const { name } = node.callee;
    // in a debugger's expression zone(0, DMA32) means the zone, also where a local is called so
    const local = this.inline && b.unit.names.intrinsics[name] !== undefined ? null : b.find(name);
    const callee = b.unit.functions.get(name);
    if (local === null && callee === undefined) return this.intrinsic(node, node.callee, into);
    if (this.inline) b.fail(node, `${name}() is kernel text; an expression may call intrinsics that only read`);
    if (callee !== undefined && local === null) this.countArguments(node, name, [callee.params, callee.params]);
    const args = this.arguments(node);
    const slot = into ?? b.temporary();
    if (local !== null) b.emit('callv', slot, ['l', local.slot], args);
    else b.emit('call', slot, name, args);
    return ['l', slot];
  }

  private intrinsic(node: t.CallExpression, callee: t.Identifier, into?: Slot): Ex {
    const { b } = this;
    const { name } = callee;
    const row = b.unit.names.intrinsics[name];
    if (row === undefined) {
      const words = [...b.unit.functions.keys(), ...Object.keys(b.unit.names.intrinsics)];
      return b.fail(callee, `'${name}' is neither a kernel function nor an intrinsic${didYouMean(name, words)}`);
    }
    this.countArguments(node, name, row.arity);
    const args = this.arguments(node);
    if (row.kind === 'pure') return ['p', name, args];
    if (this.inline) {
      if (row.kind !== 'read') b.fail(callee, `${name}() changes the machine; an expression may only read`);
      return ['in', name, args];
    }
    const slot = into ?? b.temporary();
    if (row.kind === 'range') {
      const first = b.temporary(args.length);
      args.forEach((arg, i) => {
        b.emit('set', first + i, arg);
      });
      b.emit('range', slot, name, first, args.length);
    } else b.emit('mem', slot, name, args);
    return ['l', slot];
  }

  private arguments(node: t.CallExpression): Ex[] {
    return node.arguments.map((arg) => this.value(arg));
  }

  private countArguments(node: t.CallExpression, name: string, [least, most]: readonly [number, number]): void {
    const given = node.arguments.length;
    if (given >= least && given <= most) return;
    const takes = least === most ? `${least}` : `${least} to ${most}`;
    this.b.fail(node, `${name}() takes ${takes} argument${takes === '1' ? '' : 's'}, not ${given}`);
  }
}
