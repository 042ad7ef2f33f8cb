import { renderCell } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityImage } from '../model/identity.ts';
import type { DecidedEntry } from '../model/plan.ts';
import { guardCell, renderCsvLines } from './csv-cells.ts';

/** The two columns that a reviewer may edit. */
export const EDITABLE_COLUMNS = ['decision', 'wandb_run_id'] as const;
/** Compared as numbers: spreadsheets write them their own way. */
export const NUMBER_COLUMNS: readonly string[] = ['probability', 'weight', 'margin'];

const CSV_COLUMNS = [
  'digest',
  'run_id',
  'kind',
  ...EDITABLE_COLUMNS,
  'display_name',
  ...NUMBER_COLUMNS,
  ...IDENTITY_COLUMNS.map((column) => `before_${column}`),
  ...IDENTITY_COLUMNS.map((column) => `after_${column}`),
  'reason',
];

export type CsvRecord = Readonly<Record<string, string>>;

/** One line of the CSV, not yet guarded against formulas. The numbers are the matching's, about its best candidate. */
export function buildCsvRecord(decided: DecidedEntry, digest: string): CsvRecord {
  const { entry, decision, choice } = decided;
  return {
    digest,
    run_id: entry.keyText,
    kind: entry.kind,
    decision: decision.decision,
    wandb_run_id: choice?.wandbRunId ?? (entry.kind === 'linked' ? (entry.wandbRunId ?? '') : ''),
    display_name: choice?.displayName ?? '',
    probability: renderRounded(entry.probability, 6),
    weight: renderRounded(entry.weight, 3),
    margin: renderRounded(entry.margin, 3),
    ...imageColumns('before', entry.before),
    ...imageColumns('after', choice?.after ?? entry.before),
    reason: entry.reason,
  };
}

export function* renderCsv(entries: Iterable<DecidedEntry>, digest: string): Generator<string> {
  yield `${CSV_COLUMNS.join(',')}\n`;
  for (const decided of entries) {
    const record = buildCsvRecord(decided, digest);
    const cells = CSV_COLUMNS.map((column) => guardColumn(column, record[column] ?? ''));
    // A bare carriage return inside a cell would end the line for some readers.
    yield renderCsvLines([cells]);
  }
}

/** A negative number is no formula. */
function guardColumn(column: string, text: string): string {
  return NUMBER_COLUMNS.includes(column) ? text : guardCell(text);
}

function imageColumns(when: 'before' | 'after', image: IdentityImage): CsvRecord {
  return Object.fromEntries(IDENTITY_COLUMNS.map((column) => [`${when}_${column}`, renderCell(image[column])]));
}

function renderRounded(value: number | null, digits: number): string {
  return value === null ? '' : String(Number(value.toFixed(digits)));
}
