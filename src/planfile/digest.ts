import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { Cell } from '../model/cell.ts';
import type { EntryDecision } from '../model/plan.ts';
import { imageColumns } from './images.ts';

// What was proposed, from what. Not in it: where the registry stood, and how the listing was cut into windows and pages,
// which may differ between two listings of the same runs.
const PROPOSAL = [
  `SELECT name, value FROM header WHERE name <> 'registry_path' ORDER BY name`,
  'SELECT storage_id, run_id, url, run_json FROM runs ORDER BY storage_id',
  'SELECT run_id FROM quarantined ORDER BY run_id',
  `SELECT no, key, key_text, kind, wandb_run_id, probability, weight, margin, reason, ${imageColumns('before')},
   ${imageColumns('after')}, start_source FROM entries ORDER BY no`,
  `SELECT entry_no, rank, wandb_run_id, display_name, probability, weight, ${imageColumns('after')}, start_source,
   evidence_json FROM candidates ORDER BY entry_no, rank`,
];

const REST = [
  `SELECT name, value FROM header WHERE name = 'registry_path'`,
  'SELECT * FROM windows ORDER BY no',
  'SELECT run_id, window_no, error FROM quarantined ORDER BY run_id',
  'SELECT storage_id, window_no FROM runs ORDER BY storage_id',
];

/** SHA-256 over the proposal part as it stands in the file, hex; it names the plan. */
export function computeDigest(db: Database): string {
  return hashQueries(db, PROPOSAL, '');
}

/** SHA-256 over the digest and what else must not change once the plan is sealed. */
export function computeFileHash(db: Database, digest: string): string {
  return hashQueries(db, REST, digest);
}

/** Ties a decision to its plan, so that a row changed by another program does not pass for a decision. */
export function computeDecisionHash(digest: string, decision: EntryDecision): string {
  const { keyText, wandbRunId, by, reviewer, at } = decision;
  return createHash('sha256')
    .update(JSON.stringify([digest, keyText, decision.decision, wandbRunId, by, reviewer, at]))
    .digest('hex');
}

/** Characters that are hashed at once: a call for each record costs more than the hash. */
const PIECE = 2 ** 18;

function hashQueries(db: Database, queries: readonly string[], start: string): string {
  const hash = createHash('sha256').update(start);
  let piece = '';
  for (const query of queries) {
    piece += '\n\n';
    for (const cells of db.prepare<[], Cell[]>(query).raw().iterate()) {
      for (let at = 0; at < cells.length; at++) piece += (at === 0 ? '' : '\t') + encodeTyped(cells[at] ?? null);
      piece += '\n';
      if (piece.length < PIECE) continue;
      hash.update(piece);
      piece = '';
    }
  }
  return hash.update(piece).digest('hex');
}

/** Text with its storage class, so that 1, 1.0 and '1' differ; JSON strings hold no raw tab or line feed. */
function encodeTyped(cell: Cell): string {
  if (cell === null) return 'null';
  if (typeof cell === 'string') return JSON.stringify(cell);
  if (typeof cell === 'bigint') return `i${cell}`;
  if (typeof cell === 'number') return `r${Object.is(cell, -0) ? '-0' : cell}`;
  return `x${Buffer.from(cell).toString('hex')}`;
}
