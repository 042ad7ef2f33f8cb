import { unitOf } from '../normalize/digits.ts';
import type { Rounding } from '../normalize/digits.ts';
import { numbersOf } from '../normalize/fields.ts';
import type { Field } from '../normalize/fields.ts';
import type { Records } from '../normalize/records.ts';
import { buildSortedIndex } from '../sorted.ts';
import { keySimilarity } from './key-similarity.ts';
import { agreementBits, distributionsOverlap, isFactorTold, sampleOf } from './metric-fit.ts';
import { measureCells, splitPercents } from './measured-cells.ts';
import type { MeasuredCells } from './measured-cells.ts';
import { isInformative } from './pairing.ts';
import type { Reading } from './readings.ts';
import { LEAST_SURE_PAIRS } from './refine.ts';
import type { SurePair } from './refine.ts';
import { findToldReadingOrNull } from './rounded-fit.ts';
import { areNamedAlike } from './trust.ts';
import { findFactor, medianOf } from './units.ts';

/** A column of measured numbers and the summary key that measured the same. */
export interface PairedMetric {
  readonly column: string;
  readonly key: string;
  readonly rowValues: Float64Array;
  /** As the column writes them: times the factor, or a logarithm. */
  readonly runValues: Float64Array;
  readonly factor: number;
  readonly rounding: Rounding;
  readonly score: number;
  /** What the values tell about a row, whatever the names say. */
  readonly bits: number;
}

/** More metrics add no independent evidence. */
const MOST_METRICS = 8;
/** At least this many bits a row, or the same name, before a key is believed. */
const LEAST_SCORE = 0.7;
/** A column with fewer distinct values is a grid, on which other units agree by chance. */
const LEAST_MEASURED = 12;
const LEAST_TOGETHER = 5;
/** Bits that the values of a renamed metric tell, and the share of them that the other name tells: an older one has fewer runs. */
const RENAMED = { least: 1, share: 0.3 } as const;
/** Keys that stand side by side in a run say the same only if they agree this often. */
const LEAST_ALIKE = 0.9;
/** Share of a column's values that are distinct where they lie on no grid, which turns into other grids. */
const LEAST_DISTINCT = 0.5;

/** What was found of these records' columns and keys before: it depends on the records alone. */
export type MeasuredBefore = Map<Field, MeasuredColumn>;

export interface MetricSearch {
  /** Columns that measure no metric. */
  readonly taken: ReadonlySet<string>;
  /** Columns of the same records from before; those that are missing are added. */
  readonly known: MeasuredBefore;
  /** Bits a row that a column tells as a setting, 0 where it can be none: it is what it tells more as. */
  readonly bitsAsSetting: (field: Field) => number;
}

/** @param sure pairs that are as good as certain and show which key a column means; may be empty */
export function pairMetrics(
  records: Records,
  sure: readonly SurePair[],
  { taken, known, bitsAsSetting }: MetricSearch,
): PairedMetric[] {
  let keys: readonly MeasuredKey[] | null = null;
  const pairs: PairedMetric[] = [];
  for (const field of records.row.fields) {
    if (field.origin !== 'column' || !field.isNumeric || taken.has(field.name)) continue;
    // a key that counts the rows lies within some metric's range by chance
    if (field.name === records.schema.key) continue;
    if (!isInformative(field, records.rows.length)) continue;
    let column = known.get(field);
    if (column === undefined) {
      keys ??= measureKeys(records);
      known.set(field, (column = measureColumn(field, keys, records)));
    }
    pairs.push(...bestMetrics(column, records, sure).filter(({ bits }) => bits >= bitsAsSetting(field)));
  }
  return dropSharedKeys(pairs).slice(0, MOST_METRICS);
}

interface MeasuredKey {
  readonly key: Field;
  readonly sorted: Float64Array;
  readonly median: number;
}

function measureKeys({ run, values }: Records): MeasuredKey[] {
  const fields = run.fields.filter((field) => field.origin === 'summary' && field.isNumeric && field.filled > 0);
  return fields.map((key) => {
    const { values: sorted } = buildSortedIndex(numbersOf(key, values));
    return { key, sorted, median: sorted[sorted.length >> 1] ?? Number.NaN };
  });
}

interface MeasuredColumn {
  readonly field: Field;
  /** Keys that fit it by their values and names. */
  readonly choices: readonly MetricChoice[];
}

