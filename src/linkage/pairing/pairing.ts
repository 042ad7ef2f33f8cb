import type { Field } from '../normalize/fields.ts';
import type { Records } from '../normalize/records.ts';
import { countAlike } from './counted-texts.ts';
import { holdsIds } from './cut-ids.ts';
import { keySimilarity } from './key-similarity.ts';
import { findRoundedFitOrNull } from './rounded-fit.ts';
import { coverageOf, mapValues } from './value-map.ts';
import type { ValueMap } from './value-map.ts';

/** A row field and the run field that says the same, with both sides' codes in the row field's terms. */
export interface PairedField {
  readonly column: Field;
  readonly key: Field;
  /** −1 missing. */
  readonly rowCodes: Int32Array;
  /** −1 missing, −2 a value that no row has. */
  readonly runCodes: Int32Array;
  /** Bits that the pairing tells about a row on average, chance agreement taken off. */
  readonly score: number;
}

export interface FieldChoice {
  readonly column: Field;
  readonly key: Field;
  readonly map: ValueMap;
  readonly score: number;
  /** True where sure pairs have shown that the key says what the column says. */
  readonly isProven?: boolean;
}

const LEAST_COVERAGE = 0.4;
const MOST_CHANCE = 0.95;
const LEAST_FILLED = 0.03;
/** From this similarity on two names mean the same by themselves. */
const SAME_NAME = 0.8;
const FILLER_AGREEMENT = 0.9;
const LEAST_TOGETHER = 5;

/** The run fields that fit a row field by their values, best first. */
export function rankKeys(column: Field, keys: readonly Field[], records: Records): FieldChoice[] {
  const choices: FieldChoice[] = [];
  for (const key of keys) {
    const mayBe = mayFit(column, key, records);
    if (mayBe === 'no') continue;
    const map = mapValues(column, key, records.values);
    const score = scoreOf(column, key, map);
    if (score <= 0) continue;
    choices.push({ column, key, map, score: mayBe === 'if proven' ? 0 : score * forcedBy(column, key, records) });
  }
  return choices.toSorted((a, b) => b.score - a.score || (a.key.name < b.key.name ? -1 : 1));
}

/** A field with one value only, or hardly any, cannot tell records apart. */
export function isInformative(field: Field, size: number): boolean {
  return isFilled(field, size) && (field.counts.size > 1 || field.filled < size);
}

export function isFilled(field: Field, size: number): boolean {
  return field.filled >= Math.max(1, LEAST_FILLED * size);
}

/** A quick look at some values, so that not every column is mapped to every key. */
function mayFit(column: Field, key: Field, records: Records): 'yes' | 'if proven' | 'no' {
  if (areOtherItems(column.name, key.name)) return 'no';
  if (mayShare(column, key, records)) return 'yes';
  if (column.counts.size === 1 || !column.isNumeric || !key.isNumeric) return 'no';
  const fit = findRoundedFitOrNull(column, key, records.values);
  return fit === null ? 'no' : fit.isTold ? 'yes' : 'if proven';
}

/** Whether both are items of a list, one the second and the other the fifth. */
function areOtherItems(column: string, key: string): boolean {
  const [own, other] = [column, key].map((name) => /\.(\d+)$/.exec(name)?.[1]);
  return own !== undefined && other !== undefined && own !== other;
}

function mayShare(column: Field, key: Field, records: Records): boolean {
  if (records.schema.evidence[column.name] === key.name) return true;
  // one value occurs somewhere in most keys
  if (column.counts.size === 1) return keySimilarity(column.name, key.name) >= SAME_NAME;
  if (column.isNumeric !== key.isNumeric) return countAlike(column, key, records.values);
  if (keySimilarity(column.name, key.name) > 0.3) return true;
  const sample = [...column.counts.keys()].slice(0, 60);
  const shared = sample.filter((code) => key.counts.has(code)).length;
  if (shared >= Math.min(2, sample.length) && shared >= 0.2 * sample.length) return true;
  if (countAlike(column, key, records.values)) return true;
  // each may have cut them elsewhere; what names one run only is no setting
  if (holdsIds(column, records.values) && holdsIds(key, records.values)) return key.counts.size < key.filled;
  return column.counts.size <= 40 && key.counts.size <= 400 && shared < 0.8 * sample.length;
}

/** A pairing that the user named in the configuration goes before all others. */
function forcedBy(column: Field, key: Field, records: Records): number {
  return records.schema.evidence[column.name] === key.name ? 1000 : 1;
}

/**
 * sim · info · filled · (1 + ½ name): sim compares how often a value occurs on both sides, info is what it tells.
 */
function scoreOf(column: Field, key: Field, map: ValueMap): number {
  if (coverageOf(column, map) < LEAST_COVERAGE) return 0;
  const runCounts = new Map<number, number>();
  for (const [runCode, rowCode] of map.runs) {
    runCounts.set(rowCode, (runCounts.get(rowCode) ?? 0) + (key.counts.get(runCode) ?? 0));
  }
  const most = Math.log2(key.filled + 1);
  let similar = 0;
  let info = 0;
  let chance = 0;
  for (const [code, count] of column.counts) {
    const onRuns = (runCounts.get(map.rows.get(code) ?? code) ?? 0) / key.filled;
    if (onRuns === 0) continue;
    similar += count * (count <= 3 ? 1 : Math.min(1, (onRuns * column.filled) / count));
    info += count * Math.min(-Math.log2(onRuns), most);
    chance += count * onRuns;
  }
  if (chance / column.filled >= MOST_CHANCE) return 0;
  const filled = key.filled / key.codes.length;
  const name = keySimilarity(column.name, key.name);
  return ((similar * info) / column.filled ** 2) * (0.1 + 0.9 * filled) * (1 + 0.5 * name);
}

/** Joins a column with its best key; where that key is missing, further keys that agree with it fill in. */
export function buildPairedField(choices: readonly FieldChoice[]): PairedField | null {
  const [best, ...others] = choices;
  if (best === undefined) return null;
  const runCodes = translate(best);
  for (const filler of others.slice(0, 6)) {
    const codes = translate(filler);
    if (!mayFill(best, filler, agreementOf(runCodes, codes))) continue;
    for (const [run, code] of codes.entries()) if (runCodes[run] === -1) runCodes[run] = code;
  }
  const rowCodes = best.column.codes.map((code) => best.map.rows.get(code) ?? code);
  return { column: best.column, key: best.key, rowCodes, runCodes, score: best.score };
}

function translate({ key, map }: FieldChoice): Int32Array {
  return key.codes.map((code) => (code < 0 ? -1 : (map.runs.get(code) ?? -2)));
}

/** Keys that never stand beside the best one (renamed over the years) must be proven, or bear the same name. */
function mayFill(best: FieldChoice, filler: FieldChoice, agreement: number | null): boolean {
  if (agreement !== null) return agreement >= FILLER_AGREEMENT;
  if (filler.isProven === true) return true;
  const alike = keySimilarity(best.column.name, filler.key.name);
  return alike >= SAME_NAME || (alike >= 0.3 && filler.score >= 0.3 * best.score);
}

/** Share of the records where both say the same, among those where both say something; null where too few do. */
export function agreementOf(a: Int32Array, b: Int32Array): number | null {
  let both = 0;
  let equal = 0;
  for (let record = 0; record < a.length; record++) {
    if (a[record] === -1 || b[record] === -1) continue;
    both++;
    if (a[record] === b[record]) equal++;
  }
  return both < LEAST_TOGETHER ? null : equal / both;
}
