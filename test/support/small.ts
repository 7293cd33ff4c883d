// One small machine that hands over eight pages to a kernel with actors of the test's choosing.

/** An actor as a scenario writes it. */
export interface ActorText {
  readonly at?: string;
  readonly call: string;
  readonly args?: readonly (number | string | boolean)[];
  readonly from?: string;
  readonly thread?: string;
}

/** The text of its scenario; `boot` and `more` are put over the kernel boot and the whole. */
export function smallScenario(
  actors: readonly ActorText[],
  boot: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    format: 1,
    title: 'a small machine',
    machine: {
      memory: [{ start: '0x0', size: '256M', node: 0, type: 'ram' }],
      nodes: [{ node: 0, cpus: 1 }],
      fill: 'zero',
    },
    boots: [
      {
        handover: {
          scratch: [{ start: '64M', size: '4M' }],
          preserved: [{ start: '96M', order: 3 }],
          radixNodes: '0x5000000',
        },
      },
      {
        kernel: 'v7.3',
        config: { CONFIG_DEBUG_VM: false, CONFIG_NODES_SHIFT: 4 },
        cmdline: 'kho=on',
        actors: actors.map((actor) => ({ at: 'late_initcall', ...actor })),
        ...boot,
      },
    ],
    ...more,
  });
}
