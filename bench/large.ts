// A machine large enough for a history of any length: two nodes whose deferred pages go to the buddy block by block.

const GIB = 2 ** 30;

/** Text of a scenario with so many GiB in two nodes; every 4 MiB beyond the first section make some twenty turns. */
export function largeMachine(gib: number): string {
  const half = (gib / 2) * GIB;
  return JSON.stringify({
    format: 1,
    title: 'A large machine',
    machine: {
      memory: [0, 1].map((node) => ({ start: `${node * half}`, size: `${half}`, node, type: 'ram' })),
      nodes: [0, 1].map((node) => ({ node, cpus: 2 })),
    },
    boots: [
      {
        handover: {
          scratch: [{ start: '64M', size: '4M' }],
          preserved: [
            { start: '0x8010000', order: 4 },
            { start: '0x38000000', order: 9 },
          ],
          radixNodes: '0x5000000',
        },
      },
      {
        kernel: 'v7.3',
        config: { CONFIG_NODES_SHIFT: 6 },
        cmdline: 'kho=on',
        earlyAllocations: 'none',
        actors: [{ at: 'late_initcall', call: 'kho_restore_folio', args: ['0x8010000'] }],
      },
    ],
  });
}
