// Statements of kernel text to operations. What a debugger would stop at is a statement: a declaration, an expression
// statement, the test of if, while and switch, each of the three parts of a for, return, break, continue.
import type * as t from '@babel/types';
import type { Builder } from './builder.ts';
import { ExpressionLowering, VARIABLES } from './lower-expression.ts';
import type { Ex, Slot } from './ops.ts';

type Jump = unknown[];

/** Lowers statements into a builder. */
export class StatementLowering {
  private readonly x: ExpressionLowering;

  constructor(readonly b: Builder) {
    this.x = new ExpressionLowering(b, false);
  }

  statement(node: t.Statement): undefined {
    const { b } = this;
    switch (node.type) {
      case 'BlockStatement':
        return this.block(node.body);
      case 'EmptyStatement':
        return;
      case 'VariableDeclaration':
        b.statement(node);
        return this.declaration(node);
      case 'ExpressionStatement':
        b.statement(node);
        return this.expression(node.expression);
      case 'IfStatement':
        return this.ifStatement(node);
      case 'WhileStatement':
        return this.loop({ test: node.test, body: node.body, update: null });
      case 'DoWhileStatement':
        return this.doWhile(node);
      case 'ForStatement':
        return this.forStatement(node);
      case 'SwitchStatement':
        return this.switchStatement(node);
      case 'BreakStatement':
      case 'ContinueStatement':
        return this.jump(node);
      case 'ReturnStatement':
        b.statement(node);
        b.emit('ret', node.argument ? this.x.value(node.argument) : null);
        return;
      case 'FunctionDeclaration':
        return b.refuse(node, 'NestedFunction');
      default:
        return b.refuse(node);
    }
  }

  private block(body: readonly t.Statement[]): undefined {
    this.b.open();
    for (const node of body) this.statement(node);
    this.b.close();
  }

  private declaration(node: t.VariableDeclaration): undefined {
    const { b } = this;
    if (node.kind === 'var') b.refuse(node, 'var');
    const [declarator, second] = node.declarations;
    if (second !== undefined) b.refuse(second, 'two declarators');
    if (declarator === undefined) return;
    const { id, init } = declarator;
    if (id.type !== 'Identifier') return b.refuse(id);
    if (init === null || init === undefined) return b.refuse(declarator, 'uninitialised');
    const slot = b.hidden();
    if (init.type === 'ObjectExpression') this.struct(id, init, slot);
    else this.into(slot, init);
    b.declare(id, id.name, node.kind === 'let', slot);
  }

  private struct(id: t.Identifier, init: t.ObjectExpression, slot: Slot): undefined {
    const annotation = id.typeAnnotation;
    const type = annotation?.type === 'TSTypeAnnotation' ? annotation.typeAnnotation : null;
    if (type?.type !== 'TSTypeReference' || type.typeName.type !== 'Identifier') {
      return this.b.fail(id, `${id.name} needs its struct's name: const ${id.name}: some_struct = { … }`);
    }
    const names: string[] = [];
    const values: Ex[] = [];
    for (const property of init.properties) {
      if (
        property.type !== 'ObjectProperty' ||
        property.computed ||
        property.shorthand ||
        property.key.type !== 'Identifier'
      ) {
        return this.b.fail(property, 'a struct is written as { field: value, … }');
      }
      names.push(property.key.name);
      values.push(this.x.value(property.value as t.Expression));
    }
    this.b.emit('new', slot, type.typeName.name, names, values);
  }

  /** Puts the value of `node` into `slot` by its last operation, or by a `set`. */
  private into(slot: Slot, node: t.Expression): undefined {
    const value = this.x.value(node, slot);
    if (value[0] !== 'l' || value[1] !== slot) this.b.emit('set', slot, value);
  }

  private expression(node: t.Expression): undefined {
    switch (node.type) {
      case 'AssignmentExpression':
        return this.assignment(node);
      case 'UpdateExpression':
        return this.change(node.argument as t.Expression, node.operator === '++' ? '+' : '-', null);
      case 'CallExpression': {
        const before = this.b.ops.length;
        this.x.effect(node);
        if (this.b.ops.length === before) this.b.refuse(node, 'no effect');
        return;
      }
      default:
        if (this.known(node)) return this.b.refuse(node, 'no effect');
        return this.b.refuse(node, node.type === 'UnaryExpression' ? node.operator : node.type);
    }
  }

  private known(node: t.Expression): boolean {
    return (
      /^(Binary|Logical|Unary|Conditional|Member)Expression$|^Identifier$|Literal$/.test(node.type) &&
      node.type !== 'TemplateLiteral' &&
      node.type !== 'RegExpLiteral' &&
      !(node.type === 'UnaryExpression' && !['!', '-', '~'].includes(node.operator))
    );
  }

  private assignment(node: t.AssignmentExpression): undefined {
    const { b } = this;
    if (node.operator === '=') {
      const { left } = node;
      if (left.type === 'Identifier') {
        const local = this.local(left);
        if (local !== null) return this.into(local, node.right);
        b.emit('store', VARIABLES, ['k', left.name], this.x.value(node.right));
        return;
      }
      if (left.type !== 'MemberExpression') return b.refuse(left);
      const [base, field] = this.x.target(left);
      b.emit('store', base, field, this.x.value(node.right));
      return;
    }
    const operator = node.operator.slice(0, -1);
    if (!['+', '-', '*', '/', '%', '<<', '>>', '>>>', '&', '|', '^'].includes(operator)) b.refuse(node, operator);
    this.change(node.left as t.Expression, operator, node.right);
  }

