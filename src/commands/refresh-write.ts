import type { Database } from 'better-sqlite3';
import { StoppedError } from '../errors.ts';
import type { InvocationContext } from '../model/context.ts';
import { REFRESH, REFRESH_PART } from '../model/ledger.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { buildRefresh } from '../plan/refresh.ts';
import type { RefreshRules } from '../plan/refresh.ts';
import { DEFAULT_LOCK_TIMEOUT_MS, retryWhileBusy, runImmediate, sleepOrStop } from '../registry/busy.ts';
import { readLinkedRowOrNull } from '../registry/linked-rows.ts';
import { LEAST_PAUSE_MS } from '../registry/match-migrations.ts';
import { BATCH_SIZE } from '../registry/match-round.ts';
import { createMatchWriter } from '../registry/match-writer.ts';
import type { MatchWriter, WriteOutcome } from '../registry/match-writer.ts';
import { applySchemaMigrations } from '../registry/schema-migrations.ts';
import { withRegistryForWriting } from '../registry/session.ts';
import type { RegistryLocation, RegistrySession } from '../registry/session.ts';
import { buildRefreshRules, describeEdited, findConflictOrNull, isWritten } from './refresh-plan.ts';
import type { LeftRow, PlannedRefresh } from './refresh-plan.ts';

export interface RefreshWritten {
  /** As they were written, which is not as they were planned where a row changed meanwhile. */
  readonly written: readonly PlannedRefresh[];
  readonly left: readonly LeftRow[];
  /** Rows that turned out to be as W&B says already. */
  readonly same: number;
}

/**
 * Writes in transactions of 100 rows at most, with pauses between them. No lock beside the registry is needed: each row is
 * compared and set, so a refresh goes along with an apply, with links and with another refresh.
 */
export async function writeRefresh(
  context: InvocationContext,
  planned: readonly PlannedRefresh[],
  options: RegistryLocation,
): Promise<RefreshWritten> {
  const { signal, say } = context;
  const retry = { timeoutMs: options.lockTimeoutMs ?? DEFAULT_LOCK_TIMEOUT_MS, signal, say };
  const now = (): string => new Date(context.now()).toISOString();
  await withRegistryForWriting(options, async ({ db, schema }) => {
    await retryWhileBusy(() => applySchemaMigrations(db, schema, now()), retry);
  });
  // The schema is read again, since columns may have been added.
  return await withRegistryForWriting(options, async (session) => {
    const results: RowResult[] = [];
    for (let done = 0; done < planned.length; done += BATCH_SIZE) {
      if (signal.aborted) throw stoppedError(done, planned.length);
      const batch = planned.slice(done, done + BATCH_SIZE);
      const write = (): readonly RowResult[] => writeBatch(session, batch, { by: context.user, at: now() });
      const { result, heldMs } = await retryWhileBusy(() => runImmediate(session.db, write), retry);
      results.push(...result);
      context.onProgress({ label: 'writing rows', done: results.length, total: planned.length });
      if (results.length < planned.length) await sleepOrStop(Math.max(LEAST_PAUSE_MS, heldMs), signal);
    }
    return {
      written: results.flatMap(({ written }) => written ?? []),
      left: results.flatMap(({ left }) => left ?? []),
      same: results.filter(({ written, left }) => written === undefined && left === undefined).length,
    };
  });
}

function stoppedError(done: number, total: number): StoppedError {
  return new StoppedError(`stopped as asked; ${done} of ${total} rows are refreshed`, {
    hint: 'Run the same command again to refresh the rest.',
  });
}

interface Stamp {
  readonly by: string;
  /** ISO time, UTC. */
  readonly at: string;
}

/** Neither where the row turned out to be as W&B says already. */
interface RowResult {
  readonly written?: PlannedRefresh;
  readonly left?: LeftRow;
}

function writeBatch(
  { db, schema }: RegistrySession,
  batch: readonly PlannedRefresh[],
  stamp: Stamp,
): readonly RowResult[] {
  const tools = { db, schema, rules: buildRefreshRules(schema), writer: createMatchWriter(db, schema), stamp };
  return batch.map((planned) => writeRow(planned, tools));
}

interface Tools {
  readonly db: Database;
  readonly schema: RegistrySchema;
  readonly rules: RefreshRules;
  readonly writer: MatchWriter;
  readonly stamp: Stamp;
}

/** A row that changed since it was read is judged again, by the same news, as it is in this very transaction. */
function writeRow(planned: PlannedRefresh, tools: Tools): RowResult {
  const outcome = writePlanned(planned, tools);
  if (outcome.kind === 'written') return { written: planned };
  if (outcome.kind !== 'skipped' || outcome.reason !== 'drift') return leave(planned, outcome);
  const row = readLinkedRowOrNull(tools.db, tools.schema, planned.row.key);
  if (row === null || row.wandbRunId !== planned.row.wandbRunId) {
    return leave(planned, { kind: 'skipped', reason: 'drift', words: 'the row lost its link while W&B was asked' });
  }
  const conflict = findConflictOrNull(row, new Map());
  if (conflict !== null) return { left: conflict };
  const again = { row, run: planned.run, refresh: buildRefresh(row, planned.run, tools.rules) };
  const left = again.refresh.edited.length > 0 ? { left: describeEdited(row, again.refresh) } : {};
  if (!isWritten(again.refresh)) return left;
  const second = writePlanned(again, tools);
  return second.kind === 'written' ? { written: again, ...left } : leave(again, second);
}

function writePlanned({ row, refresh }: PlannedRefresh, { writer, stamp }: Tools): WriteOutcome {
  const { key, keyText, wandbRunId } = row;
  const { before, after, edited } = refresh;
  const match = { key, keyText, wandbRunId, before, after, decidedBy: 'reviewer', by: stamp.by } as const;
  const batch = edited.length > 0 ? REFRESH_PART : REFRESH;
  return writer.write(match, { planId: REFRESH, batch, at: stamp.at });
}

function leave({ row: { keyText, wandbRunId } }: PlannedRefresh, outcome: WriteOutcome): RowResult {
  if (outcome.kind !== 'skipped') return {};
  return { left: { keyText, wandbRunId, reason: outcome.reason, words: outcome.words } };
}
