import type { GraphqlQuery } from '../client.ts';
import { LIGHT_FIELDS, PROJECT, PROJECT_VARIABLES } from '../queries.ts';

const COUNTS = 'state historyLineCount historyKeys';

/** Runs by id, each under its own alias: they are found also where the listing lags behind (wandb/wandb#7814). */
export function buildInfosQuery(count: number): GraphqlQuery {
  const indexes = Array.from({ length: count }, (_item, index) => index);
  const variables = indexes.map((index) => `$n${index}: String!`).join(', ');
  const runs = indexes.map((index) => `r${index}: run(name: $n${index}) { ...Info }`).join('\n    ');
  return {
    name: 'HistoryInfos',
    text: `query HistoryInfos(${PROJECT_VARIABLES}, ${variables}) {
  ${PROJECT} {
    ${runs}
  }
}
fragment Info on Run { ${LIGHT_FIELDS} config summaryMetrics ${COUNTS} }`,
  };
}

function runQuery(name: string, variables: string, fields: string): GraphqlQuery {
  const text = `query ${name}(${PROJECT_VARIABLES}, $run: String!${variables}) {
  ${PROJECT} { run(name: $run) { ${fields} } }
}`;
  return { name, text };
}

export const COUNTS_QUERY = runQuery('HistoryCounts', '', COUNTS);

/** Everything that decides how a history is read: what was logged, where its steps lie, what is exported already. */
export const START_QUERY = runQuery(
  'HistoryStart',
  ', $specs: [JSONString!]!',
  `${COUNTS} sampledHistory(specs: $specs) parquetHistory(liveKeys: ["_step"]) { parquetUrls liveData }`,
);

/** The same for servers that export nothing. */
export const START_WITHOUT_EXPORT_QUERY = runQuery(
  'HistoryStart',
  ', $specs: [JSONString!]!',
  `${COUNTS} sampledHistory(specs: $specs)`,
);

/** minStep is inclusive, maxStep EXCLUSIVE; `samples` is a cap. */
export const ROWS_QUERY = runQuery(
  'HistoryRows',
  ', $minStep: Int64!, $maxStep: Int64!, $samples: Int!',
  'rows: history(minStep: $minStep, maxStep: $maxStep, samples: $samples)',
);

/** Each spec has its own keys, bounds and cap, all of them inclusive (wandb/wandb#12010). */
export const SPECS_QUERY = runQuery('HistorySpecs', ', $specs: [JSONString!]!', 'rows: sampledHistory(specs: $specs)');

export const EVENTS_QUERY = runQuery('Events', ', $samples: Int!', 'eventsLineCount events(samples: $samples)');
