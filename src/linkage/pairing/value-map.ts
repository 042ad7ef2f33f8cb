import { digitsOf } from '../normalize/digits.ts';
import type { Field } from '../normalize/fields.ts';
import type { ValueCodes } from '../normalize/values.ts';
import { lowerBound } from '../sorted.ts';
import { textsAlike } from './text-match.ts';

/** Which value of a row field each value of a run field stands for; values that stand for none are left out. */
export type ValueMap = ReadonlyMap<number, number>;

/** Units and percentages, tried only where the plain values do not fit. */
const FACTORS = [1, 100, 0.01, 1000, 0.001, 60, 1 / 60] as const;
/** Above this share of covered rows no other reading is tried. */
const GOOD_COVERAGE = 0.8;
const FACTOR_COVERAGE = 0.7;
/** Fuzzy comparison of texts is quadratic in distinct values. */
const MOST_TEXT_PAIRS = 60_000;

export function mapValues(row: Field, run: Field, values: ValueCodes): ValueMap {
  const equal = new Map<number, number>();
  for (const code of run.counts.keys()) if (row.counts.has(code)) equal.set(code, code);
  if (coverageOf(row, equal) >= GOOD_COVERAGE) return equal;
  if (row.isNumeric && run.isNumeric) return mapNumbers({ row, run, values }, equal);
  if (row.isNumeric || run.isNumeric || row.counts.size * run.counts.size > MOST_TEXT_PAIRS) return equal;
  return mapTexts({ row, run, values }, equal);
}

/** Share of the row field's filled cells whose value occurs on the run side at all. */
export function coverageOf(row: Field, map: ValueMap): number {
  const found = new Set(map.values());
  let covered = 0;
  for (const code of found) covered += row.counts.get(code) ?? 0;
  return row.filled === 0 ? 0 : covered / row.filled;
}

interface Sides {
  readonly row: Field;
  readonly run: Field;
  readonly values: ValueCodes;
}

function mapNumbers(sides: Sides, equal: ValueMap): ValueMap {
  for (const factor of FACTORS) {
    const map = mapRounded(sides, factor);
    const least = factor === 1 ? Math.max(0.4, coverageOf(sides.row, equal) + 0.1) : FACTOR_COVERAGE;
    if (coverageOf(sides.row, map) >= least) return map;
  }
  return equal;
}

/** Run values that round to a row value at the digits which the row shows. Integers and bare exponents are exact. */
function mapRounded(sides: Sides, factor: number): ValueMap {
  const codes = [...sides.row.counts.keys()].filter((code) => !Number.isNaN(sides.values.numberOf(code)));
  codes.sort((a, b) => sides.values.numberOf(a) - sides.values.numberOf(b));
  const sorted = Float64Array.from(codes, (code) => sides.values.numberOf(code));
  const map = new Map<number, number>();
  for (const code of sides.run.counts.keys()) {
    const value = sides.values.numberOf(code) / factor;
    if (!Number.isFinite(value)) continue;
    const at = lowerBound(sorted, value);
    const nearest =
      Math.abs((sorted[at - 1] ?? Infinity) - value) < Math.abs((sorted[at] ?? Infinity) - value) ? at - 1 : at;
    const found = sorted[nearest];
    const rowCode = codes[nearest];
    if (found !== undefined && rowCode !== undefined && Math.abs(found - value) <= toleranceOf(found)) {
      map.set(code, rowCode);
    }
  }
  return map;
}

function toleranceOf(shown: number): number {
  const [decimals, significant] = digitsOf(shown);
  if (decimals === 0 || significant === 1) return Math.abs(shown) * 1e-9;
  return 0.5000001 * 10 ** -decimals;
}

function mapTexts(sides: Sides, equal: ReadonlyMap<number, number>): ValueMap {
  const map = new Map(equal);
  for (const runCode of sides.run.counts.keys()) {
    if (map.has(runCode) || !Number.isNaN(sides.values.numberOf(runCode))) continue;
    const text = sides.values.textOf(runCode);
    const alike = [...sides.row.counts.keys()].filter(
      (code) => Number.isNaN(sides.values.numberOf(code)) && textsAlike(sides.values.textOf(code), text),
    );
    const [only] = alike;
    if (alike.length === 1 && only !== undefined) map.set(runCode, only);
  }
  return map;
}
