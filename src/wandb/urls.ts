import { UsageError } from '../errors.ts';

export interface ProjectPath {
  /** Null where only the project was named; the settings' entity is meant. */
  readonly entity: string | null;
  readonly project: string;
}

/** Tabs of the web app that may follow a project or a run in a copied address. */
const RUNS_SEGMENTS: readonly string[] = ['runs', 'run'];

/**
 * Checks and normalises a base URL by the rules of W&B's own client: http or https, no trailing slash, and W&B's cloud
 * only by its API host and only over https.
 *
 * @param origin where the value came from, for the error
 */
export function parseBaseUrl(text: string, origin: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw refusedBaseUrl(`found "${withoutUserinfo(text)}" in ${origin}, expected an address with http:// or https://`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refusedBaseUrl(`the address in ${origin} holds a user name or password, expected none`);
  }
  const isCloud = url.hostname === 'wandb.ai' || url.hostname.endsWith('.wandb.ai');
  if (isCloud && !url.hostname.includes('api.')) {
    throw refusedBaseUrl(`found "${text}" in ${origin}, expected the API host https://api.wandb.ai`);
  }
  if (isCloud && url.protocol !== 'https:') {
    throw refusedBaseUrl(`found "${text}" in ${origin}, expected https for W&B's cloud`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function refusedBaseUrl(fact: string): UsageError {
  return new UsageError(`W&B base URL refused: ${fact}`, {
    hint: 'Set WANDB_BASE_URL to the address of the W&B server, for example https://api.wandb.ai.',
  });
}

function withoutUserinfo(text: string): string {
  return text.replace(/\/\/[^/@]*@/, '//');
}

/** The address of the web app that belongs to an API address, as W&B's client derives it. */
export function buildAppUrl(baseUrl: string): string {
  if (baseUrl.includes('//api.wandb.test')) return baseUrl.replace('//api.wandb.test', '//app.wandb.test');
  if (baseUrl.includes('//api.wandb.')) return baseUrl.replace('//api.wandb.', '//wandb.');
  return baseUrl.replace('//api.', '//app.');
}

/** The page of a run in the web app, each segment percent-encoded. */
export function buildRunUrl(appUrl: string, path: { entity: string; project: string; runId: string }): string {
  const [entity, project, runId] = [path.entity, path.project, path.runId].map((part) => encodeURIComponent(part));
  return `${appUrl}/${entity}/${project}/runs/${runId}`;
}

/**
 * Reads what a person names a project by: `entity/project`, `project`, or an address copied from the browser (of the
 * project, of one of its tabs, or of a run in it).
 */
export function parseProjectPath(text: string): ProjectPath {
  const isUrl = /^https?:\/\//i.test(text.trim());
  const parts = splitPath(text);
  const [first, second] = parts;
  const isPlain = parts.length === 1 || parts.length === 2;
  if (isUrl && first !== undefined && second !== undefined) return { entity: first, project: second };
  if (!isUrl && isPlain && first !== undefined) {
    return second === undefined ? { entity: null, project: first } : { entity: first, project: second };
  }
  throw new UsageError(`W&B project "${text}" is not understood, expected ENTITY/PROJECT or the project's address`, {
    hint: 'For example --project my-team/my-project.',
  });
}

/** The project of a run's page, as `entity/project`; null where the cell is not such an address. */
export function namedProjectOrNull(cell: unknown): string | null {
  if (typeof cell !== 'string' || !/^https?:\/\//i.test(cell.trim())) return null;
  const [entity, project, marker] = splitPath(cell);
  const isRun = entity !== undefined && project !== undefined && RUNS_SEGMENTS.includes(marker ?? '');
  return isRun ? `${entity}/${project}` : null;
}

export interface RunPath {
  /** `entity/project`, or the project alone; null where the text says the run only. */
  readonly project: string | null;
  readonly runId: string;
}

/**
 * Reads what a person names a run by: the bare id, `project/run`, `entity/project/run`, `entity/project:run`,
 * `entity/project/runs/run`, or an address copied from the browser with whatever tab follows.
 */
export function parseRunPath(text: string): RunPath {
  const parts = splitPath(text);
  const marker = parts.findIndex((part, index) => index > 0 && RUNS_SEGMENTS.includes(part));
  const before = marker === -1 ? parts.slice(0, 3).slice(0, -1) : parts.slice(0, marker);
  const last = (marker === -1 ? parts.slice(0, 3).at(-1) : parts[marker + 1]) ?? '';
  const [, colonProject = null, runId = last] = /^(?:(.+):)?([^:]*)$/.exec(last) ?? [];
  if (runId === '') {
    throw new UsageError(`W&B run "${text}" is not understood, expected a run id or the run's address`, {
      hint: 'The run id is the last part of the address of the run page, for example 3f0k2l9a.',
    });
  }
  const named = marker === -1 && colonProject !== null ? [...before, colonProject] : before;
  return { project: named.length === 0 ? null : named.slice(0, 2).join('/'), runId };
}

/** Path segments without scheme, host, query, fragment and leading slash, percent-decoded. */
function splitPath(text: string): readonly string[] {
  const path = text
    .trim()
    .replace(/^https?:\/\/[^/]*/i, '')
    .replace(/[?#].*$/s, '');
  return path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeSegment);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // a bare percent sign that encodes nothing
  }
}
