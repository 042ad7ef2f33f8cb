import type { Written } from './columns.ts';
import type { Job } from './job.ts';

/** A row with what it knows of its job. */
export interface RegisteredRow {
  readonly keyText: string;
  readonly job: Job;
  readonly cells: readonly Written[];
}

export interface Surroundings {
  readonly registered: readonly RegisteredRow[];
  /** Jobs whose run stands in the project, and those whose run is gone. */
  readonly present: readonly Job[];
  readonly gone: readonly Job[];
}

/** Odds at which a person is sure. */
const SURE = 99;
/** Rows that tell how well evidence of one kind sets a job apart. */
const SAMPLE = 80;

/**
 * The rows whose run a person could name who knows how the lab works, by evidence and without elimination: the odds for
 * the own run are 99 to 1 against all other jobs together, those whose run is gone among them, and against the row's
 * having no run and another one's fitting by chance. How often that happens is seen at rows that know the same columns.
 * Rows that share a job are none, since only one of them can have the run.
 */
export function identifiableRows(candidates: readonly RegisteredRow[], around: Surroundings): ReadonlySet<string> {
  const { registered, present, gone } = around;
  const jobs = [...present, ...gone];
  const rowsByRun = Map.groupBy(registered, ({ job }) => job.runId);
  const presentIds = new Set(present.map(({ runId }) => runId));
  const linked = registered.filter(({ job }) => presentIds.has(job.runId)).length;
  const oddsOfNoRun = (registered.length - linked) / Math.max(1, linked);
  const chances = new Map<string, number>();
  return new Set(
    candidates
      .filter((row) => {
        if (rowsByRun.get(row.job.runId)?.length !== 1) return false;
        const rivals = rivalMass(row, row.cells, jobs);
        if (rivals > 1 / SURE) return false;
        const filled = filledCells(row);
        const kind = filled.join();
        if (!chances.has(kind)) chances.set(kind, chanceOfRivals(filled, registered, jobs));
        return rivals + oddsOfNoRun * (chances.get(kind) ?? 1) <= 1 / SURE;
      })
      .map(({ keyText }) => keyText),
  );
}

function filledCells({ cells }: RegisteredRow): number[] {
  return cells.flatMap((written, at) => (isFilled(written) ? [at] : []));
}

function isFilled({ cell, blank = false }: Written): boolean {
  return cell !== null && !blank;
}

/** How much of the probability other jobs have on average where just these cells are known. */
function chanceOfRivals(filled: readonly number[], registered: readonly RegisteredRow[], jobs: readonly Job[]): number {
  const alike = registered.filter(({ cells }) => filled.every((at) => isFilled(cells[at]!)));
  const step = Math.max(1, Math.floor(alike.length / SAMPLE));
  const sample = alike.filter((_row, at) => at % step === 0);
  const masses = sample.map((row) =>
    rivalMass(
      row,
      filled.map((at) => row.cells[at]!),
      // A copy or a rank is seen where it is, and comes and goes with its run.
      jobs.filter(({ launchedAt, seconds }) => launchedAt !== row.job.launchedAt || seconds !== row.job.seconds),
    ),
  );
  return masses.reduce((sum, mass) => sum + mass, 0) / Math.max(1, masses.length);
}

/** Likelihood of all other jobs together over that of the own one, at most 1. */
function rivalMass({ job: own }: RegisteredRow, cells: readonly Written[], jobs: readonly Job[]): number {
  const best = fitOf(cells, own, Number.NEGATIVE_INFINITY);
  let rivals = 0;
  for (const job of jobs) {
    if (job.runId === own.runId) continue;
    rivals += Math.exp(Math.min(0, fitOf(cells, job, best - 40) - best));
    if (rivals >= 1) return 1;
  }
  return rivals;
}

/** Log likelihood of the cells if the job was their own; anything below the floor where it is hopeless. */
function fitOf(cells: readonly Written[], job: Job, floor: number): number {
  let total = 0;
  for (const { fit } of cells) {
    total += fit(job);
    // A density of seconds or digits may be above 1, so a later cell can give some of it back.
    if (total < floor - 40) return total;
  }
  return total;
}
