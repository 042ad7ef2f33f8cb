import type { ServerOptions } from '../../fixtures/server/options.ts';
import type { ServedProject, ServedRun } from '../../fixtures/server/project.ts';
import { startServer } from '../../fixtures/server/server.ts';
import type { ServerHandle } from '../../fixtures/server/server.ts';
import { openRunSource } from '../../src/wandb/run-source.ts';
import type { ProjectSource, RunSourceOptions } from '../../src/wandb/run-source.ts';

const TEST_ENTITY = 'lab';
const TEST_PROJECT = 'molecules';

/** 2024-03-01T00:00:00Z in epoch seconds. */
export const FIRST_SECOND = 1_709_251_200;

/** A run as W&B serves it; everything that a test does not care about is plain. */
export function buildServedRun(name: string, second: number, fields: Partial<ServedRun> = {}): ServedRun {
  return {
    id: Buffer.from(`Run:v1:${name}:${TEST_PROJECT}:${TEST_ENTITY}`).toString('base64'),
    name,
    displayName: `run-${name}`,
    state: 'finished',
    createdAt: new Date(second * 1000).toISOString().replace('.000Z', 'Z'),
    heartbeatAt: null,
    group: null,
    jobType: null,
    sweepName: null,
    tags: [],
    notes: null,
    host: 'node-1',
    commit: null,
    username: 'ada',
    program: 'train.py',
    args: [],
    config: '{"lr":{"value":0.1,"desc":null},"seed":{"value":1,"desc":null}}',
    summaryMetrics: '{"loss":0.5,"_runtime":12.5,"_timestamp":1709251212.5,"_step":10,"_wandb":{"runtime":12}}',
    computeSeconds: 12,
    ...fields,
  };
}

/** `count` runs, `spacing` seconds apart, with ids `r00000`, `r00001`, … */
export function buildServedRuns(count: number, spacing: number): readonly ServedRun[] {
  return Array.from({ length: count }, (_item, no) => buildServedRun(runName(no), FIRST_SECOND + no * spacing));
}

export function runName(no: number): string {
  return `r${String(no).padStart(5, '0')}`;
}

export function buildProject(runs: readonly ServedRun[]): ServedProject {
  return { entity: TEST_ENTITY, project: TEST_PROJECT, runs };
}

export interface TestSource {
  readonly server: ServerHandle;
  readonly source: ProjectSource;
  /** What was said, line by line. */
  readonly lines: readonly string[];
  /** Waits that were asked for, in milliseconds; none of them took place. */
  readonly waits: readonly number[];
}

/** A server over the runs and a source that reads it. Waiting takes no time: `sleep` moves a clock of its own. */
export async function withSource<T>(
  runs: readonly ServedRun[],
  use: (test: TestSource) => Promise<T>,
  options: { readonly server?: Partial<ServerOptions>; readonly source?: Partial<RunSourceOptions> } = {},
): Promise<T> {
  const server = await startServer({ project: buildProject(runs), ...options.server });
  const lines: string[] = [];
  const waits: number[] = [];
  const source = openTestSource(server, { lines, waits, ...options.source });
  try {
    return await use({ server, source, lines, waits });
  } finally {
    await source.close();
    await server.close();
  }
}

/** Another source on the same server, as a second invocation would open it. */
export function openTestSource(
  server: ServerHandle,
  { lines = [], waits = [], ...options }: Partial<RunSourceOptions> & { lines?: string[]; waits?: number[] } = {},
): ProjectSource {
  let clock = Date.UTC(2026, 0, 1);
  return openRunSource({
    surroundings: { env: {}, home: '/nonexistent', cwd: '/nonexistent' },
    explicit: { baseUrl: server.url, entity: TEST_ENTITY, project: TEST_PROJECT, apiKey: server.apiKey },
    userAgent: 'runlink/test',
    say: (line) => lines.push(line),
    now: () => clock,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      waits.push(ms);
      signal?.throwIfAborted();
      clock += ms;
    },
    ...options,
  });
}

/**
 * An `onRequest` that holds the first requests of this name until `count` of them are under way, and a moment more in
 * which one too many would arrive. What can overlap then does, however slow the machine.
 */
export function holdUntilTogether(operationName: string, count: number): NonNullable<ServerOptions['onRequest']> {
  const { promise: together, resolve } = Promise.withResolvers<void>();
  let arrived = 0;
  return (_no, request) => {
    if (request.operationName !== operationName) return;
    arrived += 1;
    if (arrived === count) setTimeout(resolve, 50);
    return together;
  };
}
