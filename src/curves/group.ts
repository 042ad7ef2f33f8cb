import { alignCurves } from './align.ts';
import type { AlignedStats } from './align.ts';
import type { Band, Curve, GroupCurve } from './curve.ts';
import { studentT975 } from './student.ts';

/** The group of runs that are not grouped by a column. */
export const ALL_RUNS = 'all runs';

/** One mean curve for each group and metric, groups by name. The band is of the curves as they are: smoothed, if they are. */
export function groupCurves(curves: readonly Curve[], band: Band | null): readonly GroupCurve[] {
  const members = new Map<string, Curve[]>();
  for (const curve of curves) {
    const key = JSON.stringify([curve.run.group ?? ALL_RUNS, curve.metric]);
    members.set(key, [...(members.get(key) ?? []), curve]);
  }
  return [...members.values()].map((own) => buildGroup(own, band));
}

function buildGroup(curves: readonly Curve[], band: Band | null): GroupCurve {
  const stats = alignCurves(curves);
  const first = curves[0];
  return {
    group: first?.run.group ?? ALL_RUNS,
    metric: first?.metric ?? '',
    x: stats.x,
    y: stats.mean,
    counts: stats.counts,
    lower: band === null ? null : buildEdge(stats, band, -1),
    upper: band === null ? null : buildEdge(stats, band, 1),
    size: curves.length,
  };
}

function buildEdge(stats: AlignedStats, band: Band, side: -1 | 1): Float64Array {
  if (band === 'minmax') return side < 0 ? stats.min : stats.max;
  return stats.mean.map((mean, index) => {
    const deviation = stats.deviation[index] ?? Number.NaN;
    if (band === 'stdev') return mean + side * deviation;
    const count = stats.counts[index] ?? 0;
    return mean + (side * studentT975(count - 1) * deviation) / Math.sqrt(count);
  });
}
