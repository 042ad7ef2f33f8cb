import type { Reporter, TestModule } from 'vitest/node';

/** Ends every test run with one plain line that scripts can read: `N passed, N failed`. */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    let kills = 0;
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      // A file that fails before its first test (an import error, say) has none to count.
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed')) failed += 1;
      passed += tests.filter((test) => test.result().state === 'passed').length;
      failed += tests.filter((test) => test.result().state === 'failed').length;
      kills += tests.reduce((sum, test) => sum + (test.meta().kills ?? 0), 0);
      skipped += tests.filter((test) => test.result().state === 'skipped').length;
    }
    process.on('exit', () => {
      if (kills > 0) process.stdout.write(`${kills} processes were killed at work\n`);
      process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
    });
  }
}

// eslint-disable-next-line import/no-default-export -- vitest loads a reporter by its default export
export default CountReporter;
