// What is noted while an imported capture runs: the machine where functions are entered and stages reached, and what the test
// driver's calls did. Knows nothing of what it is compared with.
import { type Machine, row } from '../../../machine/index.ts';
import type { TurnSeen } from '../../report/turn.ts';

/** A restore by the test driver. `after`: the machine when it returned, `freed`: when its pages had been given back. */
export interface Restore {
  readonly first: number;
  readonly nrPages: number;
  readonly ok: boolean;
  readonly totalramDelta: number;
  readonly before: Machine;
  readonly after: Machine;
  freed: Machine;
}

/** What one boot did. */
export interface Watched {
  /** by function: the machine when it was entered first */
  readonly entered: Map<string, Machine>;
  readonly restores: Restore[];
}

/** Functions at whose entry captures have a phase. */
const ENTRIES: ReadonlySet<string> = new Set([
  'e820__memblock_setup',
  'initmem_init',
  'kho_memory_init_early',
  'kho_memory_init',
  'page_alloc_init_late',
  'kho_init',
  'run_init_process',
]);

const totalram = (m: Machine): number => Number(row(m.table, 'var', 0)?.totalram_pages ?? 0);

/** Calls by which the driver of the next kernel takes an item back. */
const TAKES: ReadonlySet<string> = new Set(['test_kho_restore', 'test_kho_restore_vmalloc']);
const RESTORES: ReadonlySet<string> = new Set(['kho_restore_folio', 'kho_restore_pages', 'kho_restore_vmalloc']);

/** Watches a run; `onTurn` is for runScenario(). */
export function watcher(): { readonly boots: Map<number, Watched>; onTurn(turn: TurnSeen): void } {
  const boots = new Map<number, Watched>();
  let began: { before: Machine; first: number; nrPages: number } | null = null;
  let open: Restore | null = null;
  const onTurn = (turn: TurnSeen): void => {
    const { before, after, trace, thread } = turn;
    if (after.boot !== before.boot) return;
    let boot = boots.get(before.boot);
    if (boot === undefined) {
      boot = { entered: new Map(), restores: [] };
      boots.set(before.boot, boot);
    }
    const top = after.threads[thread]?.top;
    const entered = trace.returned === null && top != null && top.pc === 0 ? top.fn : null;
    if (entered !== null && ENTRIES.has(entered) && !boot.entered.has(entered))
      boot.entered.set(entered, after.machine);
    if (entered !== null && TAKES.has(entered) && top != null) {
      const vmalloc = entered === 'test_kho_restore_vmalloc';
      began = {
        before: after.machine,
        first: vmalloc ? 0 : Number(top.locals[1]) / 4096,
        nrPages: Number(top.locals[vmalloc ? 1 : 2]),
      };
      open = null;
    }
    if (trace.returned === null || began === null) return;
    const caller = after.threads[thread]?.top?.fn ?? '';
    if (open === null && RESTORES.has(trace.returned) && TAKES.has(caller)) {
      open = {
        first: began.first,
        nrPages: began.nrPages,
        ok: trace.value !== null,
        totalramDelta: totalram(after.machine) - totalram(began.before),
        before: began.before,
        after: after.machine,
        freed: after.machine,
      };
      boot.restores.push(open);
    } else if (open !== null && TAKES.has(trace.returned)) {
      open.freed = after.machine;
      began = null;
    }
  };
  return { boots, onTurn };
}
