// The files of /proc against those of a real kernel: its figures put into a machine must come out byte for byte.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  initialisedPage,
  listKey,
  type Machine,
  makeConfig,
  makeMachine,
  putRow,
  runSet,
  ZONE_NAMES,
  zoneAt,
} from '../../src/machine/index.ts';
import { buddyinfo, pagetypeinfo, procView, zoneinfo } from '../../src/session/views/proc.ts';
import { squeezed } from '../../src/session/views/squeeze.ts';

const captured = (name: string) =>
  readFileSync(join(import.meta.dirname, `../fixtures/proc/${name}.txt`), 'utf8')
    .replace(/\n$/, '')
    .split('\n');
const GIB = 2 ** 30;
const TYPES = ['Unmovable', 'Movable', 'Reclaimable', 'HighAtomic', 'CMA', 'Isolate'];
const zoneNumber = (name: string) => (ZONE_NAMES as readonly string[]).indexOf(name);

/** Two nodes of 3 GiB, the second above 4 GiB, as the machine was that the fixtures were read on. */
function bareMachine(): Machine {
  const memory = [
    { start: 0, size: 3 * GIB, node: 0, type: 'ram' as const },
    { start: 4 * GIB, size: 3 * GIB, node: 1, type: 'ram' as const },
  ];
  const nodes = [0, 1].map((node) => ({ node, cpus: 2 }));
  return makeMachine(makeConfig({ CONFIG_NODES_SHIFT: 6 }, 'zero', ''), {
    memory,
    nodes,
    handover: null,
    reserved: [],
    early: [],
    placements: {},
    outgoing: true,
    left: null,
  });
}

/** The zones as zoneinfo.txt has them, every page initialised. */
function withZones(m: Machine, lines: readonly string[]): Machine {
  let { table, memmap } = m;
  const zones = lines.join('\n').split(/^(?=Node )/m);
  for (const text of zones) {
    const [, nid = '', name = ''] = /^Node (\d+), zone +(\w+)/.exec(text) ?? [];
    const figure = (word: string) => Number(new RegExp(`^ +${word}:? +(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    const at = zoneAt(Number(nid), zoneNumber(name));
    table = putRow(table, 'zone', at, {
      name,
      zone_start_pfn: figure('start_pfn'),
      spanned_pages: figure('spanned'),
      present_pages: figure('present'),
      managed_pages: figure('managed'),
      cma_pages: figure('cma'),
      nr_free_pages: figure('pages free'),
      nr_free_cma_pages: figure('nr_free_cma'),
    });
    if (figure('spanned') === 0) continue;
    const page = initialisedPage(m.config, Number(nid), zoneNumber(name));
    memmap = runSet(memmap, figure('start_pfn'), figure('start_pfn') + figure('spanned'), page);
  }
  return { ...m, table, memmap };
}

/** Free lists and pageblocks as pagetypeinfo.txt has them; where a zone's blocks of a type lie does not matter. */
function withTypes(m: Machine, lines: readonly string[]): Machine {
  const lists = { ...m.buddy.lists };
  let { pageblocks } = m;
  for (const line of lines) {
    const [, nid = '', name = '', type = '', counts = ''] =
      /^Node +(\d+), zone +(\w+)(?:, type +(\w+))? (.*)$/.exec(line) ?? [];
    if (name === '') continue;
    const figures = counts.trim().split(/ +/).map(Number);
    const at = zoneAt(Number(nid), zoneNumber(name));
    if (type !== '') {
      for (const [order, count] of figures.entries())
        if (count > 0) lists[listKey(at, order, TYPES.indexOf(type))] = { first: 0, last: 0, count };
      continue;
    }
    let block = Math.floor(Number(m.table.kinds.zone?.[at]?.fields.zone_start_pfn) / 2 ** m.config.pageblockOrder);
    for (const [mt, count] of figures.entries()) {
      if (count > 0) pageblocks = runSet(pageblocks, block, block + count, mt);
      block += count;
    }
  }
  return { ...m, pageblocks, buddy: { ...m.buddy, lists } };
}

const machine = withTypes(withZones(bareMachine(), captured('zoneinfo')), captured('pagetypeinfo'));

describe('a real kernel', () => {
  test('prints the same /proc/buddyinfo', () => {
    expect(buddyinfo(machine)).toEqual(captured('buddyinfo'));
  });

  test('prints the same /proc/pagetypeinfo', () => {
    expect(pagetypeinfo(machine)).toEqual(captured('pagetypeinfo'));
  });

  test('prints every line of zoneinfo, in this order, and others between them', () => {
    const theirs = captured('zoneinfo');
    let at = -1;
    for (const line of zoneinfo(machine)) {
      at = theirs.indexOf(line, at + 1);
      expect(`${line} at ${at < 0 ? 'no line' : 'a line'}`).toBe(`${line} at a line`);
    }
    expect(zoneinfo(machine).filter((line) => line.startsWith('Node'))).toEqual(
      theirs.filter((line) => line.startsWith('Node')),
    );
  });
});

test('blocks outside the zone and those without struct pages are not counted', () => {
  const [, , , , ...rest] = pagetypeinfo({ ...machine, memmap: runSet(machine.memmap, 0x1000, 0x2000, null) });
  const blocks = rest.find((line) => /^Node 0, zone {4}DMA32 /.test(line)) ?? '';
  // four blocks of 1024 pages fewer than in the fixture, the first four: unmovable ones
  expect(blocks.trim().split(/ +/).slice(4)).toEqual(['0', '739', '1', '0', '20', '0']);
});

test('a list of 100000 blocks and more is given as such', () => {
  const lists = { ...machine.buddy.lists, [listKey(zoneAt(0, 0), 0, 1)]: { first: 0, last: 0, count: 123456 } };
  const lines = pagetypeinfo({ ...machine, buddy: { ...machine.buddy, lists } });
  expect(lines.find((line) => /zone +DMA, type +Movable/.test(line))).toContain('Movable >100000      0 ');
});

test('before there are zones each says so', () => {
  for (const name of ['buddyinfo', 'pagetypeinfo', 'zoneinfo'] as const)
    expect(procView(bareMachine(), name).lines).toEqual(['no zones before free_area_init']);
});

test('the narrow form keeps every line and every figure, in 64 columns', () => {
  for (const name of ['buddyinfo', 'pagetypeinfo'] as const) {
    const lines = captured(name);
    const narrow = squeezed(lines);
    expect(narrow).toHaveLength(lines.length);
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(64);
    const figures = (line: string) => (line.match(/\d+/g) ?? []).map(Number);
    expect(narrow.map(figures)).toEqual(lines.map(figures));
  }
});
