import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    env: { FORCE_COLOR: '3' },
    testTimeout: process.env.KHODBG_LAWS === '1' ? 600_000 : 60_000,
    // some wait for terminals and processes: one more than there are processors
    maxWorkers: 3,
    pool: 'threads',
    // files share what they only read: the text is compiled once a worker
    isolate: false,
  },
});
