// Actors: what a scenario lets the booted kernel do, as kernel text of one function each, run as initcalls of their level.
import type { Value } from '../machine/index.ts';
import { didYouMean, type Ex, type Fn, type Program } from '../vm/index.ts';

/** A call that the scenario asks for. */
export interface Actor {
  readonly at: string;
  readonly call: string;
  readonly args: readonly (number | string | boolean)[];
  readonly thread: string | null;
}

/** An actor as an initcall. */
export interface Initcall {
  readonly level: string;
  readonly fn: string;
  readonly thread: string | null;
}

/** File name under which actors are listed. */
export const ACTORS_FILE = 'scenario/actors.ts';

/** What is wrong with one actor. */
export interface ActorError {
  readonly index: number;
  readonly key: 'call' | 'args';
  readonly message: string;
}

/** The functions of all actors and when they run. */
export interface Actors {
  readonly fns: Readonly<Record<string, Fn>>;
  readonly initcalls: readonly Initcall[];
  readonly text: string;
  /** calls that do not fit: which actor, which of its keys, and why */
  readonly errors: readonly ActorError[];
}

function argument(arg: number | string | boolean, type: string): { ex: Ex; text: string } | null {
  if (type === 'boolean') return typeof arg === 'boolean' ? { ex: ['k', arg], text: String(arg) } : null;
  if (type === 'string') return typeof arg === 'string' ? { ex: ['k', arg], text: JSON.stringify(arg) } : null;
  if (typeof arg === 'boolean' || (typeof arg === 'string' && !/^(0x[0-9a-f]+|\d+)$/i.test(arg))) return null;
  const text = String(arg);
  if (type === 'u64') return { ex: ['n', BigInt(text).toString()], text: `${text}n` };
  const n = Number(text);
  if (!Number.isSafeInteger(n)) return null;
  return { ex: ['k', n as Value], text: type === 'phys_addr_t' || type === 'pfn_t' ? `0x${n.toString(16)}` : text };
}

/** Makes the functions of all actors; `program` says what parameters their calls have. */
export function makeActors(program: Program, actors: readonly Actor[]): Actors {
  const lines = ['// What the scenario has the kernel call, by initcall level.', ''];
  const fns: Record<string, Fn> = {};
  const initcalls: Initcall[] = [];
  const errors: ActorError[] = [];
  actors.forEach((actor, i) => {
    const callee = program.fns[actor.call];
    const args = (callee?.params ?? []).map((param, k) => argument(actor.args[k] ?? '', param.type));
    if (callee === undefined) {
      const hint = didYouMean(actor.call, Object.keys(program.fns));
      errors.push({ index: i, key: 'call', message: `no kernel function ${actor.call}${hint}` });
    } else if (args.length !== actor.args.length || args.includes(null)) {
      const params = callee.params.map((p) => `${p.name}: ${p.type}`).join(', ');
      errors.push({ index: i, key: 'args', message: `${actor.call}() takes (${params})` });
    }
    const name = `${actor.at}_${i + 1}`;
    const given = args.map((arg) => arg?.text ?? '0').join(', ');
    lines.push(`function ${name}(): void {`, `\t${actor.call}(${given});`, '}', '');
    const line = lines.length - 2;
    fns[name] = {
      name,
      file: ACTORS_FILE,
      line: line - 1,
      end: line + 1,
      params: [],
      slots: 0,
      ops: [
        ['call', 0, actor.call, args.map((arg): Ex => arg?.ex ?? ['k', 0])],
        ['ret', null],
      ],
      pos: [
        [line, 2, 1],
        [line + 1, 1, 1],
      ],
      vars: [],
    };
    initcalls.push({ level: actor.at, fn: name, thread: actor.thread });
  });
  return { fns, initcalls, text: lines.join('\n'), errors };
}
