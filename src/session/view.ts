// What a front end may see of a session: plain values, one snapshot per change. Knows nothing of terminals.
import type { CompareView } from './compare/index.ts';
import type { Result, Results } from './results.ts';

export type { Result as ResultView, Results as ResultsView };

/** A position in time as it is shown: `#N`, or `#N.M` inside a range operation. */
export interface PositionView {
  /** `#9417` or `#9417.291` */
  readonly label: string;
  /** micro-steps since the first boot began */
  readonly at: number;
  /** pages done inside a range operation; 0 outside */
  readonly sub: number;
  /** last position recorded so far */
  readonly end: number;
  /** true once no thread can move at `end`; until then the end is not known and is shown as `…` */
  readonly ended: boolean;
  /** the branch, where there are several */
  readonly branch?: string;
  /** the last stage reached, `memmap_init`, or `start` before the first */
  readonly stage: string;
  /** which way the last command moved */
  readonly direction: 'fwd' | 'rev';
}

/** Why the session stands where it stands. `lines[0]` is the headline, as gdb words it; the rest is detail. */
export interface StopView {
  readonly kind:
    | 'start'
    | 'step'
    | 'breakpoint'
    | 'watchpoint'
    | 'catchpoint'
    | 'fault'
    | 'end'
    | 'seek'
    | 'interrupted';
  readonly lines: readonly string[];
}

/** What patches did to a line: added it, changed it, or took something away behind it. */
export type PatchMark = '+' | '~' | '-';

export interface SourceLine {
  readonly number: number;
  /** as in the file, tabs kept */
  readonly text: string;
  readonly breakpoint: 'enabled' | 'disabled' | null;
  readonly current: boolean;
  /** executions in all that is recorded; left out where nothing is executed */
  readonly hits?: number;
  /** has this call of the function, this frame, executed it? */
  readonly executed?: boolean;
  /** left out where no patch was */
  readonly patch?: PatchMark;
}

/** The listing round the current line of the selected frame: the whole file, so that the pane can scroll. */
export interface SourceView {
  readonly file: string;
  readonly function: string;
  readonly lines: readonly SourceLine[];
  /** lines that patches marked; 0 where none changed the file */
  readonly patched: number;
  /** do its lines have hit counts? */
  readonly counted?: boolean;
  /** line of the selected frame; 1-based */
  readonly currentLine: number;
}

export interface FrameView {
  readonly level: number;
  readonly function: string;
  /** `pfn=0x18000, nid=0` */
  readonly args: string;
  readonly file: string;
  readonly line: number;
  readonly selected: boolean;
}

export interface LocalView {
  readonly name: string;
  readonly value: string;
  /** value at the last stop, if it differed and the same frame was live then */
  readonly was: string | null;
}

export interface ThreadView {
  /** gdb number, 1-based */
  readonly number: number;
  readonly name: string;
  /** R runs next, r runnable, D waits, X ended, ! died of a fault */
  readonly state: 'R' | 'r' | 'D' | 'X' | '!';
  /** innermost function, and what it waits for */
  readonly where: string;
  readonly selected: boolean;
}

export interface WatchView {
  readonly number: number;
  /** it is shown by display, and the number is a display's */
  readonly display?: boolean;
  readonly expression: string;
  readonly value: string;
  /** value at the last stop when it differs, else null */
  readonly was: string | null;
  /** extra rows: fields of a struct page, … */
  readonly details: readonly string[];
  readonly enabled: boolean;
}

/** Which part of the memmap is looked at, on a screen of any width. */
export interface MapPlace {
  /** pages of a cell; null: as many as show the whole machine */
  readonly per: number | null;
  /** first page shown; null, or where the cursor would be out of sight: round the cursor */
  readonly from: number | null;
  /** page of the cursor; null: it goes with the page last touched */
  readonly at: number | null;
}

/**
 * The memmap as strips of cells over one stretch of pfns, all rows the same length. Letters:
 * state: `n` not backed, `·` uninitialised, `?` uninitialised but not the fill, `K` preserved, `r` reserved, `B` buddy, `+` initialised, `*` mixed;
 * mt: `U M E H C I`, `·` never written, ` ` no memory, `*` mixed; mblk: `.` memory, `s` KHO_SCRATCH, `R` reserved, `N` reserved NOINIT, ` ` no memory, `*` mixed.
 * since: what changed since a mark, the letter of the state it came to; `2` initialised again, `t` type of the pageblock, `m` memblock,
 * `w` written, `.` nothing, `*` several states.
 */
