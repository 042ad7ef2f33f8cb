import type { Database } from 'better-sqlite3';
import { isEmptyCell, renderCell } from '../model/cell.ts';
import type { RegistryRow, RegistrySchema } from '../model/registry.ts';
import { iterateRows } from './rows.ts';

/** The rows by what a backfill means for them. */
export interface RowStates {
  readonly rows: number;
  /** Rows that hold a W&B run id. */
  readonly linked: number;
  /** Rows without a link whose name is put together from the row's own values. */
  readonly synthetic: number;
  /** All other rows without a link. */
  readonly unlinked: number;
  /** The run ids of the linked rows, sorted, each once. */
  readonly linkedRunIds: readonly string[];
  /** Those of them that more than one row holds. */
  readonly sharedRunIds: readonly string[];
}

export function countRowStates(db: Database, schema: RegistrySchema): RowStates {
  let [rows, linked, synthetic] = [0, 0, 0];
  const rowsByRunId = new Map<string, number>();
  for (const row of iterateRows(db, schema)) {
    rows += 1;
    if (!isEmptyCell(row.identity.wandb_run_id)) {
      linked += 1;
      const runId = renderCell(row.identity.wandb_run_id);
      rowsByRunId.set(runId, (rowsByRunId.get(runId) ?? 0) + 1);
    } else if (isSyntheticName(nameOf(row), row, schema)) synthetic += 1;
  }
  const linkedRunIds = [...rowsByRunId.keys()].sort();
  const sharedRunIds = linkedRunIds.filter((runId) => (rowsByRunId.get(runId) ?? 0) > 1);
  return { rows, linked, synthetic, unlinked: rows - linked - synthetic, linkedRunIds, sharedRunIds };
}

function nameOf(row: RegistryRow): string {
  return isEmptyCell(row.identity.run_name) ? row.keyText : renderCell(row.identity.run_name);
}

/** How many of the row's own values a name must spell to count as put together from them. */
const LEAST_VALUES = 2;

/**
 * Whether a name such as `deco_hop_bs96_mgda_i-0abc123` spells the row's own values (task, batch size, method, instance).
 * Names that W&B or a person gave don't.
 */
function isSyntheticName(name: string, row: RegistryRow, schema: RegistrySchema): boolean {
  const words = splitWords(name);
  const spelled = schema.hyperparameters.filter((column) => {
    const value = row.values[column] ?? null;
    if (isEmptyCell(value) || renderCell(value).length > 40) return false;
    const own = splitWords(renderCell(value));
    return own.length > 0 && own.every((word) => words.includes(word));
  });
  return spelled.length >= LEAST_VALUES;
}

/** Words and numbers of a name: `bs96` is the word `bs` and the number `96`. */
function splitWords(text: string): readonly string[] {
  return text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [];
}
