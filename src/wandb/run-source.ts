import { z } from 'zod';

import { UsageError } from '../errors.ts';
import type { HistorySource } from '../model/history.ts';
import type { RunSource, Viewer } from '../model/snapshot.ts';
import { createProjectApi } from './api.ts';
import type { ProjectApi } from './api.ts';
import { createClient } from './client.ts';
import type { GraphqlClient } from './client.ts';
import { readCredentialOrNull } from './credentials.ts';
import { parseAnswer } from './decode.ts';
import { findElsewhere, openRuns } from './gone-runs.ts';
import { createHistorySource } from './history/source.ts';
import { listRuns } from './listing.ts';
import { createPace } from './pace.ts';
import type { Sleep } from './pace.ts';
import { fetchProjectKeys } from './project-keys.ts';
import { VIEWER_QUERY, buildCountsQuery } from './queries.ts';
import { fetchRunsById } from './runs-by-id.ts';
import { readSettings } from './settings.ts';
import type { ExplicitSettings, WandbSettings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';
import { buildRunUrl, parseProjectPath } from './urls.ts';

export interface RunSourceOptions {
  readonly surroundings: Surroundings;
  /**
   * What the caller says itself; wins over files and environment. `project` may be `ENTITY/PROJECT` or the project's
   * address.
   */
  readonly explicit?: ExplicitSettings & { readonly apiKey?: string };
  /** For example `runlink/0.1.0`. W&B treats some of its own names specially, so this says who we are. */
  readonly userAgent: string;
  /** One line of talk: waits, repeated failures, quarantined runs. Never holds the key. */
  readonly say: (line: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly sleep: Sleep;
  /** Stops whatever is being asked. */
  readonly signal?: AbortSignal;
}

/** Where we would go and as whom, for `doctor`: nothing was asked yet. */
export interface ConnectionInfo {
  readonly baseUrl: string;
  /** Where the API key was found; null where there is none. */
  readonly keySource: string | null;
}

/** A project's runs and their histories, over one client and one pool. */
export interface ProjectSource extends RunSource {
  readonly connection: ConnectionInfo;
  readonly history: HistorySource;
}

/**
 * Opens a W&B project for reading. Nothing is sent before the first question.
 *
 * @throws UsageError where a setting, the project or the key cannot be understood, or no project is named
 */
export function openRunSource(options: RunSourceOptions): ProjectSource {
  const settings = readSettings(options.surroundings, withoutProject(options.explicit));
  const project = resolveProject(settings, options.explicit);
  const { apiKey } = options.explicit ?? {};
  const credential = readCredentialOrNull(options.surroundings, {
    baseUrl: settings.baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  const pace = createPace(options);
  const client = createClient({ ...options, settings, credential, pace });
  const api = createProjectApi(client, project);
  const runUrl = (runId: string): string => buildRunUrl(settings.appUrl, { ...project, runId });
  return {
    ...project,
    baseUrl: settings.baseUrl,
    connection: { baseUrl: settings.baseUrl, keySource: credential?.source ?? null },
    fetchViewer: () => fetchViewer(client),
    fetchRunCount: () => fetchRunCount(api),
    fetchKeys: () => fetchProjectKeys(api),
    listRuns: (list) => listRuns(list, { api, pace, say: options.say, countRequests: client.countRequests }),
    fetchRunsById: (runIds) => fetchRunsById(api, runIds),
    openRuns: (runIds) => openRuns(api, runIds),
    findElsewhere: (runIds) => findElsewhere(client, { project, runIds }),
    history: createHistorySource({ ...options, api, client, pace, runUrl }),
    runUrl,
    close: client.close,
  };
}

/** A project given as `ENTITY/PROJECT` names its entity itself. */
function withoutProject({ baseUrl, entity }: ExplicitSettings = {}): ExplicitSettings {
  return { ...(baseUrl === undefined ? {} : { baseUrl }), ...(entity === undefined ? {} : { entity }) };
}

function resolveProject(settings: WandbSettings, explicit: ExplicitSettings = {}): { entity: string; project: string } {
  const named = explicit.project ?? settings.project;
  const hint = 'Say --project ENTITY/PROJECT, or set WANDB_ENTITY and WANDB_PROJECT.';
  if (named === null || named === '') throw new UsageError('no W&B project is named', { hint });
  const path = parseProjectPath(named);
  const entity = path.entity ?? settings.entity;
  if (entity === null) throw new UsageError(`no W&B entity is named for project "${path.project}"`, { hint });
  return { entity, project: path.project };
}

const viewerShape = z.object({ username: z.string().nullish(), entity: z.string().nullish() }).nullish();

async function fetchViewer(client: GraphqlClient): Promise<Viewer | null> {
  const data = await client.request(VIEWER_QUERY, {});
  const viewer = parseAnswer(viewerShape, data['viewer'], 'the user');
  if (viewer === null || viewer === undefined) return null;
  return { username: viewer.username ?? viewer.entity ?? 'unknown', entity: viewer.entity ?? null };
}

async function fetchRunCount(api: ProjectApi): Promise<number | null> {
  const answer = await api.fetchProjectOrNull(buildCountsQuery(1), { f0: '{}' });
  return answer === null ? null : parseAnswer(z.object({ c0: z.number() }), answer, 'a count of runs').c0;
}
