import { cellsEqual } from '../model/cell.ts';
import { listImageColumns } from '../model/identity.ts';
import type { RefreshEvent } from '../model/refresh.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Page } from '../text/page.ts';
import type { Style } from '../text/style.ts';
import { renderTable } from '../text/table.ts';
import { renderCount, renderValue } from './image.render.ts';
import type { BrokenRow, GoneRow, LeftRow, RefreshedRow, RefreshReport } from './refresh.ts';

/** Rows of one kind that are shown; --json has all. */
const MOST_SHOWN = 40;
/** Margin, column name, arrow and gaps of a changed value. */
const VALUE_MARGIN = 28;
const LEAST_VALUE_WIDTH = 16;

/** What changed at W&B row by row, what is gone there, what was left alone, and what comes next. */
export function renderRefresh(report: RefreshReport, { style, width }: Page): string {
  const valueWidth = Math.max(LEAST_VALUE_WIDTH, Math.floor((width - VALUE_MARGIN) / 2));
  const sections = [
    cut(report.changes, (row) => renderChange(row, style, valueWidth), style),
    renderGone(report.gone, style),
    renderLeft(report.left, style),
    renderBroken(report.broken, style),
    [renderTotal(report, style), ...listNotes(report).map((note) => `  ${style.change('!')} ${note}`)].join('\n'),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function cut<T>(rows: readonly T[], render: (row: T) => string, style: Style): string {
  const rest = rows.length - MOST_SHOWN;
  const more = rest > 0 ? [style.faint(`… and ${renderCount(rest, 'more row')}; --json lists them all`)] : [];
  return [...rows.slice(0, MOST_SHOWN).map(render), ...more].join('\n');
}

const EVENT_WORDS: Readonly<Record<RefreshEvent, string>> = {
  ended: 'ended',
  resumed: 'was resumed',
  renamed: 'was renamed',
  completed: 'linked offline, completed',
  noted: 'the row said so already; noted in the ledger',
};

function renderChange(
  { keyText, wandbRunId, events, before, after }: RefreshedRow,
  style: Style,
  width: number,
): string {
  const words = events.map((event) => EVENT_WORDS[event]).join(', ');
  const told = words === '' ? '' : `  ${style.faint(words)}`;
  const head = `${style.change('~')} ${style.strong(escapeForTerminal(keyText))} → ${escapeForTerminal(wandbRunId)}${told}`;
  const roles = listImageColumns(after).filter((role) => !cellsEqual(before[role] ?? null, after[role] ?? null));
  const rows = roles.map((role) => {
    const [from, to] = [before, after].map((image) => renderValue(image[role] ?? null, style, width));
    return [`    ${role}`, `${from} → ${to}`];
  });
  return rows.length === 0 ? head : `${head}\n${renderTable(rows)}`;
}

function renderGone(gone: readonly GoneRow[], style: Style): string {
  if (gone.length === 0) return '';
  const render = ({ keyText, wandbRunId, kind, words }: GoneRow): string =>
    `    ${style.strong(escapeForTerminal(keyText))} → ${escapeForTerminal(wandbRunId)} ${style.remove(kind)}: ${escapeForTerminal(words)}`;
  const head = `${style.remove('?')} ${renderCount(gone.length, 'run is', 'runs are')} not there; the links stay:`;
  return `${head}\n${cut(gone, render, style)}`;
}

function renderLeft(left: readonly LeftRow[], style: Style): string {
  if (left.length === 0) return '';
  const render = ({ keyText, wandbRunId, reason, words }: LeftRow): string =>
    `    ${style.strong(escapeForTerminal(keyText))} → ${escapeForTerminal(wandbRunId)} (${reason}): ${escapeForTerminal(words)}`;
  const head = `${style.remove('!')} ${renderCount(left.length, 'row')} left alone, in whole or in part:`;
  return `${head}\n${cut(left, render, style)}`;
}

function renderBroken(broken: readonly BrokenRow[], style: Style): string {
  const [first] = broken;
  if (first === undefined) return '';
  const render = ({ keyText, wandbRunId, words }: BrokenRow): string =>
    `    ${style.strong(escapeForTerminal(keyText))} → ${escapeForTerminal(wandbRunId)}: ${escapeForTerminal(words)}`;
  const head = `${style.remove('!')} ${renderCount(broken.length, 'run')} could not be read; the rows stay as they are:`;
  const hint = first.hint === null ? '' : `\n  ${style.faint(escapeForTerminal(first.hint))}`;
  return `${head}\n${cut(broken, render, style)}${hint}`;
}

function renderTotal(report: RefreshReport, style: Style): string {
  const { asked, changes, unchanged, applied, written } = report;
  if (asked === 0) return 'No row to refresh: none is linked to a run of this project, or none is running.';
  const scope = `of ${renderCount(asked, 'linked row')}`;
  const rest = `${unchanged.toLocaleString('en-US')} as W&B says`;
  if (applied) return `${style.add('✓')} ${written.toLocaleString('en-US')} ${scope} refreshed, ${rest}.`;
  const next = changes.length > 0 ? ' Write them with --apply.' : '';
  return `${changes.length.toLocaleString('en-US')} ${scope} would be refreshed, ${rest}. Nothing was written.${next}`;
}

function listNotes({ withoutZone, unknownStates, elsewhere, columnsToAdd, changes }: RefreshReport): readonly string[] {
  return [
    ...Object.entries(withoutZone).map(
      ([column, rows]) =>
        `${column} stays empty in ${renderCount(rows, 'row')}: the column's times name no zone; "time_zone" in runlink.json says it`,
    ),
    ...Object.entries(unknownStates).map(
      ([state, rows]) =>
        `W&B says "${escapeForTerminal(state)}" of ${renderCount(rows, 'run')}, which runlink does not know: the status stays`,
    ),
    ...Object.entries(elsewhere).map(
      ([path, rows]) =>
        `${renderCount(rows, 'row is', 'rows are')} linked to ${escapeForTerminal(path)}: refresh with --project to ask there`,
    ),
    ...(columnsToAdd.length > 0 && changes.length > 0
      ? [`a write adds the columns ${columnsToAdd.join(', ')} to the table`]
      : []),
  ];
}