interface MetricChoice {
  readonly key: Field;
  readonly factor: number;
  /** How the column writes the key's values where that is more than a factor. */
  readonly turn: Reading | null;
  readonly bits: number;
  readonly score: number;
  /** All cells of the column, or those of each unit where two writers had two. */
  readonly cells: readonly MeasuredCells[];
  /** Named in the configuration. */
  readonly isNamed: boolean;
}

function measureColumn(field: Field, keys: readonly MeasuredKey[], records: Records): MeasuredColumn {
  const rowValues = numbersOf(field, records.values);
  const whole = measureCells(rowValues, 1);
  const isMeasured = field.counts.size > Math.max(LEAST_MEASURED, 0.1 * field.filled);
  const units = isMeasured ? splitPercents(rowValues) : [];
  const ofRows = medianOf(sampleOf(whole.sorted));
  const mayTurn = isMeasured && field.counts.size >= LEAST_DISTINCT * field.filled;
  const choices = keys.map((key): MetricChoice => {
    const mayScale = isMeasured || areNamedAlike({ column: field, key: key.key });
    const judge = (cells: readonly MeasuredCells[], written: WrittenAs): MetricChoice =>
      judgeKey({ field, cells, records }, key, written);
    const factor = mayScale ? findFactor({ rows: ofRows, runs: key.median }) : 1;
    const readings = [judge([whole], { factor, turn: null })];
    const turn = mayTurn ? findToldReadingOrNull(field, key.key, records.values) : null;
    if (turn !== null) readings.push(judge([whole], { factor: 1, turn }));
    // fractions of which a run keeps fractions, and percents of which it keeps percents
    if (units.length > 0) for (const first of [1, 0.01]) readings.push(judge(units, { factor: first, turn: null }));
    return readings.reduce((best, other) => (other.bits > best.bits ? other : best));
  });
  return { field, choices };
}

/** Bits of a key by how many of the column's cells each unit has; none where a unit is not told. */
function judgeKey(
  {
    field,
    cells,
    records,
  }: { readonly field: Field; readonly cells: readonly MeasuredCells[]; readonly records: Records },
  { key, sorted }: MeasuredKey,
  { factor, turn }: WrittenAs,
): MetricChoice {
  const all = cells.reduce((sum, own) => sum + own.sorted.length, 0);
  let [bits, trusted] = [0, 0];
  let areTold = true;
  for (const { sorted: rows, rounding, perFirst } of cells) {
    const own = factor * perFirst;
    const runs = own === 1 && turn === null ? sorted : sortWritten({ factor: own, turn }, sorted);
    const sample = sampleOf(rows);
    const trust = distributionsOverlap(sample, runs) * (0.3 + 0.7 * fillOf(key));
    const sides = { sample, rows, runs, rounding };
    const isPlain = cells.length === 1 && (own === 1 || areNamedAlike({ column: field, key }));
    if (!isPlain && !isFactorTold(sides)) areTold = false;
    trusted += (trust * rows.length) / all;
    bits += trust === 0 ? 0 : (trust * agreementBits(sides) * rows.length) / all;
  }
  if (!areTold) bits = 0;
  const score = bits + trusted * 2 * keySimilarity(field.name, key.name);
  const isNamed = records.schema.evidence[field.name] === key.name;
  return { key, factor, turn, bits, score, cells, isNamed };
}

/** The best key's pair, or one for each unit of the column; none where no key fits. */
function bestMetrics(column: MeasuredColumn, records: Records, sure: readonly SurePair[]): PairedMetric[] {
  const isJudged = sure.length >= LEAST_SURE_PAIRS;
  const judged = column.choices.map((choice) => {
    const proof = isJudged ? closenessOnPairs(choice, records, sure) : 1;
    return { ...choice, score: proof * choice.score + (choice.isNamed ? 1000 : 0) };
  });
  const choices = judged
    .filter(({ score }) => score > LEAST_SCORE)
    .sort((a, b) => b.score - a.score || (a.key.name < b.key.name ? -1 : 1));
  const [best] = choices;
  if (best === undefined) return [];
  const { key, factor, score } = best;
  const bits = best.isNamed ? Infinity : best.bits;
  const ofFirst = fillIn(records, choices);
  return best.cells.map(({ rowValues, rounding, perFirst }) => {
    const runValues = perFirst === 1 ? ofFirst : ofFirst.map((value) => value * perFirst);
    return {
      column: column.field.name,
      key: key.name,
      factor: factor * perFirst,
      rowValues,
      rounding,
      bits,
      score,
      runValues,
    };
  });
}

