/** How a column of numbers was rounded: to a fixed number of decimals, or to a number of significant digits. */
export interface Rounding {
  readonly kind: 'decimals' | 'significant';
  readonly digits: number;
}

/** Full doubles show 15 to 17 digits; from here on nothing was rounded on purpose. */
const FULL_DIGITS = 17;
/** Up to so many digits no two numbers are the same double. */
const MOST_SHOWN = 1e15;

/** Decides by the share of values that use the last digit: a last digit is 0 for one value in ten only. */
export function findRounding(values: Float64Array): Rounding {
  // how many values have so many digits
  const decimals: number[] = [0];
  const significant: number[] = [0, 0];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? Number.NaN;
    if (!Number.isFinite(value) || value === 0) continue;
    const [d, s] = digitsOf(value);
    while (decimals.length <= d) decimals.push(0);
    while (significant.length <= s) significant.push(0);
    decimals[d] = (decimals[d] ?? 0) + 1;
    significant[s] = (significant[s] ?? 0) + 1;
  }
  return (significant.at(-1) ?? 0) > (decimals.at(-1) ?? 0) * 1.25
    ? { kind: 'significant', digits: significant.length - 1 }
    : { kind: 'decimals', digits: decimals.length - 1 };
}

/** Decimals that are tried one by one, which most numbers in a registry have. */
const FEW_DECIMALS = 6;

/** Decimals and significant digits of the shortest text that writes the number. */
export function digitsOf(value: number): [decimals: number, significant: number] {
  const size = Math.abs(value);
  for (let decimals = 1, power = 10; decimals <= FEW_DECIMALS; decimals++, power *= 10) {
    const shown = Math.round(size * power);
    // the nearest double to a number of so many decimals: whole numbers may end in zeros that count for nothing
    if (shown / power === size && shown % 10 !== 0 && shown < MOST_SHOWN) return [decimals, countDigits(shown)];
  }
  const [mantissa = '0', exponentText = '0'] = size.toExponential().split('e');
  const significant = mantissa.replace('.', '').length;
  return [Math.max(0, significant - 1 - Number(exponentText)), significant];
}

function countDigits(whole: number): number {
  let count = 1;
  for (let power = 10; power <= whole; power *= 10) count++;
  return count;
}

/** The unit of the last digit that the column kept of this value. */
export function unitOf(value: number, rounding: Rounding): number {
  const magnitude = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (rounding.kind === 'decimals') return Math.max(10 ** -rounding.digits, 10 ** (magnitude - FULL_DIGITS + 2));
  return 10 ** (magnitude - Math.min(rounding.digits, FULL_DIGITS - 1) + 1);
}

/** So many digits that a row lacks are no trailing zeros: another script wrote it, one that rounds more. */
const LEAST_LACKING = 2;
/** Of the rows that lack so many digits, chance may have made this share: each is rather one of the script's than not. */
const MOST_BY_CHANCE = 0.2;

interface RoundedColumn {
  readonly rowValues: Float64Array;
  readonly rounding: Rounding;
}

/**
 * The unit of the last digit that each row kept, column by column. Scripts change, and with them the decimals: a row whose
 * numbers all end sooner than their columns do was rounded there, unless as many rows do as have zeros there by chance.
 */
export function unitsByRow(columns: readonly RoundedColumn[]): Float64Array[] {
  const kept = decimalsByRow(columns);
  return columns.map(({ rowValues, rounding }) =>
    rowValues.map((value, row) => {
      if (Number.isNaN(value)) return 1;
      const unit = unitOf(value, rounding);
      const decimals = kept[row] ?? -1;
      return decimals < 0 || rounding.kind !== 'decimals' ? unit : Math.max(unit, 10 ** -decimals);
    }),
  );
}

/** The decimals of rows that were rounded more than their columns; −1 for the others. */
function decimalsByRow(columns: readonly RoundedColumn[]): Int16Array {
  const rounded = columns.filter(({ rounding }) => rounding.kind === 'decimals');
  const size = rounded[0]?.rowValues.length ?? 0;
  // 0 and 1 are what many a metric really is
  const there = Array.from({ length: size }, (_item, row) =>
    rounded.filter(({ rowValues }) => Number.isFinite(rowValues[row]) && !Number.isInteger(rowValues[row])),
  );
  const most = there.map((own, row) => Math.max(-1, ...own.map(({ rowValues }) => digitsOf(rowValues[row] ?? 0)[0])));
  const lackingAt = (row: number, decimals: number): number =>
    (there[row] ?? []).reduce((sum, { rounding }) => sum + Math.max(0, rounding.digits - decimals), 0);
  const counts = new Map([...new Set(most)].map((decimals) => [decimals, countLacking(most, decimals, lackingAt)]));
  return Int16Array.from(most, (decimals, row) => {
    const lacking = lackingAt(row, decimals);
    return lacking >= LEAST_LACKING && counts.get(decimals)?.(lacking) === true ? decimals : -1;
  });
}

/**
 * Whether the rows that end at so many decimals, and lack so many digits or more, are more than zeros at the end explain:
 * a digit is 0 in one of ten.
 */
function countLacking(
  most: readonly number[],
  decimals: number,
  lackingAt: (row: number, decimals: number) => number,
): (lacking: number) => boolean {
  const expected: number[] = [];
  const seen: number[] = [];
  for (const [row, own] of most.entries()) {
    const lacking = own < 0 ? 0 : lackingAt(row, decimals);
    expected[lacking] = (expected[lacking] ?? 0) + 10 ** -lacking;
    if (own === decimals) seen[lacking] = (seen[lacking] ?? 0) + 1;
  }
  const sumFrom = (counts: readonly number[], from: number): number =>
    counts.slice(from).reduce((sum, count) => sum + (count ?? 0), 0);
  return (lacking) => sumFrom(expected, lacking) <= MOST_BY_CHANCE * sumFrom(seen, lacking);
}
