import { createHash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { RegistrySchema } from '../model/registry.ts';
import { EMPTY_CONFIG } from './config.ts';
import type { RegistryConfig } from './config.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import { durationUnitOf } from './roles-names.ts';
import { chooseTable } from './schema-choice.ts';
import type { TableReading } from './schema-reading.ts';
import { listOddities } from './schema-oddities.ts';
import { findStatusWords } from './schema-status.ts';

/**
 * Finds the registry's table, its key and which column plays which part, from the declared schema and the values. Reads
 * at most 2,000 rows of each table. What the config names is taken, what it leaves out is found.
 *
 * @throws RunlinkError that lists the candidates and prints the `runlink.json` to write, where no table fits or two do
 */
export function readSchema(db: Database, config: RegistryConfig = EMPTY_CONFIG): RegistrySchema {
  const reading = chooseTable(db, config);
  const { table, key, roles, samples } = reading;
  const identity = {
    wandb_run_id: roles.single.wandb_run_id,
    wandb_url: roles.single.wandb_url,
    run_name: roles.single.run_name,
    status: roles.single.status,
    started_at: roles.single.started_at,
  };
  const duration = roles.single.duration_seconds;
  const statusSample = samples.find(({ column }) => column.name === identity.status);
  return {
    table: table.name,
    key,
    identity,
    createdAt: roles.single.created_at,
    finishedAt: roles.single.finished_at,
    durationSeconds: duration,
    ...(duration === null ? {} : { durationUnitSeconds: durationUnitOf(duration) }),
    finalMetrics: roles.finalMetrics,
    hyperparameters: roles.hyperparameters,
    columns: samples.map(({ column }) => column),
    ...(config.time_zone === undefined ? {} : { timeZone: config.time_zone }),
    statusWords: config.statuses ?? findStatusWords(statusSample?.filled ?? []),
    oddities: listOddities(db, reading, identity),
    schemaHash: hashSchema(reading),
    evidence: config.evidence,
  };
}

/**
 * Over everything that a plan relies on. The columns that `apply` itself adds are left out, so that a plan stays valid
 * for the registry that it was begun on; what they hold is guarded row by row.
 */
function hashSchema({ table, key }: TableReading): string {
  const ours: readonly string[] = IDENTITY_COLUMNS;
  const columns = table.columns
    .filter(({ name }) => !ours.includes(name))
    .map(({ name, declaredType, notNull, pk, generated }) => [name, declaredType, notNull, pk, generated]);
  const definition = [table.name, key, table.withoutRowid, table.strict, columns];
  return createHash('sha256').update(JSON.stringify(definition)).digest('hex');
}
