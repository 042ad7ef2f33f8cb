import type { LearnedModel } from './learn.ts';
import type { Records } from './normalize/records.ts';

/** Runs within this many bits of the best one fit the row alike. */
const ALIKE_BITS = 3;

export function reasonForOpenRow(records: Records, row: number): string {
  if (records.runs.length === 0) return 'the project has no runs';
  if (records.freeRuns.every((free) => free === 0)) return 'every run is linked to another row already';
  const hasTime = records.row.times.some((field) => !Number.isNaN(field.seconds[row] ?? Number.NaN));
  return `no run comes near it in ${hasTime ? 'time, ' : ''}settings or metrics`;
}

export interface TieContext {
  readonly records: Records;
  readonly model: LearnedModel;
  readonly minProbability: number;
  readonly edgesByRun: ReadonlyMap<number, readonly number[]>;
}

/** Says which runs or rows compete, and which evidence would tell them apart. */
export function reasonForTie(context: TieContext, edge: number): string {
  const { records, model } = context;
  const { candidates } = model;
  const row = candidates.rows[edge] ?? 0;
  const best = candidates.weights[edge] ?? 0;
  const alike: number[] = [];
  for (let other = candidates.starts[row] ?? 0; other < (candidates.starts[row + 1] ?? 0); other++) {
    if ((candidates.weights[other] ?? 0) > best - ALIKE_BITS) alike.push(candidates.runs[other] ?? 0);
  }
  const rows = (context.edgesByRun.get(candidates.runs[edge] ?? 0) ?? []).filter(
    (other) => other !== edge && (candidates.weights[other] ?? 0) > best - ALIKE_BITS,
  );
  const missing = missingEvidence(model, row, alike);
  const apart =
    missing.length > 0
      ? `; ${missing.join(' or ')} on both sides would tell them apart`
      : '; only the run id in the row would tell them apart';
  if (alike.length > 1) return `${alike.length} runs fit this row alike${apart}`;
  if (rows.length > 0) {
    const names = rows.slice(0, 3).map((other) => records.rows[candidates.rows[other] ?? 0]?.keyText ?? '');
    return `the best run fits ${rows.length === 1 ? 'row' : 'rows'} ${names.join(', ')} as well${apart}`;
  }
  const probability = (100 * (model.posterior.probabilities[edge] ?? 0)).toFixed(1);
  return `the best run has a probability of ${probability} %, below ${(100 * context.minProbability).toFixed(1)} %`;
}

const NOUNS: Readonly<Record<string, string>> = {
  settings: 'a setting that differs',
  time: 'a start time',
  duration: 'a duration',
  metrics: 'a final metric',
};

/** Comparisons that could not speak for at least one of the runs. */
function missingEvidence(model: LearnedModel, row: number, runs: readonly number[]): string[] {
  return model.comparisons
    .filter((comparison) => comparison.name in NOUNS && runs.some((run) => comparison.isMissing(row, run)))
    .map((comparison) => NOUNS[comparison.name] ?? '');
}
