import { UsageError } from '../errors.ts';

/** An exponential moving average; `weight` is what stays of the past at each point, from 0 to below 1. */
export interface Smoothing {
  readonly kind: 'ema';
  readonly weight: number;
}

/**
 * Reads `ema:0.9`, or `none`.
 *
 * @throws UsageError
 */
export function parseSmoothing(text: string): Smoothing | null {
  if (text === 'none') return null;
  const weight = Number(/^ema:(\d*\.?\d+)$/.exec(text)?.[1] ?? Number.NaN);
  if (weight >= 0 && weight < 1) return { kind: 'ema', weight };
  throw new UsageError(
    `the smoothing "${text}" is not understood: expected ema:WEIGHT with a weight from 0 to below 1`,
    {
      hint: 'For example --smooth ema:0.9, where nine tenths of each value come from the past; or --smooth none.',
    },
  );
}

/**
 * The moving average over the points as they were logged, whatever lies between them on the x axis. It is debiased: each
 * value is divided by the weight that the points so far have, so that the curve starts at its first point and not near 0
 * (Kingma and Ba, 2015, section 3). Gaps stay gaps and leave the average as it was.
 */
export function smooth(y: Float64Array, { weight }: Smoothing): Float64Array {
  let [average, left] = [0, 1];
  return y.map((value) => {
    if (Number.isNaN(value)) return Number.NaN;
    average = weight * average + (1 - weight) * value;
    left *= weight;
    return average / (1 - left);
  });
}
