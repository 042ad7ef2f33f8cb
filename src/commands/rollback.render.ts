import { cellsEqual } from '../model/cell.ts';
import { listImageColumns } from '../model/identity.ts';
import type { ImageColumn, RowImage } from '../model/identity.ts';
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
  const head = `${symbol} ${style.strong(escapeForTerminal(item.keyText))} ← ${escapeForTerminal(item.wandbRunId)}  ${style.faint(`entry ${item.seq}, ${item.isRefresh ? 'refresh' : `plan ${item.planId}`}`)}`;
  const verdict = `    ${item.class}: ${escapeForTerminal(item.words)}`;
  const isRestored = isUndone && !item.refused;
  const heads = isRestored ? ['restored', 'taken back'] : ['before', 'runlink wrote', 'now'];
  const valueWidth = Math.max(LEAST_VALUE_WIDTH, Math.floor((width - TABLE_MARGIN) / heads.length));
  const shown = listImageColumns(item.written).filter((role) => isWorthShowing(item, role));
  const rows = shown.map((role) => {
    const show = (image: RowImage): string => renderValue(image[role] ?? null, style, valueWidth);
    const now = item.now === null ? style.faint('row is gone') : show(item.now);
    const values = [item.before, item.written].map(show);
    return [`    ${role}`, ...values, ...(isRestored ? [] : [now])];
  });
  if (rows.length === 0) return `${head}\n${verdict}`;
  return `${head}\n${verdict}\n${renderTable([['    ', ...heads.map(style.faint)], ...rows])}`;
}

function isWorthShowing({ before, written, now }: RollbackItem, role: ImageColumn): boolean {
  const isSame = (a: RowImage, b: RowImage): boolean => cellsEqual(a[role] ?? null, b[role] ?? null);
  return !isSame(before, written) || (now !== null && !isSame(now, written));
}

function renderTotal({ items, undone, refused }: RollbackReport, style: Style): string {
  if (items.length === 0) return 'Nothing to roll back: no link of runlink stands in this registry.';
  const open = items.filter((item) => !item.refused && item.class !== 'repeat');
  const matches = open.filter((item) => !item.isRefresh).length;
  const what = [
    ...(matches > 0 ? [renderCount(matches, 'match', 'matches')] : []),
    ...(open.length > matches ? [renderCount(open.length - matches, 'refresh', 'refreshes')] : []),
  ].join(' and ');
  const before = items.filter((item) => item.class === 'repeat').length;
  const rejected = matches > 0 ? '; not proposed again by any later plan' : '; the link stays';
  const parts = [
    undone > 0 ? `${what} rolled back${rejected}` : null,
    undone === 0 && open.length > 0 ? `${what} can be rolled back` : null,
    before > 0 ? `${before} rolled back before` : null,
    refused > 0 ? style.remove(`${refused} refused`) : null,
  ];
  return `${parts.filter((part) => part !== null).join(', ')}.`;
}
