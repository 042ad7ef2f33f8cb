import { escapeForTerminal } from '../text/escape.ts';
import type { Style } from '../text/style.ts';
import type { ExportReport, MergeReport } from './export.ts';

const MOST_FAILURES = 20;

export function renderExport(report: ExportReport, style: Style): string {
  const { shard, exported, upToDate, selected, unlinked, failed } = report;
  const total = exported + upToDate + failed.length;
  const part = shard.count === 1 ? '' : `, of which ${total} fall into shard ${shard.index} of ${shard.count}`;
  return [
    `${countOf(selected, 'run')} selected${part}`,
    `${style.add(`${exported} exported`)}, ${upToDate} up to date, ${failed.length === 0 ? '0 failed' : style.remove(`${failed.length} failed`)}`,
    ...(unlinked === 0 ? [] : [style.faint(`${countOf(unlinked, 'selected row')} without a link to a run`)]),
    ...renderFailures(failed, style),
    renderTotal(report, style),
  ].join('\n');
}

export function renderMerge(report: MergeReport, style: Style): string {
  return [
    `manifests of ${report.shards} shards merged`,
    ...renderFailures(report.failed, style),
    renderTotal(report, style),
  ].join('\n');
}

function renderFailures(failed: ExportReport['failed'], style: Style): readonly string[] {
  const lines = failed
    .slice(0, MOST_FAILURES)
    .map(({ run, row, error }) => `  ${style.remove('✗')} ${escapeForTerminal(`${run} (${row}): ${error}`)}`);
  const more = failed.length - lines.length;
  return more > 0 ? [...lines, `  and ${more} more, named in the manifest`] : lines;
}

function renderTotal(
  { rows, runs, bytes, manifest }: Pick<ExportReport, 'rows' | 'runs' | 'bytes' | 'manifest'>,
  style: Style,
): string {
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  return `${style.strong(escapeForTerminal(manifest))}: ${countOf(runs, 'run')}, ${rows.toLocaleString('en')} steps, ${size}`;
}

function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
