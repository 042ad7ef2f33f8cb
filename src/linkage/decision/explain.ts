import type { Candidate, EvidenceItem } from '../../model/linkage.ts';
import type { Run } from '../../model/run.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { Records } from '../normalize/records.ts';

/** One candidate with its waterfall: the prior first, then each comparison; the weight is their sum in this order. */
export function explainCandidate(records: Records, model: LearnedModel, edge: number): Candidate {
  const row = model.candidates.rows[edge] ?? 0;
  const run = model.candidates.runs[edge] ?? 0;
  const evidence: EvidenceItem[] = [priorItem(model)];
  for (const comparison of model.comparisons) {
    const { level, words } = comparison.describe(row, run);
    evidence.push({ comparison: comparison.name, level, weight: comparison.weigh(row, run), words });
  }
  const found = records.runs[run];
  const namesOf = (runs: readonly Run[] | undefined): string => (runs ?? []).map(({ runId }) => runId).join(', ');
  const ranks = namesOf(records.ranksByRunId.get(found?.runId ?? ''));
  const tries = namesOf(records.triesByRunId.get(found?.runId ?? ''));
  if (ranks !== '') {
    evidence.push({ comparison: 'ranks', level: 'main', weight: 0, words: `other ranks of the same launch: ${ranks}` });
  }
  if (tries !== '') {
    evidence.push({
      comparison: 'tries',
      level: 'last',
      weight: 0,
      words: `earlier tries of the same thing: ${tries}`,
    });
  }
  return {
    wandbRunId: found?.runId ?? '',
    displayName: found?.displayName ?? null,
    probability: model.posterior.probabilities[edge] ?? 0,
    weight: evidence.reduce((sum, item) => sum + item.weight, 0),
    evidence,
  };
}

function priorItem({ posterior, population }: LearnedModel): EvidenceItem {
  const words =
    `about ${Math.round(posterior.expectedLinks)} links are expected among ${population.rows} rows and ` +
    `${population.runs} runs`;
  return { comparison: 'prior', level: 'prior', weight: posterior.priorBits, words };
}

/** `time +12.3 bits, metrics +31.0 bits`: what carries a pair, strongest first. */
export function renderStrongest(candidate: Candidate, count: number): string {
  return candidate.evidence
    .filter((item) => item.comparison !== 'prior' && item.weight >= 1)
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, count)
    .map((item) => `${item.comparison} (+${item.weight.toFixed(1)} bits)`)
    .join(', ');
}
