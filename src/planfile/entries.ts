import type { Database } from 'better-sqlite3';

import type { EvidenceItem } from '../model/linkage.ts';
import type { EntryKind, PlanCandidate, PlanEntry, StartSource } from '../model/plan.ts';
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

export interface EntryFilter {
  readonly kinds?: readonly EntryKind[];
  readonly decisions?: readonly string[];
}

/** The entries in the plan's order, read in chunks, so that no statement stays open between two of them. */
export function* iterateEntries(db: Database, filter: EntryFilter = {}): Generator<PlanEntry> {
  const read = db.prepare<unknown[], EntryRecord>(
    `SELECT e.* FROM entries e JOIN decisions d ON d.key_text = e.key_text
     WHERE e.no > ? AND (? IS NULL OR e.kind IN (SELECT value FROM json_each(?)))
     AND (? IS NULL OR d.decision IN (SELECT value FROM json_each(?))) ORDER BY e.no LIMIT ${CHUNK}`,
  );
  const kinds = filter.kinds === undefined ? null : JSON.stringify(filter.kinds);
  const decisions = filter.decisions === undefined ? null : JSON.stringify(filter.decisions);
  let last = 0n;
  for (;;) {
    const records = read.all(last, kinds, kinds, decisions, decisions);
    yield* decodeEntries(db, records);
    const end = records.at(-1);
    if (end === undefined || records.length < CHUNK) return;
    last = end.no;
  }
}

export function readEntryOrNull(db: Database, keyText: string): PlanEntry | null {
  const records = db.prepare<[string], EntryRecord>('SELECT * FROM entries WHERE key_text = ?').all(keyText);
  return decodeEntries(db, records)[0] ?? null;
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

function decodeEntries(db: Database, records: readonly EntryRecord[]): PlanEntry[] {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return [];
  const candidates = db
    .prepare<[bigint, bigint], CandidateRecord>(
      'SELECT * FROM candidates WHERE entry_no BETWEEN ? AND ? ORDER BY entry_no, rank',
    )
    .all(first.no, last.no);
  const candidatesByEntry = Map.groupBy(candidates, (record) => record.entry_no);
  return records.map((record) => decodeEntry(record, candidatesByEntry.get(record.no) ?? []));
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
