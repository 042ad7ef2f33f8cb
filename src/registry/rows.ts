import type { Database } from 'better-sqlite3';
import { renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { EMPTY_IMAGE, IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityColumn, IdentityImage } from '../model/identity.ts';
import type { RegistryRow, RegistrySchema } from '../model/registry.ts';
import { RunlinkError } from '../errors.ts';
import { quoteIdentifier } from './sql.ts';

/**
 * All rows that have a key, sorted by key as SQLite compares it.
 *
 * @throws RunlinkError where two keys read the same, as the number 1 and the text '1' would
 */
export function readRows(db: Database, schema: RegistrySchema): readonly RegistryRow[] {
  const rows = [...iterateRows(db, schema)];
  const seen = new Set<string>();
  for (const { keyText } of rows) {
    if (seen.has(keyText)) throw sameKeyError(schema, keyText);
    seen.add(keyText);
  }
  return rows;
}

/** The same one by one, for tables that should not stand in memory; the connection is busy until it is read to the end. */
export function* iterateRows(db: Database, schema: RegistrySchema): Generator<RegistryRow> {
  const key = quoteIdentifier(schema.key);
  const sql = `SELECT ${columnList(schema)} FROM ${quoteIdentifier(schema.table)} WHERE ${key} IS NOT NULL ORDER BY ${key}`;
  for (const cells of db.prepare<[], Cell[]>(sql).raw(true).iterate()) yield buildRow(schema, cells);
}

/**
 * The row that a person names by the text of its key. Null where none has that key, or where the number and the text of
 * the same spelling are two rows.
 */
export function readRow(db: Database, schema: RegistrySchema, keyText: string): RegistryRow | null {
  const key = quoteIdentifier(schema.key);
  const candidates = parseKeyTexts(keyText);
  const sql = `SELECT ${columnList(schema)} FROM ${quoteIdentifier(schema.table)} WHERE ${key} IN (${candidates.map(() => '?').join(', ')})`;
  const found = db
    .prepare<Cell[], Cell[]>(sql)
    .raw(true)
    .all(...candidates)
    .map((cells) => buildRow(schema, cells))
    .filter((row) => row.keyText === keyText);
  const [row] = found;
  return row !== undefined && found.length === 1 ? row : null;
}

/** What the text may stand for; the column's affinity turns each into its own type where it has one. */
function parseKeyTexts(keyText: string): readonly Cell[] {
  const cells: Cell[] = [keyText];
  if (/^-?\d{1,18}$/.test(keyText)) cells.push(BigInt(keyText));
  else if (keyText.trim() !== '' && Number.isFinite(Number(keyText))) cells.push(Number(keyText));
  const hex = /^x'((?:[0-9a-f]{2})*)'$/.exec(keyText)?.[1];
  if (hex !== undefined) cells.push(Buffer.from(hex, 'hex'));
  return cells;
}

function columnList(schema: RegistrySchema): string {
  return schema.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
}

function buildRow(schema: RegistrySchema, cells: readonly Cell[]): RegistryRow {
  // fromEntries defines own properties, so that a column called __proto__ is a column like any other.
  const values: Readonly<Record<string, Cell>> = Object.fromEntries(
    schema.columns.map(({ name }, index) => [name, cells[index] ?? null]),
  );
  const key = values[schema.key] ?? null;
  return { key, keyText: renderCell(key), identity: buildImage(schema, values), values };
}

function buildImage(schema: RegistrySchema, values: Readonly<Record<string, Cell>>): IdentityImage {
  const image: Record<IdentityColumn, Cell> = { ...EMPTY_IMAGE };
  for (const role of IDENTITY_COLUMNS) {
    const column = schema.identity[role];
    if (column !== null) image[role] = values[column] ?? null;
  }
  return image;
}

function sameKeyError(schema: RegistrySchema, keyText: string): RunlinkError {
  return new RunlinkError(`two rows of table "${schema.table}" have a key "${schema.key}" that reads "${keyText}"`, {
    hint: `Store every key with the same type, or name another unique column as "key" under "columns" in runlink.json.`,
  });
}
