import type { LimitFunction } from 'p-limit';
import { RunlinkError } from '../../errors.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ProjectApi } from '../api.ts';
import type { GraphqlClient, GraphqlQuery, RequestOptions } from '../client.ts';

/** What reading histories stands on: one project, one pool for all requests. */
export interface HistoryDeps {
  readonly api: ProjectApi;
  readonly limit: LimitFunction;
  /** Requests that go on at once, at most. */
  readonly lanes: number;
  readonly say: (line: string) => void;
  readonly download: GraphqlClient['download'];
  readonly signal: AbortSignal | undefined;
}

/** The project part of an answer, asked for within the pool. */
export async function askProject(
  { api, limit }: HistoryDeps,
  question: { readonly query: GraphqlQuery; readonly variables: JsonObject },
  options: RequestOptions,
): Promise<JsonObject> {
  const answer = await limit(() => api.fetchProject(question.query, question.variables, options));
  // A project is an object or null, and null was refused.
  return answer as JsonObject;
}

/** The run part of an answer. @throws RunlinkError where the run is not there, or not any more */
export async function askRun(
  deps: HistoryDeps,
  question: { readonly query: GraphqlQuery; readonly runId: string; readonly variables?: JsonObject },
  options: RequestOptions = {},
): Promise<unknown> {
  const variables = { run: question.runId, ...question.variables };
  const project = await askProject(deps, { query: question.query, variables }, withSignal(deps, options));
  return project['run'] ?? throwGone(deps, question.runId);
}

function withSignal({ signal }: HistoryDeps, options: RequestOptions): RequestOptions {
  return options.signal === undefined && signal !== undefined ? { ...options, signal } : options;
}

function throwGone({ api }: HistoryDeps, runId: string): never {
  throw new RunlinkError(`W&B has no run ${runId} in ${api.path}`, {
    hint: 'It was deleted or moved, or your key may not see it. Check the id and --project; deleted runs can be restored in the web app for about seven days.',
  });
}
