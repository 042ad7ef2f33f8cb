import type { Problem } from '../registry/verification.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import { renderCount } from './image.render.ts';
import type { VerifyReport } from './verify.ts';

export function renderVerify(report: VerifyReport, style: Style): string {
  const { entries, links, head, remoteChecked, problems } = report;
  const remote = remoteChecked === null ? '' : `, ${renderCount(remoteChecked, 'run')} looked up on W&B`;
  const scope =
    entries === 0
      ? 'runlink never wrote to this registry; the file and one-to-one were checked'
      : `${renderCount(entries, 'ledger entry', 'ledger entries')}, ${renderCount(links, 'link')}, file and one-to-one checked${remote}`;
  const chain = head.seq === 0 ? [] : [`  chain head ${head.seq} ${head.hash}`];
  const result = problems.length === 0 ? [`${style.add('✓')} Everything holds: ${scope}.`] : [`Checked: ${scope}.`];
  return [...result, ...chain, ...renderProblems(problems, style)].join('\n');
}

/** One line each, grouped by kind in the order in which they were found. */
export function renderProblems(problems: readonly Problem[], style: Style): readonly string[] {
  if (problems.length === 0) return [];
  return [
    `  ${style.remove('!')} ${renderCount(problems.length, 'problem')}:`,
    ...problems.map(({ kind, keyText, words }) => {
      const row = keyText === null ? '' : ` ${style.strong(escapeForTerminal(keyText))}`;
      return `      ${kind}${row}: ${escapeForTerminal(words)}`;
    }),
  ];
}