export interface MemmapView {
  readonly start: number;
  readonly end: number;
  readonly pagesPerCell: number;
  /** the whole machine, not a part of it */
  readonly whole: boolean;
  /** nodes and zones of the stretch: `node 0 DMA32 Normal` */
  readonly nodes: string;
  /** since when the row `since` counts: `#9417`, `checkpoint 1` */
  readonly since: string;
  readonly rows: readonly { readonly name: 'zone' | 'state' | 'mt' | 'mblk' | 'since'; readonly cells: string }[];
  /** the page of the cursor, and the index of its cell; -1 where there is none */
  readonly at: number;
  readonly cursor: number;
  /** per cell: changed since the last stop */
  readonly changed: readonly boolean[];
}

/** What the pages of one cell are, and what changed there since the mark, in words. */
export interface CellView {
  readonly now: string;
  readonly since: string;
}

/** A window of the pageblock map, one letter a block (as MemmapView's mt row). `first` is a pageblock number. */
export interface PageblockView {
  readonly order: number;
  readonly total: number;
  /** number of the block that the cursor of the memmap is in; -1 where it has none */
  readonly cursor: number;
  readonly rows: readonly { readonly first: number; readonly cells: string; readonly changed: readonly boolean[] }[];
}

/** Lines as /sys/kernel/debug/memblock prints them: `   0: 0x0000000000000000..0x0000000003ffffff    0 NONE`. */
export interface MemblockView {
  readonly memory: readonly string[];
  readonly reserved: readonly string[];
}

export interface LogLine {
  /** `dmesg`: the simulated console; `event`: what the debugger noticed; `out`: output of a command; `error`: a refused command */
  readonly kind: 'dmesg' | 'event' | 'out' | 'error';
  readonly text: string;
}

export interface TimelineMark {
  readonly at: number;
  readonly kind: 'stage' | 'stop' | 'fault' | 'checkpoint';
  /** of a checkpoint its number, and its note */
  readonly label: string;
}

/** A boot on the timeline, positions [from, to]; `to` of the last one is the end of what is recorded. */
export interface BootView {
  readonly number: number;
  /** `v7.3` */
  readonly kernel: string;
  readonly from: number;
  readonly to: number;
}

/** A branch of the history: it leaves its parent at `from`. */
export interface BranchView {
  readonly id: number;
  readonly parent: number | null;
  readonly from: number;
  readonly end: number;
  readonly ended: boolean;
  readonly current: boolean;
}

/** A thread on the timeline: turns in which it moved, by column. */
export interface LaneView {
  readonly number: number;
  readonly selected: boolean;
  readonly turns: readonly number[];
}

export interface TimelineView {
  readonly boots: readonly BootView[];
  /** the end of the branch one stands in */
  readonly end: number;
  /** the farthest end of all branches */
  readonly axis: number;
  readonly ended: boolean;
  readonly at: number;
  readonly marks: readonly TimelineMark[];
  readonly branches: readonly BranchView[];
}

/** One row of the radix trees as far as they are opened. */
export interface RadixRowView {
  /** names the row as long as the trees have it: `in`, `in/002/000`, a key */
  readonly id: string;
  readonly depth: number;
  /** ids to open with this row: its own, and those of only children below; empty for a key, which has nothing below */
  readonly opens: readonly string[];
  readonly open: boolean;
  readonly text: string;
  /** the same in fewer columns */
  readonly narrow: string;
}

/** A window of the rows of the radix trees. */
export interface RadixView {
  /** what there is: `in: 16 keys  out: 3 keys` */
  readonly summary: string;
  /** rows in all, as opened */
  readonly total: number;
  /** number of the first row of the window */
  readonly first: number;
  readonly rows: readonly RadixRowView[];
}

export type ProcName = 'buddyinfo' | 'pagetypeinfo' | 'zoneinfo';

/** A scratch area; bytes, and pages by their state. */
export interface ScratchAreaView {
  readonly index: number;
  /** `lowmem`, `global`, `node0`; empty where the number of areas is not the kernel's */
  readonly name: string;
  readonly start: number;
  readonly size: number;
  readonly pages: number;
  readonly blocks: number;
  readonly cma: number;
  readonly free: number;
  readonly initialised: number;
  readonly memblock: 'KHO_SCRATCH' | 'KHO_SCRATCH in part' | 'array only';
}

