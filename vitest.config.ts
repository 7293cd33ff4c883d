import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    env: { FORCE_COLOR: '3' },
    testTimeout: 30_000,
    maxWorkers: 2,
    pool: 'threads',
    // files share what they only read: the text is compiled once a worker
    isolate: false,
  },
});
