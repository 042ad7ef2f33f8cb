import { EXIT_CODES, RunlinkError, StoppedError, UndecidedError } from '../errors.ts';
import type { ExitCode } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import { findBackupOrNull, writeBackup } from '../registry/backup.ts';
import { DEFAULT_LOCK_TIMEOUT_MS, retryWhileBusy } from '../registry/busy.ts';
import type { BusyRetryOptions } from '../registry/busy.ts';
import { withIdentityColumns } from '../registry/exact.ts';
import type { ChainHead } from '../registry/ledger-hash.ts';
import { acquireLock } from '../registry/lock.ts';
import { IDLE_PACE, runMatchMigrations } from '../registry/match-migrations.ts';
import type { MatchOutcome, PaceReport } from '../registry/match-migrations.ts';
import { ORIGIN } from '../registry/origin.ts';
import { hasReceipt, receiptPath, writeReceipt } from '../registry/receipt.ts';
import { withRegistryForWriting } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';
import { verifyLedger } from '../registry/verification.ts';
import type { Problem } from '../registry/verification.ts';
import { quoteForShell } from '../text/shell.ts';
import { readAcceptedPlan } from './accepted-plan.ts';
import { describeSkipped, readApply, readProgress } from './apply-preview.ts';
import type { ApplyPreview, ApplyReading, SkippedMatch } from './apply-preview.ts';

export interface ApplyOptions extends RegistryLocation {
  /** Path of the plan file. */
  readonly plan: string;
  /** Whether to make and verify a backup before the first write. */
  readonly backup: boolean;
  /** Refuse, with exit code 8 and nothing written, while matches or ambiguous entries wait for a decision. */
  readonly requireDecisions: boolean;
  /** Refuse to write more rows than this. */
  readonly maxChanges?: number;
}

export interface ApplyReport extends ApplyPreview {
  /** Rows written by this invocation. */
  readonly written: number;
  /** Path of the verified backup; null where none was asked for or nothing was to be written. */
  readonly backup: string | null;
  readonly receipt: string | null;
  readonly head: ChainHead;
  readonly pace: PaceReport;
  /** What the check after the last batch found about chain, log, links and the rows of this plan. */
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;
}

interface ApplyDeps {
  readonly context: InvocationContext;
}

/**
 * Writes a plan's accepted matches: lock, checks, every before image, verified backup, schema migrations, one migration
 * per batch, check, receipt. Safe to kill and to run again: nothing is written twice, and the content comes out as if it
 * had never stopped. Rows that drifted are left alone and listed.
 *
 * @returns a report; its exit code is 5 where matches were left out or the check found a problem
 * @throws PlanRefusedError, IncompleteListingError, UndecidedError, RunlinkError before anything is written
 * @throws LockedError where another invocation, or another program, holds a lock
 * @throws StoppedError at a batch's end after `context.signal` is aborted; its hint is the command that goes on
 */
export async function applyPlan({ context }: ApplyDeps, options: ApplyOptions): Promise<ApplyReport> {
  return await withRegistryForWriting(options, async (session) => {
    const lock = acquireLock(options.registry, { command: `apply ${options.plan}`, now: context.now });
    try {
      const plan = readAcceptedPlan(options.plan);
      const retry = buildRetry(context, options);
      const reading = await retryWhileBusy(() => readApply(session, plan, options.registry), retry);
      assertAllowed(reading.preview, options);
      return await writePlan(context, reading, options);
    } finally {
      lock.release();
    }
  });
}

function buildRetry({ signal, say }: InvocationContext, { lockTimeoutMs }: ApplyOptions): BusyRetryOptions {
  return { timeoutMs: lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS, signal, say };
}

function assertAllowed({ undecided, changes }: ApplyPreview, options: ApplyOptions): void {
  if (options.requireDecisions && undecided > 0) {
    const waiting = undecided === 1 ? '1 entry waits' : `${undecided} entries wait`;
    throw new UndecidedError(`${waiting} for a decision, and --require-decisions asks for none`, {
      hint: `Nothing was written. List them with: runlink show ${quoteForShell(options.plan)} --kind match ambiguous --decision undecided`,
    });
  }
  if (options.maxChanges !== undefined && changes > options.maxChanges) {
    throw new RunlinkError(`the plan would write ${changes} rows, and --max-changes allows ${options.maxChanges}`, {
      hint: 'Nothing was written. Review the plan, then allow as many with --max-changes.',
    });
  }
}

