import type { Database } from 'better-sqlite3';
import { RunlinkError } from '../errors.ts';
import { sampleColumns } from './columns.ts';
import type { ColumnSample } from './columns.ts';
import type { RegistryConfig } from './config.ts';
import { nearestNames } from './nearest.ts';
import { assignRoles } from './roles.ts';
import type { ColumnRoles } from './roles.ts';
import { SINGLE_ROLES } from './roles-names.ts';
import { chooseKey } from './schema-key.ts';
import type { DeclaredTable } from './schema-tables.ts';

/** A table that could be the registry, as far as it was read. */
export interface TableReading {
  readonly table: DeclaredTable;
  readonly key: string;
  readonly keyOddity: string | null;
  readonly samples: readonly ColumnSample[];
  readonly roles: ColumnRoles;
}

export type TableOutcome =
  | { readonly kind: 'read'; readonly reading: TableReading }
  | { readonly kind: 'refused'; readonly table: DeclaredTable; readonly reason: string };

/** Key, samples and roles of one table, by a config whose column names are the table's own. */
export function readTable(db: Database, table: DeclaredTable, config: RegistryConfig): TableOutcome {
  const choice = chooseKey(db, table, config.columns.key ?? null);
  if (choice.kind === 'none') return { kind: 'refused', table, reason: choice.reason };
  const samples = sampleColumns(db, table, choice.column);
  const roles = assignRoles(samples, choice.column, config);
  return { kind: 'read', reading: { table, key: choice.column, keyOddity: choice.oddity, samples, roles } };
}

/**
 * Spells the column names of the config as the table does; SQLite compares them without case.
 *
 * @throws RunlinkError that names every column that is not there, and every column with two parts
 */
export function resolveColumns(config: RegistryConfig, table: DeclaredTable): RegistryConfig {
  const problems: string[] = [];
  const names = table.columns.map(({ name }) => name);
  const resolveName = (name: string, place: string): string => {
    const found = names.find((own) => own === name) ?? names.find((own) => own.toLowerCase() === name.toLowerCase());
    if (found === undefined) problems.push(`  ${place}: no column "${name}"${didYouMean(name, names)}`);
    return found ?? name;
  };
  const columns = Object.fromEntries(
    Object.entries(config.columns).map(([role, wanted]) => [
      role,
      Array.isArray(wanted)
        ? wanted.map((name) => resolveName(name, `columns.${role}`))
        : wanted && resolveName(wanted, `columns.${role}`),
    ]),
  ) as RegistryConfig['columns']; // every entry keeps its shape
  const evidence = Object.fromEntries(
    Object.entries(config.evidence).map(([name, path]) => [resolveName(name, 'evidence'), path]),
  );
  const ignore = config.ignore.map((name) => resolveName(name, 'ignore'));
  problems.push(...listDoubleParts(columns), ...listUnwritable(columns, table));
  if (problems.length === 0) return { ...config, columns, evidence, ignore };
  throw new RunlinkError(
    `"${config.file ?? 'the config'}" does not fit table "${table.name}":\n${problems.join('\n')}`,
    {
      hint: `The table's columns: ${names.join(', ')}.`,
    },
  );
}

function didYouMean(name: string, names: readonly string[]): string {
  const near = nearestNames(name, names);
  return near.length === 0 ? '' : `; did you mean ${near.map((own) => `"${own}"`).join(' or ')}?`;
}

function listDoubleParts(columns: RegistryConfig['columns']): readonly string[] {
  const roles: readonly (keyof RegistryConfig['columns'])[] = ['key', ...SINGLE_ROLES];
  return roles.flatMap((role, index) => {
    const other = roles.slice(0, index).find((earlier) => columns[earlier] && columns[earlier] === columns[role]);
    return other === undefined ? [] : [`  columns.${role}: "${String(columns[role])}" is columns.${other} already`];
  });
}

function listUnwritable(columns: RegistryConfig['columns'], table: DeclaredTable): readonly string[] {
  const identity = ['wandb_run_id', 'wandb_url', 'run_name', 'status', 'started_at'] as const;
  return identity.flatMap((role) => {
    const generated = table.columns.some(({ name, generated }) => generated && name === columns[role]);
    return generated
      ? [`  columns.${role}: "${String(columns[role])}" is a generated column, which cannot be written`]
      : [];
  });
}