/**
 * The best key's values; where a run lacks it, those of the next key that says the same: `val/r2` for `val/r2.best`, and
 * `boolq/acc` for `arc/acc`. A key that stands beside the best one and differs says something else.
 */
function fillIn({ values }: Records, [best, ...others]: readonly MetricChoice[]): Float64Array {
  if (best === undefined) return new Float64Array(0);
  const scaled = (choice: MetricChoice): Float64Array =>
    numbersOf(choice.key, values).map((value) => writeAs(choice, value));
  const filled = scaled(best);
  for (const other of others) {
    if (!isWrittenAlike(other, best)) continue;
    const more = scaled(other);
    const saysTheSame = measureOf(other.key.name) === measureOf(best.key.name);
    if (!saysTheSame && !isNewNameOf(best, other, haveBoth(filled, more))) continue;
    if (agreementOfNumbers(filled, more) < LEAST_ALIKE) continue;
    for (const [run, value] of more.entries()) if (Number.isNaN(filled[run] ?? Number.NaN)) filled[run] = value;
  }
  return filled;
}

/** A metric that was renamed stands under one key or the other, never under both, and rows tell as much by either. */
function isNewNameOf(best: MetricChoice, other: MetricChoice, areBeside: boolean): boolean {
  return !areBeside && best.bits >= RENAMED.least && other.bits >= RENAMED.share * best.bits;
}

function haveBoth(a: Float64Array, b: Float64Array): boolean {
  return a.some((own, run) => !Number.isNaN(own - (b[run] ?? Number.NaN)));
}

type WrittenAs = Pick<MetricChoice, 'factor' | 'turn'>;

/** A run's value as the column writes it; NaN where that is nothing finite. */
function writeAs({ factor, turn }: WrittenAs, value: number): number {
  const written = turn === null ? value * factor : turn.read(value);
  return Number.isFinite(written) ? written : Number.NaN;
}

function sortWritten(choice: WrittenAs, runs: Float64Array): Float64Array {
  const written = runs.map((value) => writeAs(choice, value));
  return written.filter((value) => !Number.isNaN(value)).sort();
}

function isWrittenAlike(a: MetricChoice, b: MetricChoice): boolean {
  return a.factor === b.factor && a.turn === b.turn && a.cells.length === b.cells.length;
}

/** What a summary key measures, whichever of its values and of which data: `arc/acc` and `boolq/acc.max` measure `acc`. */
function measureOf(key: string): string {
  return (
    key
      .replace(/\.(?:min|max|mean|last|best)$/, '')
      .split('/')
      .at(-1) ?? key
  );
}

/** Share of the runs with both on which they lie within a hundredth; 1 where too few have both. */
function agreementOfNumbers(a: Float64Array, b: Float64Array): number {
  let both = 0;
  let same = 0;
  for (const [run, own] of a.entries()) {
    const other = b[run] ?? Number.NaN;
    if (Number.isNaN(own - other)) continue;
    both++;
    if (Math.abs(own - other) <= 0.01 * Math.abs(own)) same++;
  }
  return both < LEAST_TOGETHER ? 1 : same / both;
}

/** Twice the share of sure pairs on which column and key lie within 5 % of each other; 1 where too few have both. */
function closenessOnPairs(choice: MetricChoice, { values }: Records, sure: readonly SurePair[]): number {
  let both = 0;
  let close = 0;
  for (const { row, run } of sure) {
    const code = choice.key.codes[run] ?? -1;
    const written = code < 0 ? Number.NaN : writeAs(choice, values.numberOf(code));
    for (const { rowValues, rounding, perFirst } of choice.cells) {
      const own = rowValues[row] ?? Number.NaN;
      const other = written * perFirst;
      if (Number.isNaN(own) || Number.isNaN(other)) continue;
      both++;
      if (Math.abs(own - other) <= Math.max(unitOf(own, rounding), 0.05 * Math.abs(own))) close++;
    }
  }
  return both < LEAST_TOGETHER ? 1 : (2 * close) / both;
}

function fillOf(key: Field): number {
  return key.filled / Math.max(1, key.codes.length);
}

/** Two columns on one key (last and best value, say): the better one stands, the other would count it again. */
function dropSharedKeys(pairs: readonly PairedMetric[]): PairedMetric[] {
  const columns = new Map<string, string>();
  return pairs
    .toSorted((a, b) => b.score - a.score || (a.column < b.column ? -1 : 1))
    .filter(({ key, column }) => {
      if (!columns.has(key)) columns.set(key, column);
      return columns.get(key) === column;
    });
}
