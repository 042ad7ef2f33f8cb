import type { PairedMetric } from '../pairing/pair-metrics.ts';
import type { ComparisonWords } from './comparison.ts';
import type { MetricSide } from './metric-likelihood.ts';

export function describeMetrics(
  metrics: readonly PairedMetric[],
  sides: readonly MetricSide[],
  { row, run, speaksFor }: { readonly row: number; readonly run: number; readonly speaksFor: boolean },
): ComparisonWords {
  const agreeing: number[] = [];
  const differ: string[] = [];
  for (const [at, metric] of metrics.entries()) {
    const own = metric.rowValues[row] ?? Number.NaN;
    const other = metric.runValues[run] ?? Number.NaN;
    if (Number.isNaN(own) || Number.isNaN(other)) continue;
    const gap = Math.abs(own - other);
    const unit = sides[at]?.units[row] ?? 0;
    const isRounding = gap <= 0.5000001 * unit;
    const kept = keptDigits(own, unit);
    // a number that differs where the column keeps digits has one digit less in common at the most
    const digits = isRounding
      ? kept
      : Math.min(kept - 1, Math.floor(-Math.log10(gap / Math.max(Math.abs(own), 1e-12))));
    // two digits alike say nothing in a registry that otherwise keeps four
    if ((digits >= 2 && speaksFor) || isRounding) agreeing.push(Math.max(1, digits));
    else differ.push(`${metric.column} ${own} but ${metric.key} ${other}`);
  }
  const compared = agreeing.length + differ.length;
  if (compared === 0) return { level: 'missing', words: 'no final metric is on both sides' };
  if (agreeing.length === 0) return { level: 'differs', words: `metrics disagree: ${differ.join('; ')}` };
  const digits = Math.min(...agreeing);
  const unit = digits === 1 ? 'digit' : 'digits';
  const words = `metrics agree to ${digits} ${unit} on ${agreeing.length} of ${compared} keys`;
  return { level: `${digits} ${unit}`, words: [words, ...differ].join('; ') };
}

/** Of 0.4 in a column of three decimals, three: a database keeps no zeros at the end. */
function keptDigits(value: number, unit: number): number {
  return value === 0 ? 1 : Math.max(1, Math.floor(Math.log10(Math.abs(value) / unit) + 1e-9) + 1);
}
