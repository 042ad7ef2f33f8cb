import { RunlinkError } from '../errors.ts';
import { renderCell } from '../model/cell.ts';
import type { IdentityColumn, ImageColumn, RowImage } from '../model/identity.ts';
import type { LinkedRow, RefreshEvent, RowRefresh } from '../model/refresh.ts';
import type { RegistrySchema } from '../model/registry.ts';
import type { Run } from '../model/run.ts';
import type { RunSource } from '../model/snapshot.ts';
import { UTC_ALWAYS } from '../model/clock.ts';
import { buildDurationRule, buildFinishedRule, buildTimeWriter } from '../plan/end-rules.ts';
import { buildImageRules } from '../plan/images.ts';
import { buildRefresh } from '../plan/refresh.ts';
import type { RefreshRules } from '../plan/refresh.ts';
import { describeDifferences } from '../registry/differences.ts';
import { endColumnOrNull } from '../registry/exact.ts';
import type { Obstacle } from '../registry/match-obstacles.ts';

/** A row that W&B's news change. */
export interface RefreshedRow {
  readonly keyText: string;
  readonly wandbRunId: string;
  /** Empty where only the ledger is brought up to what the row says already. */
  readonly changed: readonly ImageColumn[];
  readonly events: readonly RefreshEvent[];
  readonly before: RowImage;
  readonly after: RowImage;
}

/** A row, or columns of it, that a refresh leaves alone although W&B says something else. */
export interface LeftRow {
  readonly keyText: string;
  readonly wandbRunId: string;
  /** `edited`: columns were changed since runlink wrote them; `relinked`: the row was given another run by hand. */
  readonly reason: 'edited' | 'relinked' | Obstacle['reason'];
  readonly words: string;
}

/** A row whose run is not in the project. Its link stays. */
export interface GoneRow {
  readonly keyText: string;
  readonly wandbRunId: string;
  /**
   * `moved`: other projects of the entity have a run of this id; `deleted`: W&B had it when runlink last wrote the row;
   * `unknown`: it was never seen there, as when it was linked offline and not synced yet.
   */
  readonly kind: 'deleted' | 'moved' | 'unknown';
  readonly words: string;
}

/** A row whose run W&B fails to give; nothing of it is written. */
export interface BrokenRow {
  readonly keyText: string;
  readonly wandbRunId: string;
  readonly words: string;
  /** What to do next. */
  readonly hint: string | null;
}

/** What W&B says of the linked runs. */
export interface RunNews {
  readonly runsById: ReadonlyMap<string, Run | RunlinkError>;
  /** Projects that have a run of the id, for runs that are not in this one. */
  readonly projectsByRun: ReadonlyMap<string, readonly string[]>;
}

export interface PlannedRefresh {
  readonly row: LinkedRow;
  readonly run: Run;
  readonly refresh: RowRefresh;
}

export interface RefreshPlan {
  /** Rows to be written. */
  readonly planned: readonly PlannedRefresh[];
  readonly unchanged: number;
  readonly left: readonly LeftRow[];
  readonly gone: readonly GoneRow[];
  readonly broken: readonly BrokenRow[];
  /** How many rows of a column stay empty because its times carry no zone. */
  readonly withoutZone: Readonly<Partial<Record<ImageColumn, number>>>;
  /** Rows by states of W&B that runlink does not know. */
  readonly unknownStates: Readonly<Record<string, number>>;
}

export function buildRefreshRules(schema: RegistrySchema): RefreshRules {
  const { statusWords, startedAtFormat } = buildImageRules(schema, { periods: UTC_ALWAYS, words: 'not learned' });
  const finished = endColumnOrNull(schema, 'finished_at');
  const duration = endColumnOrNull(schema, 'duration_seconds');
  return {
    statusWords,
    writeStart: buildTimeWriter(startedAtFormat, schema.timeZone),
    ends: [
      ...(finished === null ? [] : [buildFinishedRule(schema, finished)]),
      ...(duration === null ? [] : [buildDurationRule(schema, duration)]),
    ],
  };
}

export interface RefreshPlanInput {
  readonly rows: readonly LinkedRow[];
  /** Rows that share a run, by run id. */
  readonly sharedRuns: ReadonlyMap<string, readonly string[]>;
  readonly news: RunNews;
  readonly source: RunSource;
  readonly rules: RefreshRules;
}

