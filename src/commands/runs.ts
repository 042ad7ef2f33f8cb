import type { InvocationContext } from '../model/context.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { queryRows } from '../registry/query.ts';
import type { RowQuery, RowRecord } from '../registry/query.ts';
import { buildConditions, parseCondition } from '../registry/query-where.ts';
import type { WhereObject } from '../registry/query-where.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';

export interface RunsOptions extends RegistryLocation, Omit<RowQuery, 'where'> {
  /** Conditions as on the command line, for example `gradient_method=mgda` or `lr>=1e-4`; all must hold. */
  readonly where?: readonly string[];
}

export interface RunsReport {
  readonly table: string;
  readonly key: string;
  readonly columns: readonly string[];
  /** The columns that tell most, for where there is no room for all. */
  readonly brief: readonly string[];
  readonly rows: readonly RowRecord[];
}

/**
 * The registry's rows that a query selects. Read-only, and asks W&B nothing.
 *
 * @throws UsageError on a condition that cannot be read and on unknown columns, with the nearest names
 */
export async function runs(_deps: { readonly context: InvocationContext }, options: RunsOptions): Promise<RunsReport> {
  const { where = [], ...query } = options;
  const conditions = where.map(parseCondition);
  return await withRegistryReadOnly(options, ({ db, schema }) => {
    const { columns, rows } = queryRows(db, schema, { ...query, where: conditions });
    const asked = conditions.map(({ column }) => column);
    return { table: schema.table, key: schema.key, columns, brief: listBrief(schema, columns, asked), rows };
  });
}

/**
 * The registry's rows with these values: `await queryRuns({gradient_method: 'mgda', status: 'not_running'}, {registry})`.
 * Keys are columns or roles; a value may be a range, as `{lr: {'>=': 1e-4}}`; null asks for what is not there.
 *
 * @throws UsageError on unknown columns, with the nearest names
 */
export async function queryRuns(
  where: WhereObject,
  options: Omit<RunsOptions, 'where'>,
): Promise<readonly RowRecord[]> {
  const query = { ...options, where: buildConditions(where) };
  return await withRegistryReadOnly(options, ({ db, schema }) => queryRows(db, schema, query).rows);
}

/** Key, identity, time and what was asked for, then hyperparameters up to a readable number. */
const MOST_BRIEF = 9;

function listBrief(schema: RegistrySchema, columns: readonly string[], asked: readonly string[]): readonly string[] {
  const { identity, key, createdAt, durationSeconds } = schema;
  const named = asked.map(
    (name) => schema.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())?.name,
  );
  const first = [
    key,
    identity.wandb_run_id,
    identity.run_name,
    identity.status,
    createdAt ?? identity.started_at,
    durationSeconds,
  ];
  const ordered = [...first, ...named, ...schema.hyperparameters].filter((name) => typeof name === 'string');
  return [...new Set(ordered)]
    .filter((name) => columns.includes(name))
    .slice(0, Math.max(MOST_BRIEF, first.length + named.length));
}
