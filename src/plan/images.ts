import { isEmptyCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import type { IdentityImage } from '../model/identity.ts';
import { zoneMinutesAt } from '../model/clock.ts';
import type { RegistryClock } from '../model/clock.ts';
import type { ImageRules, PlanChoice } from '../model/plan.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { statusOfState } from '../model/run.ts';
import type { Run } from '../model/run.ts';
import { encodeTime } from '../model/time.ts';
import type { TimeFormat } from '../model/time.ts';
import { startOfRun } from './start.ts';

/** Times in a column that `apply` adds; W&B's own times have whole seconds too. */
const NEW_COLUMN_FORMAT: TimeFormat = { kind: 'iso', separator: 'T', zone: 'Z', fractionDigits: 0 };

/** Learns from the registry how its identity columns are written. */
export function buildImageRules(schema: RegistrySchema, clock: RegistryClock): ImageRules {
  return {
    statusWords: schema.statusWords,
    startedAtFormat: startedAtFormat(schema),
    clockPeriods: clock.periods,
  };
}

/** A start column without a value yet is written like the creation times beside it, if it is declared alike. */
function startedAtFormat(schema: RegistrySchema): TimeFormat {
  const column = (name: string | null) => schema.columns.find((item) => item.name === name);
  const started = column(schema.identity.started_at);
  const created = column(schema.createdAt);
  if (started === undefined) return NEW_COLUMN_FORMAT;
  const neighbour = created?.declaredType === started.declaredType ? created.timeFormat : null;
  return started.timeFormat ?? neighbour ?? NEW_COLUMN_FORMAT;
}

export interface ChoiceInput {
  readonly before: IdentityImage;
  readonly run: Run;
  /** The run's page on W&B. */
  readonly url: string;
  readonly rules: ImageRules;
}

/** What linking a row to a run writes. A start time that the row has, and a name or state that W&B lacks, stay. */
export function buildChoice({ before, run, url, rules }: ChoiceInput): PlanChoice {
  const start = startOfRun(run);
  const keepsStart = !isEmptyCell(before.started_at);
  const status = statusOfState(run.state);
  return {
    wandbRunId: run.runId,
    displayName: run.displayName,
    after: {
      wandb_run_id: run.runId,
      wandb_url: url,
      run_name: nameOrKept(run.displayName, before.run_name),
      status: status === null ? before.status : rules.statusWords[status],
      started_at: keepsStart ? before.started_at : encodeStart(start.ms, rules),
    },
    startSource: keepsStart ? 'kept' : start.source,
  };
}

function encodeStart(ms: number, { startedAtFormat, clockPeriods }: ImageRules): Cell {
  return encodeTime(ms, startedAtFormat, zoneMinutesAt(clockPeriods, ms));
}

function nameOrKept(displayName: string | null, kept: Cell): Cell {
  return isEmptyCell(displayName) ? kept : displayName;
}
