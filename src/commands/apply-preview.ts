import { resolve } from 'node:path';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityColumn } from '../model/identity.ts';
import type { AcceptedMatch } from '../model/ledger.ts';
import { createFirstObstacleFinder } from '../registry/match-obstacles.ts';
import type { Obstacle } from '../registry/match-obstacles.ts';
import { buildRound } from '../registry/match-round.ts';
import type { MatchBatch, MatchRound } from '../registry/match-round.ts';
import { findNetworkFileSystemOrNull } from '../registry/inspect-writers.ts';
import { readLog } from '../registry/migration-log.ts';
import { assertColumnsCanBeAdded } from '../registry/schema-migrations.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation, RegistrySession } from '../registry/session.ts';
import { assertPlanFits, readAcceptedPlan } from './accepted-plan.ts';
import type { AcceptedPlan } from './accepted-plan.ts';

export interface SkippedMatch extends Obstacle {
  readonly keyText: string;
  readonly wandbRunId: string;
}

/** How far a plan is written, and what writing the rest would do. */
export interface ApplyProgress {
  /** Rows that would be written now. */
  readonly changes: number;
  /** Rows that this plan has written before, whatever happened to them since. */
  readonly alreadyWritten: number;
  /** Accepted matches that are left out, each with what is in its way. */
  readonly skipped: readonly SkippedMatch[];
}

export interface ApplyPreview extends ApplyProgress {
  readonly planId: string;
  readonly registry: string;
  /** Matches and ambiguous entries that wait for a decision. */
  readonly undecided: number;
  readonly rejected: number;
  /** Identity columns to be added; a program that inserts rows without naming columns would fail afterwards. */
  readonly columnsToAdd: readonly IdentityColumn[];
  /** Whether an earlier invocation stopped in the middle. */
  readonly resumes: boolean;
  readonly notes: readonly string[];
}

/** A plan against a registry, of one moment. */
export interface ApplyReading extends RegistrySession {
  readonly plan: AcceptedPlan;
  readonly round: MatchRound;
  readonly pending: readonly MatchBatch[];
  readonly preview: ApplyPreview;
}

/**
 * Says what `applyPlan` would do. Opens plan and registry read-only.
 *
 * @throws PlanRefusedError where the plan is damaged or for another registry; IncompleteListingError
 */
export async function previewApply(options: RegistryLocation & { readonly plan: string }): Promise<ApplyPreview> {
  const plan = readAcceptedPlan(options.plan);
  return await withRegistryReadOnly(options, (session) => readApply(session, plan, options.registry).preview);
}

/** Reads every before image in one read transaction, so that drift is known before the first write. */
export function readApply(session: RegistrySession, plan: AcceptedPlan, registry: string): ApplyReading {
  const path = resolve(registry);
  const notes = [...assertPlanFits(plan, session.schema, path), ...noteFileSystem(path)];
  return session.db.transaction((): ApplyReading => {
    const log = readLog(session.db);
    const round = buildRound(plan.sealed.digest, plan.matches, log);
    const logged = new Set(log.map(({ name }) => name));
    const pending = round.batches.filter(({ name }) => !logged.has(name));
    if (pending.length > 0) assertColumnsCanBeAdded(session.schema);
    const preview: ApplyPreview = {
      ...readProgress(session, plan, pending),
      planId: plan.planId,
      registry: path,
      undecided: plan.undecided,
      rejected: plan.rejected,
      columnsToAdd: IDENTITY_COLUMNS.filter((role) => session.schema.identity[role] === null),
      resumes: pending.length > 0 && pending.length < round.batches.length,
      notes,
    };
    return { ...session, plan, round, pending, preview };
  })();
}

function noteFileSystem(path: string): readonly string[] {
  const name = findNetworkFileSystemOrNull(path);
  if (name === null) return [];
  return [`the registry is on ${name}, where file locks may not hold: let no other machine write to it meanwhile`];
}

export function readProgress(
  { db, schema }: RegistrySession,
  plan: AcceptedPlan,
  pending: readonly MatchBatch[],
): ApplyProgress {
  const finder = createFirstObstacleFinder(db, schema);
  const waiting = new Set(pending.flatMap(({ matches }) => matches));
  const open = plan.matches.filter((match) => !finder.isAlreadyWritten(match, plan.planId));
  const skipped = open.flatMap((match): readonly SkippedMatch[] => {
    const obstacle = finder.findObstacleOrNull(match) ?? (waiting.has(match) ? null : LEFT_OUT);
    return obstacle === null ? [] : [describeSkipped(match, obstacle)];
  });
  return { changes: open.length - skipped.length, alreadyWritten: plan.matches.length - open.length, skipped };
}

/** Nothing is in its way any more, but its batch is closed: an applied batch is never opened again. */
const LEFT_OUT: Obstacle = {
  reason: 'drift',
  words: 'it was left out when its batch was applied, and nothing is in its way now: a new plan will propose it again',
};

export function describeSkipped({ keyText, wandbRunId }: AcceptedMatch, { reason, words }: Obstacle): SkippedMatch {
  return { keyText, wandbRunId, reason, words };
}
