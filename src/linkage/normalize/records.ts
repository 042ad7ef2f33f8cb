import type { LinkageInput } from '../../model/linkage.ts';
import type { RegistryRow, RegistrySchema } from '../../model/registry.ts';
import { statusOfState } from '../../model/run.ts';
import type { Run } from '../../model/run.ts';
import { compareText } from '../sorted.ts';
import { createIsMeasured } from './filled-blanks.ts';
import { readNameWords } from './name-words.ts';
import { settleNone } from './none-fields.ts';
import { launchKey, setRanksAside } from './ranks.ts';
import { findEarlierTries } from './tries.ts';
import { cellsByColumn, readRowFields } from './row-fields.ts';
import type { RowFields } from './row-fields.ts';
import { readRunFields } from './run-fields.ts';
import type { RunFields } from './run-fields.ts';
import { createValueCodes, normalizeText } from './values.ts';
import type { ValueCodes } from './values.ts';
import type { RunSpan } from './yearless-days.ts';

/** Both sides as typed fields over shared codes. Rows are sorted by key text and runs by run id. */
export interface Records {
  readonly schema: RegistrySchema;
  readonly values: ValueCodes;
  readonly rows: readonly RegistryRow[];
  readonly runs: readonly Run[];
  readonly row: RowFields;
  readonly run: RunFields;
  /** 1 for rows that are to be linked, and for runs that they can get. */
  readonly openRows: Uint8Array;
  readonly freeRuns: Uint8Array;
  /** Known pairs, as record numbers. */
  readonly labels: readonly { readonly row: number; readonly run: number }[];
  /** Forbidden runs by row number. */
  readonly rejectedByRow: ReadonlyMap<number, ReadonlySet<number>>;
  readonly ranksByRunId: ReadonlyMap<string, readonly Run[]>;
  /** Earlier tries of a run, first to last, by its run id. */
  readonly triesByRunId: ReadonlyMap<string, readonly Run[]>;
}

export function buildRecords(input: LinkageInput): Records {
  const rows = input.rows.toSorted((a, b) => compareText(a.keyText, b.keyText));
  const linkedKeys = new Set(input.linked.map((link) => link.keyText));
  const linkedRunIds = new Set(input.linked.map((link) => link.wandbRunId));
  const sorted = input.runs.toSorted((a, b) => compareText(a.runId, b.runId));
  const launchKeys = new Map(sorted.map((run) => [run, launchKey(run)]));
  const keyOf = (run: Run): string => launchKeys.get(run) ?? '';
  const { runs, ranksByRunId } = setRanksAside(sorted, linkedRunIds, keyOf);
  const values = createValueCodes();
  const words = input.schema.statusWords;
  const statusOf = (run: Run): string | null => {
    const status = statusOfState(run.state);
    return status === null ? null : words[status];
  };
  const rowNumbers = new Map(rows.map((row, index) => [row.keyText, index]));
  const runNumbers = new Map(runs.map((run, index) => [run.runId, index]));
  const cells = cellsByColumn(rows, input.schema, { linked: linkedKeys, isMeasured: createIsMeasured(runs) });
  const row = readRowFields(cells, values, { size: rows.length, span: spanOf(runs), runNames: namesOf(runs) });
  const run = readRunFields(runs, values, { statusOf, withMonths: row.hasMonthsOnly });
  const { rows: ofRows, runs: ofRuns } = settleNone(readNameWords(row, run, values.codes), values);
  return {
    schema: input.schema,
    values: values.codes,
    rows,
    runs,
    row: { ...row, fields: ofRows },
    run: { ...run, fields: ofRuns },
    openRows: Uint8Array.from(rows, (row) => (linkedKeys.has(row.keyText) ? 0 : 1)),
    freeRuns: Uint8Array.from(runs, (run) => (linkedRunIds.has(run.runId) ? 0 : 1)),
    labels: findPairs(input.linked, rowNumbers, runNumbers),
    rejectedByRow: groupByRow(findPairs(input.rejected, rowNumbers, runNumbers)),
    ranksByRunId,
    triesByRunId: findEarlierTries(runs, keyOf),
  };
}

/** Normalised, ascending. */
function namesOf(runs: readonly Run[]): string[] {
  return runs
    .flatMap(({ displayName }) => (displayName === null ? [] : [normalizeText(displayName)]))
    .toSorted(compareText);
}

function spanOf(runs: readonly Run[]): RunSpan {
  const span = { from: Infinity, to: -Infinity };
  for (const { createdAt, heartbeatAt } of runs) {
    span.from = Math.min(span.from, createdAt);
    span.to = Math.max(span.to, heartbeatAt ?? createdAt);
  }
  return span;
}

type Pair = Records['labels'][number];

function findPairs(
  links: LinkageInput['linked'],
  rowNumbers: ReadonlyMap<string, number>,
  runNumbers: ReadonlyMap<string, number>,
): Pair[] {
  const pairs: Pair[] = [];
  for (const link of links) {
    const row = rowNumbers.get(link.keyText);
    const run = runNumbers.get(link.wandbRunId);
    if (row !== undefined && run !== undefined) pairs.push({ row, run });
  }
  return pairs.toSorted((a, b) => a.row - b.row || a.run - b.run);
}

function groupByRow(pairs: readonly Pair[]): Map<number, Set<number>> {
  const byRow = new Map<number, Set<number>>();
  for (const { row, run } of pairs) byRow.set(row, (byRow.get(row) ?? new Set<number>()).add(run));
  return byRow;
}
