import { IDENTITY_COLUMNS } from '../model/identity.ts';
import { START_SOURCES } from '../model/plan.ts';
import { padToWidth, widthOf, wrapText } from '../text/fit.ts';
import { quoteForShell } from '../text/shell.ts';
import { renderTable } from '../text/table.ts';
import { sayEvaluation } from './evaluation.ts';
import { renderEntryDiff, renderEntryHead } from './render-entry.ts';
import type { Page } from '../text/page.ts';
import type { PlanDigestReport, Sample } from './report.ts';
import { count, groupDigits, showText, START_WORDS } from './words.ts';

/** The pairings that were learned come last, one sentence each. */
const SHOWN_HEALTH = 8;

/** The dry-run report: nothing is written yet, and this is what would be. */
export function renderPlanReport(report: PlanDigestReport, page: Page): string {
  const sections = [
    renderHead(report, page),
    renderKinds(report, page),
    renderSample('Would overwrite a link, a URL or a start time', report.overwrites, page),
    renderWeakest(report, page),
    renderSample('Ambiguous: a person has to choose', report.ambiguous, page),
    renderUnmatched(report, page),
    renderThresholds(report, page),
    renderWrites(report, page),
    renderQuarantined(report, page),
    renderHealth(report, page),
    renderNext(report, page),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function renderHead({ planId, path, sealed, counts }: PlanDigestReport, { style, width }: Page): string {
  const { registry, entity, project, baseUrl } = sealed.header;
  const { evaluation } = sealed.summary;
  const lines = [
    ['registry', `${registry.path}, table ${registry.table}, ${count(counts.rows, 'row')}`],
    ['project', `${entity}/${project} at ${baseUrl}, ${count(counts.runs, 'run')}, listing complete`],
    ['clock', sealed.summary.clock],
    ...(evaluation === undefined ? [] : [['check', sayEvaluation(evaluation)] as const]),
  ] as const;
  const title = `${style.strong(`Plan ${planId}`)}  ${showText(path)}`;
  return [title, ...lines.flatMap(([label, text]) => renderLabelled(label, text, { style, width }))].join('\n');
}

function renderLabelled(label: string, text: string, { style, width }: Page): string[] {
  const [first = '', ...more] = wrapText(showText(text), width - 12);
  return [`  ${style.faint(padToWidth(label, 9))} ${first}`, ...more.map((line) => `            ${line}`)];
}

function renderKinds({ counts, decisions }: PlanDigestReport, { style }: Page): string {
  const { match, ambiguous } = decisions;
  const rows = [
    [style.add('+'), counts.match, 'match', sayMatches(match.accepted, match.undecided, match.rejected)],
    [
      style.name('?'),
      counts.ambiguous,
      'ambiguous',
      ambiguous.undecided > 0 ? 'left alone until a person chooses' : '',
    ],
    [style.faint('-'), counts.unmatched, 'unmatched', counts.unmatched > 0 ? 'no run found; left alone' : ''],
    [style.faint('='), counts.linked, 'linked', counts.linked > 0 ? 'linked already; their runs are out of reach' : ''],
  ] as const;
  const cells = rows.map(([mark, number, kind, words]) => [`  ${mark}`, groupDigits(number), kind, style.faint(words)]);
  return renderTable(cells, [1]);
}

function sayMatches(accepted: number, undecided: number, rejected: number): string {
  const parts = [
    ...(accepted > 0 ? [`${groupDigits(accepted)} accepted`] : []),
    ...(undecided > 0 ? [`${groupDigits(undecided)} to decide`] : []),
    ...(rejected > 0 ? [`${groupDigits(rejected)} rejected`] : []),
  ];
  return parts.join(', ');
}

function renderSample(title: string, sample: Sample, page: Page): string {
  if (sample.total === 0) return '';
  const { style } = page;
  const more = sample.total - sample.first.length;
  const entries = sample.first.map((decided) => renderEntryDiff(decided, page));
  const rest = more > 0 ? `\n  ${style.faint(`and ${groupDigits(more)} more`)}` : '';
  return `${style.strong(`${title} (${groupDigits(sample.total)})`)}\n\n${entries.join('\n').trimEnd()}${rest}`;
}

function renderWeakest({ weakest }: PlanDigestReport, page: Page): string {
  if (weakest.length === 0) return '';
  const lines = weakest.flatMap((decided) => renderEntryHead(decided, page));
  return [page.style.strong('Weakest of the accepted matches'), '', ...lines].join('\n');
}

function renderUnmatched({ unmatched, otherReasons, counts }: PlanDigestReport, { style, width }: Page): string {
  if (unmatched.length === 0) return '';
  const lines = unmatched.flatMap(({ rows, reason, example }) => [
    ...wrapText(showText(reason), width - 11).map((line, index) =>
      index === 0 ? `  ${style.faint('-')} ${groupDigits(rows).padStart(5)}  ${line}` : `           ${line}`,
    ),
    `           ${style.faint(`${rows === 1 ? '' : 'for example '}${showText(example, width - 24)}`)}`,
  ]);
  const { reasons, rows } = otherReasons;
  const rest = reasons === 0 ? [] : [`    ${groupDigits(rows).padStart(5)}  for ${count(reasons, 'other reason')}`];
  return [style.strong(`Unmatched (${groupDigits(counts.unmatched)})`), '', ...lines, ...rest].join('\n');
}

function renderThresholds({ thresholds, sealed }: PlanDigestReport, { style }: Page): string {
  if (thresholds.length === 0) return '';
  const rows = thresholds.map(({ probability, rows, expectedWrong }) => [
    `  ${probability}`,
    groupDigits(rows),
    rows === 0 ? '' : sayExpectedWrong(expectedWrong),
    probability === sealed.header.minProbability ? style.faint('<- this plan') : '',
  ]);
  return `${style.strong('What each threshold would accept, and how many of it wrong')}\n\n${renderTable(rows, [1])}`;
}

function sayExpectedWrong(wrong: number): string {
  return wrong < 0.1 ? 'less than 0.1 wrong' : `about ${wrong.toFixed(wrong < 10 ? 1 : 0)} wrong`;
}

function renderWrites({ writes, startSources }: PlanDigestReport, { style }: Page): string {
  const rows = IDENTITY_COLUMNS.filter((column) => writes[column].fill + writes[column].overwrite > 0).map((column) => [
    `  ${column}`,
    writes[column].fill === 0 ? '' : style.add(`+ ${groupDigits(writes[column].fill)} filled`),
    writes[column].overwrite === 0 ? '' : style.change(`~ ${groupDigits(writes[column].overwrite)} replaced`),
  ]);
  if (rows.length === 0) return '';
  const starts = START_SOURCES.filter((source) => startSources[source] > 0).map(
    (source) => `    ${groupDigits(startSources[source]).padStart(5)}  ${style.faint(START_WORDS[source])}`,
  );
  const title = style.strong('What the accepted matches write');
  return [title, '', renderTable(rows), '', '  where started_at comes from', ...starts].join('\n');
}

function renderQuarantined({ sealed }: PlanDigestReport, { style, width }: Page): string {
  if (sealed.quarantined.length === 0) return '';
  const lines = sealed.quarantined.map(
    ({ runId, error }) => `    ${showText(runId, 20)}  ${style.faint(showText(error, width - 28))}`,
  );
  const title = `${count(sealed.quarantined.length, 'run')} that W&B lists but cannot serve: not matched`;
  return [style.strong(title), '', ...lines].join('\n');
}

function renderHealth({ sealed, path }: PlanDigestReport, { style, width }: Page): string {
  const { health } = sealed.summary;
  if (health.length === 0) return '';
  const lines = health
    .slice(0, SHOWN_HEALTH)
    .flatMap((sentence) =>
      wrapText(showText(sentence), width - 4).map((line, index) => `  ${index === 0 ? '-' : ' '} ${line}`),
    );
  const more = health.length - SHOWN_HEALTH;
  const rest = more > 0 ? [style.faint(`    and ${more} more: runlink show ${quoteForShell(path)} --format json`)] : [];
  return [style.strong('How the matching fared'), '', ...lines, ...rest].join('\n');
}

function renderNext({ path, sealed, decisions }: PlanDigestReport, { style, width }: Page): string {
  const plan = quoteForShell(path);
  const registry = quoteForShell(sealed.header.registry.path);
  const waits = decisions.match.undecided + decisions.ambiguous.undecided;
  const accepted = decisions.match.accepted + decisions.ambiguous.accepted + decisions.unmatched.accepted;
  const commands = [
    [`runlink show ${plan} --format diff`, 'every change, field by field'],
    [`runlink show ${plan} --run RUN_ID`, 'a row with all its evidence'],
    ...(waits === 0 ? [] : [[`runlink decide ${plan} RUN_ID --choose WANDB_RUN_ID`, 'or --accept, --reject']]),
    ...((sealed.summary.evaluation?.wrong ?? 0) === 0
      ? []
      : [[`runlink evaluate --plan ${plan} --registry ${registry}`, 'which linked rows were matched wrong']]),
    ...(accepted === 0 ? [] : [[`runlink apply ${plan} --registry ${registry}`, sayWrites(accepted)]]),
  ];
  const commandWidth = Math.max(...commands.map(([command = '']) => widthOf(command)));
  const lines = commands.map(([command = '', words = '']) => {
    const line = `  ${style.name(padToWidth(command, commandWidth))}  ${style.faint(`# ${words}`)}`;
    return widthOf(line) <= width ? line : `  ${style.name(command)}`;
  });
  return `${style.strong('Nothing was written to the registry. Next:')}\n\n${lines.join('\n')}`;
}

function sayWrites(accepted: number): string {
  return `writes ${count(accepted, 'row')}`;
}
