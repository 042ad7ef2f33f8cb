// How long an apply of 10,000 rows takes, how long it holds the lock, and what a Python training job that writes every
// 10 ms notices: `node test/bench/apply.ts`.
import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { applyPlan } from '../../src/commands/apply.ts';
import { fillRows, makeRegistry } from '../helpers/registry.ts';
import { makeRegistryPlan, pairRows } from '../helpers/registry-plan.ts';
import { startTrainer } from '../helpers/trainer.ts';

const ROWS = 10_000;

async function measure(journalMode: 'wal' | 'delete', withTrainer: boolean): Promise<void> {
  const { path } = makeRegistry({ journalMode, fill: fillRows(ROWS) });
  const plan = await makeRegistryPlan(path, { runsByKey: pairRows(ROWS) });
  const trainer = withTrainer ? await startTrainer(path) : null;
  const context = {
    now: () => Date.now(),
    user: 'bench',
    say: () => undefined,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
  const started = performance.now();
  const report = await applyPlan({ context }, { plan, registry: path, backup: true, requireDecisions: false });
  const seconds = (performance.now() - started) / 1000;
  const waits = await trainer?.stop();
  const { pace } = report;
  const share = pace.pausedMs / (pace.pausedMs + pace.writingMs);
  console.log(
    [
      `${journalMode.padEnd(6)} ${report.written} rows in ${seconds.toFixed(2)} s`,
      `${pace.transactions} transactions, longest ${pace.longestMs.toFixed(1)} ms`,
      `pause share ${(100 * share).toFixed(0)} %`,
      `registry ${(statSync(path).size / 1e6).toFixed(1)} MB`,
      waits === undefined
        ? 'no trainer'
        : `trainer: ${waits.writes} writes, ${waits.errors.length} errors, p99 ${waits.p99_ms} ms, max ${waits.max_ms} ms`,
    ].join(' · '),
  );
}

console.log(
  `SQLite ${new Database(':memory:').prepare('SELECT sqlite_version()').pluck().get()}, Node ${process.version}`,
);
for (const journalMode of ['wal', 'delete'] as const) {
  await measure(journalMode, false);
  await measure(journalMode, true);
}
