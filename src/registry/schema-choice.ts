import type { Database } from 'better-sqlite3';
import { RunlinkError } from '../errors.ts';
import type { RegistryConfig } from './config.ts';
import { nearestNames } from './nearest.ts';
import { noTableError, twoTablesError } from './schema-advice.ts';
import { readTable, resolveColumns } from './schema-reading.ts';
import type { TableReading } from './schema-reading.ts';
import { readOtherObjects, readTables } from './schema-tables.ts';
import type { DeclaredTable } from './schema-tables.ts';
import { splitName } from './roles-names.ts';

/** Least score of a registry, and how far ahead of the next table it must be. */
const LEAST_SCORE = 3;
const LEAST_LEAD = 2;

/** Tables in which tools that migrate a database keep their books. */
const BOOKS =
  /^(?:\w*migrations?(?:_?(?:history|lock|versions))?|migratehistory|migrate_version|alembic_version|schema_version|sequelize(?:meta|data)|flyway_\w+|databasechangelog(?:lock)?|goose_db_version|_?yoyo_\w+|aerich|ar_internal_metadata)$/i;

/** The table that the config names, else the one that looks most like a registry of training runs, else the only one. */
export function chooseTable(db: Database, config: RegistryConfig): TableReading {
  const tables = readTables(db);
  if (config.table !== undefined) return readNamedTable(db, tables, config);
  const outcomes = tables
    .filter((table) => hasColumnsOf(config, table))
    .map((table) => readTable(db, table, resolveColumns(config, table)));
  const ranked = outcomes
    .flatMap((outcome) =>
      outcome.kind === 'read' ? [{ reading: outcome.reading, score: scoreTable(outcome.reading) }] : [],
    )
    .sort((a, b) => b.score - a.score || (a.reading.table.name < b.reading.table.name ? -1 : 1));
  const [best, next] = ranked;
  if (best === undefined || best.score < LEAST_SCORE) {
    const only = onlyTableOrNull(tables);
    const own = ranked.find(({ reading }) => reading.table === only);
    if (own !== undefined) return own.reading;
    const refusals = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome] : []));
    throw noTableError({ tables, refusals, others: readOtherObjects(db), config });
  }
  if (next !== undefined && next.score >= LEAST_SCORE && best.score - next.score < LEAST_LEAD) {
    const rivals = ranked.filter(({ score }) => score >= LEAST_SCORE && best.score - score < LEAST_LEAD);
    throw twoTablesError(rivals.map(({ reading }) => reading));
  }
  return best.reading;
}

/** Nothing else can be meant by whoever gives a file with one table. */
function onlyTableOrNull(tables: readonly DeclaredTable[]): DeclaredTable | null {
  const [only, ...others] = tables.filter(({ name }) => !BOOKS.test(name));
  return only !== undefined && others.length === 0 ? only : null;
}

function readNamedTable(db: Database, tables: readonly DeclaredTable[], config: RegistryConfig): TableReading {
  const wanted = config.table ?? '';
  const table = tables.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (table === undefined) {
    const other = readOtherObjects(db).find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    const near = nearestNames(
      wanted,
      tables.map(({ name }) => name),
    );
    throw new RunlinkError(
      other === undefined
        ? `the registry has no table "${wanted}", which "${config.file ?? 'the config'}" names`
        : `"${wanted}" is a ${other.type === 'view' ? 'view' : 'virtual table'}, whose rows cannot be linked`,
      {
        hint:
          other === undefined
            ? `Its tables: ${tables.map(({ name }) => `"${name}"`).join(', ') || 'none'}.${near.length > 0 ? ` Did you mean "${near[0]}"?` : ''}`
            : 'Name the table that it reads from as "table" in runlink.json.',
      },
    );
  }
  const outcome = readTable(db, table, resolveColumns(config, table));
  if (outcome.kind === 'read') return outcome.reading;
  throw noTableError({ tables, refusals: [outcome], others: [], config });
}

/** A config that names columns but no table is about a table that has them. */
function hasColumnsOf(config: RegistryConfig, table: DeclaredTable): boolean {
  const own = new Set(table.columns.map(({ name }) => name.toLowerCase()));
  const wanted = Object.values(config.columns).flatMap((value) => value ?? []);
  return wanted.every((name) => own.has(name.toLowerCase()));
}

/** How much a table looks like a registry of runs: what its columns play, and what it is called. */
function scoreTable({ table, roles, samples }: TableReading): number {
  const { single } = roles;
  const points = [
    single.wandb_run_id === null ? 0 : 4,
    single.wandb_url === null ? 0 : 4,
    single.run_name === null ? 0 : 1,
    single.status === null ? 0 : 2,
    single.started_at === null ? 0 : 2,
    single.finished_at === null ? 0 : 1,
    single.created_at === null ? 0 : 1,
    single.duration_seconds === null ? 0 : 2,
    roles.finalMetrics.length === 0 ? 0 : 1,
    roles.hyperparameters.length < 2 ? 0 : 1,
    scoreTableName(table.name),
    samples.some(({ filled }) => filled.length > 0) ? 0 : -2,
  ];
  return points.reduce((sum, value) => sum + value, 0);
}

function scoreTableName(name: string): number {
  const words = splitName(name);
  if (words.some((word) => /^(backup|bak|old|copy|archive|archived|tmp|temp|log|logs|history)$/.test(word))) return 0;
  return words.some((word) => /^(runs?|registry|trainings?|experiments?|jobs?|trials?)$/.test(word)) ? 3 : 0;
}
