import type { Candidate, EvidenceItem } from '../../model/linkage.ts';
import type { Run } from '../../model/run.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { Records } from '../normalize/records.ts';

/** A pair as it is shown, with the probability that is claimed of it. */
export type Explainer = (edge: number, probability: number) => Candidate;

/** Shows pairs with their waterfalls: the prior first, then each comparison; the weight is their sum in this order. */
export function createExplainer(records: Records, model: LearnedModel): Explainer {
  const { candidates, comparisons } = model;
  // the same for all pairs, of which there may be many
  const prior = priorItem(model);
  return (edge, probability) => {
    const row = candidates.rows[edge] ?? 0;
    const run = candidates.runs[edge] ?? 0;
    const { runId = '', displayName = null } = records.runs[run] ?? {};
    const evidence = [
      prior,
      ...comparisons.map((comparison): EvidenceItem => {
        const { level, words } = comparison.describe(row, run);
        return { comparison: comparison.name, level, weight: comparison.weigh(row, run), words };
      }),
      ...othersOf(records, runId),
    ];
    const weight = evidence.reduce((sum, item) => sum + item.weight, 0);
    return { wandbRunId: runId, displayName, probability, weight, evidence };
  };
}

function priorItem({ posterior, population }: LearnedModel): EvidenceItem {
  const words =
    `about ${Math.round(posterior.expectedLinks)} links are expected among ${population.rows} rows and ` +
    `${population.runs} runs`;
  return { comparison: 'prior', level: 'prior', weight: posterior.priorBits, words };
}

/** The runs that were set aside for this one, which tell nothing of the pair. */
function othersOf({ ranksByRunId, triesByRunId }: Records, runId: string): EvidenceItem[] {
  const namesOf = (runs: readonly Run[]): string => runs.map((run) => run.runId).join(', ');
  const [ranks, tries] = [ranksByRunId.get(runId) ?? [], triesByRunId.get(runId) ?? []];
  const items: EvidenceItem[] = [];
  if (ranks.length > 0) {
    const words = `other ranks of the same launch: ${namesOf(ranks)}`;
    items.push({ comparison: 'ranks', level: 'main', weight: 0, words });
  }
  if (tries.length > 0) {
    const words = `earlier tries of the same thing: ${namesOf(tries)}`;
    items.push({ comparison: 'tries', level: 'last', weight: 0, words });
  }
  return items;
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
