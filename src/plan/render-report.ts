import { START_SOURCES } from '../model/plan.ts';
import { cutToWidth, padToWidth, widthOf, wrapText } from '../text/fit.ts';
import { quoteForShell } from '../text/shell.ts';
import { renderTable } from '../text/table.ts';
import { renderEntryDiff } from './render-entry.ts';
import type { Page } from './render-entry.ts';
import type { PlanDigestReport, Sample } from './report.ts';
import { count, groupDigits, showName, showProbability, showText, START_WORDS } from './words.ts';

/** The dry-run report: nothing is written yet, and this is what would be. */
export function renderPlanReport(report: PlanDigestReport, page: Page): string {
  const sections = [
    renderHead(report, page),
    renderKinds(report, page),
    renderSample('Would overwrite a link, a URL or a start time', report.overwrites, page),
    renderWeakest(report, page),
    renderSample('Ambiguous: a person has to choose', report.ambiguous, page),
    renderUnmatched(report, page),
    renderStarts(report, page),
    renderQuarantined(report, page),
    renderHealth(report, page),
    renderNext(report, page),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function renderHead({ planId, path, sealed, counts }: PlanDigestReport, { style, width }: Page): string {
  const { registry, entity, project, baseUrl } = sealed.header;
  const lines = [
    ['registry', `${registry.path}, table ${registry.table}, ${count(counts.rows, 'row')}`],
    ['project', `${entity}/${project} at ${baseUrl}, ${count(counts.runs, 'run')}, listing complete`],
    ['clock', sealed.summary.clock],
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
    ...(undecided > 0 ? [`${groupDigits(undecided)} wait for a decision`] : []),
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

function renderWeakest({ weakest }: PlanDigestReport, { style, width }: Page): string {
  if (weakest.length === 0) return '';
  const rows = weakest.map(({ entry, choice }) => [
    `  ${style.add('+')} ${showText(entry.keyText, 34)}`,
    showText(choice?.wandbRunId ?? '', 12),
    style.name(showName(choice?.displayName ?? null, 24)),
    `p ${showProbability(entry.probability)}`,
    entry.margin === null ? '' : `margin ${entry.margin.toFixed(1)}`,
  ]);
  const lines = renderTable(rows, [4]).split('\n');
  const reasons = weakest.map(({ entry }) => `      ${style.faint(showText(entry.reason, width - 6))}`);
  const body = lines.flatMap((line, index) => [line, reasons[index] ?? '']);
  return [style.strong('Weakest of the accepted matches'), '', ...body].join('\n');
}

function renderUnmatched({ unmatched, otherReasons, counts }: PlanDigestReport, { style, width }: Page): string {
  if (unmatched.length === 0) return '';
  const lines = unmatched.map(({ rows, reason, example }) => {
    const start = `  ${style.faint('-')} ${groupDigits(rows).padStart(5)}  `;
    const sample = showText(example, 30);
    const room = width - widthOf(start) - widthOf(sample) - 7;
    return `${start}${padToWidth(cutToWidth(showText(reason), room), room)}  ${style.faint(`e.g. ${sample}`)}`;
  });
  const { reasons, rows } = otherReasons;
  const rest = reasons === 0 ? [] : [`    ${groupDigits(rows).padStart(5)}  for ${count(reasons, 'other reason')}`];
  return [style.strong(`Unmatched (${groupDigits(counts.unmatched)})`), '', ...lines, ...rest].join('\n');
}

function renderStarts({ startSources }: PlanDigestReport, { style }: Page): string {
  const used = START_SOURCES.filter((source) => startSources[source] > 0);
  if (used.length === 0) return '';
  const lines = used.map((source) => `    ${groupDigits(startSources[source]).padStart(5)}  ${START_WORDS[source]}`);
  return [style.strong('Where started_at comes from'), '', ...lines].join('\n');
}

function renderQuarantined({ sealed }: PlanDigestReport, { style, width }: Page): string {
  if (sealed.quarantined.length === 0) return '';
  const lines = sealed.quarantined.map(
    ({ runId, error }) => `    ${showText(runId, 20)}  ${style.faint(showText(error, width - 28))}`,
  );
  const title = `${count(sealed.quarantined.length, 'run')} that W&B lists but cannot serve: not matched`;
  return [style.strong(title), '', ...lines].join('\n');
}

function renderHealth({ sealed }: PlanDigestReport, { style, width }: Page): string {
  if (sealed.summary.health.length === 0) return '';
  const lines = sealed.summary.health.flatMap((sentence) =>
    wrapText(showText(sentence), width - 6).map((line, index) => `  ${index === 0 ? '- ' : '  '}${line}`),
  );
  return [style.strong('How the matching fared'), '', ...lines].join('\n');
}

function renderNext({ path, sealed, decisions }: PlanDigestReport, { style }: Page): string {
  const plan = quoteForShell(path);
  const waits = decisions.match.undecided + decisions.ambiguous.undecided;
  const accepted = decisions.match.accepted + decisions.ambiguous.accepted + decisions.unmatched.accepted;
  const commands = [
    [`runlink show ${plan} --format diff`, 'every change, field by field'],
    [`runlink show ${plan} --run RUN_ID`, 'one row with all candidates and their evidence'],
    ...(waits === 0 ? [] : [[`runlink decide ${plan} RUN_ID --choose WANDB_RUN_ID`, 'or --accept, --reject']]),
    ...(accepted === 0
      ? []
      : [[`runlink apply ${plan} --registry ${quoteForShell(sealed.header.registry.path)}`, sayWrites(accepted)]]),
  ];
  const lines = renderTable(
    commands.map(([command = '', words = '']) => [`  ${style.name(command)}`, style.faint(words)]),
  );
  return `${style.strong('Nothing was written to the registry. Next:')}\n\n${lines}`;
}

function sayWrites(accepted: number): string {
  return `writes the ${count(accepted, 'accepted row')}`;
}
