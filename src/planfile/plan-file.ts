import type { Database } from 'better-sqlite3';
import type {
  DecidedEntry,
  Decision,
  DecisionCounts,
  EntryDecision,
  EntryKind,
  PlanChoice,
  PlanCounts,
  PlanEntry,
  SealedPlan,
} from '../model/plan.ts';
import { buildChoice } from '../plan/images.ts';
import { connectForDecisions, connectForReading, explainSqlite } from './connection.ts';
import { readCounts, readDecisionCounts, readDecisionOrNull, readHolders, writeDecisions } from './decisions.ts';
import { iterateEntries, readEntryOrNull } from './entries.ts';
import { assertLayout } from './layout.ts';
import { decodeRun } from './run-json.ts';
import { readSealedPlan } from './seal.ts';

export interface EntrySelection {
  readonly kinds?: readonly EntryKind[];
  readonly decisions?: readonly Decision[];
}

/** A sealed plan, proved unchanged when it was opened. */
export interface PlanFile {
  readonly path: string;
  readonly sealed: SealedPlan;
  readCounts(): PlanCounts;
  readDecisionCounts(): DecisionCounts;
  /** In the plan's order, a few hundred in memory at a time. */
  iterateEntries(selection?: EntrySelection): Generator<DecidedEntry>;
  readEntryOrNull(keyText: string): DecidedEntry | null;
  /** Key texts of the rows that have a run already or are accepted for it, sorted. */
  readHolders(wandbRunId: string): readonly string[];
  /** What choosing a run of the snapshot for this row would write; null where the snapshot does not hold the run. */
  readChoiceOrNull(entry: PlanEntry, wandbRunId: string): PlanChoice | null;
  /** Builds and writes decisions in one transaction, so that they are judged on what they change; nothing on a throw. */
  changeDecisions<T extends { readonly decisions: readonly EntryDecision[] }>(build: () => T): T;
  close(): void;
}

/**
 * Opens a sealed plan.
 *
 * @throws UsageError where there is no such file
 * @throws IncompleteListingError, PlanRefusedError as `readSealedPlan` says
 */
export function openPlanFile(path: string, options: { readonly readonly: boolean }): PlanFile {
  const db = options.readonly ? connectForReading(path) : connectForDecisions(path);
  try {
    const sealed = explainSqlite(path, () => {
      assertLayout(db, path);
      return db.transaction(() => readSealedPlan(db, path)).deferred();
    });
    return buildPlanFile(db, path, sealed);
  } catch (error) {
    db.close();
    throw error;
  }
}

function buildPlanFile(db: Database, path: string, sealed: SealedPlan): PlanFile {
  const complete = (entry: PlanEntry): DecidedEntry => completeEntry(db, sealed, entry);
  return {
    path,
    sealed,
    readCounts: () => readCounts(db),
    readDecisionCounts: () => readDecisionCounts(db),
    *iterateEntries(selection) {
      for (const entry of iterateEntries(db, selection)) yield complete(entry);
    },
    readEntryOrNull: (keyText) => {
      const entry = readEntryOrNull(db, keyText);
      return entry === null ? null : complete(entry);
    },
    readHolders: (wandbRunId) => readHolders(db, wandbRunId),
    readChoiceOrNull: (entry, wandbRunId) => readChoiceOrNull(db, sealed, { entry, wandbRunId }),
    changeDecisions: (build) =>
      explainSqlite(path, () => db.transaction(() => writeBuilt(db, sealed, build)).immediate()),
    close: () => db.close(),
  };
}

function writeBuilt<T extends { readonly decisions: readonly EntryDecision[] }>(
  db: Database,
  sealed: SealedPlan,
  build: () => T,
): T {
  const outcome = build();
  writeDecisions(db, sealed.digest, outcome.decisions);
  return outcome;
}

function completeEntry(db: Database, sealed: SealedPlan, entry: PlanEntry): DecidedEntry {
  const decision = readDecisionOrNull(db, entry.keyText);
  if (decision === null) throw new Error(`entry ${JSON.stringify(entry.keyText)} has no decision`);
  const { wandbRunId } = decision;
  const choice = wandbRunId === null ? null : readChoiceOrNull(db, sealed, { entry, wandbRunId });
  return { entry, decision, choice };
}

function readChoiceOrNull(
  db: Database,
  sealed: SealedPlan,
  { entry, wandbRunId }: { readonly entry: PlanEntry; readonly wandbRunId: string },
): PlanChoice | null {
  const candidate = entry.candidates.find((item) => item.wandbRunId === wandbRunId);
  if (candidate !== undefined) return candidate;
  const record = db
    .prepare<[string], [string, string]>('SELECT run_json, url FROM runs WHERE run_id = ?')
    .raw()
    .get(wandbRunId);
  if (record === undefined) return null;
  const [runJson, url] = record;
  return buildChoice({ before: entry.before, run: decodeRun(runJson), url, rules: sealed.summary.imageRules });
}
