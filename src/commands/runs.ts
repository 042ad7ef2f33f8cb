import type { InvocationContext } from '../model/context.ts';
import type { RegistrySchema } from '../model/registry.ts';
import type { DataColumn } from '../model/table.ts';
import { isBoolean, openQuery, queryRows } from '../registry/query.ts';
import type { ColumnClasses, OpenedQuery, RowQuery, RowRecord } from '../registry/query.ts';
import { buildConditions, parseCondition } from '../registry/query-where.ts';
import type { WhereFor } from '../registry/query-where.ts';
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
  /** The columns that tell most, first the most telling, for where there is no room for all; null where the caller chose. */
  readonly brief: readonly string[] | null;
  /** Some rows at a time, read from SQLite while they are taken, so once only and before the report's time is over. */
  readonly blocks: Iterable<readonly RowRecord[]>;
  /** The columns' types by what the rows really hold; reads the whole result once more. */
  readonly readTypes: () => readonly DataColumn[];
}

/**
 * The registry's rows that a query selects. Read-only, and asks W&B nothing. The registry is open while `use` runs, and
 * the rows come one by one.
 *
 * @throws UsageError on a condition that cannot be read and on unknown columns, with the nearest names
 */
export async function runs<T>(
  _deps: { readonly context: InvocationContext },
  options: RunsOptions,
  use: (report: RunsReport) => T | Promise<T>,
): Promise<T> {
  const { where = [], ...query } = options;
  const conditions = where.map(parseCondition);
  return await withRegistryReadOnly(options, async ({ db, schema }) => {
    const opened = openQuery(db, schema, { ...query, where: conditions });
    const columns = opened.columns.map(({ name }) => name);
    const asked = conditions.map(({ column }) => column);
    const isChosen = query.columns !== undefined || query.groupBy !== undefined;
    return await use({
      table: schema.table,
      key: schema.key,
      columns,
      brief: isChosen ? null : listBrief(schema, columns, asked),
      blocks: { [Symbol.iterator]: opened.blocks },
      readTypes: () => readTypes(opened),
    });
  });
}

/**
 * The registry's rows with these values: `await queryRuns({gradient_method: 'mgda', status: 'not_running'}, {registry})`.
 * Keys are columns or roles; a value may be a range, as `{lr: {'>=': 1e-4}}`; null asks for what is not there. Numbers
 * and booleans arrive as such, times as they are written. `Row` states what a row of your registry holds:
 * `queryRuns<{run_id: string; lr: number | null}>(…)`; the columns themselves are checked when the query runs.
 *
 * @throws UsageError on unknown columns, with the nearest names
 */
export async function queryRuns<Row extends object = RowRecord>(
  where: WhereFor<Row>,
  options: Omit<RunsOptions, 'where'>,
): Promise<readonly Row[]> {
  const query = { ...options, where: buildConditions(where) };
  const rows = await withRegistryReadOnly(options, ({ db, schema }) => queryRows(db, schema, query).rows);
  // The caller states the type of what its own registry holds; the default is the type that any registry has.
  return rows as readonly object[] as readonly Row[];
}

function readTypes({ columns, readClasses }: OpenedQuery): readonly DataColumn[] {
  const classes = readClasses();
  return columns.map(({ name, source }, index) => {
    const found = classes[index];
    return { name, type: found === undefined ? 'text' : chooseType(found, source?.declaredType ?? 'INTEGER') };
  });
}

/** The narrowest type that holds every value; a column without any has the type that its declaration names. */
function chooseType(found: ColumnClasses, declaredType: string): DataColumn['type'] {
  if (found.text || (found.real && found.large)) return 'text';
  if (found.real) return 'real';
  if (found.integer) return isBoolean(declaredType) && !found.beyondOne ? 'boolean' : 'integer';
  if (isBoolean(declaredType)) return 'boolean';
  if (/int/i.test(declaredType)) return 'integer';
  return /real|floa|doub|num|dec/i.test(declaredType) ? 'real' : 'text';
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
