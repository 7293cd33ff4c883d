// Checkpoints: kept with a note, listed, gone back to, deleted, and gone with the kernel whose history they are of.
import { expect, test } from 'vitest';
import { execute, openPort } from '../support/open.ts';

const BEFORE = 'seed-000/uninit-boundary-before';

test('a checkpoint is a place to come back to, frame and thread included', async () => {
  const port = await openPort(BEFORE);
  expect(await execute(port, 'info checkpoints')).toBe('No checkpoints.');
  const made = await execute(port, 'continue', 'up', 'checkpoint the magic is about to be written');
  expect(made).toMatch(/Checkpoint 1 {2}#7523 {2}"the magic is about to be written" {2}T1 swapper /);
  const there = await execute(port, 'backtrace');
  await execute(port, 'continue 3', 'checkpoint', 'continue');
  expect(await execute(port, 'checkpoint "in quotes"')).toMatch(/ {2}"in quotes" {2}/);
  expect(await execute(port, 'restart 1')).toContain('#7523');
  expect(await execute(port, 'backtrace')).toBe(there);
  expect(await execute(port, 'info checkpoints')).toMatch(/^1 {2}#7523[\s\S]*\n2 {2}#/);
});

test('delete checkpoint takes them away; run does not take a number for one', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'checkpoint a', 'continue', 'checkpoint b');
  expect(await execute(port, 'delete checkpoint 1', 'info checkpoints')).toMatch(/^2 {2}#7523/);
  expect(await execute(port, 'checkpoint "in quotes"')).toMatch(/ {2}"in quotes" {2}/);
  expect(await execute(port, 'restart 1')).toContain('No checkpoint number 1. usage: restart NUMBER');
  expect(await execute(port, 'restart')).toContain('the number of a checkpoint is missing');
  expect(await execute(port, 'info breakpoints')).toContain('catchpoint');
  expect(await execute(port, 'delete checkpoint', 'info checkpoints')).toBe('No checkpoints.');
});

test('another kernel has another history: its checkpoints are gone, and that is said', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'continue', 'checkpoint');
  expect(await execute(port, 'patch drop no-preserved-page-init')).toContain(
    'The checkpoints were of the other kernel',
  );
  expect(await execute(port, 'info checkpoints')).toBe('No checkpoints.');
});

test('the place is a mark on the timeline', async () => {
  const port = await openPort(BEFORE);
  await execute(port, 'delete', 'seek kho_memory_init', 'checkpoint here', 'seek end');
  expect(await execute(port, 'prev-mark')).toContain('mm_core_init ()');
});
