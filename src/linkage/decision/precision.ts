import type { LinkageOptions, LinkOutcome } from '../../model/linkage.ts';
import { demandOfEvidence, evidenceOf } from './unseen.ts';

/** Of the doubt that one match may have, the matches together may have this share on average: four in a thousand. */
const SHARE_OF_DOUBT = 4 / 10;

/**
 * Holds the matches to a precision as a whole. One that is barely sure is fine among many that are certain; where most
 * are barely sure, one in a hundred would be wrong, and the least sure ones stay open.
 */
export function holdPrecision(outcomes: readonly LinkOutcome[], options: LinkageOptions): LinkOutcome[] {
  const doubts = outcomes
    .filter(({ kind }) => kind === 'match')
    .map(doubtOf)
    .toSorted((a, b) => a - b);
  const allowed = (1 - demandOfEvidence(options).minProbability) * SHARE_OF_DOUBT;
  let most = -1;
  let sum = 0;
  for (const [at, doubt] of doubts.entries()) {
    sum += doubt;
    // equal doubts stand or fall together
    if (doubts[at + 1] !== doubt && sum <= allowed * (at + 1)) most = doubt;
  }
  return outcomes.map((outcome) =>
    outcome.kind === 'match' && doubtOf(outcome) > most ? leaveOpen(outcome) : outcome,
  );
}

/** Less the doubt that all have alike. */
function doubtOf({ probability }: LinkOutcome): number {
  return 1 - evidenceOf(probability ?? 0);
}

function leaveOpen(outcome: LinkOutcome): LinkOutcome {
  const probability = (100 * (outcome.probability ?? 0)).toFixed(1);
  return {
    ...outcome,
    kind: 'ambiguous',
    wandbRunId: null,
    reason: `its best run has a probability of ${probability} %, and too many others are as unsure: some would be wrong`,
  };
}
