import { EXIT_CODES } from '../errors.ts';
import type { ExitCode } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { RunSource } from '../model/snapshot.ts';
import type { ChainHead } from '../registry/ledger-hash.ts';
import { readLedger } from '../registry/ledger-read.ts';
import { readReceipts } from '../registry/receipt.ts';
import type { ReceiptFile } from '../registry/receipt.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';
import { findIntegrityProblems, findSharedRuns, verifyLedger } from '../registry/verification.ts';
import type { Problem } from '../registry/verification.ts';

export interface VerifyDeps {
  readonly context: InvocationContext;
  /** Needed for `remote`. */
  readonly source?: RunSource;
}

export interface VerifyOptions extends RegistryLocation {
  /** Also ask W&B whether each linked run is there. */
  readonly remote?: boolean;
}

export interface VerifyReport {
  readonly registry: string;
  /** Ledger entries, and the links among them that stand. */
  readonly entries: number;
  readonly links: number;
  readonly head: ChainHead;
  /** Runs that W&B was asked for; null without `remote`. */
  readonly remoteChecked: number | null;
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;
}

/**
 * Checks the registry against the ledger: the hash chain, the log, every row that runlink wrote, one-to-one over the whole
 * table, SQLite's own check, the receipts beside the file and, with `remote`, the runs on W&B. Writes nothing.
 *
 * @returns a report whose exit code is 5 where it found a problem
 */
export async function verifyRegistry({ context, source }: VerifyDeps, options: VerifyOptions): Promise<VerifyReport> {
  const { live, head, problems, ledger } = await withRegistryReadOnly(options, ({ db, schema }) =>
    db.transaction(() => {
      const verification = verifyLedger(db, schema);
      const file = [...findIntegrityProblems(db), ...findSharedRuns(db, schema)];
      return { ...verification, problems: [...verification.problems, ...file], ledger: readLedger(db) };
    })(),
  );
  const receipts = await readReceipts(options.registry);
  const isRemote = options.remote === true && source !== undefined;
  const missing = isRemote ? await findRunsNotThere(context, source, live) : [];
  const all = [...problems, ...findReceiptProblems(receipts, ledger), ...missing];
  return {
    registry: options.registry,
    entries: head.seq,
    links: live.length,
    head,
    remoteChecked: isRemote ? live.length : null,
    problems: all,
    exitCode: all.length > 0 ? EXIT_CODES.conflict : EXIT_CODES.done,
  };
}

/** A ledger that was cut off or written anew has a chain of its own that holds; a receipt remembers the former one. */
function findReceiptProblems(receipts: readonly ReceiptFile[], ledger: readonly LedgerEntry[]): readonly Problem[] {
  const hashesBySeq = new Map(ledger.map(({ seq, hash }) => [seq, hash]));
  return receipts.flatMap(({ path, receipt }): readonly Problem[] => {
    const problem = (words: string): readonly Problem[] => [
      { kind: 'receipt', keyText: null, words: `${path}: ${words}` },
    ];
    if (receipt === null) return problem('not a receipt that this runlink can read');
    const { seq, hash } = receipt.ledger;
    const found = hashesBySeq.get(seq);
    if (seq === 0 || found === hash) return [];
    return problem(
      `ledger entry ${seq} had hash ${hash.slice(0, 12)} then, and has ${found?.slice(0, 12) ?? 'none'} now`,
    );
  });
}

/** Runs per request to W&B. */
const REMOTE_BATCH = 200;

async function findRunsNotThere(
  context: InvocationContext,
  source: RunSource,
  live: readonly LedgerEntry[],
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (let done = 0; done < live.length; done += REMOTE_BATCH) {
    const batch = live.slice(done, done + REMOTE_BATCH);
    const runs = await source.fetchRunsById(batch.map(({ wandbRunId }) => wandbRunId));
    // One that W&B has and fails to give is there.
    const missing = batch.filter(({ wandbRunId }) => !runs.has(wandbRunId));
    const where = `${source.entity}/${source.project}`;
    problems.push(
      ...missing.map(({ keyText, wandbRunId }): Problem => ({
        kind: 'not-on-wandb',
        keyText,
        words: `run ${wandbRunId} is not in ${where}`,
      })),
    );
    context.onProgress({ label: 'asking W&B for linked runs', done: done + batch.length, total: live.length });
  }
  return problems;
}
