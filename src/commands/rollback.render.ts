import { cellsEqual } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Page } from '../text/page.ts';
import type { Style } from '../text/style.ts';
import { renderTable } from '../text/table.ts';
import { renderCount, renderValue } from './image.render.ts';
import type { RollbackItem, RollbackReport } from './rollback.ts';

/** Identity column names, margins and gaps of the table. */
const TABLE_MARGIN = 22;
const LEAST_VALUE_WIDTH = 16;

/** Each entry with what the row held before, what runlink wrote and what it holds now; once undone, what was restored. */
export function renderRollback(report: RollbackReport, page: Page): string {
  const items = report.items.map((item) => renderItem(item, page, report.undone > 0));
  return [...items, renderTotal(report, page.style)].join('\n\n');
}

function renderItem(item: RollbackItem, { style, width }: Page, isUndone: boolean): string {
  const symbol = item.refused ? style.remove('!') : item.class === 'repeat' ? '=' : style.change('↩');
  const head = `${symbol} ${style.strong(escapeForTerminal(item.keyText))} ← ${escapeForTerminal(item.wandbRunId)}  ${style.faint(`entry ${item.seq}, plan ${item.planId}`)}`;
  const verdict = `    ${item.class}: ${escapeForTerminal(item.words)}`;
  const isRestored = isUndone && !item.refused;
  const heads = isRestored ? ['restored', 'taken back'] : ['before', 'runlink wrote', 'now'];
  const valueWidth = Math.max(LEAST_VALUE_WIDTH, Math.floor((width - TABLE_MARGIN) / heads.length));
  const rows = IDENTITY_COLUMNS.filter((role) => isWorthShowing(item, role)).map((role) => {
    const now = item.now === null ? style.faint('row is gone') : renderValue(item.now[role], style, valueWidth);
    const values = [item.before[role], item.written[role]].map((cell) => renderValue(cell, style, valueWidth));
    return [`    ${role}`, ...values, ...(isRestored ? [] : [now])];
  });
  if (rows.length === 0) return `${head}\n${verdict}`;
  return `${head}\n${verdict}\n${renderTable([['    ', ...heads.map(style.faint)], ...rows])}`;
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
    undone > 0 ? `${renderCount(undone, 'match', 'matches')} rolled back; not proposed again by any later plan` : null,
    undone === 0 && open > 0 ? `${renderCount(open, 'match', 'matches')} can be rolled back` : null,
    before > 0 ? `${before} rolled back before` : null,
    refused > 0 ? style.remove(`${refused} refused`) : null,
  ];
  return `${parts.filter((part) => part !== null).join(', ')}.`;
}
