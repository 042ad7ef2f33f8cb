import { END_COLUMNS, IDENTITY_COLUMNS, listImageColumns } from '../model/identity.ts';
import type { EndColumn, IdentityColumn, ImageColumn, RowImage } from '../model/identity.ts';
import type { Cell } from '../model/cell.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { ConflictError } from '../errors.ts';
import { quoteIdentifier } from './sql.ts';

/**
 * Equal in storage class and in every byte. `IS` alone would call 1 and 1.0 equal, apply the column's affinity to the
 * other side, and follow a NOCASE collation.
 */
export function sameCell(a: string, b: string): string {
  return `(typeof(${a}) = typeof(${b}) AND ${a} IS ${b} COLLATE BINARY)`;
}

/** The same for a key: the first term lets SQLite use the key's own index, whatever its collation. */
export function sameKey(column: string, value: string): string {
  return `${column} IS ${value} AND ${sameCell(column, value)}`;
}

export interface ColumnSql<Role extends ImageColumn = ImageColumn> {
  readonly role: Role;
  /** Quoted name in the table; `NULL` where it is only to be read and the table lacks it. */
  readonly column: string;
}

/** The table's parts as SQL text, quoted. */
export interface TableSql {
  readonly table: string;
  readonly key: string;
  readonly identity: readonly ColumnSql<IdentityColumn>[];
  /** Those that the table has and that can be written. */
  readonly ends: readonly ColumnSql<EndColumn>[];
}

/** For reading before `apply` has added the missing columns: what the table lacks reads as NULL. */
export function buildReadingSql(schema: RegistrySchema): TableSql {
  const identity = IDENTITY_COLUMNS.map((role) => {
    const name = schema.identity[role];
    return { role, column: name === null ? 'NULL' : quoteIdentifier(name) };
  });
  return buildSql(schema, identity);
}

/** @throws ConflictError where an identity column is missing, which the schema migrations rule out */
export function buildTableSql(schema: RegistrySchema): TableSql {
  const identity = IDENTITY_COLUMNS.map((role) => {
    const name = schema.identity[role];
    if (name === null) throw missingColumnError(schema, role);
    return { role, column: quoteIdentifier(name) };
  });
  return buildSql(schema, identity);
}

function buildSql(schema: RegistrySchema, identity: TableSql['identity']): TableSql {
  const ends = END_COLUMNS.flatMap((role) => {
    const name = endColumnOrNull(schema, role);
    return name === null ? [] : [{ role, column: quoteIdentifier(name) }];
  });
  return { table: quoteIdentifier(schema.table), key: quoteIdentifier(schema.key), identity, ends };
}

/** The table's own name for an end column; null where it has none that can be written. */
export function endColumnOrNull(schema: RegistrySchema, role: EndColumn): string | null {
  const name = role === 'finished_at' ? schema.finishedAt : schema.durationSeconds;
  const isGenerated = schema.columns.some((column) => column.name === name && column.generated);
  return isGenerated ? null : name;
}

/** The columns that an image is about, as far as the table has them. */
export function columnsOf(sql: TableSql, image: RowImage): readonly ColumnSql[] {
  return [...sql.identity, ...sql.ends.filter(({ role }) => role in image)];
}

export function missingColumnError(schema: RegistrySchema, column: string): ConflictError {
  return new ConflictError(`table "${schema.table}" has no column for ${column}, though it had one before`, {
    hint: `Add it again with: ALTER TABLE ${quoteIdentifier(schema.table)} ADD COLUMN ${quoteIdentifier(column)} TEXT, or name another column in runlink.json.`,
  });
}

/** One statement per set of columns that images are about; nearly all of one transaction share a set. */
export function createStatementCache<T>(prepare: (image: RowImage) => T): (image: RowImage) => T {
  const statements = new Map<string, T>();
  return (image) => {
    const columns = listImageColumns(image).join();
    const statement = statements.get(columns) ?? prepare(image);
    statements.set(columns, statement);
    return statement;
  };
}

/** An image as named parameters, for example `$before_status`. */
export function imageParameters(prefix: 'before' | 'after', image: RowImage): Record<string, Cell> {
  const roles: readonly ImageColumn[] = [...IDENTITY_COLUMNS, ...END_COLUMNS];
  return Object.fromEntries(roles.map((role) => [`${prefix}_${role}`, image[role] ?? null]));
}

/** The schema as it is once the identity columns were added. */
export function withIdentityColumns(schema: RegistrySchema): RegistrySchema {
  const names = IDENTITY_COLUMNS.map((role) => [role, schema.identity[role] ?? role] as const);
  // fromEntries forgets the key type; the list above has every identity column.
  return { ...schema, identity: Object.fromEntries(names) as RegistrySchema['identity'] };
}
