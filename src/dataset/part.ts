import type { HistoryRow } from '../model/history.ts';
import type { JsonValue } from '../model/json.ts';
import type { ColumnType, DataCell, DataTable } from '../model/table.ts';

/** Cells that one part holds in memory before it is written; a part ends with the chunk that passes it. */
export const PART_CELLS = 1_000_000;

/** Gathers the rows of one part by column. The table's columns are those that its rows hold. */
export interface PartBuffer {
  readonly add: (rows: readonly HistoryRow[]) => void;
  readonly rows: () => number;
  readonly isFull: () => boolean;
  readonly take: () => DataTable;
}

interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** Shorter than the part where the last rows have no value. */
  readonly cells: DataCell[];
}

export function createPartBuffer(mostCells: number): PartBuffer {
  const columns = new Map<string, Column>();
  let rows = 0;
  let cells = 0;
  const put = (key: string, value: JsonValue): void => {
    const { name, type } = nameColumn(key, value);
    let column = columns.get(name);
    if (column === undefined) {
      column = { name, type, cells: [] };
      columns.set(name, column);
    }
    while (column.cells.length < rows) column.cells.push(null);
    column.cells.push(value);
    cells += 1;
  };
  return {
    rows: () => rows,
    isFull: () => cells >= mostCells,
    add: (chunk) => {
      for (const row of chunk) {
        for (const [key, value] of Object.entries(row)) if (value !== null) put(key, value);
        rows += 1;
      }
    },
    take: () => {
      const sorted = sortColumns([...columns.values()]);
      return { columns: sorted, rows: iterateRows(sorted, rows) };
    },
  };
}

/** Names that a reader adds to the columns: the partitions' own. */
const PARTITIONS: readonly string[] = ['project', 'run'];

/**
 * Numbers stand under the metric's own name and are always DOUBLE, so that a column has one type in all files, whatever
 * else other runs logged by that name. What is no number has its type in the name.
 */
function nameColumn(key: string, value: JsonValue): { readonly name: string; readonly type: ColumnType } {
  if (key === '_step') return { name: key, type: 'integer' };
  const name = PARTITIONS.includes(key.toLowerCase()) ? `${key}:metric` : key;
  if (typeof value === 'number') return { name, type: 'real' };
  if (typeof value === 'string') return { name: `${name}:text`, type: 'text' };
  return typeof value === 'boolean'
    ? { name: `${name}:boolean`, type: 'boolean' }
    : { name: `${name}:json`, type: 'json' };
}

const FIRST: readonly string[] = ['_step', '_runtime', '_timestamp'];

function sortColumns(columns: readonly Column[]): readonly Column[] {
  const rank = ({ name }: Column): number => FIRST.indexOf(name) + 1 || FIRST.length + 1;
  return [...columns].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

function* iterateRows(columns: readonly Column[], rows: number): Generator<readonly DataCell[]> {
  for (let index = 0; index < rows; index += 1) yield columns.map(({ cells }) => cells[index] ?? null);
}
