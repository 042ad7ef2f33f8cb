import { EXIT_CODES, StoppedError, UsageError } from '../errors.ts';
import type { ExitCode } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import type { RowImage } from '../model/identity.ts';
import { isRefresh } from '../model/ledger.ts';
import type { RollbackClass } from '../model/ledger.ts';
import { DEFAULT_LOCK_TIMEOUT_MS, retryWhileBusy, runImmediate, sleepOrStop } from '../registry/busy.ts';
import type { BusyRetryOptions } from '../registry/busy.ts';
import { acquireLock } from '../registry/lock.ts';
import { LEAST_PAUSE_MS } from '../registry/match-migrations.ts';
import { BATCH_SIZE } from '../registry/match-round.ts';
import { isRefused } from '../registry/rollback-classes.ts';
import type { RollbackMode, RollbackTarget } from '../registry/rollback-classes.ts';
import { findRollbackTargets } from '../registry/rollback-targets.ts';
import type { RollbackSelection } from '../registry/rollback-targets.ts';
import { createRollbackWriter } from '../registry/rollback-writer.ts';
import type { RollbackJudgement, RollbackStamp } from '../registry/rollback-writer.ts';
import { withRegistryForWriting, withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation, RegistrySession } from '../registry/session.ts';

export interface RollbackOptions extends RegistryLocation {
  readonly selection: RollbackSelection;
  /** Where a row was edited since: restore only the fields that are still as runlink wrote them. */
  readonly keepEdited?: boolean;
  /** Restore all fields of edited rows; record the rollback of rows that are gone. */
  readonly force?: boolean;
  /** Roll back what can be; without it nothing is written while one entry is refused. */
  readonly partial?: boolean;
  /** Kept with the rejected pair. */
  readonly reason?: string;
}

export interface RollbackItem {
  /** The ledger entry that it is about. */
  readonly seq: number;
  readonly keyText: string;
  readonly wandbRunId: string;
  readonly planId: string;
  /** Whether it only refreshed the row: the link stays, and the pair is not remembered as rejected. */
  readonly isRefresh: boolean;
  readonly class: RollbackClass;
  readonly words: string;
  readonly refused: boolean;
  readonly before: RowImage;
  readonly written: RowImage;
  /** Null where the row is gone. */
  readonly now: RowImage | null;
}

export interface RollbackReport {
  /** Last written first. */
  readonly items: readonly RollbackItem[];
  /** Entries rolled back by this invocation; 0 in a preview. */
  readonly undone: number;
  readonly refused: number;
  readonly exitCode: ExitCode;
}

/**
 * Shows what a rollback would do: what each row held before, what runlink wrote, what it holds now. Read-only.
 *
 * @throws UsageError where the ledger has nothing of a row or plan
 */
export async function previewRollback(options: RollbackOptions): Promise<RollbackReport> {
  const mode = readMode(options);
  return await withRegistryReadOnly(options, (session) => buildReport(judgeAll(session, options, mode), 0));
}

/**
 * Takes matches back: the former values return to the row, a new ledger entry says so, the run is free again, and the
 * pair is remembered as rejected. What refreshes wrote on a row since goes with its link, or alone (`keepLink`). Only rows that are still as runlink wrote them are touched, unless `keepEdited` or
 * `force` say otherwise. All entries are judged before the first write, and nothing is
 * written while one is refused (unless `partial`); more than 100 go in several transactions.
 *
 * @returns a report; its exit code is 5 where entries were refused
 * @throws UsageError, LockedError, StoppedError
 */
export async function rollbackMatch(
  { context }: { readonly context: InvocationContext },
  options: RollbackOptions,
): Promise<RollbackReport> {
  const mode = readMode(options);
  return await withRegistryForWriting(options, async (session) => {
    const lock = acquireLock(options.registry, {
      command: `rollback ${renderSelection(options.selection)}`,
      now: context.now,
    });
    try {
      const judged = await retryWhileBusy(() => judgeAll(session, options, mode), buildRetry(context, options));
      const open = judged.filter((item) => !item.refused && item.judgement.class !== 'repeat');
      const isAllowed = options.partial === true || judged.every((item) => !item.refused);
      if (!isAllowed || open.length === 0) return buildReport(judged, 0);
      const { undone, judgementsBySeq } = await undoAll(context, { session, open, mode, options });
      return buildReport(rejudge(judged, judgementsBySeq, mode), undone);
    } finally {
      lock.release();
    }
  });
}

function buildRetry({ signal, say }: InvocationContext, { lockTimeoutMs }: RollbackOptions): BusyRetryOptions {
  return { timeoutMs: lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS, signal, say };
}

function renderSelection(selection: RollbackSelection): string {
  switch (selection.kind) {
    case 'rows':
      return selection.keyTexts.join(' ');
    case 'plan':
      return `--plan ${selection.planId}`;
    case 'all':
      return '--all';
  }
}

function readMode({ keepEdited = false, force = false }: RollbackOptions): RollbackMode {
  if (keepEdited && force) {
    throw new UsageError('--keep-edited and --force exclude each other', {
      hint: '--keep-edited restores only the fields that nobody has changed since, --force restores all.',
    });
  }
  return { keepEdited, force };
}

