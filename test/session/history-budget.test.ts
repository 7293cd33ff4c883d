// A budget makes a history keep fewer states, never fewer positions.
import { describe, expect, test } from 'vitest';
import { position } from '../../src/debugger/index.ts';
import { HistoryBudget, LEAST_BUDGET } from '../../src/session/history-budget.ts';
import { Port } from '../../src/session/index.ts';
import { Session } from '../../src/session/session.ts';
import { stateHash } from '../../src/vm/index.ts';
import { runOut, shipped } from '../laws/support.ts';

const FILE = 'seed-000/uninit-boundary-before.json';

describe('the budget of a history', () => {
  test('halves what is kept only when that much is in use and no garbage', () => {
    const { time } = new Session(shipped(FILE));
    runOut(time);
    let used = 0;
    let garbage = 0;
    const budget = new HistoryBudget(time, 1000, {
      used: () => used + garbage,
      collect() {
        garbage = 0;
      },
    });
    const { recent, every } = time.kept;
    for (const [live, waste] of [
      [100, 0],
      [100, 850],
      [390, 500],
    ] as const) {
      used = live;
      garbage = waste;
      budget.look();
    }
    expect(time.kept).toEqual({ recent, every });
    used = 700;
    budget.look();
    expect(time.kept).toEqual({ recent: recent / 2, every });
    // what cannot be less is not looked at again and again
    for (let i = 0; i < 20; i++) budget.look();
    expect(time.kept.recent).toBe(recent / 2);
    for (let i = 0; i < 20; i++) {
      used *= 1.3;
      budget.look();
    }
    expect(time.kept).toEqual({ recent: 8192, every: 512 });
  });

  test('leaves every position in reach, each as it was', () => {
    const session = new Session(shipped(FILE));
    const { time } = session;
    const end = runOut(time);
    const { program } = session.kernel.linked;
    const hash = (at: number) => stateHash(program, session.now({ ...session.state.cursor, at: position(at) }));
    const places = Array.from({ length: 40 }, (_, i) => Math.floor((end * i) / 39));
    const before = places.map(hash);
    time.keep({ recent: 100, every: 512 });
    const kept = time.branch(0).states.filter((state) => state !== undefined).length;
    expect(kept).toBeLessThan(100 + time.branch(0).at.length / 512 + 2);
    expect(places.map(hash)).toEqual(before);
  });

  test('is set and shown, and refuses what is no size or too little', async () => {
    const port = new Port(shipped(FILE));
    const say = async (line: string) => (await port.execute(line)).output.join('\n');
    expect(await say('set history-budget 1G')).toBe('');
    expect(await say('show history-budget')).toMatch(
      /^The history may take 1024M; \d+M in use; the newest 100000 states/,
    );
    expect(await say('set history-budget')).toContain('a size is missing; write 512M or 2G');
    expect(await say('set history-budget much')).toContain("'much' is no size; write 512M or 2G");
    expect(await say('set history-budget 1M')).toContain(`write ${LEAST_BUDGET / 2 ** 20}M or more`);
    expect(await say('set histroy-budget 1G')).toContain('history-budget');
  });
});
