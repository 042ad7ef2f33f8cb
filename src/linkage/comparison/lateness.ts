import { DifferenceDensity, laplaceShape } from './difference-density.ts';

/** Runs that show how late they were uploaded, below which nothing is learned of it. */
const LEAST_LATE = 10;
/** Seconds of one cell, and the half-widths of the kernels in seconds. */
const RESOLUTION = 60;
const SCALES = [300, 1800, 7200] as const;
const TABLE_SECONDS = 48 * 3600;

/**
 * How much later than their start runs came to be on the server, by the runs that tell both. It stands in for runs that
 * lack their own start: one that was synced at night is no contradiction to a row of the morning before.
 */
export interface Lateness {
  /** Share of the runs that were uploaded later. */
  readonly share: number;
  /** Density of the delay of these, per second. */
  readonly density: (seconds: number) => number;
  readonly most: number;
}

/**
 * @param created when each run came to be on the server, in seconds; NaN is missing
 * @param started when it began, where it tells
 * @param tolerance seconds up to which both are the same moment
 */
export function learnLatenessOrNull(
  created: Float64Array,
  started: Float64Array | null,
  tolerance: number,
): Lateness | null {
  const differences: number[] = [];
  let both = 0;
  for (const [run, moment] of created.entries()) {
    const late = moment - (started?.[run] ?? Number.NaN);
    if (Number.isNaN(late)) continue;
    both++;
    if (late > tolerance) differences.push(late);
  }
  if (differences.length < LEAST_LATE) return null;
  const density = new DifferenceDensity({
    resolution: RESOLUTION,
    halfCells: TABLE_SECONDS / RESOLUTION,
    scales: SCALES,
    shapes: [laplaceShape(4 * 3600, 2)],
  });
  density.learn({ differences, weights: differences.map(() => 1) });
  return { share: differences.length / both, density: (seconds) => density.at(seconds), most: density.most() };
}
