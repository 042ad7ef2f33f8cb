import { cellsEqual } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import { renderTable } from '../text/table.ts';
import { renderCount, renderValue } from './image.render.ts';
import type { RollbackItem, RollbackReport } from './rollback.ts';

/** Each entry with what the row held before, what runlink wrote and what it holds now; the same before and after. */
export function renderRollback(report: RollbackReport, style: Style): string {
  return [...report.items.map((item) => renderItem(item, style)), renderTotal(report, style)].join('\n\n');
}

function renderItem(item: RollbackItem, style: Style): string {
  const symbol = item.refused ? style.remove('!') : item.class === 'repeat' ? '=' : style.change('↩');
  const head = `${symbol} ${style.strong(escapeForTerminal(item.keyText))} ← ${escapeForTerminal(item.wandbRunId)}  ${style.faint(`entry ${item.seq}, plan ${item.planId}`)}`;
  const verdict = `    ${item.class}: ${escapeForTerminal(item.words)}`;
  const rows = IDENTITY_COLUMNS.filter((role) => isWorthShowing(item, role)).map((role) => [
    `    ${role}`,
    renderValue(item.before[role], style),
    renderValue(item.written[role], style),
    item.now === null ? style.faint('row is gone') : renderValue(item.now[role], style),
  ]);
  if (rows.length === 0) return `${head}\n${verdict}`;
  return `${head}\n${verdict}\n${renderTable([['    ', 'before', 'runlink wrote', 'now'].map(style.faint), ...rows])}`;
}

function isWorthShowing({ before, written, now }: RollbackItem, role: (typeof IDENTITY_COLUMNS)[number]): boolean {
  const isUnchanged = cellsEqual(before[role], written[role]);
  return !isUnchanged || (now !== null && !cellsEqual(now[role], written[role]));
}

function renderTotal({ items, undone, refused }: RollbackReport, style: Style): string {
  if (items.length === 0) return 'Nothing to roll back: no link of runlink stands in this registry.';
  const open = items.filter((item) => !item.refused && item.class !== 'repeat').length;
  const before = items.filter((item) => item.class === 'repeat').length;
  const parts = [
    undone > 0 ? `${renderCount(undone, 'match', 'matches')} rolled back; the pairs will not be proposed again` : null,
    undone === 0 && open > 0 ? `${renderCount(open, 'match', 'matches')} can be rolled back` : null,
    before > 0 ? `${before} rolled back before` : null,
    refused > 0 ? style.remove(`${refused} refused`) : null,
  ];
  return `${parts.filter((part) => part !== null).join(', ')}.`;
}
