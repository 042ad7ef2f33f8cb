import { finalValue } from '../curves/rank.ts';
import { renderTerminalFigure } from '../curves/render-terminal.ts';
import type { Page } from '../text/page.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import type { SkippedCurve } from './curve-metrics.ts';
import type { CurvesReport } from './curves.ts';
import type { PageNotes } from './draw-curves.ts';
import { type Drawable, buildFigure } from './figure-of.ts';

/** How many of a kind are named; the others are counted. */
const MOST_NAMED = 5;

export function describeCurves(report: CurvesReport): Drawable {
  return { ...report, subject: report.selection.words };
}

/** The curves in the terminal. */
export function renderPlot(drawable: Drawable, { logY }: { readonly logY?: boolean }, page: Page): string {
  return renderTerminalFigure(buildFigure(drawable, { logY: logY === true }), page);
}

interface RenderOptions {
  readonly out?: string;
  readonly written: readonly string[];
  readonly style: Style;
}

/** What was drawn of what was selected, what was left out and why, and the files. */
export function renderCurves(report: CurvesReport, { out, written, style }: RenderOptions): string {
  const { curves, best } = report;
  const runs = new Set(curves.map(({ run }) => run.runId)).size;
  const drawn = `${runs} ${runs === 1 ? 'run' : 'runs'} drawn: ${nameSome(report.metrics)}`;
  return [
    ...(out === undefined ? [''] : [style.strong(escapeForTerminal(drawn))]),
    ...(best?.goalFrom === 'curves'
      ? [`${best.goal === 'max' ? 'greater' : 'smaller'} counts as better, as most curves move that way (--goal)`]
      : []),
    ...renderLeftOut(report).map((line) => style.change(escapeForTerminal(line))),
    ...written.map((path) => `${style.add('written')} ${escapeForTerminal(path)}`),
  ].join('\n');
}

function renderLeftOut({ selection, skipped, partly, incomplete, failed, metrics }: CurvesReport): readonly string[] {
  const { rows, unlinked, repeated } = selection;
  // Of many metrics a run logs some: only what is odd is worth a line.
  const odd = skipped.filter(({ why }) => metrics.length === 1 || why !== 'never logged it');
  return [
    ...(unlinked.length === 0 ? [] : [`${unlinked.length} of ${rows} rows are not linked: ${nameSome(unlinked)}`]),
    ...(repeated.length === 0
      ? []
      : [`${repeated.length} rows have a run that another row has too: ${nameSome(repeated)}`]),
    ...groupByReason(odd).map(([why, names]) => `left out, ${why}: ${nameSome(names)}`),
    ...groupByReason([...partly, ...incomplete]).map(([why, names]) => `drawn, but ${why}: ${nameSome(names)}`),
    ...failed.slice(0, MOST_NAMED).map(({ label, message }) => `${label} could not be read: ${message}`),
    ...(failed.length > MOST_NAMED ? [`${failed.length - MOST_NAMED} more runs could not be read`] : []),
    ...failed.slice(0, 1).flatMap(({ hint }) => hint ?? []),
  ];
}

function groupByReason(skipped: readonly SkippedCurve[]): readonly (readonly [string, readonly string[]])[] {
  const names = new Map<string, string[]>();
  for (const { metric, why, label } of skipped) {
    const reason = metric === null ? why : `${metric} ${why}`;
    names.set(reason, [...(names.get(reason) ?? []), label]);
  }
  return [...names];
}

function nameSome(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? `, and ${rest} more` : '');
}

/** The runs behind the picture, with their last values, and what was left out. */
export function buildCurvesNotes(report: CurvesReport, runUrl: (runId: string) => string): PageNotes {
  const { curves, selection, groupBy, metrics } = report;
  const runs = new Map(curves.map(({ run }) => [run.runId, run]));
  const values = new Map(curves.map((curve) => [`${curve.run.runId} ${curve.metric}`, finalValue(curve)]));
  const cell = (runId: string, metric: string): string => {
    const value = values.get(`${runId} ${metric}`);
    return value === undefined ? '' : String(Number(value.toPrecision(6)));
  };
  return {
    title: `${metrics.join(', ')} · ${selection.words}`,
    remarks: renderLeftOut(report),
    table: [
      ['row', 'run', ...(groupBy === null ? [] : [groupBy]), ...metrics.map((metric) => `last ${metric}`), 'page'],
      ...[...runs.values()].map((run) => [
        run.rowKey ?? '',
        run.label,
        ...(groupBy === null ? [] : [run.group ?? '']),
        ...metrics.map((metric) => cell(run.runId, metric)),
        runUrl(run.runId),
      ]),
    ].map((line) => line.map(escapeForTerminal)),
  };
}
