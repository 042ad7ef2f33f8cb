import { DEMO_REGISTRY, readDemoProject, readTruth } from '../../../fixtures/demo/load.ts';
import { DEFAULT_LINKAGE_OPTIONS } from '../../../src/model/linkage.ts';
import { buildKnownLinks } from '../../../src/plan/entries.ts';
import { openRegistryReadOnly } from '../../../src/registry/open.ts';
import { readRows } from '../../../src/registry/rows.ts';
import { readSchema } from '../../../src/registry/schema.ts';
import { decodeRun } from '../../../src/wandb/decode.ts';
import type { World } from './world.ts';

/** The demo as one more labelled world; its truth is never tuned to. */
export function readDemoWorld(): World {
  const db = openRegistryReadOnly(DEMO_REGISTRY);
  try {
    const schema = readSchema(db);
    const rows = readRows(db, schema);
    const runs = readDemoProject().runs.map(({ username, program, args, ...run }) =>
      decodeRun({ ...run, user: { username }, runInfo: { program, args } }),
    );
    const linked = buildKnownLinks(rows, new Set(runs.map((run) => run.runId)));
    const known = new Set(linked.map((link) => link.keyText));
    const truth = readTruth().filter((line) => line.wandb_run_id !== '' && !known.has(line.run_id));
    return {
      input: { schema, rows, runs, linked, rejected: [], options: DEFAULT_LINKAGE_OPTIONS },
      truth: new Map(truth.map((line) => [line.run_id, line.wandb_run_id])),
    };
  } finally {
    db.close();
  }
}
