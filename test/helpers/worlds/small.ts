import { sampleRun } from '../sample-run.ts';
import type { LinkageInput } from '../../../src/model/linkage.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../../src/model/linkage.ts';
import type { Cell } from '../../../src/model/cell.ts';
import { EMPTY_IMAGE } from '../../../src/model/identity.ts';
import type { RegistryRow } from '../../../src/model/registry.ts';
import type { Run } from '../../../src/model/run.ts';
import { schemaOf } from './world.ts';

/** A registry row by hand: its key and what its columns hold. */
export function rowOf(keyText: string, values: Readonly<Record<string, Cell>>): RegistryRow {
  return {
    key: keyText,
    keyText,
    identity: { ...EMPTY_IMAGE, run_name: values['run_name'] ?? null },
    values: { run_id: keyText, wandb_run_id: null, wandb_url: null, run_name: null, status: null, ...values },
  };
}

/** A run by hand; `at` is its creation in UTC. */
export function runOf(runId: string, at: string, parts: Partial<Run> = {}): Run {
  return sampleRun(runId, { displayName: null, createdAt: Date.parse(at), ...parts });
}

export function inputOf(
  rows: readonly RegistryRow[],
  runs: readonly Run[],
  more: Partial<LinkageInput> = {},
): LinkageInput {
  return {
    schema: schemaOf({ timeText: 'seconds' }, rows),
    rows,
    runs,
    linked: [],
    rejected: [],
    options: DEFAULT_LINKAGE_OPTIONS,
    ...more,
  };
}
