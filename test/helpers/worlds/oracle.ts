import { createCandidateBuilder } from '../../../src/linkage/blocking/candidates.ts';
import type { Candidates } from '../../../src/linkage/blocking/candidates.ts';
import { solveGraph } from '../../../src/linkage/posterior/competition.ts';
import { exactMarginals } from '../../../src/linkage/posterior/exact.ts';
import { findComponents, localGraph } from '../../../src/linkage/posterior/graph.ts';
import type { RegistryRow } from '../../../src/model/registry.ts';
import type { Run } from '../../../src/model/run.ts';
import { metricsRatio, viewRowMetrics, viewRunMetrics } from './oracle-metrics.ts';
import { launchRatio, settingsRatio, viewRow, viewRun } from './oracle-settings.ts';
import { buildTimeline, timesRatio, viewRowTimes, viewRunTimes } from './oracle-times.ts';
import type { Timeline } from './oracle-times.ts';
import { labOf } from './world.ts';
import type { Lab, World, WorldKnobs } from './world.ts';

/** P(link) by run id, for each row that is to be linked, by key text; links that are next to impossible are left out. */
export type OraclePosteriors = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface OracleAnswer {
  readonly posteriors: OraclePosteriors;
  /** Rows whose competition was too large for exact sums. */
  readonly approximateRows: number;
}

/** Rows whose true link is at least this likely to one who knows the generator are identifiable. */
const IDENTIFIABLE = 0.99;
/** Edges fainter than this join no component. */
const FAINTEST_BITS = -24;
const MOST_BITS = 300;
/** Exact sums up to so many rows or runs, whichever are fewer, in a component. */
const MOST_EXACT_SIDE = 16;

/**
 * What one who knows how the world was made can know of its links: the sweeps and machines of the lab, each machine's
 * clock, the zones, and the distributions of delay, length, noise, rounding, missing cells, orphans and copies.
 * Not used: the order of the registry's keys, the launches of retries, and the delay's fraction of a second.
 * Competition is exact in components that are small enough, by belief propagation in larger ones.
 */
export function askOracle(knobs: WorldKnobs, seed: number, world: World): OracleAnswer {
  const taken = new Set(world.input.linked.map((link) => link.wandbRunId));
  const linkedRows = new Set(world.input.linked.map((link) => link.keyText));
  const rows = world.input.rows.filter((row) => !linkedRows.has(row.keyText));
  const runs = world.input.runs.filter((run) => !taken.has(run.runId));
  if (knobs.strangers) return { posteriors: new Map(rows.map((row) => [row.keyText, new Map()])), approximateRows: 0 };
  const candidates = buildCandidates(knobs, { lab: labOf(knobs, seed), rows, runs, all: world.input.runs });
  const byRow = rows.map((): Map<string, number> => new Map());
  let approximateRows = 0;
  for (const component of findComponents(candidates, runs.length, () => true)) {
    const isExact = Math.min(component.rows.length, component.runs.length) <= MOST_EXACT_SIDE;
    if (!isExact) approximateRows += component.rows.length;
    const odds = (edge: number): number => 2 ** Math.min(MOST_BITS, candidates.weights[edge]!);
    const graph = localGraph(component, candidates, odds);
    const marginals = isExact ? exactMarginals(graph) : solveGraph(graph);
    for (const [at, edge] of component.edges.entries())
      byRow[candidates.rows[edge]!]!.set(runs[candidates.runs[edge]!]!.runId, marginals[at]!);
  }
  return { posteriors: new Map(rows.map((row, index) => [row.keyText, byRow[index]!])), approximateRows };
}

/** Key texts of the rows whose true run the oracle is sure of. */
export function identifiableRows(
  posteriors: OraclePosteriors,
  truth: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const isSure = ([keyText, runId]: readonly [string, string]): boolean =>
    (posteriors.get(keyText)?.get(runId) ?? 0) >= IDENTIFIABLE;
  return new Set([...truth].filter(isSure).map(([keyText]) => keyText));
}

