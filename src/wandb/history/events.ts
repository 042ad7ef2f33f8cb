import { z } from 'zod';
import { isJsonObject, parseLenientJson } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import { parseAnswer } from '../decode.ts';
import { decodeSummary } from '../decode-json.ts';
import { askRun } from './deps.ts';
import type { HistoryDeps } from './deps.ts';
import { EVENTS_QUERY } from './queries.ts';

/** One row each half a minute: three and a half days in full; what is longer is sampled. */
const MOST_EVENTS = 10_000;

const eventsNode = z.object({ eventsLineCount: z.number().nullish(), events: z.array(z.string()) });

/** W&B has no windows for system metrics; beyond the most that is asked for it gives a sample. By time. */
export async function fetchSystemMetrics(deps: HistoryDeps, runId: string): Promise<readonly JsonObject[]> {
  const node = await askRun(deps, { query: EVENTS_QUERY, runId, variables: { samples: MOST_EVENTS } });
  const { eventsLineCount, events } = parseAnswer(eventsNode, node, 'system metrics');
  if ((eventsLineCount ?? 0) > events.length) {
    deps.say(`W&B sampled the system metrics of run ${runId}: ${events.length} of ${eventsLineCount} rows`);
  }
  return events.map(decodeEvent).sort((a, b) => timeOf(a) - timeOf(b));
}

function decodeEvent(text: string): JsonObject {
  const row = parseLenientJson(text);
  return isJsonObject(row) ? decodeSummary(row) : {};
}

function timeOf({ _timestamp: time }: JsonObject): number {
  return typeof time === 'number' ? time : Infinity;
}
