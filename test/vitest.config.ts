import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './test/helpers/count-reporter.ts'],
    globalSetup: 'test/helpers/global-setup.ts',
    // For a machine that does much else besides; no test waits for it.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // Tests share no state but caches that are keyed by path; a worker that goes on to the next file need not load all again.
    isolate: false,
    maxWorkers: 3,
  },
});
