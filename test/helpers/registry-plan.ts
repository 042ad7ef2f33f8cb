import { join, dirname } from 'node:path';
import type { RegistryIdentity } from '../../src/model/registry.ts';
import { readRegistryConfig } from '../../src/registry/config.ts';
import { readRows } from '../../src/registry/rows.ts';
import { readSchemaOf, withReadOnly } from './database.ts';
import { HEADER, sampleCandidate, sampleOutcome, sampleRun, writeSamplePlan } from './plan-samples.ts';

export interface RegistryPlanOptions {
  /** Run ids by key text; the rows that get none are unmatched. */
  readonly runsByKey: Readonly<Record<string, string>>;
  /** Rows whose match is ambiguous, so that nobody has decided it. */
  readonly ambiguous?: readonly string[];
  readonly name?: string;
}

/** Seals a plan for a real registry in the registry's own folder. @returns its path */
export async function makeRegistryPlan(registry: string, options: RegistryPlanOptions): Promise<string> {
  const schema = readSchemaOf(registry, await readRegistryConfig(registry));
  const rows = withReadOnly(registry, (db) => readRows(db, schema));
  const identity: RegistryIdentity = {
    path: registry,
    table: schema.table,
    keyColumn: schema.key,
    schemaHash: schema.schemaHash,
    rowCount: rows.length,
  };
  const runIds = [...new Set(Object.values(options.runsByKey))];
  const outcomes = rows.map(({ keyText }) => {
    const runId = options.runsByKey[keyText];
    if (runId === undefined) return sampleOutcome(keyText, {});
    const candidates = [sampleCandidate(runId, 0.999, 14)];
    if (options.ambiguous?.includes(keyText) === true) return sampleOutcome(keyText, { kind: 'ambiguous', candidates });
    return sampleOutcome(keyText, { kind: 'match', wandbRunId: runId, margin: 10, candidates });
  });
  const sample = { rows, runs: runIds.map((runId) => sampleRun(runId)), outcomes };
  const path = join(dirname(registry), options.name ?? 'plan.db');
  return await writeSamplePlan(path, sample, { header: { ...HEADER, registry: identity } });
}

/** `run-0001` → `w0000001`, … */
export function pairRows(count: number): Readonly<Record<string, string>> {
  const numbers = Array.from({ length: count }, (_item, index) => index + 1);
  return Object.fromEntries(
    numbers.map((no) => [`run-${String(no).padStart(4, '0')}`, `w${String(no).padStart(7, '0')}`]),
  );
}
