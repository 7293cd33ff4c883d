// Every way out of the screen gives the terminal back: quit, C-d, errors, signals, suspension.

import { expect, test, vi } from 'vitest';
import { fakeSession } from '../support/fake-session.ts';
import { mountScreen, TRUECOLOR } from '../support/vterm.ts';

async function screen(options: Parameters<typeof mountScreen>[1] = {}, session = fakeSession()) {
  const t = mountScreen(session, options);
  await t.waitFor('khodbg');
  expect(t.alternate).toBe(true);
  expect(t.stdin.isRaw).toBe(true);
  return { t, session };
}

function expectRestored(t: Awaited<ReturnType<typeof screen>>['t']): void {
  expect(t.alternate).toBe(false);
  expect(t.stdin.isRaw).toBe(false);
  expect(t.screen().trim()).toBe('');
  const { raw } = t.counts();
  for (const mode of ['?2004', '?1049'])
    expect(raw.lastIndexOf(`${mode}l`)).toBeGreaterThan(raw.lastIndexOf(`${mode}h`));
  for (const mode of ['?25', '?7']) expect(raw.lastIndexOf(`${mode}h`)).toBeGreaterThan(raw.lastIndexOf(`${mode}l`));
}

test('q asks, n stays, y leaves with 0', async () => {
  const { t } = await screen();
  await t.press('q');
  expect(t.screen()).toContain('quit? (y or n)');
  await t.press('n');
  expect(t.screen()).not.toContain('quit?');
  await t.press('q');
  await t.press('y');
  expect(await t.exited).toBe(0);
  await t.settle();
  expectRestored(t);
});

test.each([
  ['C-d on the empty line', '\x04'],
  ['the command quit', ':quit\r'],
])('%s leaves with 0', async (_name, keys) => {
  const { t } = await screen();
  await t.press(keys);
  expect(await t.exited).toBe(0);
  await t.settle();
  expectRestored(t);
});

test('C-c never leaves', async () => {
  const { t, session } = await screen();
  await t.press('\x03');
  await t.press('\x03');
  expect(t.exitCode).toBeNull();
  expect(session.interrupts()).toBe(0);
  await t.close();
});

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s leaves with %i', async (signal, code) => {
  const { t } = await screen();
  process.emit(signal);
  expect(await t.exited).toBe(code);
  await t.settle();
  expectRestored(t);
});

test('SIGINT interrupts what runs', async () => {
  const { t, session } = await screen();
  const release = session.hold();
  await t.press('c');
  process.emit('SIGINT');
  expect(session.interrupts()).toBe(1);
  release();
  await t.settle();
  expect(t.exitCode).toBeNull();
  await t.close();
});

test('an error of the session is thrown after the terminal was given back', async () => {
  const { t } = await screen();
  await t.press(':throw\r');
  await expect(t.exited).rejects.toThrow('the session broke');
  await t.settle();
  expectRestored(t);
});

test('an error while painting is thrown after the terminal was given back', async () => {
  const { t, session } = await screen();
  session.change({
    memmap: () => {
      throw new Error('no memmap');
    },
  });
  await expect(t.exited).rejects.toThrow('no memmap');
  await t.settle();
  expectRestored(t);
});

test('C-z gives the screen back, and takes it again when continued', async () => {
  let resume = () => {};
  const suspend = () =>
    new Promise<void>((resolve) => {
      resume = resolve;
    });
  const { t } = await screen({ suspend, env: TRUECOLOR });
  const before = t.screen();
  await t.press('\x1a');
  expectRestored(t);
  resume();
  await t.waitFor('khodbg');
  expect(t.alternate).toBe(true);
  expect(t.stdin.isRaw).toBe(true);
  expect(t.screen()).toBe(before);
  await t.press('n');
  expect(t.screen()).toContain('=>  18');
  await t.close();
});

test('continued after a stop, the terminal is asked for its size: others were told of changes meanwhile', async () => {
  const { t } = await screen();
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  process.emit('SIGCONT');
  expect(kill.mock.calls).toEqual([[process.pid, 'SIGWINCH']]);
  kill.mockRestore();
  await t.close();
});

test('nothing listens any more after the end', async () => {
  const count = () => ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGCONT', 'exit'].map((name) => process.listenerCount(name));
  const first = await screen();
  await first.t.close();
  const before = count();
  const second = await screen();
  await second.t.close();
  expect(count()).toEqual(before);
});
