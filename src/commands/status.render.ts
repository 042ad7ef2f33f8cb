import { LINK } from '../model/ledger.ts';
import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import { renderTable } from '../text/table.ts';
import { renderApplyPreview } from './apply.render.ts';
import { renderCount } from './image.render.ts';
import type { StatusReport } from './status.ts';

export function renderStatus(report: StatusReport, style: Style): string {
  const sections = [
    [style.strong(`Registry  ${escapeForTerminal(report.registry)}`), ...renderRows(report)].join('\n'),
    renderPlans(report, style),
    renderActivity(report, style),
    report.plan === null ? '' : renderApplyPreview(report.plan, style),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function renderRows({ table, rows }: StatusReport): readonly string[] {
  return [
    `  ${renderCount(rows.total, 'row')} in table ${escapeForTerminal(table)}`,
    `  ${renderCount(rows.linkedByRunlink, 'row')} linked by runlink, ${rows.linkedOtherwise.toLocaleString('en-US')} linked otherwise, ${rows.unlinked.toLocaleString('en-US')} without a link`,
  ];
}

function renderPlans({ plans, rejections }: StatusReport, style: Style): string {
  if (plans.length === 0) return 'runlink never wrote to this registry.';
  const head = ['plan', 'applied', 'standing', 'rolled back', 'last entry'].map(style.faint);
  const rows = plans.map((plan) => [
    plan.planId === LINK ? 'by hand' : plan.planId,
    ...[plan.applied, plan.live, plan.rolledBack].map(String),
    plan.lastAt,
  ]);
  const rejected =
    rejections === 0 ? '' : `\n${renderCount(rejections, 'pair')} rejected: no plan proposes them again by itself`;
  return `${renderTable([head, ...rows], [1, 2, 3])}${rejected}`;
}

function renderActivity({ lastInvocation, lockHolder }: StatusReport, style: Style): string {
  const last =
    lastInvocation === null
      ? []
      : [
          `Last migration ${lastInvocation.name}, ${lastInvocation.appliedAt}, pid ${lastInvocation.pid} on ${escapeForTerminal(lastInvocation.host)}, runlink ${lastInvocation.toolVersion}`,
        ];
  const lock =
    lockHolder === null
      ? 'Nobody holds the lock.'
      : style.change(
          `Locked by runlink ${escapeForTerminal(lockHolder.command)}, pid ${lockHolder.pid} on ${escapeForTerminal(lockHolder.host)}, since ${lockHolder.started}`,
        );
  return [...last, lock].join('\n');
}