export function planRefresh(input: RefreshPlanInput): RefreshPlan {
  const planned: PlannedRefresh[] = [];
  const left: LeftRow[] = [];
  const gone: GoneRow[] = [];
  const broken: BrokenRow[] = [];
  const withoutZone: Partial<Record<ImageColumn, number>> = {};
  const unknownStates: Record<string, number> = {};
  for (const row of input.rows) {
    const run = input.news.runsById.get(row.wandbRunId);
    if (run === undefined) {
      gone.push(describeGone(row, input));
      continue;
    }
    if (run instanceof RunlinkError) {
      broken.push(describeBroken(row, run));
      continue;
    }
    const conflict = findConflictOrNull(row, input.sharedRuns);
    if (conflict !== null) {
      left.push(conflict);
      continue;
    }
    const refresh = buildRefresh(row, run, input.rules);
    if (refresh.edited.length > 0) left.push(describeEdited(row, refresh));
    if (isWritten(refresh)) planned.push({ row, run, refresh });
    for (const column of refresh.withoutZone) withoutZone[column] = (withoutZone[column] ?? 0) + 1;
    if (refresh.unknownState !== null) {
      unknownStates[refresh.unknownState] = (unknownStates[refresh.unknownState] ?? 0) + 1;
    }
  }
  const leftAlone = new Set([...left, ...gone, ...broken].map(({ keyText }) => keyText));
  const writing = new Set(planned.map(({ row }) => row.keyText));
  const unchanged = input.rows.filter(({ keyText }) => !writing.has(keyText) && !leftAlone.has(keyText)).length;
  return { planned, unchanged, left, gone, broken, withoutZone, unknownStates };
}

export function isWritten({ changed, events }: RowRefresh): boolean {
  return changed.length > 0 || events.includes('noted');
}

export function findConflictOrNull(row: LinkedRow, sharedRuns: ReadonlyMap<string, readonly string[]>): LeftRow | null {
  const { keyText, wandbRunId, standing } = row;
  if (standing !== null && standing.wandbRunId !== wandbRunId) {
    const words = `the row was linked to ${standing.wandbRunId} by runlink, and says ${wandbRunId} now`;
    return { keyText, wandbRunId, reason: 'relinked', words };
  }
  const others = (sharedRuns.get(renderCell(row.image.wandb_run_id)) ?? []).filter((other) => other !== keyText);
  if (others.length === 0) return null;
  return { keyText, wandbRunId, reason: 'run-taken', words: `the run stands in ${others.join(', ')} too` };
}

export function describeEdited({ keyText, wandbRunId, image, standing }: LinkedRow, { edited }: RowRefresh): LeftRow {
  const expected = standing?.expected ?? image;
  const wanted = Object.fromEntries(edited.map((column) => [column, expected[column] ?? null]));
  const words = describeDifferences(image, { ...keepEdited(image), ...wanted }, 'runlink wrote');
  return { keyText, wandbRunId, reason: 'edited', words };
}

/** Identity columns alone, so that only the edited columns differ. */
function keepEdited(image: RowImage): Readonly<Record<IdentityColumn, RowImage[IdentityColumn]>> {
  const { finished_at: _end, duration_seconds: _duration, ...identity } = image;
  return identity;
}

function describeBroken({ keyText, wandbRunId }: LinkedRow, { message, hint }: RunlinkError): BrokenRow {
  return { keyText, wandbRunId, words: message, hint: hint ?? null };
}

function describeGone({ keyText, wandbRunId, standing }: LinkedRow, { news, source }: RefreshPlanInput): GoneRow {
  const here = `${source.entity}/${source.project}`;
  const projects = news.projectsByRun.get(wandbRunId) ?? [];
  if (projects.length > 0) {
    const words = `not in ${here} any more; ${projects.join(', ')} has a run of this id`;
    return { keyText, wandbRunId, kind: 'moved', words };
  }
  if (standing !== null && !standing.isOffline) {
    return { keyText, wandbRunId, kind: 'deleted', words: `not in ${here} any more, asked for by id as well` };
  }
  const words = standing === null ? 'it was never seen there' : 'it was linked offline and may not be synced yet';
  return { keyText, wandbRunId, kind: 'unknown', words: `${here} has no such run; ${words}` };
}
