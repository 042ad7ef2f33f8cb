import { describeMissing } from '../model/history-check.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import type { HistoryReport } from './history.ts';
import { renderCount } from './image.render.ts';

/** What was written where, and whether it is everything. */
export function renderHistory(report: HistoryReport, style: Style): string {
  const { rows, columns, runId, displayName, out, check } = report;
  const name = displayName === null ? '' : ` (${escapeForTerminal(displayName)})`;
  const what = `${renderCount(rows, 'row')}, ${renderCount(columns, 'column')} of run ${escapeForTerminal(runId)}${name}`;
  return `wrote ${style.strong(what)} to ${escapeForTerminal(out ?? 'stdout')}\n${renderVerdict(check)}`;
}

function renderVerdict(check: HistoryReport['check']): string {
  if (check === null) return 'system metrics, as W&B samples them';
  switch (check.verdict) {
    case 'complete':
      return 'complete: every step that W&B counts arrived';
    case 'incomplete':
      return `incomplete: ${describeMissing(check)} arrived`;
    case 'unknown':
      return 'W&B does not say how much was logged; whether this is everything cannot be told';
  }
}
