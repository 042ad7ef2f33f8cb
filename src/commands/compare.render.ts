import { finalValue } from '../curves/rank.ts';
import type { JsonValue } from '../model/json.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { cutToWidth } from '../text/fit.ts';
import type { Page } from '../text/page.ts';
import { renderTable } from '../text/table.ts';
import type { CompareReport, ComparedRun, ComparedValue } from './compare.ts';
import type { PageNotes } from './draw-curves.ts';
import type { Drawable } from './figure-of.ts';

export function describeComparison(report: CompareReport, x: Drawable['x']): Drawable {
  return { ...report, x, groupBy: null, subject: 'compared' };
}

/** Settings that differ, then what the runs ended with, a column a run. */
export function renderCompare(report: CompareReport, { style, width }: Page): string {
  const { runs, config, sameConfig, summary } = report;
  const cell = Math.max(10, Math.min(30, Math.floor((width - 24) / runs.length) - 2));
  const head = (title: string): readonly string[] => [
    style.strong(title),
    ...runs.map((run) => style.name(cut(run.label, cell))),
  ];
  const rows = (values: readonly ComparedValue[]): readonly (readonly string[])[] =>
    values.map(({ key, values: own }) => [cut(key, 30), ...own.map((value) => cut(renderValue(value), cell))]);
  const identity = [
    ['run id', ...runs.map(({ runId }) => cut(runId, cell))],
    ...(runs.some(({ rowKey }) => rowKey !== null)
      ? [['row', ...runs.map(({ rowKey }) => cut(rowKey ?? '–', cell))]]
      : []),
    ['state', ...runs.map(({ state }) => cut(state ?? '–', cell))],
  ];
  const same = `${sameConfig} ${sameConfig === 1 ? 'setting is' : 'settings are'} the same`;
  return [
    renderTable([head('run'), ...identity]),
    '',
    config.length === 0 ? style.faint(`no setting differs; ${same}`) : renderTable([head('config'), ...rows(config)]),
    ...(config.length === 0 ? [] : [style.faint(same)]),
    '',
    summary.length === 0 ? style.faint('no final numbers') : renderTable([head('final'), ...rows(summary)]),
    ...[...report.skipped, ...report.partly, ...report.incomplete].map(({ label, metric, why }) =>
      style.change(escapeForTerminal(`${label}: ${metric ?? 'it'} ${why}`)),
    ),
    ...report.failed.map(({ label, message }) =>
      style.change(escapeForTerminal(`${label} could not be read: ${message}`)),
    ),
  ].join('\n');
}

function cut(text: string, width: number): string {
  return cutToWidth(escapeForTerminal(text), width);
}

function renderValue(value: JsonValue | undefined): string {
  if (value === undefined) return '–';
  // Six digits tell metrics apart; counts and times are long numbers of which every digit counts.
  if (typeof value === 'number') return String(Number(value.toPrecision(Math.abs(value) < 1e5 ? 6 : 13)));
  return typeof value === 'string' ? value : String(value);
}

/** The same tables for a page. */
export function buildCompareNotes({ runs, config, summary, curves, metrics }: CompareReport): PageNotes {
  const line = (title: string, of: (run: ComparedRun) => string): readonly string[] => [title, ...runs.map(of)];
  const values = (own: readonly ComparedValue[], kind: string): readonly (readonly string[])[] =>
    own.map(({ key, values: cells }) => [`${kind} ${key}`, ...cells.map(renderValue)]);
  return {
    title: runs.map(({ label }) => label).join(' · '),
    remarks: [],
    table: [
      line('', ({ label }) => label),
      line('page', ({ url }) => url),
      ...values(config, 'config'),
      ...values(summary, 'final'),
      ...metrics.map((metric) =>
        line(`last ${metric}`, ({ runId }) => {
          const curve = curves.find((own) => own.run.runId === runId && own.metric === metric);
          return curve === undefined ? '–' : renderValue(finalValue(curve));
        }),
      ),
    ].map((cells) => cells.map(escapeForTerminal)),
  };
}
