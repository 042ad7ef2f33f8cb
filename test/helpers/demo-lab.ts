import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_REGISTRY, readDemoProject } from '../../fixtures/demo/load.ts';
import type { ServerOptions } from '../../fixtures/server/options.ts';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { makeFolder } from './database.ts';
import { type CliOptions, type CliResult, runRunlink } from './run-cli.ts';

/** A folder with a copy of the demo registry, a server with the demo project, and a user who works there. */
export interface DemoLab {
  readonly folder: string;
  readonly registry: string;
  readonly server: ServerHandle;
  /** `entity/project` */
  readonly project: string;
  /** What the user's shell has set: server, key, project. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `runlink` in the folder, in a process of its own. */
  run(args: readonly string[], options?: Partial<CliOptions>): Promise<CliResult>;
  close(): Promise<void>;
}

export async function openDemoLab(options: Partial<ServerOptions> = {}): Promise<DemoLab> {
  const folder = makeFolder();
  const registry = join(folder, 'training_runs.db');
  copyFileSync(DEMO_REGISTRY, registry);
  const project = readDemoProject();
  const server = await startServer({ project, ...options });
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
