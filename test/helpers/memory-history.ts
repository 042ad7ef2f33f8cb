import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryProject } from '../../src/commands/export.ts';
import { RunlinkError } from '../../src/errors.ts';
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
  /** The run vanishes when its reading comes to this row. */
  readonly goneAt?: number;
}

export interface MemoryHistory extends HistoryProject {
  /** Runs by id, which a test may change. */
  readonly runs: Map<string, MemoryRun>;
  readonly scans: HistoryQuery[];
}

interface MemoryOptions {
  readonly chunk?: number;
  /** Waits so long before each chunk. */
  readonly delayMs?: number;
  readonly onChunk?: () => void;
}

/** Histories that stand in memory, served by the port's own rules, in chunks. */
export function createMemoryHistory(
  runs: ReadonlyMap<string, MemoryRun>,
  { chunk = 100, delayMs = 0, onChunk }: MemoryOptions = {},
): MemoryHistory {
  const held = new Map(runs);
  const scans: HistoryQuery[] = [];
  return {
    entity: 'lab',
    project: 'molecules',
    runs: held,
    scans,
    fetchHistoryInfos: async (ids) => ids.map((id) => describeOrNull(id, held.get(id))),
    scanHistory: async function* scan(query) {
      scans.push(query);
      const { rows, error, goneAt = Infinity } = held.get(query.runId) ?? { rows: [] };
      if (error !== undefined) throw error;
      const wanted = rows.flatMap((row) => pickOrNone(row, query));
      for (let from = 0; from < wanted.length; from += chunk) {
        if (from + chunk > goneAt) throw new RunlinkError(`W&B has no run "${query.runId}" any more`);
        if (delayMs > 0) await sleep(delayMs);
        onChunk?.();
        yield wanted.slice(from, from + chunk);
      }
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

/** Steps 0, 1, … with a metric that falls, one that is logged on each tenth step, and what else a script logs. */
export function makeHistory(seed: number, steps: number): readonly HistoryRow[] {
  return Array.from({ length: steps }, (_row, step): HistoryRow => {
    const extra: [string, JsonValue][] = step % 10 === 0 ? [['val/objective COMT.ü', seed + step / 7]] : [];
    const odd: [string, JsonValue][] = step % 50 === 0 ? [['phase', step < 50 ? 'warm-up' : 'main']] : [];
    return {
      _step: step,
      _timestamp: 1_700_000_000 + step,
      objective_COMT: step === 3 ? Number.NaN : (seed + 1) / (step + 1),
      ...Object.fromEntries([...extra, ...odd]),
    };
  });
}

/** Everything that a query gives, in one list. */
export async function readAll(source: HistorySource, query: HistoryQuery): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  for await (const chunk of source.scanHistory(query)) rows.push(...chunk);
  return rows;
}
