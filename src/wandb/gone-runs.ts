import { z } from 'zod';

import type { RunlinkError } from '../errors.ts';
import type { Run } from '../model/run.ts';
import type { ProjectApi } from './api.ts';
import { askEach } from './ask-each.ts';
import type { Batch, ByRunId } from './ask-each.ts';
import type { GraphqlClient, RequestOptions } from './client.ts';
import { decodeRun, parseAnswer } from './decode.ts';
import { RefusedRequestError } from './failures.ts';
import { chunk } from './filters.ts';
import { LEAST_KEYS } from './keys.ts';
import { PROJECTS_QUERY, buildElsewhereQuery, buildOpenQuery } from './queries.ts';

const RUNS_PER_REQUEST = 50;

const openedShape = z.record(z.string(), z.object({ deletedAt: z.string().nullish() }).loose().nullable());

/**
 * Asks for each run by its id, past the listing, which may lag behind for minutes (wandb/wandb#7410, #7814).
 *
 * @returns those that are there, or why W&B fails to give them
 */
export async function openRuns(api: ProjectApi, runIds: readonly string[]): Promise<ByRunId<Run>> {
  const runs = new Map<string, Run | RunlinkError>();
  const ask: Batch<Run>['ask'] = (ids, options) => openBatch(api, ids, options);
  const probe = (): Promise<unknown> => ask(['none'], {});
  for (const ids of chunk([...new Set(runIds)], RUNS_PER_REQUEST)) {
    const opened = await askEach({ runIds: ids, ask, probe });
    for (const [runId, run] of opened) runs.set(runId, run);
  }
  return runs;
}

async function openBatch(
  api: ProjectApi,
  ids: readonly string[],
  options: RequestOptions,
): Promise<ReadonlyMap<string, Run>> {
  const names = Object.fromEntries(ids.map((id, index) => [`n${index}`, id]));
  const variables = { ...names, configKeys: LEAST_KEYS.config, summaryKeys: LEAST_KEYS.summary };
  const answer = await api.fetchProject(buildOpenQuery(ids.length), variables, options);
  const opened = parseAnswer(openedShape, answer, 'runs by their ids');
  const runs = new Map<string, Run>();
  for (const [index, id] of ids.entries()) {
    const node = opened[`r${index}`] ?? null;
    if (node !== null && (node.deletedAt ?? null) === null) runs.set(id, decodeRun(node));
  }
  return runs;
}

const projectsShape = z.object({
  models: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
    edges: z.array(z.object({ node: z.object({ name: z.string() }) })),
  }),
});
const elsewhereShape = z.record(
  z.string(),
  z.object({ runs: z.object({ edges: z.array(z.object({ node: z.object({ name: z.string() }) })) }) }).nullable(),
);

const PROJECTS_PER_PAGE = 100;
const PROJECTS_PER_REQUEST = 20;
/** Runs asked for at once, and the most projects that are looked through for them. */
const RUNS_PER_LIST = 100;
const MOST_PROJECTS = 200;

export interface GoneRuns {
  readonly project: { readonly entity: string; readonly project: string };
  readonly runIds: readonly string[];
}

/**
 * Looks through the entity's other projects for runs of these ids: a run that was moved keeps its id.
 *
 * @returns the projects as `entity/project` by run id; empty where the server does not list projects
 */
export async function findElsewhere(
  client: GraphqlClient,
  { project, runIds }: GoneRuns,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  if (runIds.length === 0) return found;
  try {
    const names = (await fetchProjectNames(client, project.entity)).filter((name) => name !== project.project);
    for (const ids of chunk(runIds, RUNS_PER_LIST)) {
      for (const some of chunk(names, PROJECTS_PER_REQUEST)) {
        for (const { name, runId } of await fetchHolders(client, { entity: project.entity, names: some, ids })) {
          found.set(runId, [...(found.get(runId) ?? []), `${project.entity}/${name}`]);
        }
      }
    }
    return found;
  } catch (error) {
    if (error instanceof RefusedRequestError) return found;
    throw error;
  }
}

async function fetchProjectNames(client: GraphqlClient, entity: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (let after: string | null = null; names.length < MOST_PROJECTS;) {
    const data = await client.request(PROJECTS_QUERY, { entity, after, first: PROJECTS_PER_PAGE });
    const { pageInfo, edges } = parseAnswer(projectsShape, data, 'the list of projects').models;
    names.push(...edges.map(({ node }) => node.name));
    const next = pageInfo.endCursor ?? null;
    if (!pageInfo.hasNextPage || next === null || next === after) break;
    after = next;
  }
  return names.slice(0, MOST_PROJECTS).sort();
}

interface HoldersQuestion {
  readonly entity: string;
  readonly names: readonly string[];
  readonly ids: readonly string[];
}

async function fetchHolders(
  client: GraphqlClient,
  { entity, names, ids }: HoldersQuestion,
): Promise<readonly { readonly name: string; readonly runId: string }[]> {
  const projects = Object.fromEntries(names.map((name, index) => [`p${index}`, name]));
  const filters = JSON.stringify({ name: { $in: ids } });
  const data = await client.request(buildElsewhereQuery(names.length), {
    entity,
    filters,
    first: ids.length,
    ...projects,
  });
  const answer = parseAnswer(elsewhereShape, data, 'runs in other projects');
  return names.flatMap((name, index) =>
    (answer[`p${index}`]?.runs.edges ?? []).map(({ node }) => ({ name, runId: node.name })),
  );
}
