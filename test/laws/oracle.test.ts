// The same kernel text, run by the virtual machine and as plain JavaScript, leaves the same machine and the same console.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entries, machineHash, saveMachine } from '../../src/machine/index.ts';
import { type Loaded, lastBoot } from '../../src/session/load.ts';
import { runAsJavaScript } from '../support/js-oracle.ts';
import { endState, generated, law, SHIPPED, shipped, smallMachine } from './support.ts';

function expectSameMachine(loaded: Loaded): void {
  const { linked, files } = lastBoot(loaded).kernel;
  const { machine } = endState(linked, loaded.first);
  const other = runAsJavaScript(linked, files, loaded.first);
  expect(entries(other.console)).toEqual(entries(machine.console));
  expect(saveMachine(other)).toEqual(saveMachine(machine));
  expect(machineHash(other)).toBe(machineHash(machine));
}

describe('virtual machine and JavaScript', () => {
  test.each(SHIPPED)('leave the same machine and console on %s', (name) => {
    expectSameMachine(shipped(name));
  });

  test('are told apart when one of them runs another text', () => {
    const loaded = shipped('seed-000/uninit-order9.json');
    const { linked, files } = lastBoot(loaded).kernel;
    const name = 'mm/page_alloc.ts';
    const changed = {
      ...files,
      [name]: (files[name] ?? '').replace(
        '__free_pages_ok(page, order, FPI_TO_TAIL)',
        '__free_pages_ok(page, order, FPI_NONE)',
      ),
    };
    expect(changed[name]).not.toBe(files[name]);
    const one = saveMachine(runAsJavaScript(linked, files, loaded.first));
    expect(saveMachine(runAsJavaScript(linked, changed, loaded.first))).not.toEqual(one);
  });

  test('leave the same machine and console on generated machines', () => {
    fc.assert(
      fc.property(smallMachine, (small) => expectSameMachine(generated(small))),
      law(50),
    );
  });
});
