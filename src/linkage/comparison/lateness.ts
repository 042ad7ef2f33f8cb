import { rangeOf } from './background.ts';
import { DifferenceDensity, boxShape, laplaceShape } from './difference-density.ts';

/** Runs that show how late they were uploaded, below which nothing is learned of it. */
const LEAST_LATE = 10;
/** Seconds of one cell, and the half-widths of the kernels in seconds. */
const RESOLUTION = 60;
const SCALES = [300, 1800, 7200, 86_400, 7 * 86_400] as const;
/** A kernel is this part of the table wide at most. */
const WIDEST = 1 / 12;
/** The table reaches so many times as far as any run was seen to be late, within two days and ten years. */
const REACH = { times: 2, least: 48 * 3600, most: 10 * 365 * 86_400 } as const;
/** Rows by which chance is seen, and the share of them that may lie anywhere. */
const MOST_ROWS = 500;
const FLAT_SHARE = 0.3;

/**
 * How much later than their start runs came to be on the server, by the runs that tell both. It stands in for runs that
 * lack their own start: one that was synced at night is no contradiction to a row of the morning before, and runs that
 * were copied months later in one hour say nothing of their starts at all.
 */
export interface Lateness {
  /** Share of the runs that were uploaded later. */
  readonly share: number;
  /** How much likelier a row's time is beside a run that was uploaded later than any other row's. */
  ratioOf(row: number, run: number): number;
  /** No pair reaches more. */
  readonly most: number;
}

export interface LatenessInput {
  /** On the runs' clock, in seconds; NaN is missing. */
  readonly rowSeconds: Float64Array;
  /** When each run came to be on the server, in seconds; NaN is missing. */
  readonly created: Float64Array;
  /** When it began, where it tells. */
  readonly started: Float64Array | null;
  /** Seconds up to which both are the same moment. */
  readonly tolerance: number;
}

export function learnLatenessOrNull({ rowSeconds, created, started, tolerance }: LatenessInput): Lateness | null {
  const both = created
    .map((moment, run) => moment - (started?.[run] ?? Number.NaN))
    .filter((late) => !Number.isNaN(late));
  const differences = [...both.filter((late) => late > tolerance)];
  if (differences.length < LEAST_LATE) return null;
  const reach = Math.min(REACH.most, Math.max(REACH.least, REACH.times * Math.max(...differences)));
  const density = new DifferenceDensity({
    resolution: RESOLUTION,
    halfCells: Math.ceil(reach / RESOLUTION),
    scales: SCALES.filter((scale) => scale <= WIDEST * reach),
    shapes: [laplaceShape(4 * 3600, 2), boxShape(0, reach, 1)],
  });
  density.learn({ differences, weights: differences.map(() => 1) });
  const rows = sampleOf(rowSeconds);
  const least = FLAT_SHARE / Math.max(rangeOf(rowSeconds), reach);
  const chance = created.map((moment, run) =>
    // runs that tell their start are never asked for
    Number.isNaN(started?.[run] ?? Number.NaN) ? Math.max(least, meanAt(density, moment, rows)) : 1,
  );
  return {
    share: differences.length / both.length,
    ratioOf: (row, run) =>
      density.at((created[run] ?? Number.NaN) - (rowSeconds[row] ?? Number.NaN)) / (chance[run] ?? 1),
    most: density.most() / chance.reduce((lowest, own) => Math.min(lowest, own), 1),
  };
}

/** How well a row on average explains a run of that moment. */
function meanAt(density: DifferenceDensity, moment: number, rows: Float64Array): number {
  return rows.reduce((sum, own) => sum + density.at(moment - own), 0) / Math.max(1, rows.length);
}

function sampleOf(rowSeconds: Float64Array): Float64Array {
  const there = rowSeconds.filter((seconds) => !Number.isNaN(seconds));
  const stride = Math.ceil(there.length / MOST_ROWS);
  return there.filter((_seconds, at) => at % stride === 0);
}
