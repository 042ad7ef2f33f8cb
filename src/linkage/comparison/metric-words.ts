import type { PairedMetric } from '../pairing/pair-metrics.ts';
import type { ComparisonWords } from './comparison.ts';
import type { MetricSide } from './metric-likelihood.ts';
import { percentOf } from './spell.ts';

/** Share of its value by which a metric may differ and still be near. */
const NEAR = 0.1;

export function describeMetrics(
  metrics: readonly PairedMetric[],
  sides: readonly MetricSide[],
  { row, run, speaksFor }: { readonly row: number; readonly run: number; readonly speaksFor: boolean },
): ComparisonWords {
  const agreeing: number[] = [];
  const differ: Differing[] = [];
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
    else {
      const share = gap / Math.max(Math.abs(own), Math.abs(other), 1e-12);
      differ.push({ share, column: `${metric.column} ${own}`, key: `${metric.key} ${other}` });
    }
  }
  const compared = agreeing.length + differ.length;
  if (compared === 0) return { level: 'missing', words: 'no final metric is on both sides' };
  if (agreeing.length === 0) {
    return speaksFor
      ? describeNear(differ)
      : { level: 'differs', words: `metrics disagree: ${differ.map(apart).join('; ')}` };
  }
  const digits = Math.min(...agreeing);
  const unit = digits === 1 ? 'digit' : 'digits';
  const words = `metrics agree to ${digits} ${unit} on ${agreeing.length} of ${compared} keys`;
  return { level: `${digits} ${unit}`, words: [words, ...differ.map(apart)].join('; ') };
}

/** A metric that differs, with the share of its value by which it does. */
interface Differing {
  readonly share: number;
  readonly column: string;
  readonly key: string;
}

function apart({ column, key }: Differing): string {
  return `${column} but ${key}`;
}

/** Metrics that are no nearer on any link speak for a pair all the same: how near they are is what is to be said. */
function describeNear(differ: readonly Differing[]): ComparisonWords {
  const nearest = Math.min(...differ.map(({ share }) => share));
  const near = differ.filter(({ share }) => share <= Math.max(NEAR, nearest));
  const far = differ.filter((metric) => !near.includes(metric));
  const level = `within ${percentOf(Math.max(...near.map(({ share }) => share)))}`;
  const words = `metrics ${level} on ${near.length} of ${differ.length} keys`;
  const pairs = near.map(({ column, key }) => `${column} and ${key}`).join('; ');
  return { level, words: [`${words}: ${pairs}`, ...far.map(apart)].join('; ') };
}

/** Of 0.4 in a column of three decimals, three: a database keeps no zeros at the end. */
function keptDigits(value: number, unit: number): number {
  return value === 0 ? 1 : Math.max(1, Math.floor(Math.log10(Math.abs(value) / unit) + 1e-9) + 1);
}
