import type { DataCell, DataColumn, DataTable } from '../model/table.ts';
import type { Curve, GroupCurve, XKey } from './curve.ts';

/** Every point of every run, before anything is left out for the eye. A value that was logged but is no number is NaN. */
export function buildRunsTable(curves: readonly Curve[], x: XKey): DataTable {
  const hasGroups = curves.some(({ run }) => run.group !== null);
  const isSmoothed = curves.some(({ raw }) => raw !== null);
  return {
    columns: [
      { name: 'metric', type: 'text' },
      { name: 'run_id', type: 'text' },
      { name: 'wandb_run_id', type: 'text' },
      { name: 'run_name', type: 'text' },
      ...(hasGroups ? [{ name: 'group', type: 'text' } as const] : []),
      xColumn(curves, x),
      { name: 'value', type: 'real' },
      ...(isSmoothed ? [{ name: 'smoothed', type: 'real' } as const] : []),
    ],
    rows: iterateRunRows(curves, { hasGroups, isSmoothed }),
  };
}

function* iterateRunRows(
  curves: readonly Curve[],
  { hasGroups, isSmoothed }: { readonly hasGroups: boolean; readonly isSmoothed: boolean },
): Generator<readonly DataCell[]> {
  for (const { run, metric, x, y, raw } of curves) {
    const head = [metric, run.rowKey, run.runId, run.label, ...(hasGroups ? [run.group] : [])];
    for (const [index, at] of x.entries()) {
      const value = (raw ?? y)[index] ?? Number.NaN;
      yield [...head, at, value, ...(isSmoothed ? [y[index] ?? Number.NaN] : [])];
    }
  }
}

/** Every point of every group's mean. `mean` is null where no run has a value, an edge where the band cannot be told. */
export function buildGroupsTable(groups: readonly GroupCurve[], x: XKey): DataTable {
  const hasBand = groups.some(({ lower }) => lower !== null);
  return {
    columns: [
      { name: 'metric', type: 'text' },
      { name: 'group', type: 'text' },
      xColumn(groups, x),
      { name: 'mean', type: 'real' },
      ...(hasBand ? [{ name: 'lower', type: 'real' } as const, { name: 'upper', type: 'real' } as const] : []),
      { name: 'runs', type: 'integer' },
    ],
    rows: iterateGroupRows(groups, hasBand ? 'band' : 'mean'),
  };
}

function* iterateGroupRows(groups: readonly GroupCurve[], shown: 'mean' | 'band'): Generator<readonly DataCell[]> {
  const cell = (values: Float64Array | null, index: number): number | null => {
    const value = values?.[index] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  for (const { metric, group, x, y, lower, upper, counts } of groups) {
    for (const [index, at] of x.entries()) {
      const edges = shown === 'band' ? [cell(lower, index), cell(upper, index)] : [];
      yield [metric, group, at, cell(y, index), ...edges, counts[index] ?? 0];
    }
  }
}

function xColumn(curves: readonly { readonly x: Float64Array }[], x: XKey): DataColumn {
  const isWhole = x === '_step' && curves.every((curve) => curve.x.every(Number.isSafeInteger));
  return { name: x, type: isWhole ? 'integer' : 'real' };
}
