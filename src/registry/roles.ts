import type { Cell } from '../model/cell.ts';
import { isJsonObject, parseLenientJson } from '../model/json.ts';
import type { JsonValue } from '../model/json.ts';
import type { ColumnSample } from './columns.ts';
import type { RegistryConfig } from './config.ts';
import { looksLikeMetric, looksLikeSetting, rankNameOrNull, SINGLE_ROLES, splitName } from './roles-names.ts';
import type { SingleRole } from './roles-names.ts';

export interface ColumnRoles {
  readonly single: Readonly<Record<SingleRole, string | null>>;
  readonly finalMetrics: readonly string[];
  readonly hyperparameters: readonly string[];
}

/**
 * Gives each part to the column whose values allow it and whose name suggests it most; the user's word comes first.
 * A column plays one part. What is left over is a hyperparameter or a final metric.
 */
export function assignRoles(samples: readonly ColumnSample[], key: string, config: RegistryConfig): ColumnRoles {
  const ignored = new Set([key, ...config.ignore]);
  const metricsByUser = config.columns.final_metrics;
  const named = new Set([...SINGLE_ROLES.flatMap((role) => config.columns[role] ?? []), ...(metricsByUser ?? [])]);
  let free = samples.filter(({ column }) => !ignored.has(column.name) && !named.has(column.name));
  const single = Object.fromEntries(SINGLE_ROLES.map((role) => [role, null])) as Record<SingleRole, string | null>; // all roles are listed
  for (const role of SINGLE_ROLES) {
    const byUser = config.columns[role];
    single[role] = byUser === undefined ? findColumnOrNull(role, free) : byUser;
    free = free.filter(({ column }) => column.name !== single[role]);
  }
  if (config.columns.created_at === undefined) single.created_at ??= findOnlyTimeOrNull(free);
  free = free.filter(({ column }) => column.name !== single.created_at);
  const finalMetrics = metricsByUser ?? free.filter(isFinalMetric).map(({ column }) => column.name);
  const hyperparameters = free
    .filter(({ column, filled }) => column.kind !== 'empty' && !finalMetrics.includes(column.name) && !isBlob(filled))
    .map(({ column }) => column.name);
  return { single, finalMetrics, hyperparameters };
}

function findColumnOrNull(role: SingleRole, free: readonly ColumnSample[]): string | null {
  const ranked = free.flatMap((sample, position) => {
    const rank = rankOrNull(role, sample);
    return rank === null ? [] : [{ name: sample.column.name, rank, filled: sample.column.filled, position }];
  });
  ranked.sort((a, b) => a.rank - b.rank || b.filled - a.filled || a.position - b.position);
  return ranked[0]?.name ?? null;
}

/** Lower is better. Values that cannot be the role veto the name; links are known by their values alone. */
function rankOrNull(role: SingleRole, sample: ColumnSample): number | null {
  if (!fitsRole(role, sample)) return null;
  const rank = rankNameOrNull(role, sample.column.name);
  if (rank !== null) return rank;
  if (role === 'wandb_url' && share(sample.filled, RUN_URL) >= 0.8) return 10;
  return role === 'wandb_run_id' && holdsGeneratedRunIds(sample) ? 10 : null;
}

const RUN_URL = /^https?:\/\/\S+\/runs\/\S+$/;
/** W&B's own rule for run ids: no blanks and none of `/\#?%:`. */
const RUN_ID = /^[^\s/\\#?%:]{1,128}$/;

function fitsRole(role: SingleRole, { column, filled }: ColumnSample): boolean {
  if (isIdentity(role) && column.generated) return false;
  if (column.kind === 'empty') return true;
  switch (role) {
    case 'wandb_url':
      return column.kind === 'text' && share(filled, RUN_URL) >= 0.5;
    case 'wandb_run_id':
      return column.kind === 'text' && share(filled, RUN_ID) >= 0.8 && column.distinct * 2 >= column.filled;
    case 'run_name':
      return column.kind === 'text';
    case 'status':
      return column.kind === 'text' && column.distinct <= MAX_STATUS_WORDS;
    case 'started_at':
    case 'finished_at':
    case 'created_at':
      return column.kind === 'time';
    case 'duration_seconds':
      return column.kind === 'number';
  }
}

const MAX_STATUS_WORDS = 12;

function isIdentity(role: SingleRole): boolean {
  return role !== 'created_at' && role !== 'finished_at' && role !== 'duration_seconds';
}

/** Eight characters of which not all are hexadecimal are what W&B generates; a commit hash is hexadecimal. */
function holdsGeneratedRunIds({ column, filled }: ColumnSample): boolean {
  if (!/\b(run|tracking|remote|external|exp|experiment)\b.*\b(id|key)\b/.test(splitName(column.name).join(' ')))
    return false;
  return share(filled, /^[a-z0-9]{8}$/) >= 0.9 && share(filled, /[g-z]/) >= 0.8 && share(filled, /\d/) >= 0.5;
}

/** A time column that no name explains is the creation time if it is the only one that is written once. */
function findOnlyTimeOrNull(free: readonly ColumnSample[]): string | null {
  const times = free.filter(
    ({ column }) =>
      column.kind === 'time' &&
      !/\b(updated?|modified|last|heartbeat|seen|due|deadline)\b/.test(splitName(column.name).join(' ')),
  );
  return times.length === 1 ? (times[0]?.column.name ?? null) : null;
}

function isFinalMetric({ column, filled }: ColumnSample): boolean {
  if (column.kind === 'json') return holdsNumbers(column.name, filled);
  if (column.kind !== 'number') return false;
  if (looksLikeMetric(column.name)) return true;
  const measured = filled.filter((cell) => typeof cell === 'number' && !Number.isInteger(cell)).length;
  return (
    measured * 2 > filled.length && column.distinct > Math.max(12, filled.length / 2) && !looksLikeSetting(column.name)
  );
}

/** A JSON column of metrics: most of its leaves are numbers, and its name does not say settings. */
function holdsNumbers(name: string, filled: readonly Cell[]): boolean {
  if (looksLikeMetric(name) || splitName(name).some((word) => /^(metrics?|summary|results?|scores?)$/.test(word)))
    return true;
  if (looksLikeSetting(name)) return false;
  const leaves = filled.slice(0, 100).flatMap((cell) => (typeof cell === 'string' ? listLeaves(cell) : []));
  return leaves.length > 0 && leaves.filter((leaf) => typeof leaf === 'number').length > 0.8 * leaves.length;
}

function listLeaves(text: string): readonly JsonValue[] {
  const walk = (value: JsonValue): readonly JsonValue[] => {
    if (Array.isArray(value)) return value.flatMap(walk);
    return isJsonObject(value) ? Object.values(value).flatMap(walk) : [value];
  };
  try {
    return walk(parseLenientJson(text));
  } catch {
    return [];
  }
}

function isBlob(filled: readonly Cell[]): boolean {
  return filled.filter((cell) => cell instanceof Uint8Array).length * 2 > filled.length;
}

function share(filled: readonly Cell[], pattern: RegExp): number {
  return (
    filled.filter((cell) => typeof cell === 'string' && pattern.test(cell.trim())).length / Math.max(1, filled.length)
  );
}
