import { cellsEqual } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import { renderValue } from './image.render.ts';
import type { LinkReport } from './link.ts';

export function renderLink(report: LinkReport, style: Style): string {
  const pair = `${style.strong(escapeForTerminal(report.keyText))} → ${escapeForTerminal(report.wandbRunId)}`;
  if (report.outcome === 'kept') return `= ${pair} was linked before; nothing changed`;
  const fields = IDENTITY_COLUMNS.filter((role) => !cellsEqual(report.before[role], report.after[role])).map(
    (role) => `    ${role}  ${renderValue(report.before[role], style)} → ${renderValue(report.after[role], style)}`,
  );
  const source =
    report.startSource === null || report.startSource === 'kept'
      ? []
      : [`    start time from the run's ${report.startSource}`];
  return [`${style.add('+')} ${pair}`, ...fields, ...source].join('\n');
}
