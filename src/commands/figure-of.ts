import type { Band } from '../curves/curve.ts';
import { buildGroupsFigure, buildRunsFigure } from '../curves/figure.ts';
import type { Figure } from '../curves/figure.ts';
import { ALL_RUNS } from '../curves/group.ts';
import { buildGroupsTable, buildRunsTable } from '../curves/table.ts';
import type { DataTable } from '../model/table.ts';
import type { CurvesReport } from './curves.ts';

/** What a picture needs of a report. */
export type Drawable = Pick<
  CurvesReport,
  'metrics' | 'x' | 'smooth' | 'groupBy' | 'band' | 'best' | 'curves' | 'groups'
> & {
  /** The first line below the picture. */
  readonly subject: string;
};

const BAND_WORDS: Readonly<Record<Band, string>> = {
  stdev: '± 1 standard deviation between runs',
  minmax: 'from the least to the greatest run',
  ci95: '95 % confidence interval of the mean (Student’s t)',
};

export function buildFigure(drawable: Drawable, { logY }: { readonly logY: boolean }): Figure {
  const { x, metrics, curves, groups } = drawable;
  const input = { x, logY, metrics, caption: describe(drawable) };
  return groups === null ? buildRunsFigure(curves, input) : buildGroupsFigure(groups, input);
}

/** The numbers behind the picture, all of them. */
export function buildDataTable({ x, curves, groups }: Drawable): DataTable {
  return groups === null ? buildRunsTable(curves, x) : buildGroupsTable(groups, x);
}

/** @returns lines that say what is drawn, so that the picture can stand alone */
function describe({ subject, smooth, groupBy, band, best, groups, curves }: Drawable): readonly string[] {
  const runs = new Set(curves.map(({ run }) => run.runId)).size;
  const each = groupBy === null ? ALL_RUNS : `the runs of each ${groupBy}`;
  const lines = groups === null ? `one line a run` : `line: mean of ${each}, each with its last value, while it lasts`;
  const parts = [
    lines,
    ...(band === null ? [] : [`band: ${BAND_WORDS[band]}`]),
    ...(smooth === null ? [] : [`smoothed by ${smooth}${groups === null ? ' (faint: as logged)' : ''}`]),
  ];
  const chosen =
    best === null
      ? `${runs} runs`
      : `the best ${best.count}${groupBy === null ? '' : ` of each ${groupBy}`} by ${best.by} ${best.metric} (${best.goal}): ${runs} runs`;
  return [`${subject}: ${chosen}`, parts.join('; ')];
}
