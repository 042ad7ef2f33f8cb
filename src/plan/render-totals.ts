import { wrapText } from '../text/fit.ts';
import type { Page } from '../text/page.ts';
import type { PlanView } from './view.ts';
import { count, groupDigits } from './words.ts';

/** The last lines of every view: all rows by kind and decision. */
export function renderTotals(
  { counts, decisions }: Pick<PlanView, 'counts' | 'decisions'>,
  { style, width }: Page,
): string {
  const { match, ambiguous, unmatched } = decisions;
  const accepted = match.accepted + ambiguous.accepted + unmatched.accepted;
  const waiting = match.undecided + ambiguous.undecided;
  const rejected = match.rejected + ambiguous.rejected + unmatched.rejected;
  const parts = [
    `${groupDigits(accepted)} accepted`,
    `${groupDigits(waiting)} to decide`,
    `${groupDigits(rejected)} rejected`,
    `${groupDigits(unmatched.undecided)} without a run`,
    `${groupDigits(counts.linked)} linked already`,
  ];
  return `${wrapText(`${count(counts.rows, 'row')}: ${parts.join(', ')}`, width)
    .map(style.strong)
    .join('\n')}\n`;
}
