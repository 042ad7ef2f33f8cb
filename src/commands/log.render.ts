import { isRefresh } from '../model/ledger.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import { renderTable } from '../text/table.ts';
import { renderCount } from './image.render.ts';
import type { LogReport } from './log.ts';

/** One line an entry, newest last. */
export function renderLog({ entries, total }: LogReport, style: Style): string {
  if (total === 0) return 'The ledger has no such entry.';
  const head = ['seq', 'when', 'event', 'row', 'run', 'plan', 'by', 'hash'].map(style.faint);
  const left = total - entries.length;
  const rest = left > 0 ? `\n${style.faint(`${renderCount(left, 'older entry', 'older entries')} not shown`)}` : '';
  return `${renderTable([head, ...entries.map((entry) => renderEntry(entry, style))], [0])}${rest}`;
}

function renderEntry(entry: LedgerEntry, style: Style): readonly string[] {
  const applied = isRefresh(entry) ? style.change('~ refreshed') : style.add('+ applied');
  const event = entry.event === 'applied' ? applied : style.change(`↩ undoes ${entry.undoes ?? ''}`);
  const [row, run, by] = [entry.keyText, entry.wandbRunId, entry.by].map(escapeForTerminal);
  return [String(entry.seq), entry.at, event, row ?? '', run ?? '', entry.planId, by ?? '', entry.hash.slice(0, 12)];
}
