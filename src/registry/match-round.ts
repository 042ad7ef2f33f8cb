import { createHash } from 'node:crypto';
import { ConflictError } from '../errors.ts';
import type { AcceptedMatch } from '../model/ledger.ts';
import { planIdOfDigest } from '../model/plan.ts';
import type { LogRow } from './migration-log.ts';

/**
 * Matches in one transaction. 100 take about 10 ms, and 30 ms on a machine whose cores are taken, which stays below the
 * 50 ms that a training job may be made to wait. The number is fixed, since the borders of batches must come out the same
 * on a resume.
 */
export const BATCH_SIZE = 100;

export interface MatchBatch {
  readonly no: number;
  /** Name of its migration, for example `3f2a90c1d4e7-b0001`. */
  readonly name: string;
  readonly matches: readonly AcceptedMatch[];
}

/**
 * One exact list of matches of a plan. Decisions can change after an apply: the same plan with other decisions is
 * another round, whose batches have names of their own and pass over what earlier rounds wrote.
 */
export interface MatchRound {
  /** The plan's id, from the second round on with `-r2`, `-r3`, … */
  readonly id: string;
  readonly planId: string;
  /** SHA-256 over the plan's digest and the list, hex. */
  readonly digest: string;
  readonly batches: readonly MatchBatch[];
}

/** A round that the log knows is continued with the same names; a new one gets the next number. */
export function buildRound(planDigest: string, matches: readonly AcceptedMatch[], log: readonly LogRow[]): MatchRound {
  const planId = planIdOfDigest(planDigest);
  const digest = digestOf(planDigest, matches);
  const known = [...new Set(log.filter((row) => row.planId === planId).map((row) => row.digest))];
  const no = known.includes(digest) ? known.indexOf(digest) + 1 : known.length + 1;
  const id = no === 1 ? planId : `${planId}-r${no}`;
  const batches: MatchBatch[] = [];
  for (let at = 0; at < matches.length; at += BATCH_SIZE) {
    const batchNo = batches.length + 1;
    const name = `${id}-b${String(batchNo).padStart(4, '0')}`;
    batches.push({ no: batchNo, name, matches: matches.slice(at, at + BATCH_SIZE) });
  }
  return { id, planId, digest, batches };
}

function digestOf(planDigest: string, matches: readonly AcceptedMatch[]): string {
  const hash = createHash('sha256').update(planDigest);
  for (const { keyText, wandbRunId } of matches) hash.update(`\n${JSON.stringify([keyText, wandbRunId])}`);
  return hash.digest('hex');
}

/** Plan id, round, batch number. */
export const BATCH_NAME = /^[0-9a-f]{12}(?:-r\d+)?-b\d{4,}$/;

/**
 * What umzug would hide: it ignores logged names that its list lacks, and runs a list with a gap.
 *
 * @throws ConflictError where the log holds batches of this round that the plan does not have, or has a gap
 */
export function assertLogFitsRound(log: readonly LogRow[], round: MatchRound): void {
  const logged = log.filter((row) => row.digest === round.digest && row.planId === round.planId);
  for (const [index, row] of logged.entries()) {
    const batch = round.batches[index];
    if (batch !== undefined && row.name === batch.name && row.rows === batch.matches.length) continue;
    const expected = batch === undefined ? 'no more batches' : `"${batch.name}" with ${batch.matches.length} rows`;
    throw new ConflictError(
      `the registry's log says that batch "${row.name}" with ${row.rows} rows was applied, expected ${expected}`,
      {
        hint: 'Was runlink_log edited, or written by another version? Run `runlink verify`; make a new plan to go on.',
      },
    );
  }
}
