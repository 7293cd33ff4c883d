// What a front end may see of a session: plain values, one snapshot per change. Knows nothing of terminals.

/** A position in time as it is shown: `#N`, or `#N.M` inside a range operation. */
export interface PositionView {
  /** `#9417` or `#9417.291` */
  readonly label: string;
  /** micro-steps since the first boot began */
  readonly at: number;
  /** last position recorded so far */
  readonly end: number;
  /** true once no thread can move at `end`; until then the end is not known and is shown as `…` */
  readonly ended: boolean;
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

export interface SourceLine {
  readonly number: number;
  readonly text: string;
  readonly breakpoint: 'enabled' | 'disabled' | null;
  readonly current: boolean;
}

/** The listing round the current line of the selected frame: the whole file, so that the pane can scroll. */
export interface SourceView {
  readonly file: string;
  readonly function: string;
  readonly lines: readonly SourceLine[];
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
  readonly expression: string;
  readonly value: string;
  /** value at the last stop when it differs, else null */
  readonly was: string | null;
  /** extra rows: fields of a struct page, … */
  readonly details: readonly string[];
  readonly enabled: boolean;
}

/**
 * The memmap as strips of cells over one stretch of pfns, all rows the same length. Letters:
 * state: `n` not backed, `·` uninitialised, `?` uninitialised but not the fill, `K` preserved, `r` reserved, `B` buddy, `+` initialised, `*` mixed;
 * mt: `U M E H C I`, `·` never written, ` ` no memory, `*` mixed; mblk: `.` memory, `s` KHO_SCRATCH, `R` reserved, `N` reserved NOINIT, ` ` no memory, `*` mixed.
 */
export interface MemmapView {
  readonly start: number;
  readonly end: number;
  readonly pagesPerCell: number;
  readonly rows: readonly { readonly name: 'zone' | 'state' | 'mt' | 'mblk'; readonly cells: string }[];
  /** index of the cell that holds the page last touched, or -1 */
  readonly cursor: number;
  /** per cell: changed since the last stop */
  readonly changed: readonly boolean[];
}

/** A window of the pageblock map, one letter a block (as MemmapView's mt row). `first` is a pageblock number. */
export interface PageblockView {
  readonly order: number;
  readonly total: number;
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
  readonly kind: 'stage' | 'stop' | 'fault';
  readonly label: string;
}

export interface TimelineView {
  readonly end: number;
  readonly ended: boolean;
  readonly at: number;
  readonly marks: readonly TimelineMark[];
}

/** Everything a screen shows. A new object each time anything changed; the parts keep their identity when they did not. */
export interface SessionView {
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
  /** null, or what is running and how far it is, `continue … #12345` */
  readonly busy: string | null;
  memmap(cells: number): MemmapView;
  pageblocks(columns: number, rows: number): PageblockView;
}

export interface CommandResult {
  readonly ok: boolean;
  /** what the command printed; an error's text when not ok */
  readonly output: readonly string[];
  readonly quit: boolean;
}

/** The only door for front ends. */
export interface SessionPort {
  view(): SessionView;
  /** calls back after every change of view(); returns the way to stop that */
  subscribe(changed: () => void): () => void;
  /** runs one command line; long ones yield to the event loop, report progress through view().busy and stop on interrupt() */
  execute(line: string): Promise<CommandResult>;
  interrupt(): void;
  /** completions of the word at the end of `line`; `from` is where that word starts */
  complete(line: string): { readonly from: number; readonly words: readonly string[] };
}
