import type { EntryDecision } from '../model/plan.ts';
import type { Page } from '../text/page.ts';
import { renderTotals } from '../plan/render-totals.ts';
import { count, groupDigits, showText } from '../plan/words.ts';
import { quoteForShell } from '../text/shell.ts';
import type { Style } from '../text/style.ts';
import type { DecideReport } from './decide.ts';

const SHOWN = 20;

export function renderDecide(report: DecideReport, page: Page): string {
  const { style } = page;
  const { changed, unchanged, skipped } = report;
  const lines = [
    ...changed.slice(0, SHOWN).map((decision) => renderDecision(decision, style)),
    ...renderRest(changed.length),
    ...(unchanged > 0 ? [style.faint(`${count(unchanged, 'row')} decided like that already`)] : []),
    ...skipped
      .slice(0, SHOWN)
      .map(({ keyText, why }) => `${style.name('?')} ${showText(keyText)}  left alone: ${showText(why)}`),
    ...renderRest(skipped.length),
    ...(changed.length === 0 && unchanged === 0 ? ['nothing to decide'] : []),
  ];
  const apply = `runlink apply ${quoteForShell(report.path)} --registry ${quoteForShell(report.registry)}`;
  return `${lines.join('\n')}\n\n${renderTotals(report, page)}next: ${style.name(apply)}\n`;
}

function renderDecision({ keyText, decision, wandbRunId }: EntryDecision, style: Style): string {
  const run = wandbRunId === null ? '' : `  ->  ${showText(wandbRunId)}`;
  const marks = { accepted: style.add('+'), rejected: style.remove('x'), undecided: style.name('?') };
  const words = { accepted: 'accepted', rejected: 'rejected', undecided: 'waits again' };
  return `${marks[decision]} ${showText(keyText)}${run}  ${style.faint(words[decision])}`;
}

function renderRest(total: number): string[] {
  return total > SHOWN ? [`  and ${groupDigits(total - SHOWN)} more`] : [];
}
