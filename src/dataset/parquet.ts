import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { BasicType } from 'hyparquet-writer';
import { RunlinkError } from '../errors.ts';
import { spellNonFinite } from '../model/json.ts';
import type { JsonValue } from '../model/json.ts';
import type { ColumnType, DataCell, DataColumn, DataTable } from '../model/table.ts';
import { TOOL_VERSION } from '../model/version.ts';

/** Rows of one row group, and cells, whichever is reached first: what stands in memory at once. */
const MOST_ROWS = 100_000;
const MOST_CELLS = 500_000;

const TYPES: Readonly<Record<ColumnType, BasicType>> = {
  integer: 'INT64',
  real: 'DOUBLE',
  text: 'STRING',
  boolean: 'BOOLEAN',
  json: 'JSON',
};

/**
 * The table as one Parquet file, compressed with Snappy, which every reader knows: integer → INT64, real → DOUBLE,
 * text → STRING, boolean → BOOLEAN, json → JSON. Every column may hold nulls. NaN and infinities of `real` stay what they
 * are; inside `json`, which has no word for them, they become texts, as W&B writes them.
 *
 * @throws RunlinkError where two columns have one name, or a value does not fit its column's type
 */
export function encodeParquet(table: DataTable): Uint8Array {
  return new Uint8Array(Buffer.concat([...encodeParquetPieces(table)]));
}

/** The same bytes, piece by piece, with one row group in memory at a time. */
export function* encodeParquetPieces({ columns, rows }: DataTable): Generator<Uint8Array, void, undefined> {
  assertDistinct(columns);
  const writer = new ByteWriter();
  const sources = columns.map(({ name, type }) => ({ name, type: TYPES[type], data: [] }));
  const file = new ParquetWriter({
    writer,
    schema: schemaFromColumnData({ columnData: sources }),
    createdBy: `runlink version ${TOOL_VERSION}`,
  });
  const encoders = columns.map(buildEncoder);
  for (const group of groupRows(rows, columns.length)) {
    const columnData = columns.map(({ name }, index) => {
      const encode = encoders[index] ?? ((): null => null);
      return { name, data: group.map((row) => encode(row[index] ?? null)) };
    });
    void file.write({ columnData, rowGroupSize: group.length });
    yield takeBytes(writer);
  }
  void file.finish();
  yield takeBytes(writer);
}

type ParquetCell = null | bigint | number | string | boolean | JsonValue;
type Row = readonly DataCell[];

function* groupRows(rows: Iterable<Row>, columns: number): Generator<readonly Row[]> {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_CELLS / Math.max(1, columns))));
  let group: Row[] = [];
  for (const row of rows) {
    group.push(row);
    if (group.length < most) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** Empties the writer; its `offset` goes on counting, by which Parquet's own tables of contents are written. */
function takeBytes(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

function buildEncoder({ name, type }: DataColumn): (cell: DataCell) => ParquetCell {
  const misfit = (cell: DataCell): RunlinkError =>
    new RunlinkError(`column "${name}" is ${type} and holds ${JSON.stringify(String(cell)).slice(0, 80)}`);
  switch (type) {
    case 'integer':
      return (cell) => {
        if (cell === null || typeof cell === 'bigint') return cell;
        if (typeof cell === 'number' && Number.isInteger(cell)) return BigInt(cell);
        throw misfit(cell);
      };
    case 'real':
      return (cell) => {
        if (cell === null || typeof cell === 'number') return cell;
        if (typeof cell === 'bigint') return Number(cell);
        throw misfit(cell);
      };
    case 'boolean':
      return (cell) => {
        if (cell === null || typeof cell === 'boolean') return cell;
        throw misfit(cell);
      };
    case 'text':
      return (cell) => (cell === null || typeof cell === 'string' ? cell : String(cell));
    case 'json':
      return (cell) => spellNonFinite(typeof cell === 'bigint' ? Number(cell) : cell);
  }
}

function assertDistinct(columns: readonly DataColumn[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) throw new RunlinkError(`a Parquet file cannot have two columns named "${name}"`);
    seen.add(name);
  }
}
