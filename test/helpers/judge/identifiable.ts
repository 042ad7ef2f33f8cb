import type { Job } from './job.ts';
import type { Written } from './columns.ts';

/** A row with what it knows of its job. */
export interface RegisteredRow {
  readonly keyText: string;
  readonly job: Job;
  readonly cells: readonly Written[];
}

/** Nobody is sure of less: odds of 99 to 1 against all other jobs together. */
const LEAST_LEAD = Math.log(99);

/**
 * The rows whose run a person could name who knows how the lab works: its own job explains what the row holds 99 times
 * better than all other jobs together, those whose run is gone among them. Rows that share a job are none, since only
 * one of them can have the run. Knowledge by elimination does not count.
 */
export function identifiableRows(
  candidates: readonly RegisteredRow[],
  registered: readonly RegisteredRow[],
  jobs: readonly Job[],
): ReadonlySet<string> {
  const rowsByRun = Map.groupBy(registered, ({ job }) => job.runId);
  return new Set(
    candidates
      .filter((row) => rowsByRun.get(row.job.runId)?.length === 1 && standsOut(row, jobs))
      .map(({ keyText }) => keyText),
  );
}

function standsOut(row: RegisteredRow, jobs: readonly Job[]): boolean {
  const own = fitOf(row, row.job, Number.NEGATIVE_INFINITY);
  let rivals = 0;
  for (const job of jobs) {
    if (job.runId === row.job.runId) continue;
    const fit = fitOf(row, job, own - 40);
    rivals += Math.exp(Math.min(50, fit - own));
    if (rivals > Math.exp(-LEAST_LEAD)) return false;
  }
  return true;
}

/** Log likelihood of the row if the job was its own; anything below the floor where it is hopeless. */
function fitOf({ cells }: RegisteredRow, job: Job, floor: number): number {
  let total = 0;
  for (const { fit } of cells) {
    total += fit(job);
    // A density of seconds or digits may be above 1, so a later cell can give some of it back.
    if (total < floor - 40) return total;
  }
  return total;
}
