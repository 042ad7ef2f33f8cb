import type { Database } from 'better-sqlite3';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { RegistrySchema } from '../model/registry.ts';
import { escapeForTerminal } from '../text/escape.ts';
import { countNulls } from './schema-key.ts';
import type { TableReading } from './schema-reading.ts';
import { readOtherObjects } from './schema-tables.ts';

type Identity = RegistrySchema['identity'];

/** Sentences on whatever of the table could surprise who writes to it, in a fixed order. */
export function listOddities(db: Database, reading: TableReading, identity: Identity): readonly string[] {
  const { table, key, keyOddity } = reading;
  return [
    ...(keyOddity === null ? [] : [keyOddity]),
    ...keyOddities(db, table.name, key),
    ...(table.strict ? ['the table is STRICT: a value of another type than the column is refused'] : []),
    ...(table.withoutRowid ? ['the table is WITHOUT ROWID'] : []),
    ...triggerOddities(db, table.name),
    ...generatedOddities(reading),
    ...identityOddities(db, reading, identity),
    ...foreignKeyOddities(db, table.name, identity),
    ...viewOddities(db),
  ].map(escapeForTerminal);
}

function keyOddities(db: Database, table: string, key: string): readonly string[] {
  const nulls = countNulls(db, table, key);
  return nulls === 0 ? [] : [`${count(nulls, 'row has', 'rows have')} no key "${key}" and cannot be linked`];
}

function triggerOddities(db: Database, table: string): readonly string[] {
  return db
    .prepare<[string], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE
       AND name NOT LIKE 'runlink\\_%' ESCAPE '\\' ORDER BY name`,
    )
    .all(table)
    .map(({ name, sql }) => {
      const event = /\b(INSERT|DELETE|UPDATE)\b/i.exec(sql.replace(name, ''))?.[1]?.toUpperCase() ?? 'change';
      return event === 'UPDATE'
        ? `trigger "${name}" runs on UPDATE: it will run for each row that is linked`
        : `trigger "${name}" runs on ${event}`;
    });
}

function generatedOddities({ table }: TableReading): readonly string[] {
  const names = table.columns.filter(({ generated }) => generated).map(({ name }) => `"${name}"`);
  return names.length === 0
    ? []
    : [`generated ${names.length === 1 ? 'column' : 'columns'} ${names.join(', ')}: read, never written`];
}

function identityOddities(db: Database, { table }: TableReading, identity: Identity): readonly string[] {
  const oddities: string[] = [];
  for (const role of IDENTITY_COLUMNS) {
    const column = table.columns.find(({ name }) => name === identity[role]);
    if (column?.notNull) oddities.push(`"${column.name}" is NOT NULL: it always has to hold a value`);
    if (column !== undefined && hasCheck(db, table.name, column.name)) {
      oddities.push(`a CHECK constraint names "${column.name}": a value that it refuses stops its batch`);
    }
  }
  const link = identity.wandb_run_id;
  if (link !== null && table.uniqueColumns.includes(link)) oddities.push(`"${link}" is UNIQUE already`);
  return oddities;
}

/** CHECK constraints stand in the table's SQL only; a rough look is enough to warn. */
function hasCheck(db: Database, table: string, column: string): boolean {
  const sql = db
    .prepare<[string], string>(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?`)
    .pluck()
    .get(table);
  const checks = sql?.match(/\bCHECK\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/gi) ?? [];
  const name = column.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return checks.some((check) => new RegExp(`(?<![\\p{L}\\p{N}_])${name}(?![\\p{L}\\p{N}_])`, 'iu').test(check));
}

function foreignKeyOddities(db: Database, table: string, identity: Identity): readonly string[] {
  const ours = new Set<string | null>(Object.values(identity));
  const rows = db
    .prepare<[string, string], { child: string; source: string; parent: string; target: string | null; rule: string }>(
      `SELECT t.name AS child, f."from" AS source, f."table" AS parent, f."to" AS target, f.on_update AS rule
       FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS f
       WHERE t.schema = 'main' AND t.type = 'table' AND (t.name = ? OR f."table" = ? COLLATE NOCASE) ORDER BY 1, 2, 3`,
    )
    .all(table, table);
  return rows.flatMap(({ child, source, parent, target, rule }) => {
    if (child === table && ours.has(source))
      return [`"${source}" is a foreign key to "${parent}": only values that are there can be written`];
    if (parent.toLowerCase() === table.toLowerCase() && ours.has(target)) {
      return [`"${child}"."${source}" refers to "${target ?? ''}" (ON UPDATE ${rule})`];
    }
    return child === table ? [`"${source}" is a foreign key to "${parent}"`] : [];
  });
}

function viewOddities(db: Database): readonly string[] {
  const virtual = readOtherObjects(db).filter(({ type }) => type === 'virtual');
  return virtual.map(({ name }) => `virtual table "${name}" is left alone`);
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
