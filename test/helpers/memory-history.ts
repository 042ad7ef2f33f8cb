import { isJsonObject } from '../../src/model/json.ts';
import type { JsonValue } from '../../src/model/json.ts';
import type { HistoryQuery, HistoryRow, HistorySource, RunHistoryInfo } from '../../src/model/history.ts';
import type { Run } from '../../src/model/run.ts';
import { sampleRun } from './sample-run.ts';

export interface MemoryRun {
  readonly rows: readonly HistoryRow[];
  readonly run?: Partial<Run>;
  /** Thrown where the history is read. */
  readonly error?: Error;
}

export interface MemoryHistory extends HistorySource {
  /** Runs by id, which a test may change. */
  readonly runs: Map<string, MemoryRun>;
  readonly scans: HistoryQuery[];
}

/** Histories that stand in memory, served by the port's own rules in chunks of three rows. */
export function createMemoryHistory(runs: Readonly<Record<string, MemoryRun>>): MemoryHistory {
  const held = new Map(Object.entries(runs));
  const scans: HistoryQuery[] = [];
  return {
    runs: held,
    scans,
    fetchHistoryInfos: async (ids) => ids.map((id) => describeOrNull(id, held.get(id))),
    scanHistory: async function* scan(query) {
      scans.push(query);
      const { rows, error } = held.get(query.runId) ?? { rows: [] };
      if (error !== undefined) throw error;
      const wanted = rows.flatMap((row) => pickOrNone(row, query));
      for (let from = 0; from < wanted.length; from += 3) yield wanted.slice(from, from + 3);
    },
    fetchSystemMetrics: async () => [],
  };
}

function describeOrNull(id: string, memory: MemoryRun | undefined): RunHistoryInfo | null {
  if (memory === undefined) return null;
  const counts = new Map<string, Record<string, number>>();
  for (const row of memory.rows) {
    for (const [key, value] of Object.entries(row)) {
      const own = counts.get(key) ?? {};
      own[typeOf(value)] = (own[typeOf(value)] ?? 0) + 1;
      counts.set(key, own);
    }
  }
  return {
    run: sampleRun(id, memory.run),
    url: `https://wandb.test/lab/molecules/runs/${id}`,
    lastStep: memory.rows.at(-1)?._step ?? -1,
    lineCount: memory.rows.length,
    metrics: new Map([...counts].map(([key, own]) => [key, { counts: own }])),
  };
}

function typeOf(value: JsonValue): string {
  if (isJsonObject(value)) return String(value['_type'] ?? 'map');
  return value === null ? 'nil' : typeof value;
}

function pickOrNone(row: HistoryRow, { keys, minStep = 0, maxStep = Infinity }: HistoryQuery): readonly HistoryRow[] {
  if (row._step < minStep || row._step > maxStep) return [];
  if (keys === undefined) return [row];
  const own = keys.filter((key) => key in row);
  return own.length === 0 ? [] : [{ ...Object.fromEntries(own.map((key) => [key, row[key]!])), _step: row._step }];
}

/** Rows at steps 0, 1, … from values of one metric. */
export function rowsOf(metric: string, values: readonly JsonValue[]): readonly HistoryRow[] {
  return values.map((value, step) => ({ _step: step, [metric]: value }));
}

/** Everything that a query gives, in one list. */
export async function readAll(source: HistorySource, query: HistoryQuery): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for await (const chunk of source.scanHistory(query)) rows.push(...chunk);
  return rows;
}
