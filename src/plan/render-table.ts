import type { DecidedEntry } from '../model/plan.ts';
import { cutToWidth, padToWidth, widthOf } from '../text/fit.ts';
import { blockOf } from './changes.ts';
import type { Page } from '../text/page.ts';
import { renderTotals } from './render-totals.ts';
import type { PlanView } from './view.ts';
import { count, MARKS, paintMark, showDecision, showName, showProbability, showText } from './words.ts';

const HEADINGS = ['', 'row', 'run', 'name', 'p', 'margin', 'decision'] as const;
const RIGHT_ALIGNED: readonly number[] = [4, 5];
/** These give way where the terminal is narrow: first the name, then the row. */
const ROW = 1;
const NAME = 3;
const GAP = '  ';

/** One line an entry; laid out in two walks, so that it needs no memory. */
export function* renderPlanTable(view: PlanView, page: Page): Generator<string> {
  const widths = measure(view, page.width);
  yield `${page.style.faint(renderLine(HEADINGS, widths))}\n`;
  for (const decided of view.entries) {
    const [mark, ...cells] = buildCells(decided);
    const line = renderLine(['', ...cells], widths).slice(1);
    yield `${mark === undefined ? ' ' : paintMark(blockOf(decided), page.style)}${line}\n`;
  }
  yield `\n${renderTotals(view, page)}`;
}

function buildCells(decided: DecidedEntry): readonly string[] {
  const { entry, choice } = decided;
  const runId = choice?.wandbRunId ?? entry.wandbRunId ?? '';
  const others = entry.candidates.length;
  const name =
    choice === null ? (entry.kind === 'ambiguous' ? count(others, 'candidate') : '') : showName(choice.displayName);
  return [
    MARKS[blockOf(decided)],
    showText(entry.keyText),
    showText(runId),
    name,
    showProbability(entry.probability),
    entry.margin === null ? '' : entry.margin.toFixed(1),
    showDecision(decided),
  ];
}

function measure(view: PlanView, width: number): readonly number[] {
  const widths = HEADINGS.map((heading) => Math.max(1, heading.length));
  for (const decided of view.entries) {
    for (const [index, cell] of buildCells(decided).entries()) {
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
    }
  }
  const total = widths.reduce((sum, item) => sum + item, 0) + GAP.length * (widths.length - 1);
  const excess = Math.max(0, total - width);
  const [row, name] = [widths[ROW] ?? 0, widths[NAME] ?? 0];
  const fromName = Math.min(excess, Math.max(0, name - 12));
  return widths.with(NAME, name - fromName).with(ROW, Math.max(16, row - (excess - fromName)));
}

function renderLine(cells: readonly string[], widths: readonly number[]): string {
  const fitted = cells.map((cell, index) => {
    const width = widths[index] ?? 0;
    const text = cutToWidth(cell, width);
    return RIGHT_ALIGNED.includes(index) ? ' '.repeat(width - widthOf(text)) + text : padToWidth(text, width);
  });
  return fitted.join(GAP).trimEnd();
}
