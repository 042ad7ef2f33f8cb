import { renderJson, sortKeys } from '../../model/json.ts';
import type { Run } from '../../model/run.ts';
import { isGeneratedName } from './names.ts';

export interface RanksSetAside {
  readonly runs: readonly Run[];
  /** The other ranks of a launch, by the run id of the one that was kept. */
  readonly ranksByRunId: ReadonlyMap<string, readonly Run[]>;
}

/** Ranks of one launch start within this many milliseconds of each other, on many machines within this share of their life. */
const LAUNCH_GAP = 3000;
const LAUNCH_SHARE = 0.01;

/**
 * A launch without a rank check makes a run of each rank with the same name and config at about the same second, on one
 * machine or on several, of which one has more metrics: that one is the run of the row and the others are no rivals to
 * it. Where two have equally many, or ended apart, all stay, for then they may be jobs of their own. Runs in `keep` are
 * linked already and stay whatever they are.
 */
export function setRanksAside(
  runs: readonly Run[],
  keep: ReadonlySet<string>,
  keyOf: (run: Run) => string = launchKey,
): RanksSetAside {
  const launches = new Map<string, Run[]>();
  for (const run of runs.toSorted((a, b) => a.createdAt - b.createdAt || (a.runId < b.runId ? -1 : 1))) {
    const key = keyOf(run);
    const launch = launches.get(key);
    const last = launch?.at(-1);
    if (launch === undefined || last === undefined || run.createdAt - last.createdAt > gapOf(run)) {
      if (launch !== undefined) launches.set(`${key} ${launch[0]?.runId}`, launch);
      launches.set(key, [run]);
    } else launch.push(run);
  }
  const ranksByRunId = new Map<string, readonly Run[]>();
  const aside = new Set<Run>();
  for (const launch of launches.values()) {
    const ranks = ranksOf(launch, keep);
    if (ranks === null) continue;
    ranksByRunId.set(ranks.main.runId, ranks.others);
    for (const run of ranks.others) aside.add(run);
  }
  return { runs: runs.filter((run) => !aside.has(run)), ranksByRunId };
}

function gapOf({ createdAt, heartbeatAt }: Run): number {
  return Math.max(LAUNCH_GAP, LAUNCH_SHARE * ((heartbeatAt ?? createdAt) - createdAt));
}

/** The same for all runs of one name, configuration and command line, in whatever order the configuration has its keys. */
export function launchKey(run: Run): string {
  const { _wandb, ...config } = run.config;
  const name = run.displayName !== null && isGeneratedName(run.displayName) ? '' : (run.displayName ?? '');
  return JSON.stringify([name, renderJson(sortKeys(config)), run.args, run.program, run.group, run.sweepName]);
}

function ranksOf(launch: readonly Run[], keep: ReadonlySet<string>): { main: Run; others: Run[] } | null {
  if (launch.length < 2 || launch.some((run) => keep.has(run.runId))) return null;
  const [main, second] = launch.toSorted((a, b) => metricCount(b) - metricCount(a));
  if (main === undefined || second === undefined || metricCount(main) === metricCount(second)) return null;
  const others = launch.filter((run) => run !== main);
  return others.every((run) => endsWith(run, main)) ? { main, others } : null;
}

/** Ranks live as long as their launch; a job of its own that crashed ended at another time. */
function endsWith(run: Run, main: Run): boolean {
  if (run.heartbeatAt === null || main.heartbeatAt === null) return true;
  const slack = Math.max(60_000, 0.1 * (main.heartbeatAt - main.createdAt));
  return Math.abs(run.heartbeatAt - main.heartbeatAt) <= slack;
}

function metricCount(run: Run): number {
  return Object.keys(run.summary).filter((key) => !key.startsWith('_')).length;
}
