import type { Database } from 'better-sqlite3';
import { PlanRefusedError } from '../errors.ts';
import { DECISIONS, ENTRY_KINDS } from '../model/plan.ts';
import type { Decision, DecisionCounts, EntryDecision, EntryKind, PlanCounts } from '../model/plan.ts';
import { computeDecisionHash } from './digest.ts';

interface DecisionRecord {
  readonly key_text: string;
  readonly decision: Decision;
  readonly wandb_run_id: string | null;
  readonly decided_by: 'policy' | 'reviewer';
  readonly reviewer: string | null;
  readonly decided_at: string | null;
  readonly check_hash: string;
}

export function writeDecisions(db: Database, digest: string, decisions: Iterable<EntryDecision>): void {
  const insert = db.prepare('INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (const decision of decisions) {
    const { keyText, wandbRunId, by, reviewer, at } = decision;
    insert.run(keyText, decision.decision, wandbRunId, by, reviewer, at, computeDecisionHash(digest, decision));
  }
}

function decodeDecision(record: DecisionRecord): EntryDecision {
  return {
    keyText: record.key_text,
    decision: record.decision,
    wandbRunId: record.wandb_run_id,
    by: record.decided_by,
    reviewer: record.reviewer,
    at: record.decided_at,
  };
}

/** Finds the rows that have a run already or are accepted for it, by key text, sorted. */
export function createHolderReader(db: Database): (wandbRunId: string) => readonly string[] {
  const read = db
    .prepare<[string, string], string>(
      `SELECT key_text FROM decisions WHERE wandb_run_id = ? AND decision = 'accepted'
       UNION SELECT key_text FROM entries WHERE wandb_run_id = ? AND kind = 'linked' ORDER BY key_text`,
    )
    .pluck();
  return (wandbRunId) => read.all(wandbRunId, wandbRunId);
}

export function readDecisionCounts(db: Database): DecisionCounts {
  const records = db
    .prepare<[], [EntryKind, Decision, bigint]>(
      `SELECT e.kind, d.decision, count(*) FROM entries e JOIN decisions d ON d.key_text = e.key_text GROUP BY 1, 2`,
    )
    .raw()
    .all();
  const count = (kind: EntryKind, decision: Decision): number =>
    Number(records.find((record) => record[0] === kind && record[1] === decision)?.[2] ?? 0);
  const byDecision = (kind: EntryKind) =>
    Object.fromEntries(DECISIONS.map((decision) => [decision, count(kind, decision)])) as DecisionCounts[EntryKind];
  return Object.fromEntries(ENTRY_KINDS.map((kind) => [kind, byDecision(kind)])) as DecisionCounts; // one per kind
}

export function readCounts(db: Database): PlanCounts {
  const count = (sql: string): number => Number(db.prepare<[], bigint>(sql).pluck().get() ?? 0);
  const ofKind = (kind: EntryKind): number => count(`SELECT count(*) FROM entries WHERE kind = '${kind}'`);
  return {
    runs: count('SELECT count(*) FROM runs'),
    rows: count('SELECT count(*) FROM entries'),
    match: ofKind('match'),
    ambiguous: ofKind('ambiguous'),
    unmatched: ofKind('unmatched'),
    linked: ofKind('linked'),
  };
}

/** @throws PlanRefusedError where a decision is missing, is for no entry, or was not written by runlink */
export function assertDecisions(db: Database, path: string, digest: string): void {
  const refuse = (fact: string): never => {
    throw new PlanRefusedError(`${path} was changed by another program: ${fact}`, {
      hint: 'Decide with `runlink decide`; make the plan again, or bring back a copy of it.',
    });
  };
  const lone = db
    .prepare<[], [string | null, string | null]>(
      `SELECT e.key_text, d.key_text FROM entries e FULL JOIN decisions d ON d.key_text = e.key_text
       WHERE e.key_text IS NULL OR d.key_text IS NULL LIMIT 1`,
    )
    .raw()
    .get();
  if (lone !== undefined) {
    const [entry, decision] = lone;
    refuse(entry === null ? `a decision is about no entry (${decision})` : `entry ${entry} has no decision`);
  }
  for (const record of db.prepare<[], DecisionRecord>('SELECT * FROM decisions').iterate()) {
    if (record.check_hash !== computeDecisionHash(digest, decodeDecision(record))) {
      refuse(`the decision about ${JSON.stringify(record.key_text)} is not as runlink wrote it`);
    }
  }
}
