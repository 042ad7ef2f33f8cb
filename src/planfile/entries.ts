import type { Database } from 'better-sqlite3';

import type { EvidenceItem } from '../model/linkage.ts';
import type { Decision, EntryDecision, EntryKind, PlanCandidate, PlanEntry, StartSource } from '../model/plan.ts';
import { decodeImage, encodeImage, imageColumns } from './images.ts';
import type { ImageRecord } from './images.ts';

/** Entries that are read at once: few enough to need no memory, enough to need no time. */
const CHUNK = 500;

/** Numbers the entries in the order in which they come. */
export function writeEntries(db: Database, entries: Iterable<PlanEntry>, onWritten: (entry: PlanEntry) => void): void {
  const insertEntry = db.prepare(
    `INSERT INTO entries (no, key, key_text, kind, wandb_run_id, probability, weight, margin, reason,
     ${imageColumns('before')}, ${imageColumns('after')}, start_source) VALUES (${marks(20)})`,
  );
  const insertCandidate = db.prepare(
    `INSERT INTO candidates (entry_no, rank, wandb_run_id, display_name, probability, weight, ${imageColumns('after')},
     start_source, evidence_json) VALUES (${marks(13)})`,
  );
  let no = 0n;
  for (const entry of entries) {
    no += 1n;
    const { key, keyText, kind, wandbRunId, probability, weight, margin, reason, before, after, startSource } = entry;
    const numbers = [probability, weight, margin];
    const images = [...encodeImage(before), ...encodeImage(after)];
    insertEntry.run(no, key, keyText, kind, wandbRunId, ...numbers, reason, ...images, startSource);
    for (const [rank, candidate] of entry.candidates.entries()) {
      const { wandbRunId, displayName, probability, weight, after, startSource, evidence } = candidate;
      const start = [no, BigInt(rank + 1), wandbRunId, displayName, probability, weight];
      insertCandidate.run(...start, ...encodeImage(after), startSource, JSON.stringify(evidence));
    }
    onWritten(entry);
  }
}

export interface EntrySelection {
  readonly kinds?: readonly EntryKind[];
  readonly decisions?: readonly Decision[];
}

export interface StoredEntry {
  readonly entry: PlanEntry;
  readonly decision: EntryDecision;
}

/** Reads entries with their decisions; its statements are prepared once, for walks over a hundred thousand of them. */
export interface EntryReader {
  /** In the plan's order, in chunks, so that no statement stays open between two entries. */
  iterate(selection?: EntrySelection): Generator<StoredEntry>;
  readOrNull(keyText: string): StoredEntry | null;
}

const SELECT = `SELECT e.*, d.decision AS decided, d.wandb_run_id AS decided_run, d.decided_by, d.reviewer, d.decided_at
  FROM entries e JOIN decisions d ON d.key_text = e.key_text`;

export function createEntryReader(db: Database): EntryReader {
  const readChunk = db.prepare<unknown[], EntryRecord>(
    `${SELECT} WHERE e.no > ? AND (? IS NULL OR e.kind IN (SELECT value FROM json_each(?)))
     AND (? IS NULL OR d.decision IN (SELECT value FROM json_each(?))) ORDER BY e.no LIMIT ${CHUNK}`,
  );
  const readOne = db.prepare<[string], EntryRecord>(`${SELECT} WHERE e.key_text = ?`);
  const readCandidates = db.prepare<[bigint, bigint], CandidateRecord>(
    'SELECT * FROM candidates WHERE entry_no BETWEEN ? AND ? ORDER BY entry_no, rank',
  );
  const complete = (records: readonly EntryRecord[]): StoredEntry[] => {
    const candidates = readCandidates.all(records[0]?.no ?? 0n, records.at(-1)?.no ?? 0n);
    const candidatesByEntry = Map.groupBy(candidates, (record) => record.entry_no);
    return records.map((record) => decodeRecord(record, candidatesByEntry.get(record.no) ?? []));
  };
  return {
    *iterate({ kinds, decisions } = {}) {
      const [kindsJson, decisionsJson] = [JSON.stringify(kinds) ?? null, JSON.stringify(decisions) ?? null];
      let last: bigint | undefined = 0n;
      while (last !== undefined) {
        const records = readChunk.all(last, kindsJson, kindsJson, decisionsJson, decisionsJson);
        yield* complete(records);
        last = records.at(-1)?.no;
      }
    },
    readOrNull: (keyText) => complete(readOne.all(keyText))[0] ?? null,
  };
}

type EntryRecord = ImageRecord & {
  readonly no: bigint;
  readonly key_text: string;
  readonly kind: EntryKind;
  readonly wandb_run_id: string | null;
  readonly probability: number | null;
  readonly weight: number | null;
  readonly margin: number | null;
  readonly reason: string;
  readonly start_source: StartSource | null;
  readonly decided: Decision;
  readonly decided_run: string | null;
  readonly decided_by: 'policy' | 'reviewer';
  readonly reviewer: string | null;
  readonly decided_at: string | null;
};

type CandidateRecord = ImageRecord & {
  readonly entry_no: bigint;
  readonly wandb_run_id: string;
  readonly display_name: string | null;
  readonly probability: number;
  readonly weight: number;
  readonly start_source: StartSource;
  readonly evidence_json: string;
};

function decodeRecord(record: EntryRecord, candidates: readonly CandidateRecord[]): StoredEntry {
  return {
    entry: decodeEntry(record, candidates),
    decision: {
      keyText: record.key_text,
      decision: record.decided,
      wandbRunId: record.decided_run,
      by: record.decided_by,
      reviewer: record.reviewer,
      at: record.decided_at,
    },
  };
}

function decodeEntry(record: EntryRecord, candidates: readonly CandidateRecord[]): PlanEntry {
  return {
    key: record['key'] ?? null,
    keyText: record.key_text,
    kind: record.kind,
    wandbRunId: record.wandb_run_id,
    probability: record.probability,
    weight: record.weight,
    margin: record.margin,
    reason: record.reason,
    before: decodeImage(record, 'before'),
    after: decodeImage(record, 'after'),
    startSource: record.start_source,
    candidates: candidates.map(decodeCandidate),
  };
}

function decodeCandidate(record: CandidateRecord): PlanCandidate {
  return {
    wandbRunId: record.wandb_run_id,
    displayName: record.display_name,
    probability: record.probability,
    weight: record.weight,
    evidence: JSON.parse(record.evidence_json) as readonly EvidenceItem[], // what writeEntries wrote
    after: decodeImage(record, 'after'),
    startSource: record.start_source,
  };
}

function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ');
}
