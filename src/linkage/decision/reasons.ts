import type { Candidates } from '../blocking/candidates.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { Belief } from './belief.ts';
import type { Records } from '../normalize/records.ts';
import { claimOf } from './unseen.ts';

/** Runs within this many bits of the best one fit the row alike. */
const ALIKE_BITS = 3;
const MOST_NAMES = 3;

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
  readonly believed: Belief;
  readonly edgesByRun: ReadonlyMap<number, readonly number[]>;
}

/** Whether the other pair weighs as much as this one, or more. */
export function fitAlike({ weights }: Candidates, edge: number, other: number): boolean {
  return Math.abs((weights[other] ?? 0) - (weights[edge] ?? 0)) < ALIKE_BITS;
}

/** Says which runs or rows compete, and which evidence would tell them apart. */
export function reasonForTie(context: TieContext, edge: number): string {
  const { records, model } = context;
  const { candidates } = model;
  const row = candidates.rows[edge] ?? 0;
  const runs: number[] = [];
  for (let other = candidates.starts[row] ?? 0; other < (candidates.starts[row + 1] ?? 0); other++) {
    if (fitAlike(candidates, edge, other)) runs.push(candidates.runs[other] ?? 0);
  }
  const rivals = (context.edgesByRun.get(candidates.runs[edge] ?? 0) ?? [])
    .filter((other) => other !== edge && fitAlike(candidates, edge, other))
    .map((other) => records.rows[candidates.rows[other] ?? 0]?.keyText ?? '');
  const missing = missingEvidence(model, row, runs);
  const apart = missing.length > 0 ? `${missing.join(' or ')} on both sides` : 'only the run id in the row';
  if (runs.length > 1 && rivals.length > 0) {
    return `${runs.length} runs fit this row and ${nameRows(rivals)} alike; ${apart} would tell them apart`;
  }
  if (runs.length > 1) return `${runs.length} runs fit this row alike; ${apart} would tell them apart`;
  if (rivals.length > 0) return `the best run fits ${nameRows(rivals)} as well; ${apart} would tell them apart`;
  const probability = claimOf(context.believed(edge));
  const least = claimOf(context.minProbability);
  if (probability >= least) return 'rows and runs beside it could be placed nearly as well without the best run';
  return `the best run has a probability of ${tellApart(probability, least).join(', below ')}`;
}

const MOST_DIGITS = 8;

/** Two probabilities as percents of as few digits as tell them from each other, and the larger one from a certainty. */
export function tellApart(less: number, more: number): readonly [string, string] {
  const percent = (probability: number, digits: number): string => `${(100 * probability).toFixed(digits)} %`;
  let digits = 1;
  const isTold = (): boolean =>
    percent(less, digits) !== percent(more, digits) && (more >= 1 || percent(more, digits) !== percent(1, digits));
  while (digits < MOST_DIGITS && !isTold()) digits++;
  return [percent(less, digits), percent(more, digits)];
}

function nameRows(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `${names.length === 1 ? 'row' : 'rows'} ${shown}${more}`;
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
