import type { GeneratedHistory } from '../../fixtures/server/generated.ts';
import { openGenerated } from '../../fixtures/server/generated.ts';
import type { ServedRun } from '../../fixtures/server/project.ts';
import type { HistoryCheck, HistoryQuery, HistoryRow, HistorySource } from '../../src/model/history.ts';
import { isJsonObject } from '../../src/model/json.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { FIRST_SECOND, buildServedRun } from './wandb.ts';

const RECIPE: GeneratedHistory = { seed: 1, rows: 300, metrics: ['loss', 'reward'] };

/** A finished run `name` whose history is generated. */
export function buildLoggedRun(
  name: string,
  recipe: Partial<GeneratedHistory> = {},
  fields: Partial<ServedRun> = {},
): ServedRun {
  return buildServedRun(name, FIRST_SECOND, { generated: { ...RECIPE, ...recipe }, ...fields });
}

/** What a reader must get: the same rows, computed here, not sent. */
export function expectedRows(recipe: Partial<GeneratedHistory>, keys?: readonly string[]): readonly HistoryRow[] {
  const history = openGenerated({ ...RECIPE, ...recipe });
  const wanted = keys ?? history.keys();
  return Array.from({ length: history.count }, (_item, index): HistoryRow => {
    const entries = wanted.flatMap((key): [string, JsonValue][] => {
      const value = history.valueAt(index, key);
      return value === undefined ? [] : [[key, restore(value)]];
    });
    return { ...Object.fromEntries(entries), _step: history.stepAt(index) };
  }).filter((row) => keys === undefined || keys.some((key) => key in row));
}

function restore(value: JsonValue): JsonValue {
  return typeof value === 'string' && !isJsonObject(value) ? Number(value) : value;
}

export interface ReadHistory {
  readonly rows: readonly HistoryRow[];
  readonly check: HistoryCheck;
  readonly chunks: number;
}

export async function readHistory(history: HistorySource, query: HistoryQuery): Promise<ReadHistory> {
  const rows: HistoryRow[] = [];
  let chunks = 0;
  let check: HistoryCheck | undefined;
  for await (const chunk of history.scanHistory({ ...query, onEnd: (end) => void (check = end) })) {
    rows.push(...chunk);
    chunks += 1;
  }
  if (check === undefined) throw new Error('the reading ended without a check');
  return { rows, check, chunks };
}
