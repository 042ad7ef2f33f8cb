import type { Database } from 'better-sqlite3';
import type {
  DecidedEntry,
  DecisionCounts,
  EntryDecision,
  PlanChoice,
  PlanCounts,
  PlanEntry,
  SealedPlan,
} from '../model/plan.ts';
import type { Run } from '../model/run.ts';
import { buildChoice } from '../plan/images.ts';
import { connectForDecisions, connectForReading, explainSqlite } from './connection.ts';
import { createHolderReader, readCounts, readDecisionCounts, writeDecisions } from './decisions.ts';
import { createEntryReader } from './entries.ts';
import type { EntrySelection, StoredEntry } from './entries.ts';
import { assertLayout } from './layout.ts';
import { decodeRun } from './run-json.ts';
import { readSealedPlan } from './seal.ts';
import { readRuns } from './snapshot-store.ts';

/** A sealed plan, proved unchanged when it was opened. */
export interface PlanFile {
  readonly path: string;
  readonly sealed: SealedPlan;
  /** The snapshot, sorted by run id. */
  readRuns(): readonly Run[];
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
  const entries = createEntryReader(db);
  const readChoiceOrNull = createChoiceReader(db, sealed);
  const complete = ({ entry, decision }: StoredEntry): DecidedEntry => {
    const { wandbRunId } = decision;
    return { entry, decision, choice: wandbRunId === null ? null : readChoiceOrNull(entry, wandbRunId) };
  };
  return {
    path,
    sealed,
    readRuns: () => readRuns(db),
    readCounts: () => readCounts(db),
    readDecisionCounts: () => readDecisionCounts(db),
    *iterateEntries(selection) {
      for (const stored of entries.iterate(selection)) yield complete(stored);
    },
    readEntryOrNull: (keyText) => {
      const stored = entries.readOrNull(keyText);
      return stored === null ? null : complete(stored);
    },
    readHolders: createHolderReader(db),
    readChoiceOrNull,
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

/** A candidate is written as it was shown; another run of the snapshot by the same rules. */
function createChoiceReader(db: Database, sealed: SealedPlan): PlanFile['readChoiceOrNull'] {
  const read = db.prepare<[string], [string, string]>('SELECT run_json, url FROM runs WHERE run_id = ?').raw();
  return (entry, wandbRunId) => {
    const candidate = entry.candidates.find((item) => item.wandbRunId === wandbRunId);
    if (candidate !== undefined) return candidate;
    const record = read.get(wandbRunId);
    if (record === undefined) return null;
    const [runJson, url] = record;
    return buildChoice({ before: entry.before, run: decodeRun(runJson), url, rules: sealed.summary.imageRules });
  };
}
