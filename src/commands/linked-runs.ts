import { UsageError } from '../errors.ts';
import { queryRows } from '../registry/query.ts';
import type { RowSelection } from '../registry/query.ts';
import { parseCondition } from '../registry/query-where.ts';
import { withRegistryReadOnly } from '../registry/session.ts';
import type { RegistryLocation } from '../registry/session.ts';

export interface SelectionOptions extends RegistryLocation, Omit<RowSelection, 'where'> {
  /** Conditions as on the command line; all must hold. */
  readonly where?: readonly string[];
}

export interface LinkedRun {
  readonly runId: string;
  /** Key of its row, as text. */
  readonly row: string;
}

export interface LinkedRuns {
  /** Sorted by run id; of rows with the same run the first by key. */
  readonly runs: readonly LinkedRun[];
  /** Selected rows that have no link. */
  readonly unlinked: number;
}

/**
 * The W&B runs of the rows that a query selects.
 *
 * @throws UsageError where the selection holds no linked row, with what to do about it
 */
export async function selectLinkedRuns({ where = [], ...options }: SelectionOptions): Promise<LinkedRuns> {
  return await withRegistryReadOnly(options, ({ db, schema }) => {
    const link = schema.identity.wandb_run_id;
    if (link === null) {
      throw new UsageError(`table "${schema.table}" has no column with W&B run ids`, {
        hint: 'Link the rows first: runlink plan, then runlink apply.',
      });
    }
    const columns = [schema.key, link];
    const { rows } = queryRows(db, schema, {
      ...options,
      where: where.map(parseCondition),
      columns,
      order: schema.key,
    });
    const rowsByRun = new Map<string, string>();
    let [selected, unlinked] = [0, 0];
    for (const row of rows) {
      selected += 1;
      const runId = String(row[link] ?? '').trim();
      if (runId === '') unlinked += 1;
      else if (!rowsByRun.has(runId)) rowsByRun.set(runId, String(row[schema.key]));
    }
    if (rowsByRun.size === 0) throw noRunError(selected);
    const runs = [...rowsByRun].map(([runId, row]): LinkedRun => ({ runId, row }));
    return { runs: runs.sort((a, b) => (a.runId < b.runId ? -1 : 1)), unlinked };
  });
}

function noRunError(selected: number): UsageError {
  if (selected === 0) {
    return new UsageError('no row of the registry is selected', {
      hint: 'Look at what there is with `runlink runs`, and at the values of a column with its --group-by.',
    });
  }
  return new UsageError(`none of the ${selected} selected rows is linked to a run`, {
    hint: 'Link them first: `runlink plan`, then `runlink apply`.',
  });
}
