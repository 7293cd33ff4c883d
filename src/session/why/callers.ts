// Who called: the calls on a stack as one row, the line of the scenario that asked for them, who started the thread. Knows
// nothing of values.
import { type Cause, root as rootNote } from './cause.ts';
import type { Explainer } from './explain.ts';
import { actorRoot } from './roots.ts';
import type { Slicer } from './slice.ts';
import type { Step } from './trace.ts';

/** Who called the function of an operation, up to the start of its thread and who started that; one row for each stack. */
export function callersOf(explainer: Explainer, step: Step): Cause[] {
  const { past, slicer } = explainer;
  const names: string[] = [];
  let first: Step | null = null;
  let turn = step.turn;
  for (let call = slicer.callOf(turn); call !== null; call = slicer.callOf(turn)) {
    first ??= call;
    const fn = explainer.fnOf(call);
    names.push(`${fn.name}:${fn.pos[call.pc]?.[0] ?? fn.line}`);
    turn = call.turn;
  }
  const bottom = past.fn(turn);
  const spawned = spawnerOf(slicer, turn);
  const roots = actorRoots(explainer, [past.fn(step.turn), ...names, bottom], step.turn);
  const out: Cause[] = [];
  if (first !== null)
    out.push({
      text: `called from ${chainText(names)}`,
      at: first.at,
      thread: past.thread(first.turn),
      children: roots,
    });
  else out.push(...roots);
  if (spawned !== null && roots.length === 0) {
    const [above] = callersOf(explainer, spawned);
    const from = above?.text.startsWith('called from') ? `, ${above.text}` : '';
    out.push(explainer.row(spawned, `starts T${past.thread(turn) + 1}${from}`, []));
  }
  return out;
}

function actorRoots({ past }: Explainer, names: readonly string[], turn: number): Cause[] {
  const { loaded } = past.session;
  const boot = past.boot(turn);
  return [...new Set(names.map((name) => name.replace(/:\d+$/, '')))].flatMap((name) => {
    const root = actorRoot(loaded, boot, name);
    return root === null ? [] : [rootNote(root.text)];
  });
}

/** The operation that started the thread of a turn; null for the first thread of a boot. */
export function spawnerOf(slicer: Slicer, turn: number): Step | null {
  const { past } = slicer;
  const thread = past.thread(turn);
  if (thread === 0) return null;
  const found = slicer.threadStart(turn);
  if (found < 0) return null;
  return slicer.stepsOf(found).findLast(({ op }) => op[0] === 'mem' && SPAWNS.has(op[2])) ?? null;
}

/** Calls of a chain that are named, nearest first, besides the last: a backtrace at the row has all. */
const MOST_CALLS = 6;

/** `a:1 ← b:2 ×3 ← c:4`. */
export function chainText(names: readonly string[]): string {
  const out: { name: string; times: number }[] = [];
  for (const name of names) {
    const last = out.at(-1);
    if (last?.name === name) last.times++;
    else out.push({ name, times: 1 });
  }
  const texts = out.map(({ name, times }) => (times === 1 ? name : `${name} ×${times}`));
  const shown = texts.length > MOST_CALLS + 1 ? [...texts.slice(0, MOST_CALLS), '…', ...texts.slice(-1)] : texts;
  return shown.join(' ← ');
}

const SPAWNS: ReadonlySet<string> = new Set(['kthread_run', 'kernel_thread', 'queue_work']);
