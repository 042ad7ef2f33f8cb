import type { Database } from 'better-sqlite3';
import { IncompleteListingError, PlanRefusedError } from '../errors.ts';
import type { EntryDecision, PlanEntry, PlanSummary, SealedPlan } from '../model/plan.ts';
import { buildPolicyDecision } from '../plan/policy.ts';
import { assertDecisions, writeDecisions } from './decisions.ts';
import { computeDigest, computeFileHash } from './digest.ts';
import { writeEntries } from './entries.ts';
import { encodeSummary, readHeader, readSummary, writeNamedCells } from './header.ts';
import { readQuarantined, readWindows } from './snapshot-store.ts';

export interface Proposal {
  /** In the order in which the plan keeps them. */
  readonly entries: Iterable<PlanEntry>;
  readonly summary: PlanSummary;
  readonly runUrl: (runId: string) => string;
}

interface Seal {
  readonly digest: string;
  readonly file_hash: string;
}

/** Writes the proposal, the policy's decisions and the seal in one transaction. */
export function writeProposal(db: Database, path: string, proposal: Proposal): void {
  db.transaction(() => {
    if (readSealOrNull(db) !== null) throw new PlanRefusedError(`${path} is sealed already`);
    assertListingComplete(db, path);
    writeNamedCells(db, encodeSummary(proposal.summary));
    writeRunUrls(db, proposal.runUrl);
    const { minProbability } = readHeader(db);
    const decisions: EntryDecision[] = [];
    writeEntries(db, proposal.entries, (entry) => decisions.push(buildPolicyDecision(entry, minProbability)));
    // Over what the file says now: SQLite stores unpaired surrogates of a name as another character.
    const digest = computeDigest(db);
    writeDecisions(db, digest, decisions);
    db.prepare('INSERT INTO seal VALUES (?, ?)').run(digest, computeFileHash(db, digest));
  }).immediate();
}

/** One statement that asks back for each URL walks the table once; one for each run would look it up again. */
function writeRunUrls(db: Database, runUrl: (runId: string) => string): void {
  db.function('run_url', { deterministic: true }, (runId: string) => runUrl(runId));
  db.exec('UPDATE runs SET url = run_url(run_id)');
}

/**
 * Reads what was sealed and proves that it is what was sealed.
 *
 * @throws IncompleteListingError where runs are missing from the listing
 * @throws PlanRefusedError where the plan was never sealed or has changed since, by damage or by another program
 */
export function readSealedPlan(db: Database, path: string): SealedPlan {
  assertIntact(db, path);
  const seal = readSealOrNull(db);
  if (seal === null) {
    assertListingComplete(db, path);
    throw new PlanRefusedError(`${path} is no plan yet: its runs are listed but not matched`, {
      hint: 'Run the same `runlink plan` command again; it goes on where it stopped.',
    });
  }
  const digest = computeDigest(db);
  assertSame(path, { part: 'proposal', expected: seal.digest, found: digest });
  assertSame(path, { part: 'listing', expected: seal.file_hash, found: computeFileHash(db, digest) });
  assertDecisions(db, path, digest);
  const windows = readWindows(db);
  return { header: readHeader(db), summary: readSummary(db), windows, quarantined: readQuarantined(db), digest };
}

export function readSealOrNull(db: Database): Seal | null {
  return db.prepare<[], Seal>('SELECT digest, file_hash FROM seal').get() ?? null;
}

function assertIntact(db: Database, path: string): void {
  const found = String(db.pragma('integrity_check(1)', { simple: true }));
  if (found === 'ok') return;
  throw new PlanRefusedError(`${path} is damaged: ${found}`, {
    hint: 'Make the plan again, or bring back a copy of the file.',
  });
}

interface Comparison {
  readonly part: string;
  readonly expected: string;
  readonly found: string;
}

function assertSame(path: string, { part, expected, found }: Comparison): void {
  if (expected === found) return;
  throw new PlanRefusedError(
    `the ${part} in ${path} was changed after it was sealed: expected ${expected.slice(0, 12)}, found ${found.slice(0, 12)}`,
    { hint: 'Make the plan again, or bring back a copy of the file.' },
  );
}

/** @throws IncompleteListingError where a window is open, counts differ, or a run id is there twice */
function assertListingComplete(db: Database, path: string): void {
  const problems = listGaps(db);
  if (problems.length === 0) return;
  throw new IncompleteListingError(`the listing of W&B runs in ${path} is not complete: ${problems.join('; ')}`, {
    hint: 'Run the same `runlink plan` command again; it goes on where it stopped.',
  });
}

function listGaps(db: Database): string[] {
  const windows = readWindows(db);
  if (windows.length === 0) return ['no run was listed yet'];
  const countRuns = db
    .prepare<[number, number], bigint>(
      `SELECT count(*) FROM (SELECT run_id FROM runs WHERE window_no = ?
       UNION ALL SELECT run_id FROM quarantined WHERE window_no = ?)`,
    )
    .pluck();
  const open = windows.filter((window) => window.state !== 'complete').length;
  const short = windows.flatMap((window) => {
    const found = Number(countRuns.get(window.no, window.no));
    if (window.state !== 'complete' || found === window.expected) return [];
    return [`window ${window.no} holds ${found} runs where W&B counted ${window.expected}`];
  });
  const twice = db
    .prepare<[], string>('SELECT run_id FROM runs GROUP BY run_id HAVING count(*) > 1 LIMIT 3')
    .pluck()
    .all()
    .map((runId) => `run id ${JSON.stringify(runId)} was listed twice`);
  return [...(open > 0 ? [`${open} of ${windows.length} windows are open`] : []), ...short, ...twice];
}
