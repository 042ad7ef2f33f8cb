import type { EvidenceItem } from '../model/linkage.ts';
import { padToWidth, widthOf, wrapText } from '../text/fit.ts';
import type { Page } from '../text/page.ts';
import { showText, showWeight } from './words.ts';

const BAR_WIDTH = 20;
const LABEL_LIMIT = 22;

/** The match weight as a sum of bars, each starting where the one before ended. */
export function renderWaterfall(evidence: readonly EvidenceItem[], page: Page): readonly string[] {
  const sums = evidence.reduce<readonly number[]>((all, item) => [...all, (all.at(-1) ?? 0) + item.weight], [0]);
  const [low, high] = [Math.min(...sums), Math.max(...sums)];
  const place = (sum: number): number => (high === low ? 0 : Math.round(((sum - low) / (high - low)) * BAR_WIDTH));
  const labelWidth = Math.max(...evidence.map((item) => widthOf(showText(item.comparison, LABEL_LIMIT))), 5);
  const indent = 8 + labelWidth + 7 + 2 + BAR_WIDTH + 2;
  const lines = evidence.flatMap((item, index) => {
    const bar = renderBar(place(sums[index] ?? 0), place(sums[index + 1] ?? 0), page);
    const label = padToWidth(showText(item.comparison, LABEL_LIMIT), labelWidth);
    const [first = '', ...more] = wrapText(showText(item.words), Math.max(20, page.width - indent));
    const line = `        ${label} ${showWeight(item.weight).padStart(6)}  ${bar}  ${first}`.trimEnd();
    return [line, ...more.map((words) => ' '.repeat(indent) + words)];
  });
  const total = `        ${padToWidth('sum', labelWidth)} ${showWeight(sums.at(-1) ?? 0).padStart(6)}  bits`;
  return [...lines, page.style.strong(total)];
}

function renderBar(from: number, to: number, { style }: Page): string {
  const [start, end] = [Math.min(from, to), Math.max(from, to)];
  const blocks = end === start ? '▏' : '█'.repeat(end - start);
  const painted = to < from ? style.remove(blocks) : style.add(blocks);
  return padToWidth(' '.repeat(Math.min(start, BAR_WIDTH - 1)) + painted, BAR_WIDTH);
}