  /** `target op= right`; a null right is 1 of the target's own kind. */
  private change(target: t.Expression, operator: string, right: t.Expression | null): undefined {
    const { b, x } = this;
    const operand = (): Ex => (right === null ? ['k', 1] : x.value(right));
    const combined = (old: Ex): Ex => ['b', right === null ? `${operator}1` : operator, old, operand()];
    if (target.type === 'Identifier') {
      const local = this.local(target);
      if (local !== null) {
        b.emit('set', local, combined(['l', local]));
        return;
      }
      const old = b.temporary();
      b.emit('load', old, VARIABLES, ['k', target.name]);
      b.emit('store', VARIABLES, ['k', target.name], combined(['l', old]));
      return;
    }
    if (target.type !== 'MemberExpression') return b.refuse(target);
    const [base, field] = x.target(target);
    const old = b.temporary();
    b.emit('load', old, base, field);
    b.emit('store', base, field, combined(['l', old]));
  }

  /** Slot of an assignable local, null for a kernel variable. */
  private local(node: t.Identifier): Slot | null {
    const { b } = this;
    const local = b.find(node.name);
    if (local === null) {
      if (b.unit.names.variables.has(node.name)) return null;
      if (b.unit.names.constants.has(node.name) || b.unit.constants.has(node.name))
        b.fail(node, `${node.name} is a constant`);
      return b.unknown(node, node.name);
    }
    if (!local.assignable) b.fail(node, `${node.name} is a const; declare it with let`);
    return local.slot;
  }

  private ifStatement(node: t.IfStatement): undefined {
    const { b } = this;
    b.statement(node);
    const toElse = this.x.jumpIf(node.test, false);
    this.scoped(node.consequent);
    if (node.alternate) {
      const toEnd = b.emit('jmp', -1);
      this.land(toElse);
      this.scoped(node.alternate);
      toEnd[1] = b.ops.length;
    } else this.land(toElse);
  }

  private scoped(node: t.Statement): undefined {
    this.b.open();
    this.statement(node);
    this.b.close();
  }

  private land(jumps: readonly Jump[]): undefined {
    for (const jump of jumps) jump[jump[0] === 'jmp' ? 1 : 2] = this.b.ops.length;
  }

  private loop(parts: { test: t.Expression | null; body: t.Statement; update: t.Expression | null }): undefined {
    const { b } = this;
    const top = b.ops.length;
    const frame = { breaks: [] as Jump[], continues: [] as Jump[] };
    b.loops.push(frame);
    let out: Jump[] = [];
    if (parts.test !== null) {
      b.statement(parts.test);
      out = this.x.jumpIf(parts.test, false);
    }
    const body = b.ops.length;
    this.scoped(parts.body);
    this.land(frame.continues);
    if (parts.update !== null) this.header(parts.update);
    if (parts.test === null && b.ops.length === body) {
      b.statement(parts.body);
      b.emit('nop');
    }
    b.emit('jmp', top);
    this.land([...out, ...frame.breaks]);
    b.loops.pop();
  }

  private doWhile(node: t.DoWhileStatement): undefined {
    const { b } = this;
    const top = b.ops.length;
    const frame = { breaks: [] as Jump[], continues: [] as Jump[] };
    b.loops.push(frame);
    this.scoped(node.body);
    this.land(frame.continues);
    b.statement(node.test);
    for (const jump of this.x.jumpIf(node.test, true)) jump[2] = top;
    this.land(frame.breaks);
    b.loops.pop();
  }

  private forStatement(node: t.ForStatement): undefined {
    this.b.open();
    if (node.init?.type === 'VariableDeclaration') {
      this.b.statement(node.init);
      this.declaration(node.init);
    } else if (node.init) this.header(node.init);
    this.loop({ test: node.test ?? null, body: node.body, update: node.update ?? null });
    this.b.close();
  }

  private header(node: t.Expression): undefined {
    this.b.statement(node);
    if (node.type === 'SequenceExpression') for (const part of node.expressions) this.expression(part);
    else this.expression(node);
  }

  private switchStatement(node: t.SwitchStatement): undefined {
    const { b } = this;
    b.statement(node);
    const slot = b.hidden();
    this.into(slot, node.discriminant);
    const frame = { breaks: [] as Jump[], continues: null };
    b.loops.push(frame);
    const jumps = node.cases.map((c) =>
      c.test ? b.emit('jnz', ['b', '===', ['l', slot], this.x.value(c.test)], -1) : null,
    );
    const toDefault = b.emit('jmp', -1);
    let hasDefault = false;
    b.open();
    node.cases.forEach((c, i) => {
      const jump = jumps[i];
      if (jump) jump[2] = b.ops.length;
      else {
        toDefault[1] = b.ops.length;
        hasDefault = true;
      }
      for (const child of c.consequent) this.statement(child);
    });
    b.close();
    if (!hasDefault) toDefault[1] = b.ops.length;
    this.land(frame.breaks);
    b.loops.pop();
  }

  private jump(node: t.BreakStatement | t.ContinueStatement): undefined {
    const { b } = this;
    if (node.label) b.refuse(node, 'LabeledStatement');
    const isBreak = node.type === 'BreakStatement';
    const frame = isBreak ? b.loops.at(-1) : b.loops.findLast((loop) => loop.continues !== null);
    if (frame === undefined) return b.fail(node, `${isBreak ? 'break' : 'continue'} outside a loop`);
    b.statement(node);
    const jump = b.emit('jmp', -1);
    (isBreak ? frame.breaks : frame.continues)?.push(jump);
  }
}
