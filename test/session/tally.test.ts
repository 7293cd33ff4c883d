// Hit counts, the lines that a call has executed, and who moved when: what is added up from the columns as they grow is what a
// walk through all states finds.
import { expect, test } from 'vitest';
import { position } from '../../src/debugger/index.ts';
import { loadScenarioText, Port } from '../../src/session/index.ts';
import { Lanes } from '../../src/session/views/lanes.ts';
import { Tally } from '../../src/session/views/tally.ts';
import type { Frame } from '../../src/vm/index.ts';
import { execute } from '../support/open.ts';
import { smallScenario } from '../support/small.ts';

function small(): Port {
  const text = smallScenario([{ call: 'kho_restore_folio', args: ['96M'] }]);
  const loaded = loadScenarioText('counted.json', text);
  if (!loaded.ok) throw new Error(loaded.errors.join('\n'));
  return new Port(loaded.loaded);
}

const depthOf = (frame: Frame | null): number => (frame === null ? 0 : 1 + depthOf(frame.up));

test('a line has as many hits as lines says, wherever one stands', async () => {
  const port = small();
  await execute(port, 'seek end', 'seek 40%');
  const { source } = port.view();
  const counted = (source?.lines ?? []).filter(({ hits }) => (hits ?? 0) > 0);
  expect(counted.length).toBeGreaterThan(3);
  for (const { number, hits } of counted.slice(0, 12)) {
    const said = await execute(port, `lines ${source?.file}:${number} 1`);
    expect([number, Number(/(\d+) execution/.exec(said)?.[1])]).toEqual([number, hits]);
  }
  expect(source?.lines.some(({ hits }) => hits === 0)).toBe(true);
  expect(source?.lines.some(({ hits }) => hits === undefined)).toBe(true);
});

/** Lines of its function that the selected frame has begun, found by going through every turn since it was entered. */
function walked(port: Port): Set<number> {
  const { session } = port;
  const { branch, at, thread } = session.state.cursor;
  const columns = session.time.columns(branch);
  const depth = session.stack().length - session.state.cursor.level;
  let out = new Set<number>();
  for (let i = 0; i < columns.length && columns.at(i) < at.at; i++) {
    const state = session.time.stateAt(branch, position(columns.at(i)));
    if (state === null || session.time.mover(branch, columns.at(i), state) !== thread) continue;
    const top = state.threads[thread]?.top ?? null;
    if (depthOf(top) < depth) out = new Set();
    if (top === null || depthOf(top) !== depth || !session.time.atStatement(state, thread)) continue;
    const [line] = session.kernel.linked.program.fns[top.fn]?.pos[top.pc] ?? [0];
    out.add(line ?? 0);
  }
  return out;
}

test('x marks the lines that this frame has executed, of callers, too, before and after now was moved', async () => {
  const port = small();
  await execute(port, 'seek end');
  for (const place of [
    'seek 30%',
    'up',
    'seek 60%',
    'up',
    'up',
    'seek 30%',
    'stepi',
    'seek 90%',
    'reverse-step',
    'up',
  ]) {
    await execute(port, place);
    const { source } = port.view();
    if (source === null) continue;
    const marked = source.lines.filter(({ executed }) => executed).map(({ number }) => number);
    expect([place, port.view().position.label, marked]).toEqual([
      place,
      port.view().position.label,
      [...walked(port)].sort((a, b) => a - b),
    ]);
  }
});

test('where the history ends the marks are as they are later, when it goes on', async () => {
  const [slow, fast] = [small(), small()];
  await execute(fast, 'seek end', 'seek #300');
  await execute(slow, 'seek #300');
  const executed = (port: Port) =>
    port
      .view()
      .source?.lines.filter((line) => line.executed)
      .map(({ number }) => number);
  for (let i = 0; i < 60; i++) {
    await execute(slow, 'stepi');
    await execute(fast, 'stepi');
    expect(executed(slow)).toEqual(executed(fast));
  }
});

test('sums do not depend on how often they are brought up to date', async () => {
  const port = small();
  await execute(port, 'seek 20%');
  const { time } = port.session;
  const once = new Tally(time.columns(0));
  const often = new Tally(time.columns(0));
  for (const to of ['seek end']) {
    often.update([0]);
    await execute(port, to);
  }
  const columns = time.columns(0);
  const [a, b] = [once.update([0]), often.update([0])];
  for (let i = 0; i < columns.length; i += 7) expect(a.hitsOf(columns.codeAt(i))).toBe(b.hitsOf(columns.codeAt(i)));
  const end = time.end(0);
  expect(a.lanes.columns(100, end)).toEqual(b.lanes.columns(100, end));
});

test('lanes count every turn once where columns are wider than stretches, and join stretches as a history grows', () => {
  const lanes = new Lanes();
  for (let at = 0; at < 100_000; at++) lanes.add(at, at < 60_000 ? 0 : 2);
  const [first, third] = lanes.columns(100, 99_999);
  expect([first?.thread, third?.thread]).toEqual([0, 2]);
  const sum = (turns: readonly number[] = []) => turns.reduce((total, n) => total + n, 0);
  expect([sum(first?.turns), sum(third?.turns)]).toEqual([60_000, 40_000]);
  expect(first?.turns[61]).toBe(0);
  expect(third?.turns[58]).toBe(0);
  expect(third?.turns[80]).toBeGreaterThan(900);
  const few = new Lanes();
  for (let at = 0; at <= 5; at++) few.add(at, at % 2);
  const [even] = few.columns(11, 5);
  expect(even?.turns).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0]);
});
