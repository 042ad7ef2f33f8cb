import { setTimeout as sleep } from 'node:timers/promises';
import { RunlinkError } from '../../src/errors.ts';
import type { HistoryProject } from '../../src/commands/export.ts';
import type { HistoryQuery, HistoryRow, RunHistoryInfo } from '../../src/model/history.ts';
import type { JsonValue } from '../../src/model/json.ts';
import { sampleRun } from './sample-run.ts';

/** What the source holds of a run. */
export interface HeldRun {
  readonly rows: readonly HistoryRow[];
  readonly state?: string;
  /** The run vanishes when its reading comes to this row. */
  readonly goneAt?: number;
}

export interface MemoryOptions {
  readonly entity?: string;
  readonly project?: string;
  readonly chunk?: number;
  /** Waits so long before each chunk. */
  readonly delayMs?: number;
  readonly onChunk?: () => void;
}

/** Histories that stand in memory, served as W&B's are: in chunks, by step, with the same words about them. */
export function openMemoryHistory(
  runs: ReadonlyMap<string, HeldRun>,
  { entity = 'lab', project = 'molecules', chunk = 100, delayMs = 0, onChunk }: MemoryOptions = {},
): HistoryProject & { readonly scanned: readonly string[] } {
  const scanned: string[] = [];
  return {
    entity,
    project,
    scanned,
    fetchHistoryInfos: async (runIds) => runIds.map((runId) => buildInfoOrNull(runId, runs.get(runId))),
    scanHistory: (query) => {
      scanned.push(query.runId);
      return scan(runs.get(query.runId), query, { chunk, delayMs, onChunk });
    },
    fetchSystemMetrics: async () => [],
  };
}

function buildInfoOrNull(runId: string, held: HeldRun | undefined): RunHistoryInfo | null {
  if (held === undefined) return null;
  const names = new Set(held.rows.flatMap((row) => Object.keys(row)));
  return {
    run: sampleRun(runId, { state: held.state ?? 'finished' }),
    url: `https://wandb.ai/lab/molecules/runs/${runId}`,
    lastStep: held.rows.at(-1)?._step ?? -1,
    lineCount: held.rows.length,
    metrics: new Map([...names].map((name) => [name, { counts: { number: 1 } }])),
  };
}

interface Pace {
  readonly chunk: number;
  readonly delayMs: number;
  readonly onChunk: (() => void) | undefined;
}

async function* scan(
  held: HeldRun | undefined,
  query: HistoryQuery,
  { chunk, delayMs, onChunk }: Pace,
): AsyncGenerator<readonly HistoryRow[]> {
  const { minStep = 0, maxStep = Infinity, keys } = query;
  const wanted = (held?.rows ?? []).filter(
    (row) => row._step >= minStep && row._step <= maxStep && (keys === undefined || keys.some((key) => key in row)),
  );
  for (let from = 0; from < wanted.length; from += chunk) {
    if (held?.goneAt !== undefined && from + chunk > held.goneAt) {
      throw new RunlinkError(`W&B has no run "${query.runId}" any more`);
    }
    await sleep(delayMs);
    onChunk?.();
    yield wanted.slice(from, from + chunk);
  }
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
