import { wilsonIntervalOrNull } from './interval.ts';
import type { ShareInterval } from './interval.ts';
import { THRESHOLDS } from './thresholds.ts';

/** What was said of one row's best candidate, and whether it is its run. */
export interface Forecast {
  readonly probability: number;
  readonly isTrue: boolean;
}

/** Forecasts of like probability. */
export interface CalibrationBin {
  /** At least this, and less than `to`; the last bin holds 1 as well. */
  readonly from: number;
  readonly to: number;
  /** Mean of the probabilities said. */
  readonly said: number;
  /** Share that came true. */
  readonly came: ShareInterval;
}

export interface Calibration {
  /** Those that hold a forecast, from the least probable on. */
  readonly bins: readonly CalibrationBin[];
  /** Mean over the forecasts of their bin's |said − true|; null without forecasts. */
  readonly error: number | null;
}

const EDGES = [0, ...THRESHOLDS, 1] as const;

/** Compares said with true, bin by bin; the error is the expected calibration error (Naeini, Cooper, Hauskrecht 2015). */
export function buildCalibration(forecasts: readonly Forecast[]): Calibration {
  const bins = EDGES.slice(0, -1).flatMap((from, index) => {
    const to = EDGES[index + 1] ?? 1;
    const inside = forecasts.filter(({ probability: p }) => p >= from && (p < to || to === 1));
    const came = wilsonIntervalOrNull(inside.filter(({ isTrue }) => isTrue).length, inside.length);
    if (came === null) return [];
    return [{ from, to, said: inside.reduce((sum, item) => sum + item.probability, 0) / inside.length, came }];
  });
  const sum = bins.reduce((total, { said, came }) => total + came.trials * Math.abs(said - came.share), 0);
  return { bins, error: forecasts.length === 0 ? null : sum / forecasts.length };
}
