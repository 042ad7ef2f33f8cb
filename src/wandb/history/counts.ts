import { z } from 'zod';
import type { MetricKind } from '../../model/history.ts';
import { isJsonObject } from '../../model/json.ts';
import type { JsonValue } from '../../model/json.ts';
import { statusOfState } from '../../model/run.ts';
import { parseAnswer } from '../decode.ts';
import { decodeJsonObject } from '../decode-json.ts';

/** What W&B counts of a history. */
export interface HistoryCounts {
  /** Whether more may come. A state that we do not know counts as alive. */
  readonly isAlive: boolean;
  /** −1 where nothing was logged, or where W&B does not say. */
  readonly lastStep: number;
  readonly lineCount: number | null;
  readonly metrics: ReadonlyMap<string, MetricKind>;
}

const countsNode = z.object({
  state: z.string().nullish(),
  historyLineCount: z.number().nullish(),
  historyKeys: z.unknown().optional(),
});

const typeCounts = z.array(z.object({ type: z.string(), count: z.number() }));

/** Decodes `state historyLineCount historyKeys`. An empty run has null for keys, or −1 or 0 for its last step. */
export function decodeCounts(node: unknown): HistoryCounts {
  const { state, historyLineCount, historyKeys } = parseAnswer(countsNode, node, 'what a run has logged');
  const keys = decodeJsonObject(historyKeys);
  const lastStep = keys['lastStep'];
  const lineCount = historyLineCount ?? null;
  return {
    isAlive: statusOfState(state ?? null) !== 'not_running',
    lastStep: lineCount === 0 || typeof lastStep !== 'number' ? -1 : lastStep,
    lineCount,
    metrics: decodeMetrics(keys['keys']),
  };
}

function decodeMetrics(keys: JsonValue | undefined): ReadonlyMap<string, MetricKind> {
  if (!isJsonObject(keys)) return new Map();
  return new Map(Object.entries(keys).map(([key, value]) => [key, { counts: decodeTypeCounts(value) }]));
}

function decodeTypeCounts(value: JsonValue): MetricKind['counts'] {
  const parsed = typeCounts.safeParse(isJsonObject(value) ? value['typeCounts'] : null);
  if (!parsed.success) return {};
  const counts: Record<string, number> = {};
  for (const { type, count } of parsed.data) counts[type] = (counts[type] ?? 0) + count;
  return counts;
}
