import { findRounding, unitOf } from '../normalize/digits.ts';
import { numbersOf } from '../normalize/fields.ts';
import type { Field } from '../normalize/fields.ts';
import { keyWords } from '../normalize/names.ts';
import type { Records } from '../normalize/records.ts';
import type { PairedMetric } from './pair-metrics.ts';
import type { PairedField } from './pairing.ts';
import type { SurePair } from './refine.ts';
import { findFactor, medianOf } from './units.ts';

/** A column with fewer distinct values is a grid. */
const LEAST_MEASURED = 12;
const LEAST_DISTINCT = 0.1;
/** Of a few rows more than this share must differ. */
const FEW_DISTINCT = 0.7;
/** Pairs that hold both before a column and its namesake are judged, where these are many. */
const LEAST_PAIRS = 10;
/** Words of a key that say of which data or of which moment a measure is, and that a column may leave out. */
const OF_WHAT: ReadonlySet<string> = new Set(['test', 'eval', 'val', 'valid', 'validation', 'dev', 'final']);

/**
 * The final metrics of the rows whose name a summary key bears, whatever their values say of it: `ndcg` and
 * `offline/ndcg@10`, `test_acc` and `test/acc`, but not `test_acc` and `val/acc`. Of several such keys the one that agrees
 * best on the sure pairs. A name that stands in the configuration as well is a setting's.
 *
 * @param leastPairs on which both are; below ten a column may be of a few rows
 */
export function findNamedMetrics(
  records: Records,
  sure: readonly SurePair[],
  leastPairs: number = LEAST_PAIRS,
): PairedMetric[] {
  const { run, values } = records;
  const keys = run.fields.filter((field) => field.origin === 'summary' && field.isNumeric);
  const settings = run.fields.filter((field) => field.origin === 'config' || field.origin === 'args');
  const columns = measuredColumns(records, leastPairs < LEAST_PAIRS ? isMeasuredOfFew : isVaried);
  return columns.flatMap((column) => {
    if (settings.some((setting) => bearsName(setting.name, column.name))) return [];
    const rowValues = numbersOf(column, values);
    const named = keys.filter((key) => bearsName(key.name, column.name));
    const pairs = named
      .map((key) => pairWith(key, { column, rowValues, sure, leastPairs }, records))
      .filter((pair) => pair !== null);
    return pairs.toSorted((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1)).slice(0, 1);
  });
}

interface Paired {
  readonly fields: readonly PairedField[];
  readonly measured: readonly PairedMetric[];
}

/** Whether rows and runs both measured something, of which nothing was found on the other side. */
export function haveStrangeMetrics(records: Records, paired: Paired): boolean {
  if (paired.measured.length > 0) return false;
  const settings = new Set(paired.fields.map(({ column }) => column));
  const isReal = (field: Field): boolean =>
    [...field.counts.keys()].filter((code) => !Number.isInteger(records.values.numberOf(code))).length >
    field.counts.size / 2;
  return (
    measuredColumns(records, isVaried).some((column) => !settings.has(column) && isReal(column)) &&
    records.run.fields.some((field) => field.origin === 'summary' && isVaried(field) && isReal(field))
  );
}

function measuredColumns({ row, schema }: Records, isMeasured: (field: Field) => boolean): Field[] {
  const apart = new Set([schema.key, ...row.times.map(({ name }) => name)]);
  return row.fields.filter((field) => field.origin === 'column' && isMeasured(field) && !apart.has(field.name));
}

function isVaried({ isNumeric, counts, filled }: Field): boolean {
  return isNumeric && counts.size > Math.max(LEAST_MEASURED, LEAST_DISTINCT * filled);
}

/** Of a few rows hardly any two measure the same; those that do share a setting. */
function isMeasuredOfFew({ isNumeric, counts, filled }: Field): boolean {
  return isNumeric && counts.size > FEW_DISTINCT * filled;
}

/** Null where too few of the sure pairs have both. */
function pairWith(
  key: Field,
  {
    column,
    rowValues,
    sure,
    leastPairs,
  }: {
    readonly column: Field;
    readonly rowValues: Float64Array;
    readonly sure: readonly SurePair[];
    readonly leastPairs: number;
  },
  { values }: Records,
): PairedMetric | null {
  const plain = numbersOf(key, values);
  const rounding = findRounding(rowValues);
  const factor = findFactor({ rows: medianOf(rowValues), runs: medianOf(plain) });
  const runValues = factor === 1 ? plain : plain.map((value) => value * factor);
  const gaps = sure
    .map(({ row, run }) => {
      const own = rowValues[row] ?? Number.NaN;
      return Math.abs(own - (runValues[run] ?? Number.NaN)) / unitOf(own, rounding);
    })
    .filter((gap) => !Number.isNaN(gap));
  if (gaps.length < leastPairs) return null;
  const score = gaps.filter((gap) => gap <= 1).length / gaps.length;
  return { column: column.name, key: key.name, rowValues, runValues, factor, rounding, score, bits: 0 };
}

const VALUE_OF_KEY = /\.(?:min|max|mean|last|best)$/;
const NUMBER = /^\d+$/;

/** Whether a key's last part is a column's name, or all words of the name and few others, as in `ndcg@10`. */
function bearsName(key: string, column: string): boolean {
  const whole = key.replace(VALUE_OF_KEY, '');
  const last = keyWords(lastPart(whole));
  const words = keyWords(column);
  if (words.length === 0 || last.length === 0) return false;
  if (last.join('') === words.join('')) return true;
  const all = new Set(keyWords(whole));
  return (
    words.every((word) => all.has(word)) &&
    last.some((word) => words.includes(word)) &&
    last.every((word) => words.includes(word) || NUMBER.test(word) || OF_WHAT.has(word))
  );
}

function lastPart(name: string): string {
  return name.split(/[./]/).findLast((part) => /[a-z]/i.test(part)) ?? name;
}
