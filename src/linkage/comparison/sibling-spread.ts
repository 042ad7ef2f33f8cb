/** Rows by what their metrics may depend on, as codes by row; −1 is missing. */
export interface RowGroups {
  readonly settings: readonly Int32Array[];
  /** The settings together, and all but one of them each time. */
  readonly combinations: readonly Int32Array[];
}

/** Values with siblings from which their spread is told. */
const LEAST_SIBLINGS = 6;
/** Of a normal distribution, what its deviation is to the median size of its values. */
const DEVIATION_PER_MEDIAN = 1.4826;

/** Without one of the settings each time: a seed or a date that no two rows share leaves no siblings. */
export function groupRows(settings: readonly Int32Array[]): RowGroups {
  const [first] = settings;
  if (first === undefined) return { settings, combinations: [] };
  const fromLeft = [new Int32Array(first.length)];
  for (const codes of settings) fromLeft.push(joinCodes(fromLeft.at(-1) ?? codes, codes));
  const combinations = fromLeft.slice(-1);
  let fromRight = new Int32Array(first.length);
  for (const [at, codes] of [...settings.entries()].toReversed()) {
    const others = fromLeft[at] ?? fromRight;
    if (settings.length > 1) combinations.push(joinCodes(others, fromRight));
    fromRight = joinCodes(fromRight, codes);
  }
  return { settings, combinations };
}

/** More codes than values of both sides together never come. */
const MOST_CODES = 2 ** 26;

/** One code for each pair of codes, from 0 on; −1 where either is missing. */
function joinCodes(a: Int32Array, b: Int32Array): Int32Array<ArrayBuffer> {
  const known = new Map<number, number>();
  return Int32Array.from(a, (own, row) => {
    const other = b[row] ?? -1;
    if (own < 0 || other < 0) return -1;
    const key = own * MOST_CODES + other;
    const code = known.get(key) ?? known.size;
    known.set(key, code);
    return code;
  });
}

/**
 * Density of each value as another draw of the same settings gives it, round the mean of its siblings; NaN where it has
 * none. Null where too few have any, or where they are all alike.
 *
 * @param codes one of the combinations of settings
 */
export function siblingDensity(values: Float64Array, codes: Int32Array): Float64Array | null {
  const { sums, counts } = groupValues(values, codes);
  const othersOf = (row: number): number => (counts[codes[row] ?? -1] ?? 1) - 1;
  /** Of a value from the mean of n others: √(1 + 1/n) times as wide as the values spread. */
  const widening = (row: number): number => Math.sqrt(1 + 1 / othersOf(row));
  const gaps = values.map((value, row) => {
    const others = othersOf(row);
    if (others < 1 || Number.isNaN(value)) return Number.NaN;
    return (value - ((sums[codes[row] ?? -1] ?? 0) - value) / others) / widening(row);
  });
  const sizes = gaps
    .filter((gap) => !Number.isNaN(gap))
    .map(Math.abs)
    .sort();
  const deviation = DEVIATION_PER_MEDIAN * (sizes[sizes.length >> 1] ?? 0);
  if (sizes.length < LEAST_SIBLINGS || deviation === 0) return null;
  return gaps.map(
    (gap, row) => Math.exp(-0.5 * (gap / deviation) ** 2) / (Math.sqrt(2 * Math.PI) * deviation * widening(row)),
  );
}

function groupValues(
  values: Float64Array,
  codes: Int32Array,
): { readonly sums: Float64Array; readonly counts: Int32Array } {
  const size = codes.reduce((most, code) => Math.max(most, code + 1), 0);
  const [sums, counts] = [new Float64Array(size), new Int32Array(size)];
  for (let row = 0; row < values.length; row++) {
    const code = codes[row] ?? -1;
    const value = values[row] ?? Number.NaN;
    if (code < 0 || Number.isNaN(value)) continue;
    sums[code] = (sums[code] ?? 0) + value;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return { sums, counts };
}
