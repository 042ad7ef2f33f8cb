/** How people write a run's number otherwise than the run does. */
export interface Reading {
  /** What a column shows of a run's number. */
  readonly read: (value: number) => number;
  /** The run's number that a column shows so; NaN where there is none. */
  readonly write: (shown: number) => number;
  /** Distinct values that must be found so; fewer may stand in any relation. */
  readonly least: number;
}

/** Two values may stand in any relation. */
const LEAST_READ = 3;
/** A grid of rates, 0.1, 0.01 and 0.001, is one of momenta, 0.9, 0.99 and 0.999. */
const LEAST_COMPLEMENTS = 12;

export const PLAIN: Reading = { read: (value) => value, write: (shown) => shown, least: 1 };

/** Units, percentages, logarithms and what is left to 1, in the order in which they are tried. */
export const READINGS: readonly Reading[] = [
  PLAIN,
  ...[100, 0.01, 1000, 0.001, 60, 1 / 60].map((factor): Reading => ({
    read: (value) => value / factor,
    write: (shown) => shown * factor,
    least: 1,
  })),
  { read: Math.log10, write: (shown) => 10 ** shown, least: LEAST_READ },
  { read: (value) => 10 ** value, write: Math.log10, least: LEAST_READ },
  { read: (value) => 1 - value, write: (shown) => 1 - shown, least: LEAST_COMPLEMENTS },
];
