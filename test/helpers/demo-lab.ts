import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_REGISTRY, readDemoProject } from '../../fixtures/demo/load.ts';
import type { ServedProject } from '../../fixtures/server/project.ts';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { makeFolder } from './database.ts';
import { makeRegistry } from './registry.ts';
import { type CliOptions, type CliResult, runRunlink } from './run-cli.ts';
import { buildProject, buildServedRuns } from './wandb.ts';

/** A folder with a registry of its own, a server with the project beside it, and a user who works there. */
export interface DemoLab {
  readonly folder: string;
  readonly registry: string;
  readonly server: ServerHandle;
  /** `entity/project` */
  readonly project: string;
  /** What the user's shell has set: server, key, project, registry. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `runlink` in the folder, in a process of its own. */
  run(args: readonly string[], options?: Partial<CliOptions>): Promise<CliResult>;
  close(): Promise<void>;
}

/** The demo: 400 rows and 615 runs. A plan of it takes seconds. */
export async function openDemoLab(): Promise<DemoLab> {
  return await openLab(DEMO_REGISTRY, readDemoProject());
}

/** Forty rows that say when their runs were made: enough for every verb to have something to do. */
export async function openSmallLab(): Promise<DemoLab> {
  const runs = buildServedRuns(40, 3600);
  const registry = makeRegistry({
    fill: (db) => {
      const insert = db.prepare('INSERT INTO training_runs (run_id, run_name, created_at) VALUES (?, ?, ?)');
      for (const { name, displayName, createdAt } of runs) insert.run(`row-${name}`, displayName, createdAt);
    },
  });
  return await openLab(registry.path, buildProject(runs));
}

async function openLab(source: string, project: ServedProject): Promise<DemoLab> {
  const folder = makeFolder();
  const registry = join(folder, 'training_runs.db');
  copyFileSync(source, registry);
  const server = await startServer({ project });
  const env = {
    WANDB_BASE_URL: server.url,
    WANDB_API_KEY: server.apiKey,
    WANDB_ENTITY: project.entity,
    WANDB_PROJECT: project.project,
    RUNLINK_REGISTRY: 'training_runs.db',
  };
  return {
    folder,
    registry,
    server,
    env,
    project: `${project.entity}/${project.project}`,
    run: (args, cli = {}) => runRunlink(args, { cwd: folder, ...cli, env: { ...env, ...cli.env } }),
    close: () => server.close(),
  };
}
