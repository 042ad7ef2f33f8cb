import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import type { HistoryRow } from '../../model/history.ts';
import { isJsonObject } from '../../model/json.ts';
import type { JsonValue } from '../../model/json.ts';
import type { HistoryDeps } from './deps.ts';
import { mapInOrder } from './in-order.ts';
import { openRemoteFile } from './remote-file.ts';
import { decodeRowObject, pickKeys, sortRows } from './rows.ts';

/** Row groups that stand in memory at once. */
const GROUPS_AHEAD = 2;

export interface ExportQuery {
  readonly urls: readonly string[];
  /** Rows from this step on are not taken: they are live. */
  readonly before: number;
  readonly keys: readonly string[] | undefined;
  readonly minStep: number;
  readonly maxStep: number;
}

interface RowGroup {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly rowStart: number;
  readonly rowEnd: number;
  readonly firstStep: number;
  readonly lastStep: number;
}

/**
 * The rows of exported Parquet files, a row group at a time, by step. The files come in no particular order, each with
 * columns of its own.
 *
 * @throws Error where a file cannot be read, or files hold the same steps
 */
export async function* readExports(
  deps: HistoryDeps,
  query: ExportQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly HistoryRow[], void> {
  const lists = await Promise.all(query.urls.map((url) => listGroups(deps, url, signal)));
  const groups = lists.flat().sort((a, b) => a.firstStep - b.firstStep);
  const doubled = groups.find((group, no) => group.firstStep <= (groups[no - 1]?.lastStep ?? -Infinity));
  if (doubled !== undefined) throw new Error(`two files hold step ${doubled.firstStep}`);
  const last = Math.min(query.before - 1, query.maxStep);
  const wanted = groups.filter((group) => group.firstStep <= last && group.lastStep >= query.minStep);
  for await (const rows of mapInOrder(wanted, { ahead: GROUPS_AHEAD, signal }, (group) => readGroup(group, query))) {
    if (rows.length > 0) yield rows;
  }
}

async function listGroups(deps: HistoryDeps, url: string, signal: AbortSignal): Promise<readonly RowGroup[]> {
  const file = await openRemoteFile(deps, url, signal);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  const groups: RowGroup[] = [];
  for (const { num_rows: count, columns } of metadata.row_groups) {
    const rowEnd = rowStart + Number(count);
    const statistics = columns.find(({ meta_data: meta }) => meta?.path_in_schema[0] === '_step')?.meta_data
      ?.statistics;
    const [first, last] = [statistics?.min_value ?? statistics?.min, statistics?.max_value ?? statistics?.max];
    const bounds =
      first === undefined || last === undefined
        ? await readBounds({ file, metadata, rowStart, rowEnd })
        : { firstStep: Number(first), lastStep: Number(last) };
    if (rowEnd > rowStart) groups.push({ file, metadata, rowStart, rowEnd, ...bounds });
    rowStart = rowEnd;
  }
  return groups;
}

/** For files without statistics. */
async function readBounds(part: Omit<RowGroup, 'firstStep' | 'lastStep'>): Promise<{
  readonly firstStep: number;
  readonly lastStep: number;
}> {
  const rows = await parquetReadObjects({ ...part, columns: ['_step'] });
  const steps = rows.map((row) => Number(row['_step']));
  return steps.reduce(
    ({ firstStep, lastStep }, step) => ({ firstStep: Math.min(firstStep, step), lastStep: Math.max(lastStep, step) }),
    { firstStep: Infinity, lastStep: -Infinity },
  );
}

async function readGroup(
  { file, metadata, rowStart, rowEnd }: RowGroup,
  { keys, before, minStep, maxStep }: ExportQuery,
): Promise<readonly HistoryRow[]> {
  const present = new Set(metadata.schema.map(({ name }) => name));
  const columns = keys === undefined ? {} : { columns: ['_step', ...keys.filter((key) => present.has(key))] };
  const objects = await parquetReadObjects({ file, metadata, rowStart, rowEnd, ...columns });
  const rows = objects.map((object) => decodeRowObject(plainValue(object)));
  const inside = rows.filter(({ _step: step }) => step >= minStep && step < before && step <= maxStep);
  return pickKeys(sortRows(inside), keys);
}

/** Null in a column is "not logged", and in a struct "has no such part". */
function plainValue(value: unknown): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plainValue);
  if (!isJsonObject(value))
    return typeof value === 'number' || typeof value === 'string' || value === true || value === false ? value : null;
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, plainValue(item)]));
}