interface Records {
  readonly lab: Lab;
  readonly rows: readonly RegistryRow[];
  readonly runs: readonly Run[];
  /** With the runs that are linked already. */
  readonly all: readonly Run[];
}

/** All pairs that the generator can have made, with the bits of their odds against being strangers. */
function buildCandidates(knobs: WorldKnobs, { lab, rows, runs, all }: Records): Candidates {
  const line = buildTimeline(knobs, all);
  const clockErrors = new Map(lab.machines.map((machine) => [machine.name.slice(2), machine.clockError]));
  const runViews = runs.map((run) => ({
    ...viewRunParts(knobs, lab, run),
    clockError: clockErrors.get((run.host ?? '').slice('ip-'.length)) ?? 0,
  }));
  const { prior, jobs } = priorOf(knobs, rows.length);
  const builder = createCandidateBuilder();
  for (const [index, row] of rows.entries()) {
    const rowView = viewRowParts(knobs, lab, row);
    for (const [at, runView] of runViews.entries()) {
      const ratio = pairRatio({ knobs, lab, line, jobs }, rowView, runView);
      const bits = Math.log2(prior * ratio);
      if (bits > FAINTEST_BITS) builder.add(index, at, bits);
    }
  }
  return builder.build(rows.length, new Uint8Array(rows.length));
}

/** Expected links against expected pairs of a row alone and a run alone, and the lab's expected jobs. */
function priorOf(knobs: WorldKnobs, rowsToLink: number): { readonly prior: number; readonly jobs: number } {
  const rowShare = 1 / (1 + knobs.orphanRuns);
  const orphans = Math.min(0.999, Math.max(0.001, knobs.orphanRows));
  const both = rowShare * (1 - orphans) * (1 - knobs.linked);
  const jobs = rowsToLink / (both + rowShare * orphans);
  const rowsAlone = jobs * rowShare * orphans;
  const uploaded = 1 - rowShare * orphans;
  const runsAlone = jobs * (Math.max(0.001, 1 - rowShare) + knobs.copies * uploaded);
  return { prior: (jobs * both) / (rowsAlone * runsAlone), jobs };
}

interface Setting {
  readonly knobs: WorldKnobs;
  readonly lab: Lab;
  readonly line: Timeline;
  readonly jobs: number;
}

type RowView = ReturnType<typeof viewRowParts>;
type RunView = ReturnType<typeof viewRunParts> & { readonly clockError: number };

/** P(row, run | one job) / P(row, run | a job each): of any two launches, or of one. */
function pairRatio({ knobs, lab, line, jobs }: Setting, row: RowView, run: RunView): number {
  if (row.jobId !== null && row.jobId !== run.jobId) return 0;
  const settings = settingsRatio(lab, row.settings, run.settings);
  if (settings === 0) return 0;
  const times = timesRatio(line, { row: row.times, run: run.times, clockError: run.clockError });
  if (times.all === 0) return 0;
  const metrics = metricsRatio(knobs, row.metrics, run.metrics);
  const jobIds = row.jobId === null ? 1 : JOB_IDS;
  const oneLaunch = ((knobs.batch - 1) / jobs) * launchRatio(lab, row.settings, run.settings) * times.start;
  return (settings * times.all * metrics * jobIds) / (1 + oneLaunch);
}

/** Values of a job number. */
const JOB_IDS = 9_000_000;

function viewRowParts(knobs: WorldKnobs, lab: Lab, row: RegistryRow) {
  return {
    settings: viewRow(knobs, lab, row),
    times: viewRowTimes(knobs, row),
    metrics: viewRowMetrics(knobs, row),
    jobId: /\d{7}/.exec(String(row.values['log_path'] ?? ''))?.[0] ?? null,
  };
}

function viewRunParts(knobs: WorldKnobs, lab: Lab, run: Run) {
  return {
    settings: viewRun(knobs, lab, run),
    times: viewRunTimes(run),
    metrics: viewRunMetrics(knobs, run),
    jobId: /job (\d{7})/.exec(String(run.config['launch'] ?? ''))?.[1] ?? null,
  };
}