interface JudgedTarget {
  readonly target: RollbackTarget;
  readonly judgement: RollbackJudgement;
  readonly refused: boolean;
}

function judgeAll(
  { db, schema }: RegistrySession,
  options: RollbackOptions,
  mode: RollbackMode,
): readonly JudgedTarget[] {
  return db.transaction(() => {
    const targets = findRollbackTargets(db, options.selection);
    if (targets.length === 0) return [];
    const judgements = createRollbackWriter(db, schema).judgeAll(targets, mode);
    return targets.flatMap((target, index) => {
      const judgement = judgements[index];
      return judgement === undefined ? [] : [{ target, judgement, refused: isRefused(judgement.class, mode) }];
    });
  })();
}

function buildReport(judged: readonly JudgedTarget[], undone: number): RollbackReport {
  const items = judged.map(({ target: { entry }, judgement, refused }): RollbackItem => ({
    seq: entry.seq,
    keyText: entry.keyText,
    wandbRunId: entry.wandbRunId,
    planId: entry.planId,
    isRefresh: isRefresh(entry),
    class: judgement.class,
    words: judgement.words,
    refused,
    before: entry.before,
    written: entry.after,
    now: judgement.now,
  }));
  const refused = items.filter((item) => item.refused).length;
  return { items, undone, refused, exitCode: refused > 0 ? EXIT_CODES.conflict : EXIT_CODES.done };
}

interface UndoInput {
  readonly session: RegistrySession;
  readonly open: readonly JudgedTarget[];
  readonly mode: RollbackMode;
  readonly options: RollbackOptions;
}

interface UndoResult {
  readonly undone: number;
  /** As found in the transaction. */
  readonly judgementsBySeq: ReadonlyMap<number, RollbackJudgement>;
}

/** Batches with a pause in between, as courteous as `apply`. */
async function undoAll(context: InvocationContext, input: UndoInput): Promise<UndoResult> {
  const { open, options } = input;
  const judgementsBySeq = new Map<number, RollbackJudgement>();
  let undone = 0;
  for (let done = 0; done < open.length; done += BATCH_SIZE) {
    if (context.signal.aborted) throw stoppedError(done, open.length);
    const batch = open.slice(done, done + BATCH_SIZE);
    const at = new Date(context.now()).toISOString();
    const stamp = { by: context.user, at, reason: options.reason ?? 'rolled back' };
    const retry = buildRetry(context, options);
    const { judgements, heldMs, isWritten } = await retryWhileBusy(() => undoBatch(input, batch, stamp), retry);
    for (const [seq, judgement] of judgements) judgementsBySeq.set(seq, judgement);
    if (!isWritten) break;
    undone += judgements.filter(([, judgement]) => !isRefused(judgement.class, input.mode)).length;
    context.onProgress({ label: 'rolling back', done: done + batch.length, total: open.length });
    if (done + batch.length < open.length) await sleepOrStop(Math.max(LEAST_PAUSE_MS, heldMs), context.signal);
  }
  return { undone, judgementsBySeq };
}

interface BatchResult {
  readonly judgements: readonly (readonly [seq: number, judgement: RollbackJudgement])[];
  readonly heldMs: number;
  readonly isWritten: boolean;
}

/** Takes the batch's transaction back when one entry is refused after all and not all others may go without it. */
class RefusedBatch extends Error {
  readonly judgements: BatchResult['judgements'];
  constructor(judgements: BatchResult['judgements']) {
    super('a rollback was refused');
    this.judgements = judgements;
  }
}

function undoBatch(
  { session, mode, options }: UndoInput,
  batch: readonly JudgedTarget[],
  stamp: RollbackStamp,
): BatchResult {
  try {
    const { result, heldMs } = runImmediate(session.db, () => {
      const writer = createRollbackWriter(session.db, session.schema);
      const judgements = batch.map(({ target }) => [target.entry.seq, writer.undo(target, mode, stamp)] as const);
      const refused = judgements.filter(([, judgement]) => isRefused(judgement.class, mode));
      if (refused.length > 0 && options.partial !== true) throw new RefusedBatch(refused);
      return judgements;
    });
    return { judgements: result, heldMs, isWritten: true };
  } catch (error) {
    if (!(error instanceof RefusedBatch)) throw error;
    return { judgements: error.judgements, heldMs: 0, isWritten: false };
  }
}

function rejudge(
  judged: readonly JudgedTarget[],
  judgementsBySeq: ReadonlyMap<number, RollbackJudgement>,
  mode: RollbackMode,
): readonly JudgedTarget[] {
  return judged.map((item) => {
    const judgement = judgementsBySeq.get(item.target.entry.seq) ?? item.judgement;
    return { ...item, judgement, refused: isRefused(judgement.class, mode) };
  });
}

function stoppedError(done: number, total: number): StoppedError {
  return new StoppedError(`stopped as asked; ${done} of ${total} entries are rolled back`, {
    hint: 'Run the same command again to roll back the rest.',
  });
}
