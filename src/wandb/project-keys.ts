import { z } from 'zod';

import type { EvidenceKeys } from '../model/snapshot.ts';
import type { ProjectApi } from './api.ts';
import { decodeConfig, decodeSummary } from './decode-json.ts';
import { parseAnswer } from './decode.ts';
import { RefusedRequestError } from './failures.ts';
import { FIELDS_QUERY, SAMPLE_QUERY } from './queries.ts';

/** Paths in one page of `fields`, and the most pages: projects that log per layer have tens of thousands. */
const FIELDS_PER_PAGE = 1000;
const MOST_PAGES = 20;
/** Runs at either end of the project whose whole config is looked at where `fields` does not help. */
const SAMPLED_RUNS = 25;

const fieldsShape = z.object({
  fields: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
    edges: z.array(z.object({ node: z.object({ path: z.string() }) })),
  }),
});
const sampleEdges = z.object({
  edges: z.array(z.object({ node: z.object({ config: z.unknown(), summaryMetrics: z.unknown() }) })),
});
const sampleShape = z.object({ oldest: sampleEdges, newest: sampleEdges });

/**
 * Config and summary keys that the project's runs use: top-level keys, and dotted paths of what is nested in them.
 *
 * @throws RunlinkError where the project is not there or not ours to see
 */
export async function fetchProjectKeys(api: ProjectApi): Promise<EvidenceKeys> {
  const listed = await fetchListedKeys(api);
  return listed.config.length + listed.summary.length > 0 ? listed : fetchSampledKeys(api);
}

async function fetchListedKeys(api: ProjectApi): Promise<EvidenceKeys> {
  const paths: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await fetchFieldsOrNull(api, after);
    if (answer === null) break;
    const { fields } = parseAnswer(fieldsShape, answer, 'the keys of the project');
    paths.push(...fields.edges.map((edge) => edge.node.path));
    const next = fields.pageInfo.endCursor ?? null;
    if (!fields.pageInfo.hasNextPage || next === null || next === after) break;
    after = next;
  }
  return keysOfPaths(paths);
}

/** Null where the project is not there, or the server knows no such question. */
async function fetchFieldsOrNull(api: ProjectApi, after: string | null): Promise<unknown> {
  try {
    return await api.fetchProjectOrNull(FIELDS_QUERY, { after, first: FIELDS_PER_PAGE });
  } catch (error) {
    if (error instanceof RefusedRequestError && (error.status === 400 || error.status === 200)) return null;
    throw error;
  }
}

/** `config.lr.value` is key `lr`, `config.optim.value.lr` is path `optim.lr`, `summary_metrics.a.b` is path `a.b`. */
export function keysOfPaths(paths: readonly string[]): EvidenceKeys {
  const config = paths
    .flatMap((path) => afterPrefix(path, 'config.'))
    .map((path) => path.replace(/\.value(?=\.|$)/, ''));
  const summary = paths.flatMap((path) => [
    ...afterPrefix(path, 'summary_metrics.'),
    ...afterPrefix(path, 'summaryMetrics.'),
  ]);
  return { config: sortKeys(config), summary: sortKeys(summary) };
}

function afterPrefix(path: string, prefix: string): readonly string[] {
  return path.startsWith(prefix) ? [path.slice(prefix.length)] : [];
}

async function fetchSampledKeys(api: ProjectApi): Promise<EvidenceKeys> {
  const answer = await api.fetchProject(SAMPLE_QUERY, { first: SAMPLED_RUNS });
  const { oldest, newest } = parseAnswer(sampleShape, answer, 'a sample of runs');
  const nodes = [...oldest.edges, ...newest.edges].map((edge) => edge.node);
  return {
    config: sortKeys(nodes.flatMap((node) => Object.keys(decodeConfig(node.config)))),
    summary: sortKeys(nodes.flatMap((node) => Object.keys(decodeSummary(node.summaryMetrics)))),
  };
}

function sortKeys(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.filter((key) => key !== '' && key !== 'wandb_version' && !/^_wandb(\.|$)/.test(key)))].sort();
}
