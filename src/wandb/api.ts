import { z } from 'zod';

import { RunlinkError } from '../errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { Run } from '../model/run.ts';
import type { EvidenceKeys } from '../model/snapshot.ts';
import type { GraphqlClient, GraphqlQuery, RequestOptions } from './client.ts';
import { decodeRun, parseAnswer } from './decode.ts';
import type { RunFilter } from './filters.ts';
import { PAGE_QUERIES, buildCountsQuery } from './queries.ts';
import type { PageDetail } from './queries.ts';

/** One edge of a page; what the asked detail does not bring is null. */
export interface ListedRun {
  readonly cursor: string;
  readonly runId: string | null;
  readonly run: Run | null;
}

export interface ListedPage {
  readonly edges: readonly ListedRun[];
  readonly hasNextPage: boolean;
}

interface PageRequest {
  readonly filter: RunFilter;
  readonly after: string | null;
  readonly first: number;
  readonly detail: PageDetail;
  readonly keys: EvidenceKeys;
}

/** The questions that a listing asks about one project. */
export interface ProjectApi {
  readonly path: string;
  readonly fetchPage: (request: PageRequest, options?: RequestOptions) => Promise<ListedPage>;
  /** One count per filter, all in one request. */
  readonly fetchCounts: (filters: readonly RunFilter[], options?: RequestOptions) => Promise<readonly number[]>;
  /** The `project` part of an answer; null when the project is not there or not ours to see. */
  readonly fetchProjectOrNull: (
    query: GraphqlQuery,
    variables: JsonObject,
    options?: RequestOptions,
  ) => Promise<unknown>;
  /** The same, where a project that is not there is an error. */
  readonly fetchProject: ProjectApi['fetchProjectOrNull'];
}

const pageShape = z.object({
  runs: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean() }),
    edges: z.array(z.object({ cursor: z.string(), node: z.unknown() })),
  }),
});
const idShape = z.object({ name: z.string() });
const countsShape = z.record(z.string(), z.number());

export function createProjectApi(client: GraphqlClient, project: { entity: string; project: string }): ProjectApi {
  const path = `${project.entity}/${project.project}`;
  const fetchProjectOrNull: ProjectApi['fetchProjectOrNull'] = async (query, variables, options) => {
    const data = await client.request(query, { ...project, ...variables }, options);
    return data['project'] ?? null;
  };
  const fetchProject: ProjectApi['fetchProjectOrNull'] = async (query, variables, options) =>
    (await fetchProjectOrNull(query, variables, options)) ?? throwNotFound(path);
  return {
    path,
    fetchProjectOrNull,
    fetchProject,
    fetchPage: async ({ filter, after, first, detail, keys }, options) => {
      const evidence = detail === 'full' ? { configKeys: keys.config, summaryKeys: keys.summary } : {};
      const variables = { filters: JSON.stringify(filter), after, first, ...evidence };
      const answer = await fetchProject(PAGE_QUERIES[detail], variables, options);
      return decodePage(answer, detail);
    },
    fetchCounts: async (filters, options) => {
      const variables = Object.fromEntries(filters.map((filter, no) => [`f${no}`, JSON.stringify(filter)]));
      const answer = await fetchProject(buildCountsQuery(filters.length), variables, options);
      const counts = parseAnswer(countsShape, answer, 'counts of runs');
      return filters.map((_filter, no) => parseAnswer(z.number(), counts[`c${no}`], 'a count of runs'));
    },
  };
}

function throwNotFound(path: string): never {
  throw new RunlinkError(`W&B project ${path}: not found or no access`, {
    hint: 'Check the spelling of ENTITY/PROJECT; W&B does not tell a missing project from one that your key may not see.',
  });
}

function decodePage(answer: unknown, detail: PageDetail): ListedPage {
  const { runs } = parseAnswer(pageShape, answer, 'a page of runs');
  const edges = runs.edges.map(({ cursor, node }): ListedRun => {
    if (detail === 'cursors') return { cursor, runId: null, run: null };
    if (detail === 'ids') return { cursor, runId: parseAnswer(idShape, node, 'a run').name, run: null };
    const run = decodeRun(node);
    return { cursor, runId: run.runId, run };
  });
  return { edges, hasNextPage: runs.pageInfo.hasNextPage };
}
