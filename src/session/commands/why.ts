// why: the chain of causes of a value, or what left something out.
import type { Session } from '../session.ts';
import { PLACE_WORDS } from '../targets.ts';
import { Interrupted, why } from '../why/index.ts';
import { type Command, type Running, refuse, usage } from './command.ts';

/** Levels and rows that are shown when nothing is said. */
const SHOWN = { depth: 6, rows: 32 };
const ALL = { depth: 24, rows: 400, unfolded: true };

function* run(session: Session, args: string): Running {
  // a number behind an operator belongs to the expression
  const read = /^(|.*?[\w)\]])(?:(?:^|\s+)(--all|\d+))?$/.exec(args.trim());
  const depth = read?.[2];
  const shown = depth === '--all' ? ALL : depth === undefined ? SHOWN : { ...ALL, depth: Number(depth) };
  try {
    const answer = yield* why(session, read?.[1] ?? args, shown);
    if (typeof answer === 'string') return usage(whyCommand, answer);
    return { ok: true, ...answer };
  } catch (error) {
    if (error instanceof Interrupted) return refuse('interrupted');
    throw error;
  }
}

const whyCommand: Command = {
  names: ['why'],
  group: 'time',
  usage: 'why [EXPRESSION] [DEPTH | --all]',
  help: 'the chain of causes: who wrote it, from what, which tests let it, back to the scenario; or what left it out',
  run,
  words: () => PLACE_WORDS,
};

/** The command that asks for causes. */
export const whyCommands: readonly Command[] = [whyCommand];
