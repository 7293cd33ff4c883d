// Positions as they are typed: `#N`, `#N.M`, `+N`, `-N`, `50%`, `start`, `end`, a stage. Knows nothing of commands.
import { type Position, position } from '../debugger/index.ts';
import { didYouMean } from '../vm/index.ts';
import { STAGES } from './scenario/index.ts';
import type { Session } from './session.ts';
import type { Read } from './words.ts';

/** A search for a position: it yields while it has to run on, so that it can be interrupted. */
export type Seeking = Generator<Position, Read<Position>, boolean | undefined>;

const ok = (value: Position): Read<Position> => ({ ok: true, value });
const no = (error: string): Read<Position> => ({ ok: false, error });

/** Runs the history on to its end, or to a position; false when it was interrupted. */
export function* runOn(
  session: Session,
  until: number,
  reached: () => boolean = () => false,
): Generator<Position, boolean, boolean | undefined> {
  const { branch } = session.state.cursor;
  const { time } = session;
  for (let n = 1; time.end(branch) < until && !time.branch(branch).ended && !reached(); n++) {
    time.stateAt(branch, position(time.end(branch) + 1));
    if (n % 512 === 0 && (yield position(time.end(branch))) === true) return false;
  }
  return true;
}

/** The first or last position of one boot, or of the whole history. */
function* border(session: Session, name: 'start' | 'end', boot: number | null): Seeking {
  const starts = () => session.bootStarts();
  const wanted = boot === null ? null : name === 'start' ? boot : boot + 1;
  const found = () => starts().find((one) => one.boot === wanted);
  if (boot === null && name === 'start') return ok(position(0));
  if (!(yield* runOn(session, Number.POSITIVE_INFINITY, () => found() !== undefined))) return no('interrupted');
  const at = found()?.at;
  if (at !== undefined) return ok(position(name === 'start' ? at : at - 1));
  const known = boot === null || starts().some((one) => one.boot === boot);
  if (name === 'end' && known) return ok(position(session.time.end(session.state.cursor.branch)));
  return no(`boot ${boot} is not reached`);
}

/** Of the boots that have the stage: the one asked for, else the one in which one stands, else the last. */
function* stagePosition(session: Session, name: string, boot: number | null): Seeking {
  const here = boot ?? session.now().boot;
  const marks = () => session.marks().filter((mark) => mark.kind === 'stage' && mark.label === name);
  const inBoot = () => marks().findLast((mark) => mark.boot === here);
  let seen = -1;
  /* asked after each turn: only a new mark can be the stage */
  const reached = () => {
    const { length } = session.marks();
    if (length === seen) return false;
    seen = length;
    return inBoot() !== undefined;
  };
  if (!(yield* runOn(session, Number.POSITIVE_INFINITY, reached))) return no('interrupted');
  const { ended } = session.time.branch(session.state.cursor.branch);
  const mark = inBoot() ?? (boot === null && ended ? marks().at(-1) : undefined);
  return mark === undefined ? no(`the stage ${name} is not reached in this boot`) : ok(position(mark.at));
}

function* percent(session: Session, share: number): Seeking {
  if (!(yield* runOn(session, Number.POSITIVE_INFINITY))) return no('interrupted');
  return ok(position(Math.round((session.time.end(session.state.cursor.branch) * share) / 100)));
}

function* numbered(session: Session, at: number, sub: number): Seeking {
  if (!(yield* runOn(session, at))) return no('interrupted');
  const { branch } = session.state.cursor;
  const p = position(at, sub);
  if (session.time.stateAt(branch, p) !== null) return ok(p);
  const end = session.time.end(branch);
  if (at > end) return no(`#${at} lies after the end of the boot, #${end}`);
  return no(`#${at}.${sub}: there is no range operation of more than ${sub} pages at #${at}`);
}

/** Reads a position and runs the history on as far as it takes. */
export function* readPosition(session: Session, text: string): Seeking {
  const boot = /^boot(\d+):/.exec(text.trim())?.[1];
  const word = text.trim().replace(/^boot\d+:/, '');
  const { cursor } = session.state;
  if (word === 'start' || word === 'end') return yield* border(session, word, boot === undefined ? null : Number(boot));
  const exact = /^#?(\d+)(?:\.(\d+))?$/.exec(word);
  if (exact !== null) return yield* numbered(session, Number(exact[1]), Number(exact[2] ?? 0));
  const relative = /^([+-])\s*(\d+)$/.exec(word);
  if (relative !== null) {
    const by = Number(relative[2]) * (relative[1] === '-' ? -1 : 1);
    const back = by < 0 && cursor.at.sub > 0 ? 1 : 0;
    const at = Math.max(0, cursor.at.at + by + back);
    if (!(yield* runOn(session, at))) return no('interrupted');
    return ok(position(Math.min(at, session.time.end(cursor.branch))));
  }
  const share = /^(\d+(?:\.\d+)?)%$/.exec(word);
  if (share !== null) return yield* percent(session, Math.min(100, Number(share[1])));
  if (STAGES.includes(word)) return yield* stagePosition(session, word, boot === undefined ? null : Number(boot));
  return no(
    `'${text}' is no position; write #N, #N.M, +N, -N, 50%, start, end or a stage${didYouMean(word, [...STAGES, 'start'])}`,
  );
}
