import type { Database } from 'better-sqlite3';
import { MigrationError, Umzug } from 'umzug';
import type { RunnableMigration, UmzugStorage } from 'umzug';
import { SCHEMA_MIGRATIONS } from '../../migrations/list.ts';
import { StoppedError } from '../errors.ts';
import type { AcceptedMatch } from '../model/ledger.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { retryWhileBusy, runImmediate, sleepOrStop } from './busy.ts';
import type { BusyRetryOptions } from './busy.ts';
import { assertLogFitsRound } from './match-round.ts';
import type { MatchBatch, MatchRound } from './match-round.ts';
import { createMatchWriter } from './match-writer.ts';
import type { WriteOutcome } from './match-writer.ts';
import { isLogged, readLog, writeLogRow } from './migration-log.ts';
import { applySchemaMigration, assertIdentityColumns } from './schema-migrations.ts';

export interface MatchMigrationOptions {
  readonly schema: RegistrySchema;
  readonly round: MatchRound;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly lockTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly onBatch: (outcomes: readonly MatchOutcome[]) => void;
}

export interface MatchOutcome {
  readonly match: AcceptedMatch;
  readonly outcome: WriteOutcome;
}

/** How the writing treated others who use the file, in milliseconds. */
export interface PaceReport {
  readonly transactions: number;
  readonly longestMs: number;
  readonly writingMs: number;
  readonly pausedMs: number;
}

export const IDLE_PACE: PaceReport = { transactions: 0, longestMs: 0, writingMs: 0, pausedMs: 0 };

/** A training job that polls for the lock gets its turn in every pause. */
export const LEAST_PAUSE_MS = 10;

/**
 * Brings the registry up to this round: schema migrations, then one umzug migration per batch, with a pause as long as
 * the last transaction in between. Batches that the log has are not run again.
 *
 * @throws StoppedError at a batch's end once the signal is aborted; LockedError; ConflictError where the log does not fit
 */
export async function runMatchMigrations(db: Database, options: MatchMigrationOptions): Promise<PaceReport> {
  const retry = { ...options, timeoutMs: options.lockTimeoutMs };
  assertLogFitsRound(await retryWhileBusy(() => readLog(db), retry), options.round);
  const pace = createPace(options.signal);
  const umzug = new Umzug({
    migrations: buildMigrations(db, options, pace),
    storage: createStorage(db, retry),
    logger: undefined,
  });
  umzug.on('migrating', () => pace.pause());
  try {
    await umzug.up();
  } catch (error) {
    throw error instanceof MigrationError && error.cause instanceof Error ? error.cause : error;
  }
  return pace.report();
}

function buildMigrations(db: Database, options: MatchMigrationOptions, pace: Pace): RunnableMigration<object>[] {
  const commit = (name: string, transaction: () => number): RunnableMigration<object> => ({
    name,
    up: async () => pace.note(await retryWhileBusy(transaction, { ...options, timeoutMs: options.lockTimeoutMs })),
  });
  const at = (): string => new Date(options.now()).toISOString();
  const schema = SCHEMA_MIGRATIONS.map((migration) =>
    commit(migration.name, () => applySchemaMigration(db, options.schema, { migration, at: at() })),
  );
  const batches = options.round.batches.map((batch) =>
    commit(batch.name, () => applyBatch(db, { ...options, batch, at: at() })),
  );
  return [...schema, ...batches];
}

/** Log row first, then each match with its ledger row; SQLite commits all of it or nothing. */
function applyBatch(
  db: Database,
  { schema, round, batch, at, onBatch }: MatchMigrationOptions & { readonly batch: MatchBatch; readonly at: string },
): number {
  const writer = createMatchWriter(db, assertIdentityColumns(db, schema));
  const stamp = { planId: round.planId, batch: batch.name, at };
  const { result, heldMs } = runImmediate(db, () => {
    const { name, no, matches } = batch;
    const { planId, digest } = round;
    writeLogRow(db, schema, { name, planId, digest, batchNo: no, rows: matches.length, appliedAt: at });
    return matches.map((match) => ({ match, outcome: writer.writeOnce(match, stamp) }));
  });
  onBatch(result);
  return heldMs;
}

/** Reads and asserts only: each migration writes its own log row inside its own transaction. */
function createStorage(db: Database, retry: BusyRetryOptions): UmzugStorage<object> {
  return {
    executed: () => retryWhileBusy(() => readLog(db).map(({ name }) => name), retry),
    logMigration: async ({ name }) => {
      if (!(await retryWhileBusy(() => isLogged(db, name), retry)))
        throw new Error(`migration ${name} did not write its log row`);
    },
    unlogMigration: async ({ name }) => {
      throw new Error(`migration ${name} cannot be reverted: a rollback goes forward`);
    },
  };
}

interface Pace {
  /** Takes how long the last transaction held the lock. */
  readonly note: (heldMs: number) => void;
  readonly pause: () => Promise<void>;
  readonly report: () => PaceReport;
}

function createPace(signal: AbortSignal): Pace {
  let [transactions, longestMs, writingMs, pausedMs, lastMs] = [0, 0, 0, 0, 0];
  return {
    note: (heldMs) => {
      lastMs = heldMs;
      transactions += 1;
      writingMs += lastMs;
      longestMs = Math.max(longestMs, lastMs);
    },
    pause: async () => {
      if (signal.aborted) throw new StoppedError('stopped as asked, at the end of a batch');
      if (transactions === 0) return;
      const started = performance.now();
      await sleepOrStop(Math.max(LEAST_PAUSE_MS, lastMs), signal);
      pausedMs += performance.now() - started;
    },
    report: () => ({ transactions, longestMs, writingMs, pausedMs }),
  };
}
