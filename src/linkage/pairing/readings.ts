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
const LEAST_TURNED = 12;

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
  { read: (value) => 1 - value, write: (shown) => 1 - shown, least: LEAST_TURNED },
];

const both = (reading: Pick<Reading, 'read' | 'write'>): Pick<Reading, 'read' | 'write'>[] => [
  reading,
  { read: (value) => -reading.read(value), write: (shown) => reading.write(-shown) },
];

/** What people make of a measured value beside units: perplexity of a loss, decibels of an error, error of an accuracy. */
export const METRIC_READINGS: readonly Reading[] = [
  { read: (value: number) => 1 - value, write: (shown: number) => 1 - shown },
  { read: (value: number) => 100 - value, write: (shown: number) => 100 - shown },
  { read: (value: number) => 100 - 100 * value, write: (shown: number) => 1 - shown / 100 },
  { read: (value: number) => value * value, write: (shown: number) => (shown < 0 ? Number.NaN : Math.sqrt(shown)) },
  { read: Math.sqrt, write: (shown: number) => (shown < 0 ? Number.NaN : shown * shown) },
  { read: Math.exp, write: Math.log },
  { read: (value: number) => Math.exp(-value), write: (shown: number) => -Math.log(shown) },
  { read: (value: number) => 2 ** value, write: Math.log2 },
  { read: (value: number) => 10 ** value, write: Math.log10 },
  ...[
    { read: Math.log10, write: (shown: number) => 10 ** shown },
    { read: (value: number) => 10 * Math.log10(value), write: (shown: number) => 10 ** (shown / 10) },
    { read: Math.log, write: Math.exp },
    { read: Math.log2, write: (shown: number) => 2 ** shown },
  ].flatMap(both),
].map((reading) => ({ ...reading, least: LEAST_TURNED }));
