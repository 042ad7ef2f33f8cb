import { planIdOfDigest } from '../model/plan.ts';
import { REVIEW_BLOCKS, blockOf } from './changes.ts';
import type { ReviewBlock } from './changes.ts';
import { renderEntryDiff } from './render-entry.ts';
import type { Page } from '../text/page.ts';
import { renderTotals } from './render-totals.ts';
import type { PlanView } from './view.ts';
import { groupDigits, paintMark, showText } from './words.ts';

const TITLES: Readonly<Record<ReviewBlock, string>> = {
  overwrite: 'Overwrites a link, a URL or a start time',
  review: 'Needs review',
  fill: 'Fills',
  rejected: 'Rejected: not written',
  unmatched: 'No run found',
  linked: 'Linked already',
};

/** Without a selection, only what would change or waits; the rest is counted. */
const CHANGING: readonly ReviewBlock[] = ['overwrite', 'review', 'fill'];

/** The entries in order of danger, each with the fields that change. */
export function* renderPlanDiff(view: PlanView, page: Page): Generator<string> {
  const { style } = page;
  const { header, digest } = view.sealed;
  yield `${style.strong(`plan ${planIdOfDigest(digest)}`)}  ${showText(`${header.entity}/${header.project}`)} -> ${showText(header.registry.path)}, table ${showText(header.registry.table)}\n`;
  yield `${paintMark('fill', style)} fill   ${paintMark('overwrite', style)} overwrite   ${paintMark('review', style)} needs review   ${paintMark('linked', style)} linked\n\n`;
  const counts = countBlocks(view);
  for (const block of view.filtered ? REVIEW_BLOCKS : CHANGING) {
    const number = counts.get(block) ?? 0;
    if (number === 0) continue;
    yield `${style.strong(`${TITLES[block]} (${groupDigits(number)})`)}\n\n`;
    for (const decided of view.entries) {
      if (blockOf(decided) === block) yield `${renderEntryDiff(decided, page)}\n`;
    }
  }
  yield renderTotals(view, page);
}

function countBlocks(view: PlanView): ReadonlyMap<ReviewBlock, number> {
  const counts = new Map<ReviewBlock, number>();
  for (const decided of view.entries) {
    const block = blockOf(decided);
    counts.set(block, (counts.get(block) ?? 0) + 1);
  }
  return counts;
}
