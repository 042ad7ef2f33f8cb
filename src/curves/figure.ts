import { escapeForTerminal } from '../text/escape.ts';
import type { Curve, GroupCurve, Points, XKey } from './curve.ts';
import { compareNatural } from './natural.ts';

/** One line of a panel, with or without a band. */
export interface Series extends Points {
  readonly label: string;
  readonly lower: Float64Array | null;
  readonly upper: Float64Array | null;
  /** Runs behind each point; null where the line is one run. */
  readonly counts: Float64Array | null;
  /** The same line before smoothing. */
  readonly raw: Float64Array | null;
}

/** The lines of one metric over one pair of axes. */
export interface Panel {
  readonly metric: string;
  readonly series: readonly Series[];
}

/** A picture before it is drawn. All its texts are safe to show: control and bidi characters are escaped. */
export interface Figure {
  readonly x: XKey;
  readonly logY: boolean;
  readonly panels: readonly Panel[];
  /** Names of the lines in the order of their colours; empty where there are too many to tell apart. */
  readonly legend: readonly string[];
  /** What stands below the picture: what was selected and how it was averaged. */
  readonly caption: readonly string[];
}

/** More lines than this are drawn alike and without a legend. */
const MOST_NAMED = 12;

export interface FigureInput {
  readonly x: XKey;
  readonly logY: boolean;
  readonly metrics: readonly string[];
  readonly caption: readonly string[];
}

/** One line a run. */
export function buildRunsFigure(curves: readonly Curve[], input: FigureInput): Figure {
  const series = curves.map((curve) => ({
    metric: curve.metric,
    series: { ...curve, label: escapeForTerminal(curve.run.label), lower: null, upper: null, counts: null },
  }));
  return buildFigure(series, input);
}

/** One line a group. */
export function buildGroupsFigure(groups: readonly GroupCurve[], input: FigureInput): Figure {
  const sizes = new Map<string, Set<number>>();
  for (const { group, size } of groups) sizes.set(group, (sizes.get(group) ?? new Set()).add(size));
  const series = groups.map((group) => {
    const own = sizes.get(group.group);
    const count = own?.size === 1 ? ` (n = ${group.size})` : '';
    return { metric: group.metric, series: { ...group, label: escapeForTerminal(group.group) + count, raw: null } };
  });
  return buildFigure(series, input);
}

interface PlacedSeries {
  readonly metric: string;
  readonly series: Series;
}

function buildFigure(placed: readonly PlacedSeries[], { x, logY, metrics, caption }: FigureInput): Figure {
  const labels = [...new Set(placed.map(({ series }) => series.label))].sort(compareNatural);
  const panels = metrics.map((metric) => ({
    metric: escapeForTerminal(metric),
    series: placed
      .filter((own) => own.metric === metric)
      .map(({ series }) => (logY ? keepPositive(series) : series))
      .sort((a, b) => compareNatural(a.label, b.label)),
  }));
  return {
    x,
    logY,
    panels: panels.filter(({ series }) => series.length > 0),
    legend: labels.length > MOST_NAMED ? [] : labels,
    caption: caption.map(escapeForTerminal),
  };
}

/** A logarithmic axis has no place for 0 and below: gaps, and a band that reaches down there ends at the axis. */
function keepPositive(series: Series): Series {
  const positive = (values: Float64Array | null): Float64Array | null =>
    values === null ? null : values.map((value) => (value > 0 ? value : Number.NaN));
  const least = [series.y, series.upper ?? series.y, series.lower ?? series.y].reduce(
    (low, values) => values.reduce((own, value) => (value > 0 && value < own ? value : own), low),
    Infinity,
  );
  return {
    ...series,
    y: positive(series.y) ?? series.y,
    raw: positive(series.raw),
    upper: positive(series.upper),
    lower: series.lower === null ? null : series.lower.map((value) => (value <= 0 ? least : value)),
  };
}
