import type { HiddenOutcome, RunName } from '../plan/evaluation.ts';
import { LEAST_LINKS, sayEvaluation } from '../plan/evaluation.ts';
import type { ShareInterval } from '../plan/interval.ts';
import { renderReason } from '../plan/render-entry.ts';
import { count, groupDigits, showName, showProbability, showText } from '../plan/words.ts';
import { wrapText } from '../text/fit.ts';
import type { Page } from '../text/page.ts';
import { renderTable } from '../text/table.ts';
import type { EvaluateReport } from './evaluate.ts';

/** Wrong ones are worth a look each; of open ones a handful shows the pattern. */
const SHOWN = { wrong: 50, abstained: 10 } as const;

export function renderEvaluate(report: EvaluateReport, page: Page): string {
  const sections = [
    renderHead(report, page),
    renderShares(report, page),
    renderCalibration(report, page),
    renderWrong(report, page),
    renderAbstained(report, page),
    renderLeftOut(report, page),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function renderHead({ counts, project, rows, runs, folds }: EvaluateReport, { style, width }: Page): string {
  const scope = `${count(rows, 'row')}, ${count(runs, 'run')} of ${showText(project)}`;
  if (counts.linked === 0) {
    const why = 'No link can be hidden, so nothing can be said about how often the matching is right';
    return wrapText(`${why}: ${scope}.`, width).join('\n');
  }
  const how = folds === 1 ? 'all hidden at once' : `hidden in ${folds} parts, one after the other`;
  const few = `fewer than ${LEAST_LINKS} links: the intervals are wide`;
  return [
    style.strong(`On ${sayEvaluation(counts).slice('on '.length)}`),
    ...wrapText(`${scope}; ${how}${counts.linked < LEAST_LINKS ? `; ${few}` : ''}`, width - 2).map(
      (line) => `  ${style.faint(line)}`,
    ),
  ].join('\n');
}

function renderShares({ precision, recall, claimedWrong, counts }: EvaluateReport, { style }: Page): string {
  const lines = [
    ...(precision === null ? [] : [['precision', precision, 'matches are right'] as const]),
    ...(recall === null ? [] : [['recall', recall, 'rows were found again'] as const]),
  ];
  if (lines.length === 0) return '';
  const cells = lines.map(([label, interval, words]) => [
    `  ${label}`,
    showShare(interval.share),
    style.faint(`95 % interval ${showInterval(interval)}`),
    style.faint(`${groupDigits(interval.hits)} of ${groupDigits(interval.trials)} ${words}`),
  ]);
  const claim = `  the probabilities themselves admit ${claimedWrong.toFixed(1)} wrong; there ${counts.wrong === 1 ? 'is' : 'are'} ${counts.wrong}`;
  return `${renderTable(cells, [1])}\n${precision === null ? '' : style.faint(claim)}`.trimEnd();
}

function renderCalibration({ calibration }: EvaluateReport, { style }: Page): string {
  const { bins, error } = calibration;
  if (error === null) return '';
  const cells = bins.map(({ from, to, said, came }) => [
    `  ${from} to ${to}`,
    groupDigits(came.trials),
    showProbability(said),
    showShare(came.share),
    style.faint(showInterval(came)),
  ]);
  const head = ['  probability', 'rows', 'said', 'true', '95 % interval'].map(style.faint);
  const title = `Probabilities, said and true ${style.faint(`(best candidates of matches and ambiguous rows; calibration error ${error.toFixed(3)})`)}`;
  return `${style.strong(title)}\n\n${renderTable([head, ...cells], [1, 2, 3])}`;
}

function renderWrong({ wrong }: EvaluateReport, page: Page): string {
  const { style } = page;
  if (wrong.length === 0) return '';
  const entries = wrong
    .slice(0, SHOWN.wrong)
    .flatMap((item) => [
      `  ${style.remove('x')} ${style.strong(showText(item.keyText))}  probability ${showProbability(item.probability)}`,
      `      linked to  ${showRun(item.trueRun)}${sayTrueProbability(item)}`,
      `      matched to ${item.chosenRun === null ? '' : showRun(item.chosenRun)}`,
      ...renderReason(showText(item.reason), page).map((line) => `  ${line}`),
    ]);
  const title = style.strong(`Wrong, unless the registry's own link is (${groupDigits(wrong.length)})`);
  return [title, '', ...entries, ...renderRest(wrong.length - SHOWN.wrong, page)].join('\n');
}

function renderAbstained({ abstained }: EvaluateReport, page: Page): string {
  const { style } = page;
  if (abstained.length === 0) return '';
  const entries = abstained
    .slice(0, SHOWN.abstained)
    .flatMap((item) => [
      `  ${item.kind === 'ambiguous' ? style.name('?') : style.faint('-')} ${style.strong(showText(item.keyText))}`,
      `      linked to ${showRun(item.trueRun)}${sayTrueProbability(item)}`,
      ...renderReason(showText(item.reason), page).map((line) => `  ${line}`),
    ]);
  const title = style.strong(`Left open (${groupDigits(abstained.length)})`);
  return [title, '', ...entries, ...renderRest(abstained.length - SHOWN.abstained, page)].join('\n');
}

function renderRest(more: number, { style }: Page): string[] {
  return more > 0 ? [style.faint(`    and ${groupDigits(more)} more: --json lists all`)] : [];
}

function renderLeftOut({ leftOut }: EvaluateReport, { style, width }: Page): string {
  const reasons = [
    [leftOut.byPolicy, "by runlink's own policy: the matching would agree with itself"],
    [leftOut.shared, 'to a run that another row has too'],
    [leftOut.notServed, 'to a run that W&B lists but fails to serve'],
    [leftOut.takenBack, 'to a run that was taken back once'],
  ] as const;
  const lines = reasons
    .filter(([rows]) => rows > 0)
    .flatMap(([rows, words]) => wrapText(`${count(rows, 'row')} linked ${words}`, width - 4))
    .map((line) => `    ${line}`);
  return lines.length === 0 ? '' : [style.strong('Not hidden'), '', ...lines].join('\n');
}

function showRun({ wandbRunId, displayName }: RunName): string {
  return `${showText(wandbRunId)} ${showName(displayName, 40)}`;
}

function sayTrueProbability({ trueProbability }: HiddenOutcome): string {
  return trueProbability === null ? ', not among the candidates' : `, probability ${showProbability(trueProbability)}`;
}

function showInterval({ low, high }: ShareInterval): string {
  return `${showShare(low)} to ${showShare(high)}`;
}

/** No share but the whole shows as 100 %, and none but nothing as 0 %. */
function showShare(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  return `${Math.min(99.9, Math.max(0.1, share * 100)).toFixed(1)} %`;
}
