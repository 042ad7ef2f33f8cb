import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import { quoteForShell } from '../text/shell.ts';
import type { ApplyPreview, SkippedMatch } from './apply-preview.ts';
import type { ApplyReport } from './apply.ts';
import { renderCount } from './image.render.ts';
import { renderProblems } from './verify.render.ts';

/** What stands before the question whether to write. */
export function renderApplyPreview(preview: ApplyPreview, style: Style): string {
  const { planId, registry, changes, alreadyWritten, columnsToAdd } = preview;
  const resumed = preview.resumes ? ', going on where an earlier invocation stopped' : '';
  const lines = [
    `Plan ${style.name(planId)} on ${escapeForTerminal(registry)}`,
    `  ${style.add('+')} ${renderCount(changes, 'row')} to write${resumed}`,
    ...(alreadyWritten > 0 ? [`  = ${renderCount(alreadyWritten, 'row')} written before`] : []),
    ...renderWaiting(preview, style),
    ...(columnsToAdd.length === 0
      ? []
      : [
          `  ${style.change('~')} adds the columns ${columnsToAdd.join(', ')}; a program that runs`,
          `    INSERT … VALUES without naming its columns would fail afterwards`,
        ]),
    ...preview.notes.map((note) => `  ${style.change('!')} ${escapeForTerminal(note)}`),
    ...renderSkipped(preview.skipped, style),
  ];
  return lines.join('\n');
}

function renderWaiting({ undecided, rejected }: ApplyPreview, style: Style): readonly string[] {
  return [
    ...(undecided > 0
      ? [`  ${style.change('?')} ${renderCount(undecided, 'entry', 'entries')} undecided, left as they are`]
      : []),
    ...(rejected > 0 ? [`  ${style.faint(`× ${renderCount(rejected, 'entry', 'entries')} rejected`)}`] : []),
  ];
}

function renderSkipped(skipped: readonly SkippedMatch[], style: Style): readonly string[] {
  if (skipped.length === 0) return [];
  return [
    `  ${style.remove('!')} ${renderCount(skipped.length, 'accepted match', 'accepted matches')} left out:`,
    ...skipped.map(
      ({ keyText, wandbRunId, reason, words }) =>
        `      ${style.strong(escapeForTerminal(keyText))} → ${escapeForTerminal(wandbRunId)} (${reason}): ${escapeForTerminal(words)}`,
    ),
  ];
}

/** What was done, and where its evidence lies. */
export function renderApply(report: ApplyReport, style: Style): string {
  const { written, alreadyWritten, pace, head } = report;
  const nothing = written === 0 && pace.transactions === 0;
  const total = alreadyWritten > 0 ? `, ${alreadyWritten.toLocaleString('en-US')} before` : '';
  const lines = [
    nothing
      ? `Nothing to do: ${alreadyWritten === 0 ? 'no entry is accepted' : `${renderCount(alreadyWritten, 'row')} of plan ${report.planId} ${alreadyWritten === 1 ? 'was' : 'were'} written before`}.`
      : `${style.add('✓')} ${renderCount(written, 'row')} written${total} (plan ${report.planId}).`,
    ...(nothing ? [] : [renderPace(report)]),
    ...renderWaiting(report, style),
    ...(report.backup === null ? [] : [`  backup   ${escapeForTerminal(report.backup)}`]),
    ...(report.receipt === null ? [] : [`  receipt  ${escapeForTerminal(report.receipt)}`]),
    ...(head.seq === 0 ? [] : [`  ledger   entry ${head.seq}, ${head.hash.slice(0, 12)}`]),
    ...renderSkipped(report.skipped, style),
    ...renderProblems(report.problems, style),
    ...(written === 0
      ? []
      : [`Undo one match with: runlink rollback RUN_ID --registry ${quoteForShell(report.registry)}`]),
  ];
  return lines.join('\n');
}

function renderPace({ pace }: ApplyReport): string {
  const [longest, paused] = [pace.longestMs, pace.pausedMs].map((ms) => Math.round(ms).toLocaleString('en-US'));
  return `  ${renderCount(pace.transactions, 'transaction')}, the longest ${longest} ms, with ${paused} ms of pauses for others`;
}
