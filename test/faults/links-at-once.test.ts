import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { query } from '../helpers/query.ts';
import { fillRows, makeRegistry } from '../helpers/registry.ts';
import { findBrokenInvariants, readState } from '../helpers/registry-state.ts';
import { runInline } from '../helpers/run-inline.ts';

const PROCESSES = 4;
const JOBS_A_PROCESS = 16;
const JOBS = PROCESSES * JOBS_A_PROCESS;
const CHILD = fileURLToPath(new URL('../helpers/link-child.ts', import.meta.url));

interface Jobs {
  readonly go: () => void;
  /** What came of each link; an error's text where the process failed. */
  readonly outcomes: Promise<readonly string[]>;
}

/** @returns once the process is ready to go */
async function prepareJobs(registry: string, first: number): Promise<Jobs> {
  const args = [CHILD, registry, 'http://127.0.0.1:9', String(first), String(JOBS_A_PROCESS)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(child, 'close');
  await once(child.stdout, 'data');
  return {
    go: () => void child.stdin.end(),
    outcomes: closed.then(([code]) => {
      if (code !== 0) return [stderr];
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as readonly string[]; // our own script's line
    }),
  };
}

test.for(['wal', 'delete'] as const)(
  '64 jobs that start in the same second link each its row in a registry that runlink never wrote to (%s)',
  async (journalMode) => {
    const { path } = makeRegistry({ journalMode, fill: fillRows(JOBS) });
    const firsts = Array.from({ length: PROCESSES }, (_item, index) => 1 + index * JOBS_A_PROCESS);
    const processes = await Promise.all(firsts.map((first) => prepareJobs(path, first)));
    for (const { go } of processes) go();
    const outcomes = (await Promise.all(processes.map((jobs) => jobs.outcomes))).flat();
    const counts = Object.fromEntries(
      [...Map.groupBy(outcomes, (outcome) => outcome)].map(([key, all]) => [key, all.length]),
    );
    expect(counts).toEqual({ linked: JOBS, kept: PROCESSES });
    const rows = query(path, 'SELECT run_id, wandb_run_id FROM training_runs ORDER BY run_id') as Record<
      string,
      string
    >[];
    expect(rows.map((row) => row['wandb_run_id'])).toEqual(rows.map((row) => `job0${row['run_id']?.slice(4)}`));
    expect(findBrokenInvariants(path)).toEqual([]);
    expect(readState(path).ledger).toHaveLength(JOBS);
    const { code } = await runInline(['verify', '--registry', path], { cwd: '/' });
    expect(code).toBe(0);
  },
);
