// Watches a history turn by turn for invariants: what broke first, where, and which rows have been looked at. At each stage
// whole states are checked, and what broke unseen is looked for.
import { label, type Position, position } from '../../debugger/index.ts';
import type { Kernel } from '../../kernel/index.ts';
import type { Program, State } from '../../vm/index.ts';
import { factsReader } from './facts.ts';
import { lookBack, type Placed, type PlacedTurn, type Replay } from './look-back.ts';
import { INVARIANTS, sentence, turnReader } from './table.ts';
import type { Invariant, Turn, Violation } from './types.ts';

/** How a row was broken first: before which micro-step, and in words. */
export interface Broken {
  readonly at: Position;
  readonly what: string;
  /** the position from which on it is known: right after the micro-step, or the stage that showed it */
  readonly seen: number;
}

/** What a watch needs of the history it looks at. */
export interface History {
  readonly kernel: (state: State) => Kernel;
  readonly replay: Replay;
}

/** ` in FUNCTION at FILE:LINE`, of the statement that a turn begins in. */
function statement(kernel: Kernel, { before, thread }: Turn): string {
  const top = before.threads[thread]?.top;
  const fn = top ? kernel.linked.program.fns[top.fn] : undefined;
  return top && fn ? ` in ${top.fn} at ${fn.file}:${fn.pos[top.pc]?.[0] ?? fn.line}` : '';
}

/** The invariants along one history, from a state on. Turns must be given in order. */
export class InvariantWatch {
  /** by name */
  readonly broken = new Map<string, Broken>();
  /** where a row was first looked at, by name */
  readonly checked = new Map<string, number>();
  private readonly read: ReturnType<typeof turnReader>;
  private readonly facts = factsReader();
  private border: Placed;

  constructor(
    first: State,
    at: number,
    private readonly history: History,
  ) {
    this.border = { state: first, at };
    this.read = turnReader(INVARIANTS, (turn) => history.kernel(turn.before).linked.program);
  }

  /** One turn; `stage` when it reached one. */
  turn(turn: PlacedTurn, stage: string | null): void {
    if (turn.before.boot !== turn.after.boot) {
      this.stage('end', turn.before, turn.start.at);
      this.border = { state: turn.after, at: turn.end };
      return;
    }
    const breaches = this.read(turn, turn.start, ({ name }) => {
      if (!this.checked.has(name)) this.checked.set(name, turn.start.at);
    });
    for (const { row, violation, at } of breaches) this.note(row, violation, turn, at, at.at + 1);
    if (stage !== null) this.stage(stage, turn.after, turn.end);
  }

  /** A stage: each row that is checked there is, and the history since the one before is searched for what broke it. */
  stage(stage: string, state: State, at: number): void {
    for (const row of INVARIANTS) {
      if (!row.stages.includes(stage)) continue;
      if (!this.checked.has(row.name)) this.checked.set(row.name, at);
      if (this.broken.has(row.name)) continue;
      const [violation] = row.check(state, this.facts(state.machine), stage, this.program(state));
      if (violation !== undefined) this.findWriter(row, violation, stage, at);
    }
    this.border = { state, at };
  }

  private program(state: State): Program {
    return this.history.kernel(state).linked.program;
  }

  private findWriter(row: Invariant, violation: Violation, stage: string, at: number): void {
    const holds = (state: State) => {
      for (const { at: place } of row.check(state, this.facts(state.machine), null, this.program(state)))
        if (place === violation.at) return false;
      return true;
    };
    const turn = lookBack(this.history.replay, this.border, at, row, violation, holds);
    if (turn !== null) this.note(row, violation, turn, turn.start, at);
    else
      this.broken.set(row.name, { at: position(at), what: `${sentence(violation)}; seen at stage ${stage}`, seen: at });
  }

  private note(row: Invariant, violation: Violation, turn: Turn, at: Position, seen: number): void {
    if (this.broken.has(row.name)) return;
    const where = statement(this.history.kernel(turn.before), turn);
    this.broken.set(row.name, { at, what: `${sentence(violation)}; broken at ${label(at)}${where}`, seen });
  }
}