async function writePlan(
  context: InvocationContext,
  reading: ApplyReading,
  options: ApplyOptions,
): Promise<ApplyReport> {
  const { pending, plan, preview } = reading;
  const schema = pending.length > 0 ? withIdentityColumns(reading.schema) : reading.schema;
  const backup = options.backup ? await backUpOrNull(context, reading, options) : null;
  const { outcomes, pace } = await writeBatches(context, reading, options);
  // What is written is written: a stop that comes now is too late to be one.
  const retry = { timeoutMs: options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS, say: context.say };
  const after = await retryWhileBusy(() => readProgress({ db: reading.db, schema }, plan, []), retry);
  const { head, problems } = await retryWhileBusy(() => verifyPlan({ ...reading, schema }), retry);
  const skipped = preferOwnWords(after.skipped, outcomes);
  const report = {
    ...preview,
    changes: after.changes,
    written: outcomes.filter(({ outcome }) => outcome.kind === 'written').length,
    skipped,
    backup,
    head,
    pace,
    problems,
    exitCode: skipped.length + problems.length > 0 ? EXIT_CODES.conflict : EXIT_CODES.done,
  };
  return { ...report, receipt: await writeReceiptOrNull(context, reading, report) };
}

/** The round's own backup is kept on a resume: it holds the rows as they were before the round's first batch. */
async function backUpOrNull(
  context: InvocationContext,
  reading: ApplyReading,
  options: ApplyOptions,
): Promise<string | null> {
  const { db, schema, round, pending, preview } = reading;
  const where = { registry: preview.registry, schema, id: round.id };
  const existing = pending.length < round.batches.length ? await findBackupOrNull(where) : null;
  if (existing !== null || pending.length === 0) return existing;
  const path = await writeBackup(db, { ...where, ...buildRetry(context, options) });
  context.say(`backup: ${path}`);
  return path;
}

interface Written {
  readonly outcomes: readonly MatchOutcome[];
  readonly pace: PaceReport;
}

async function writeBatches(
  context: InvocationContext,
  reading: ApplyReading,
  options: ApplyOptions,
): Promise<Written> {
  const { db, schema, round, pending } = reading;
  if (pending.length === 0) return { outcomes: [], pace: IDLE_PACE };
  const total = pending.reduce((sum, { matches }) => sum + matches.length, 0);
  const outcomes: MatchOutcome[] = [];
  try {
    const pace = await runMatchMigrations(db, {
      schema,
      round,
      now: context.now,
      say: context.say,
      signal: context.signal,
      lockTimeoutMs: options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS,
      onBatch: (batch) => {
        outcomes.push(...batch);
        context.onProgress({ label: 'writing rows', done: outcomes.length, total });
      },
    });
    return { outcomes, pace };
  } catch (error) {
    const progress = `${outcomes.length} of ${total} rows were dealt with, in whole batches`;
    const hint = `Go on with: ${renderResumeCommand(options)}`;
    if (error instanceof StoppedError) throw new StoppedError(`${error.message}; ${progress}`, { hint, cause: error });
    context.say(`${progress}. ${hint}`);
    throw error;
  }
}

function renderResumeCommand({ plan, registry, config, backup }: ApplyOptions): string {
  const command = ['runlink', 'apply', plan, '--registry', registry, '--yes'];
  if (config !== undefined) command.push('--config', config);
  if (!backup) command.push('--no-backup');
  return command.map(quoteForShell).join(' ');
}

/**
 * First in many short reads, since one long one would keep training jobs from committing where there is no WAL; only what
 * looks wrong is looked at again in one moment.
 */
function verifyPlan({ db, schema, plan }: ApplyReading): { head: ChainHead; problems: readonly Problem[] } {
  const ours = new Set(plan.matches.map(({ keyText }) => keyText));
  const verify = (): { head: ChainHead; problems: readonly Problem[] } => {
    const { head, problems } = verifyLedger(db, schema);
    return { head, problems: problems.filter(({ keyText }) => keyText === null || ours.has(keyText)) };
  };
  const loose = verify();
  return loose.problems.length === 0 ? loose : db.transaction(verify)();
}

/** What was seen in the transaction says more than what can be found out afterwards. */
function preferOwnWords(skipped: readonly SkippedMatch[], outcomes: readonly MatchOutcome[]): readonly SkippedMatch[] {
  const seen = outcomes.flatMap(({ match, outcome }) =>
    outcome.kind === 'skipped' ? [[match.keyText, describeSkipped(match, outcome)] as const] : [],
  );
  const seenByKey = new Map(seen);
  return skipped.map((item) => seenByKey.get(item.keyText) ?? item);
}

/** Also written when an earlier invocation was killed just before it. */
async function writeReceiptOrNull(
  context: InvocationContext,
  { plan, round, pending, preview, schema }: ApplyReading,
  report: Omit<ApplyReport, 'receipt'>,
): Promise<string | null> {
  const { registry } = preview;
  if (round.batches.length === 0) return null;
  if (pending.length === 0 && (await hasReceipt(registry, round.id))) return receiptPath(registry, round.id);
  return await writeReceipt({
    registry,
    table: schema.table,
    planId: plan.planId,
    planDigest: plan.sealed.digest,
    round: round.id,
    written: report.alreadyWritten + report.written,
    skipped: report.skipped.length,
    undecided: report.undecided,
    ledger: report.head,
    backup: report.backup,
    toolVersion: ORIGIN.toolVersion,
    at: new Date(context.now()).toISOString(),
  });
}
