import { z } from 'zod';
import type { HistoryRow } from '../../model/history.ts';
import { parseAnswer } from '../decode.ts';
import { ServerFailureError } from '../failures.ts';
import { askRun } from './deps.ts';
import type { HistoryDeps } from './deps.ts';
import { ROWS_QUERY, SPECS_QUERY } from './queries.ts';
import { decodeRowObject, decodeRowText, joinRows, pickKeys, sortRows } from './rows.ts';
import { MOST_ROWS, splitWindow } from './windows.ts';
import type { StepWindow } from './windows.ts';

/** With more keys than that, whole rows are asked for and the keys picked here: each spec repeats its steps. */
const MOST_SPECS = 8;
/** Below that a window is not to blame for a server that fails. */
const LEAST_STEPS = 100;
/** Tries for a window that can still be cut. */
const TRIES = 3;

export interface WindowReader {
  readonly deps: HistoryDeps;
  readonly runId: string;
  readonly keys: readonly string[] | undefined;
  readonly rowsPerWindow: number;
}

interface WindowAnswer {
  readonly rows: readonly HistoryRow[];
  /** False where the server may have sampled: as many rows came as were allowed, and there may be more. */
  readonly isWhole: boolean;
}

/**
 * Every row of the window, by step. A window that holds more rows than one answer may is cut until it does not; so is one
 * that the server fails to answer.
 */
export async function readWindow(
  reader: WindowReader,
  window: StepWindow,
  signal: AbortSignal,
): Promise<readonly HistoryRow[]> {
  const { rows, isWhole } = await askWindow(reader, window, signal);
  if (isWhole) return pickKeys(sortRows(rows.filter((row) => isInside(row, window))), reader.keys);
  const steps = rows.map((row) => row._step).sort((a, b) => a - b);
  const parts = splitWindow(window, steps, reader.rowsPerWindow);
  const lists = await Promise.all(parts.map((part) => readWindow(reader, part, signal)));
  return lists.flat();
}

/** Servers differ in whether a bound is inclusive; which rows belong here is decided here. */
function isInside({ _step: step }: HistoryRow, { from, to }: StepWindow): boolean {
  return step >= from && step < to;
}

async function askWindow(reader: WindowReader, window: StepWindow, signal: AbortSignal): Promise<WindowAnswer> {
  const width = window.to - window.from;
  const { keys } = reader;
  const ask = keys !== undefined && keys.length <= MOST_SPECS ? askSpecs : askRows;
  const canBeCut = width > LEAST_STEPS;
  try {
    return await ask({ ...reader, keys: keys ?? [] }, window, canBeCut ? { signal, tries: TRIES } : { signal });
  } catch (error) {
    if (!canBeCut || !(error instanceof ServerFailureError)) throw error;
    reader.deps.say(`W&B failed to answer for steps ${window.from} to ${window.to - 1}; asking for fewer at once`);
    return { rows: [], isWhole: false };
  }
}

type Ask = (
  reader: WindowReader & { readonly keys: readonly string[] },
  window: StepWindow,
  options: { readonly signal: AbortSignal; readonly tries?: number },
) => Promise<WindowAnswer>;

const rowTexts = z.object({ rows: z.array(z.string()) });

/** A window no wider than its samples is whole whatever comes: one step holds one row. */
const askRows: Ask = async ({ deps, runId, rowsPerWindow }, { from, to }, options) => {
  const samples = Math.min(to - from, MOST_ROWS, 4 * rowsPerWindow);
  const variables = { minStep: from, maxStep: to, samples };
  const node = await askRun(deps, { query: ROWS_QUERY, runId, variables }, options);
  const rows = parseAnswer(rowTexts, node, 'a history').rows.map(decodeRowText);
  return { rows, isWhole: rows.length < samples || to - from <= samples };
};

/** Rows are looked at one by one when they are decoded. */
const rowLists = z.object({ rows: z.array(z.custom<readonly unknown[]>(Array.isArray)) });

/** A spec of several keys gives only the rows that hold all of them (wandb/wandb#1742), so each key has its own. */
const askSpecs: Ask = async ({ deps, runId, keys }, { from, to }, options) => {
  const samples = Math.min(to - from, MOST_ROWS);
  const specs = keys.map((key) =>
    JSON.stringify({ keys: [...new Set(['_step', key])], samples, minStep: from, maxStep: to - 1 }),
  );
  const node = await askRun(deps, { query: SPECS_QUERY, runId, variables: { specs } }, options);
  const lists = parseAnswer(rowLists, node, 'a history').rows.map((list) => list.map(decodeRowObject));
  const isWhole = lists.every((list) => list.length < samples) || to - from <= samples;
  return { rows: joinRows(lists), isWhole };
};
