import { BANDS, GOALS, X_KEYS } from '../curves/curve.ts';
import type { Band, Curve, Goal, GroupCurve, XKey } from '../curves/curve.ts';
import { groupCurves } from '../curves/group.ts';
import { learnGoal, pickBest } from '../curves/rank.ts';
import type { Ranking } from '../curves/rank.ts';
import { parseSmoothing, smooth } from '../curves/smooth.ts';
import { UsageError } from '../errors.ts';
import { selectRuns } from './curve-rows.ts';
import type { CurveSelection, SelectedRows } from './curve-rows.ts';
import { fetchCurves } from './read-curves.ts';
import type { CurvesDeps, ReadResult } from './read-curves.ts';

/** How curves are treated once they are read. */
export interface CurveOptions {
  /** `_step` without it. */
  readonly x?: XKey;
  /** `ema:0.9` or `none`; as logged without it. */
  readonly smooth?: string;
  /** Round the mean of each group; `stdev` where runs are grouped by a column. */
  readonly band?: Band | 'none';
  /** Only so many runs, of each group where there are groups. */
  readonly best?: number;
  /** `final` without it. */
  readonly bestBy?: Ranking;
  /** Which way is better; learned from the curves without it. */
  readonly goal?: Goal;
  /** Runs read at once; 8 without it. */
  readonly concurrency?: number;
}

export interface CurvesOptions extends CurveSelection, CurveOptions {
  /** Names, or patterns such as `objective_*`. */
  readonly metrics: readonly string[];
  /** A column of the registry: one mean curve for each of its values. */
  readonly groupBy?: string;
}

export interface BestReport {
  readonly count: number;
  readonly by: Ranking;
  readonly goal: Goal;
  /** Whether the goal was given, or learned from the curves. */
  readonly goalFrom: 'caller' | 'curves';
  readonly metric: string;
}

export interface CurvesReport extends Omit<ReadResult, 'curves'>, TreatedCurves {
  readonly selection: SelectedRows;
  readonly x: XKey;
  readonly groupBy: string | null;
}

export interface TreatedCurves {
  readonly smooth: string | null;
  readonly band: Band | null;
  readonly best: BestReport | null;
  readonly curves: readonly Curve[];
  /** Null where each run is a line of its own. */
  readonly groups: readonly GroupCurve[] | null;
}

const DEFAULT_CONCURRENCY = 8;
/** More lines than this nobody can tell apart, whatever their colours and dashes. */
const MOST_GROUPS = 24;

/**
 * Curves of the runs that a query of the registry selects, read from W&B; the registry is only read. Runs whose rows
 * are not linked, that have no history or that fail are in the report, and the others are drawn.
 *
 * @throws UsageError where nothing is selected, and on unknown columns and metrics, with the nearest names
 * @throws RunlinkError where none of the rows is linked, or no run has a number to draw
 */
export async function readCurves(deps: CurvesDeps, options: CurvesOptions): Promise<CurvesReport> {
  assertCurveOptions(options);
  const { groupBy, ...rest } = options;
  const { metrics, x = '_step', concurrency = DEFAULT_CONCURRENCY } = rest;
  const selection = await selectRuns(rest, groupBy);
  assertFewGroups(selection, groupBy);
  const read = await fetchCurves(deps, { runs: selection.runs, metrics, x, concurrency });
  return { selection, x, groupBy: groupBy ?? null, ...read, ...treatCurves(read, options) };
}

/** Smooths each curve, then keeps the best runs, then averages: the band is of the curves as they are drawn. */
export function treatCurves(
  { curves: read, metrics }: Pick<CurvesReport, 'curves' | 'metrics'>,
  options: CurveOptions & { readonly groupBy?: string },
): TreatedCurves {
  const smoothing = parseSmoothing(options.smooth ?? 'none');
  const smoothed =
    smoothing === null ? read : read.map((curve) => ({ ...curve, raw: curve.y, y: smooth(curve.y, smoothing) }));
  const best = describeBest(smoothed, metrics[0], options);
  const curves = best === null ? smoothed : keepBest(smoothed, best);
  const { groupBy, band = groupBy === undefined ? 'none' : 'stdev' } = options;
  const shown = band === 'none' ? null : band;
  const isGrouped = groupBy !== undefined || shown !== null;
  return {
    smooth: smoothing === null ? null : `ema:${smoothing.weight}`,
    band: shown,
    best,
    curves,
    groups: isGrouped ? groupCurves(curves, shown) : null,
  };
}

/** Runs are ranked by the first metric. */
function describeBest(
  curves: readonly Curve[],
  metric: string | undefined,
  { best, bestBy = 'final', goal }: CurveOptions,
): BestReport | null {
  if (best === undefined || metric === undefined) return null;
  const own = curves.filter((curve) => curve.metric === metric);
  return {
    count: best,
    by: bestBy,
    goal: goal ?? learnGoal(own),
    goalFrom: goal === undefined ? 'curves' : 'caller',
    metric,
  };
}

function keepBest(curves: readonly Curve[], best: BestReport): readonly Curve[] {
  const groups = new Map<string | null, Curve[]>();
  for (const curve of curves.filter(({ metric }) => metric === best.metric)) {
    groups.set(curve.run.group, [...(groups.get(curve.run.group) ?? []), curve]);
  }
  const kept = new Set([...groups.values()].flatMap((own) => pickBest(own, best)));
  return curves.filter(({ run }) => kept.has(run.runId));
}

/** For callers without the command line's own check. @throws UsageError */
function assertCurveOptions({ x, band, goal, best }: CurveOptions): void {
  const checks: readonly (readonly [string, string | undefined, readonly string[]])[] = [
    ['x', x, X_KEYS],
    ['band', band, [...BANDS, 'none']],
    ['goal', goal, GOALS],
  ];
  for (const [name, value, known] of checks) {
    if (value !== undefined && !known.includes(value)) {
      throw new UsageError(`${name} is "${value}", expected one of ${known.join(', ')}`);
    }
  }
  if (best !== undefined && !(Number.isSafeInteger(best) && best > 0)) {
    throw new UsageError(`best is ${best}, expected a whole number of 1 or more`);
  }
}

function assertFewGroups({ runs }: SelectedRows, groupBy: string | undefined): void {
  const groups = new Set(runs.map(({ group }) => group));
  if (groupBy === undefined || groups.size <= MOST_GROUPS) return;
  throw new UsageError(
    `"${groupBy}" has ${groups.size} values among the selected runs, expected ${MOST_GROUPS} at most`,
    {
      hint: 'Group by a column with fewer values, or select fewer rows with --where.',
    },
  );
}
