import { RunlinkError, UsageError } from '../errors.ts';
import type { CurveRun } from '../curves/curve.ts';
import { renderCell } from '../model/cell.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { queryRows } from '../registry/query.ts';
import type { RowQuery, RowRecord } from '../registry/query.ts';
import { parseCondition } from '../registry/query-where.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistrySession } from '../registry/session.ts';
import type { SelectionOptions } from './linked-runs.ts';

/** Which rows of the registry, as in `runs`. */
export interface CurveSelection extends SelectionOptions, Pick<RowQuery, 'order' | 'limit'> {}

export interface SelectedRows {
  /** The query as a person would say it. */
  readonly words: string;
  readonly rows: number;
  readonly runs: readonly CurveRun[];
  /** Keys of rows without a link. */
  readonly unlinked: readonly string[];
  /** Keys of rows whose run another row before them has. */
  readonly repeated: readonly string[];
}

/**
 * The runs that the selected rows are linked to.
 *
 * @throws UsageError where no row is selected, with the values that there are; RunlinkError where none of them is linked
 */
export async function selectRuns(selection: CurveSelection, groupBy: string | undefined): Promise<SelectedRows> {
  const { where = [] } = selection;
  const words = describeSelection(selection);
  return await withRegistryReadOnly(selection, (session) => {
    const { key, identity } = session.schema;
    if (identity.wandb_run_id === null) throw notLinkedError(words, session.schema);
    const columns = [key, identity.wandb_run_id, ...(identity.run_name === null ? [] : [identity.run_name])];
    const { rows, columns: found } = queryRows(session.db, session.schema, {
      ...selection,
      where: where.map(parseCondition),
      columns: groupBy === undefined ? columns : [groupBy, ...columns],
    });
    if (rows.length === 0) throw nothingSelectedError(session, selection, words);
    const selected = sortOut(rows, session.schema, groupBy === undefined ? null : (found[0] ?? null));
    if (selected.runs.length === 0) throw notLinkedError(words, session.schema);
    return { words, rows: rows.length, ...selected };
  });
}

function describeSelection({ where = [], status, since, until }: CurveSelection): string {
  const rest = Object.entries({ 'status=': status, 'since ': since, 'until ': until });
  const words = [...where, ...rest.flatMap(([word, value]) => (value === undefined ? [] : [`${word}${value}`]))];
  return words.join(' and ') || 'all rows';
}

function sortOut(
  rows: readonly RowRecord[],
  { key, identity }: RegistrySchema,
  groupColumn: string | null,
): Pick<SelectedRows, 'runs' | 'unlinked' | 'repeated'> {
  const text = (row: RowRecord, column: string | null): string =>
    renderValue(column === null ? null : row[column]).trim();
  const runs = new Map<string, CurveRun>();
  const [unlinked, repeated]: [string[], string[]] = [[], []];
  for (const row of rows) {
    const [rowKey, runId] = [text(row, key), text(row, identity.wandb_run_id)];
    if (runId === '') unlinked.push(rowKey);
    else if (runs.has(runId)) repeated.push(rowKey);
    else {
      const group = groupColumn === null ? null : text(row, groupColumn) || `(no ${groupColumn})`;
      runs.set(runId, { runId, rowKey, label: text(row, identity.run_name) || runId, group });
    }
  }
  return { runs: nameApart([...runs.values()]), unlinked, repeated };
}

/** Runs that share a name bear their ids too. */
export function nameApart(runs: readonly CurveRun[]): readonly CurveRun[] {
  const counts = new Map<string, number>();
  for (const { label } of runs) counts.set(label, (counts.get(label) ?? 0) + 1);
  return runs.map((run) => ((counts.get(run.label) ?? 0) > 1 ? { ...run, label: `${run.label} (${run.runId})` } : run));
}

function renderValue(value: RowRecord[string] | undefined): string {
  if (value === undefined || value === null) return '';
  return value instanceof Uint8Array ? renderCell(value) : String(value);
}

function notLinkedError(words: string, { table }: RegistrySchema): RunlinkError {
  return new RunlinkError(`none of the selected rows of table "${table}" is linked to a W&B run (${words})`, {
    hint: 'Curves follow the links of the registry. Link the rows first: runlink plan --out backfill.plan, then apply it.',
  });
}

/** Values of each column that was asked about: the mistake is usually one of spelling. */
function nothingSelectedError(
  { db, schema }: RegistrySession,
  { where = [], status }: CurveSelection,
  words: string,
): UsageError {
  const columns = where.map((text) => parseCondition(text).column);
  if (status !== undefined && schema.identity.status !== null) columns.push(schema.identity.status);
  const values = [...new Set(columns)].map((column) => `${column} is ${listValues({ db, schema }, column)}`);
  return new UsageError(`no row of table "${schema.table}" is selected by: ${words}`, {
    hint: values.length === 0 ? 'The table is empty.' : `What there is, with the number of rows: ${values.join('; ')}.`,
  });
}

const MOST_VALUES = 8;

function listValues({ db, schema }: Pick<RegistrySession, 'db' | 'schema'>, column: string): string {
  const { columns, rows } = queryRows(db, schema, { where: [], groupBy: [column], limit: MOST_VALUES });
  const [value = '', count = ''] = columns;
  const named = rows.map((row) => `${renderValue(row[value]) || '(empty)'} (${String(row[count])})`);
  return `${named.join(', ') || 'nowhere filled'}${rows.length === MOST_VALUES ? ', …' : ''}`;
}
