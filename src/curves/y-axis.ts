import type { JsonObject } from '../model/json.ts';
import type { Figure, Panel } from './figure.ts';

/** A band round fewer runs than this may be wider than all curves together: it is cut where the axis ends. */
const ENOUGH_RUNS = 3;
/** Up to so many powers of ten 2 and 5 have ticks too. */
const FEW_POWERS = 3;

/** Scale and ticks of a panel, wide enough for its lines and for the bands that say something. */
export function buildYAxis(
  panel: Panel,
  { logY }: Pick<Figure, 'logY'>,
  height: number,
): { scale: JsonObject; axis: JsonObject } {
  const [low, high] = findExtent(panel);
  const axis = { title: panel.metric, titleLimit: height * 1.3, titlePadding: 8 };
  if (!logY) {
    const domain = low < high ? { domain: [low, high] } : {};
    return { scale: { zero: false, nice: true, ...domain }, axis: { ...axis, tickCount: Math.round(height / 40) } };
  }
  const [from, to] = low > 0 && high >= low ? [low / 1.1, high * 1.1] : [0.1, 1];
  return {
    scale: { type: 'log', nice: false, domain: [from, to] },
    axis: { ...axis, values: listLogTicks(from, to), format: '~g' },
  };
}

function findExtent({ series }: Panel): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  const cover = (value: number | undefined): void => {
    if (value === undefined || Number.isNaN(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { y, raw, lower, upper, counts } of series) {
    for (const [index, value] of y.entries()) {
      cover(value);
      cover(raw?.[index]);
      if ((counts?.[index] ?? ENOUGH_RUNS) < ENOUGH_RUNS) continue;
      cover(lower?.[index]);
      cover(upper?.[index]);
    }
  }
  return [low, high];
}

function listLogTicks(from: number, to: number): readonly number[] {
  const [first, last] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
  const factors = last - first <= FEW_POWERS ? [1, 2, 5] : [1];
  const powers = Array.from({ length: last - first + 1 }, (_item, no) => first + no);
  return powers
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((tick) => tick >= from && tick <= to);
}
