/** A point of the plane that counts so many times. */
interface Point {
  readonly count: number;
  readonly bits: number;
  readonly short: number;
}

/** Bits are counted in steps of this size up to a most … */
const BITS = { step: 0.25, most: 64, deviation: 3 } as const;
/** … and bits short of the most by their logarithm, because links have none to a few and others any number. */
const SHORT = { step: 0.25, most: 8, deviation: 0.5 } as const;
/** A normal curve is cut off at so many standard deviations. */
const REACH = 4;

type Axis = typeof BITS | typeof SHORT;

/** How many of the points lie near one, the nearer the more: 1 for one at the very place. */
export function smoothCounts(points: readonly Point[]): (near: Omit<Point, 'count'>) => number {
  const width = sizeOf(SHORT);
  const counts = new Float64Array(sizeOf(BITS) * width);
  for (const { count, bits, short } of points) {
    const cell = cellOf(BITS, bits) * width + cellOf(SHORT, Math.log2(1 + short));
    counts[cell] = (counts[cell] ?? 0) + count;
  }
  const alongShort = smoothAlong(counts, SHORT, 1);
  const smooth = smoothAlong(alongShort, BITS, width);
  return ({ bits, short }) => smooth[cellOf(BITS, bits) * width + cellOf(SHORT, Math.log2(1 + short))] ?? 0;
}

function sizeOf({ step, most }: Axis): number {
  return Math.round(most / step) + 1;
}

function cellOf({ step, most }: Axis, value: number): number {
  return Math.round(Math.min(Math.max(value, 0), most) / step);
}

/** @param stride cells from one place of the axis to the next */
function smoothAlong(counts: Float64Array, axis: Axis, stride: number): Float64Array {
  const size = sizeOf(axis);
  const reach = Math.round((REACH * axis.deviation) / axis.step);
  const curve = Array.from({ length: 2 * reach + 1 }, (_item, at) =>
    Math.exp(-0.5 * (((at - reach) * axis.step) / axis.deviation) ** 2),
  );
  const smooth = new Float64Array(counts.length);
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell] ?? 0;
    if (count === 0) continue;
    const place = Math.floor(cell / stride) % size;
    for (let away = Math.max(-reach, -place); away <= Math.min(reach, size - 1 - place); away++) {
      const near = cell + away * stride;
      smooth[near] = (smooth[near] ?? 0) + count * (curve[away + reach] ?? 0);
    }
  }
  return smooth;
}
