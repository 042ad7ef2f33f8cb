// What people use instead of a linkage model, for the linkage bench: each gives one run a row, or none.
import levenshtein from 'fast-levenshtein';
import { linearSumAssignment } from 'linear-sum-assignment';
import type { LinkageInput } from '../../src/model/linkage.ts';
import type { RegistryRow } from '../../src/model/registry.ts';
import type { Run } from '../../src/model/run.ts';
import { parseTimeOrNull } from '../../src/model/time.ts';

export type Baseline = (input: LinkageInput) => ReadonlyMap<string, string>;

/** One to one with the largest total score, pairs below `least` left out. */
function assignByScore(
  input: LinkageInput,
  least: number,
  score: (row: RegistryRow, run: Run) => number,
): ReadonlyMap<string, string> {
  const taken = new Set(input.linked.map((link) => link.wandbRunId));
  const known = new Set(input.linked.map((link) => link.keyText));
  const rows = input.rows.filter((row) => !known.has(row.keyText));
  const runs = input.runs.filter((run) => !taken.has(run.runId));
  const links = new Map<string, string>();
  if (rows.length === 0 || runs.length === 0) return links;
  const matrix = rows.map((row) => runs.map((run) => score(row, run)));
  const { rowAssignments } = linearSumAssignment(matrix, { maximaze: true });
  for (const [at, row] of rows.entries()) {
    const run = runs[rowAssignments[at] ?? -1];
    if (run !== undefined && (matrix[at]?.[rowAssignments[at] ?? -1] ?? 0) >= least) links.set(row.keyText, run.runId);
  }
  return links;
}

function nameRatio(row: RegistryRow, run: Run): number {
  const a = String(row.values['run_name'] ?? '').toLowerCase();
  const b = (run.displayName ?? '').toLowerCase();
  if (a === '' || b === '') return 0;
  return 1 - levenshtein.get(a, b) / Math.max(a.length, b.length);
}

/** The usual script: likeness of the names, one to one, from 0.9 on. */
export const nameScript: Baseline = (input) => assignByScore(input, 0.9, nameRatio);

const finalMetrics = (row: RegistryRow): Record<string, number> =>
  typeof row.values['final_metrics_json'] === 'string'
    ? (JSON.parse(row.values['final_metrics_json']) as Record<string, number>)
    : {};

function metricShare(row: RegistryRow, run: Run): number | null {
  const entries = Object.entries(finalMetrics(row)).filter(([key]) => typeof run.summary[key] === 'number');
  if (entries.length === 0) return null;
  const equal = entries.filter(([key, value]) => Math.abs(Number(run.summary[key]) - value) <= 0.51 * 10 ** -4);
  return equal.length / entries.length;
}

/**
 * A careful script with weights by hand: settings of the same name, times within an hour whatever the zone's full
 * hours, length, metrics to four decimals, names; a pair needs 70 % of what it could score.
 */
export const weightedScript: Baseline = (input) =>
  assignByScore(input, 0.7, (row, run) => {
    const parts: [weight: number, share: number][] = [];
    const keys = Object.keys(run.config).filter((key) => row.values[key] !== null && row.values[key] !== undefined);
    if (keys.length > 0) {
      parts.push([3, keys.filter((key) => String(row.values[key]) === String(run.config[key])).length / keys.length]);
    }
    const created = parseTimeOrNull(row.values['created_at'] ?? null);
    if (created !== null) {
      const gap = Math.abs(created.ms - run.createdAt) / 1000;
      const toHour = Math.min(gap % 3600, 3600 - (gap % 3600));
      parts.push([3, gap < 13 * 3600 ? Math.max(0, 1 - toHour / 300) : 0]);
    }
    const length = row.values['duration_seconds'];
    if (typeof length === 'number' && run.heartbeatAt !== null) {
      const own = (run.heartbeatAt - run.createdAt) / 1000;
      parts.push([2, Math.max(0, 1 - Math.abs(own - length) / (0.05 * length + 10))]);
    }
    const metrics = metricShare(row, run);
    if (metrics !== null) parts.push([4, metrics]);
    parts.push([1, nameRatio(row, run)]);
    const total = parts.reduce((sum, [weight]) => sum + weight, 0);
    return parts.reduce((sum, [weight, share]) => sum + weight * share, 0) / total;
  });

/** Rows and runs that share all their metrics to four decimals, and with nobody else. */
export const metricJoin: Baseline = (input) => {
  const links = new Map<string, string>();
  const known = new Set(input.linked.map((link) => link.keyText));
  for (const row of input.rows) {
    if (known.has(row.keyText)) continue;
    const equal = input.runs.filter((run) => metricShare(row, run) === 1);
    const [only] = equal;
    if (equal.length === 1 && only !== undefined) links.set(row.keyText, only.runId);
  }
  return links;
};
