// Which thread moved when, in stretches of equal length: as a history grows, stretches are joined two by two, so that there are
// never more than some thousands. Knows nothing of screens.

/** Stretches at most; twenty for each column of a wide screen. */
const MOST = 4096;

/** Counts turns by thread and stretch of positions. */
export class Lanes {
  /** positions in a stretch */
  private width = 1;
  private readonly counts: Uint32Array[] = [];

  /** A turn of a thread begins at a position. */
  add(at: number, thread: number): void {
    while (at >= MOST * this.width) this.join();
    let own = this.counts[thread];
    if (own === undefined) {
      for (let i = this.counts.length; i <= thread; i++) this.counts.push(new Uint32Array(MOST));
      own = this.counts[thread] as Uint32Array;
    }
    const stretch = Math.floor(at / this.width);
    own[stretch] = (own[stretch] as number) + 1;
  }

  private join(): void {
    for (const own of this.counts) {
      for (let i = 0; i < MOST; i += 2) own[i >> 1] = (own[i] as number) + (own[i + 1] as number);
      own.fill(0, MOST >> 1);
    }
    this.width *= 2;
  }

  /** Turns of each thread in `columns` columns over the positions [0, axis]: a row for each thread that moved at all. */
  columns(columns: number, axis: number): readonly { readonly thread: number; readonly turns: readonly number[] }[] {
    const { width } = this;
    const column = (at: number): number => Math.min(columns - 1, Math.round((at / Math.max(1, axis)) * (columns - 1)));
    const last = Math.min(MOST - 1, Math.floor(axis / width));
    return this.counts.flatMap((own, thread) => {
      const turns = new Array<number>(columns).fill(0);
      let moved = false;
      for (let i = 0; i <= last; i++) {
        const count = own[i] as number;
        if (count === 0) continue;
        moved = true;
        const from = column(i * width);
        // a stretch may be longer than a column: it then is in all that it covers
        const to = Math.max(from + 1, Math.min(columns, column((i + 1) * width)));
        for (let c = from; c < to; c++) turns[c] = (turns[c] as number) + count;
      }
      return moved ? [{ thread, turns }] : [];
    });
  }
}
