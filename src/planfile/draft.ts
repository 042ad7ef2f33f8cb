import type { Database } from 'better-sqlite3';
import { PlanRefusedError } from '../errors.ts';
import type { PlanHeader } from '../model/plan.ts';
import type { Run } from '../model/run.ts';
import type { QuarantinedRun, SnapshotStore } from '../model/snapshot.ts';
import { connectForListing, explainSqlite } from './connection.ts';
import { encodeHeader, readHeader, writeNamedCells } from './header.ts';
import { assertLayout, createLayout, isBlank } from './layout.ts';
import { readSealOrNull, writeProposal } from './seal.ts';
import type { Proposal } from './seal.ts';
import { createSnapshotStore, readQuarantined, readRuns } from './snapshot-store.ts';

/** A plan file that is being made: it collects the listing, then takes the proposal and is sealed. */
export interface DraftPlan {
  readonly header: PlanHeader;
  /** Whether pages of an earlier, interrupted invocation are in it. */
  readonly resumed: boolean;
  readonly store: SnapshotStore;
  /** Sorted by run id. */
  readRuns(): readonly Run[];
  readQuarantined(): readonly QuarantinedRun[];
  /** Ends the draft: writes and closes it, so that the plan is one file. Sealed once, it never changes again. */
  seal(proposal: Proposal): void;
  close(): void;
}

/**
 * Creates a plan file, or goes on with one that an interrupted invocation left. Thresholds and the number of rows may
 * differ from that invocation's: they are read after the listing, so they become the new ones.
 *
 * @throws PlanRefusedError where the file is sealed, is no plan, or is the listing of another project or registry
 * @throws LockedError while another invocation lists into it
 */
export function createPlanFile(path: string, header: PlanHeader): DraftPlan {
  const db = connectForListing(path);
  try {
    const resumed = explainSqlite(path, () => db.transaction(() => prepareDraft(db, path, header)).immediate());
    return openDraft(db, path, resumed);
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepareDraft(db: Database, path: string, header: PlanHeader): boolean {
  const isNew = isBlank(db);
  if (isNew) createLayout(db);
  else assertResumable(db, path, header);
  writeNamedCells(db, encodeHeader(header));
  return !isNew;
}

function openDraft(db: Database, path: string, resumed: boolean): DraftPlan {
  return {
    header: readHeader(db),
    resumed,
    store: createSnapshotStore(db, path),
    readRuns: () => readRuns(db),
    readQuarantined: () => readQuarantined(db),
    seal: (proposal) => {
      explainSqlite(path, () => writeProposal(db, path, proposal));
      explainSqlite(path, () => db.exec('VACUUM'));
      db.close();
    },
    close: () => db.close(),
  };
}

/** What the listing depends on. */
const LISTING_FIELDS = [
  ['base_url', 'W&B server'],
  ['entity', 'W&B entity'],
  ['project', 'W&B project'],
  ['filters', 'filter'],
  ['registry_path', 'registry'],
  ['registry_table', 'table'],
  ['registry_key_column', 'key column'],
  ['registry_schema_hash', 'schema of the registry'],
  ['tool_version', 'version of runlink'],
] as const;

function assertResumable(db: Database, path: string, header: PlanHeader): void {
  assertLayout(db, path);
  if (readSealOrNull(db) !== null) {
    throw new PlanRefusedError(`${path} is a finished plan and is not overwritten`, {
      hint: 'Give another file with --out, or delete this one if its decisions are no longer needed.',
    });
  }
  const [found, expected] = [encodeHeader(readHeader(db)), encodeHeader(header)];
  const differing = LISTING_FIELDS.filter(([name]) => found[name] !== expected[name]);
  if (differing.length === 0) return;
  const facts = differing.map(
    ([name, words]) => `${words} expected ${show(expected[name])}, found ${show(found[name])}`,
  );
  throw new PlanRefusedError(`${path} holds the unfinished listing of something else: ${facts.join('; ')}`, {
    hint: 'Give another file with --out, or delete this one.',
  });
}

function show(value: unknown): string {
  return JSON.stringify(String(value));
}