/** The areas of the array, and what memblock marks KHO_SCRATCH beside them. */
export interface ScratchView {
  readonly areas: readonly ScratchAreaView[];
  readonly extended: readonly { readonly start: number; readonly size: number }[];
}

export interface FdtNodeView {
  readonly name: string;
  readonly properties: readonly { readonly name: string; readonly value: string }[];
  readonly children: readonly FdtNodeView[];
}

/** An FDT of KHO: where it lies, null where nowhere, what it says, what is wrong with it. */
export interface FdtView {
  readonly direction: 'in' | 'out';
  readonly address: number | null;
  /** bytes by its header; 0 where its bytes are not kept */
  readonly size: number;
  readonly tree: FdtNodeView | null;
  readonly problems: readonly string[];
}

/** Lines of a table as wide as they are, and line for line the same for narrow panes. */
export interface LinesView {
  readonly lines: readonly string[];
  readonly narrow: readonly string[];
}

/** What panes show that are not always in sight: made when asked for; the same object while nothing in it changed. */
export interface PaneViews {
  /** the rows [first, first + count) of the trees, `opened` by id */
  radix(opened: readonly string[], first: number, count: number): RadixView;
  proc(name: ProcName): LinesView;
  scratch(): LinesView;
  fdt(): LinesView;
  /** what the kernel has printed up to the position */
  console(): LinesView;
}

/** A value that a text names, at [from, to) of it. */
export interface ValueView {
  readonly expression: string;
  /** what accesses and watch take for it: itself, or of a pfn its page; null: it is no place in memory */
  readonly place: string | null;
  readonly from: number;
  readonly to: number;
}

/** Everything a screen shows. A new object each time anything changed; the parts keep their identity when they did not. */
export interface SessionView extends PaneViews {
  /** file name of the scenario, `uninit-boundary-before.json` */
  readonly scenario: string;
  readonly title: string;
  /** `v7.3 + no-preserved-page-init` */
  readonly variant: string;
  readonly position: PositionView;
  readonly stop: StopView;
  readonly thread: ThreadView | null;
  readonly source: SourceView | null;
  readonly stack: readonly FrameView[];
  readonly locals: readonly LocalView[];
  readonly threads: readonly ThreadView[];
  readonly schedulerLocking: string;
  readonly watches: readonly WatchView[];
  readonly memblock: MemblockView;
  readonly log: readonly LogLine[];
  readonly timeline: TimelineView;
  /** `breakpoints 1  catch 2  watch 1` */
  readonly points: string;
  /** steps of the scenario's tour; 0 where it has none */
  readonly tourSteps: number;
  /** null, or what is running and how far it is, `continue … #12345` */
  readonly busy: string | null;
  /** the last answer whose rows can be jumped to; null before the first */
  readonly results: Results | null;
  /** the last comparison's first pair, in two columns; null before the command */
  readonly comparison: CompareView | null;
  /** the memmaps that its two variants end with */
  comparedMemmaps(cells: number): readonly [MemmapView, MemmapView] | null;
  memmap(cells: number, place?: MapPlace): MemmapView;
  /** the cell of the cursor of that memmap; null where it has none */
  memmapCell(cells: number, place?: MapPlace): CellView | null;
  pageblocks(columns: number, rows: number, place?: MapPlace): PageblockView;
  /** who moved when, in so many columns over the timeline's axis; threads that never moved left out */
  lanes(cells: number): readonly LaneView[];
  /** the values that a text names, such as a source line, as one can ask about them where one stands */
  values(text: string): readonly ValueView[];
}

/** A step of the tour as it is shown: which of how many, what is pressed, and why. */
export interface NoteView {
  readonly step: number;
  readonly steps: number;
  /** as they are pressed, and as one reads them */
  readonly keys: string;
  readonly keysText: string;
  readonly text: string;
}

/** As much of a view as costs nothing to make. */
export interface Glance extends Pick<SessionView, 'position' | 'stop' | 'results' | 'comparison'> {
  /** thread, frame and stop points: the same text while they are the same */
  readonly selection: string;
}
