import type { GraphqlQuery } from './client.ts';

// GraphQL `name` is the run id, `id` the storage id. Only ordinary fields that every server since 2024 knows: one
// unknown field fails the whole request (wandb/wandb#12009). `order` always carries its sign: what no sign means
// differs between servers (wandb/wandb#8063). Nothing here is a mutation, and nothing may become one.

export const PROJECT_VARIABLES = '$entity: String!, $project: String!';
export const PROJECT = 'project(name: $project, entityName: $entity)';

export const LIGHT_FIELDS = `
  id name displayName state createdAt heartbeatAt group jobType sweepName tags notes host commit
  user { username }
  runInfo { program args git { commit } }
`;

const EVIDENCE_FIELDS = `
  config(keys: $configKeys)
  summaryMetrics(keys: $summaryKeys)
`;

const PAGE_VARIABLES = `${PROJECT_VARIABLES}, $filters: JSONString!, $after: String, $first: Int!`;

/** How much of each run a page brings: less where W&B fails to serve more. */
export type PageDetail = 'full' | 'light' | 'ids' | 'cursors';

export const PAGE_QUERIES: Readonly<Record<PageDetail, GraphqlQuery>> = {
  full: pageQuery(
    'Runs',
    `node { ${LIGHT_FIELDS} ${EVIDENCE_FIELDS} }`,
    ', $configKeys: [String!], $summaryKeys: [String!]',
  ),
  light: pageQuery('RunsLight', `node { ${LIGHT_FIELDS} }`),
  ids: pageQuery('RunIds', 'node { id name }'),
  cursors: pageQuery('RunCursors', ''),
};

function pageQuery(name: string, node: string, variables = ''): GraphqlQuery {
  const text = `query ${name}(${PAGE_VARIABLES}${variables}) {
  ${PROJECT} {
    runs(filters: $filters, order: "+created_at", after: $after, first: $first) {
      pageInfo { hasNextPage }
      edges { cursor ${node} }
    }
  }
}`;
  return { name, text };
}

/** Opens runs by their ids, `$n0`, `$n1`, …, answered as `r0`, `r1`, …: also those that the listing does not show yet. */
export function buildOpenQuery(count: number): GraphqlQuery {
  const indexes = Array.from({ length: count }, (_item, index) => index);
  const names = indexes.map((index) => `$n${index}: String!`).join(', ');
  const runs = indexes.map((index) => `r${index}: run(name: $n${index}) { ...Opened }`).join(' ');
  const text = `query OpenRuns(${PROJECT_VARIABLES}, ${names}, $configKeys: [String!], $summaryKeys: [String!]) {
  ${PROJECT} { ${runs} }
}
fragment Opened on Run { ${LIGHT_FIELDS} deletedAt ${EVIDENCE_FIELDS} }`;
  return { name: 'OpenRuns', text };
}

/** An entity's projects, a page at a time. */
export const PROJECTS_QUERY: GraphqlQuery = {
  name: 'Projects',
  text: `query Projects($entity: String!, $after: String, $first: Int!) {
  models(entityName: $entity, after: $after, first: $first) {
    pageInfo { hasNextPage endCursor }
    edges { node { name } }
  }
}`,
};

/** Which of some runs are in other projects of the entity: `$p0`, `$p1`, …, answered as `p0`, `p1`, … */
export function buildElsewhereQuery(count: number): GraphqlQuery {
  const indexes = Array.from({ length: count }, (_item, index) => index);
  const names = indexes.map((index) => `$p${index}: String!`).join(', ');
  const runs = 'runs(filters: $filters, order: "+created_at", first: $first) { edges { node { name } } }';
  const projects = indexes.map((index) => `p${index}: project(name: $p${index}, entityName: $entity) { ${runs} }`);
  const text = `query Elsewhere($entity: String!, $filters: JSONString!, $first: Int!, ${names}) { ${projects.join(' ')} }`;
  return { name: 'Elsewhere', text };
}

/** Counts for many filters in one request: `$f0`, `$f1`, … answered as `c0`, `c1`, … */
export function buildCountsQuery(count: number): GraphqlQuery {
  const indexes = Array.from({ length: count }, (_item, index) => index);
  const variables = indexes.map((index) => `$f${index}: JSONString!`).join(', ');
  const counts = indexes.map((index) => `c${index}: runCount(filters: $f${index})`).join(' ');
  return { name: 'Counts', text: `query Counts(${PROJECT_VARIABLES}, ${variables}) { ${PROJECT} { ${counts} } }` };
}

export const VIEWER_QUERY: GraphqlQuery = { name: 'Viewer', text: 'query Viewer { viewer { username entity } }' };

/** All config and summary paths of a project, a page at a time. */
export const FIELDS_QUERY: GraphqlQuery = {
  name: 'Fields',
  text: `query Fields(${PROJECT_VARIABLES}, $after: String, $first: Int!) {
  ${PROJECT} {
    fields(columns: ["config", "summary_metrics"], after: $after, first: $first) {
      pageInfo { hasNextPage endCursor }
      edges { node { path } }
    }
  }
}`,
};

/** Whole config and summary of a few runs, to learn their keys where the server has no `fields`. */
export const SAMPLE_QUERY: GraphqlQuery = {
  name: 'Sample',
  text: `query Sample(${PROJECT_VARIABLES}, $first: Int!) {
  ${PROJECT} {
    oldest: runs(filters: "{}", order: "+created_at", first: $first) { edges { node { config summaryMetrics } } }
    newest: runs(filters: "{}", order: "-created_at", first: $first) { edges { node { config summaryMetrics } } }
  }
}`,
};
