import type { Figure, Panel } from './figure.ts';

export interface XAxis {
  readonly title: string;
  /** What a value of the x key is multiplied by for the axis. */
  readonly scale: number;
  /** Whether values on the axis are epoch milliseconds. */
  readonly isTime: boolean;
  /** In the axis's unit, over all panels. */
  readonly from: number;
  readonly to: number;
}

/** Unit and title of the x axis: seconds become minutes or hours where there are many. */
export function buildXAxis(figure: Figure): XAxis {
  const [first, to] = extentOf(figure.panels);
  // Steps and clocks that begin near 0 are read from 0.
  const from = figure.x !== '_timestamp' && first > 0 && first < to / 10 ? 0 : first;
  const axis = (title: string, scale: number): XAxis => ({
    title,
    scale,
    isTime: figure.x === '_timestamp',
    from: from * scale,
    to: to * scale,
  });
  if (figure.x === '_step') return axis('step', 1);
  if (figure.x === '_timestamp') return axis('time (UTC)', 1000);
  if (to <= 300) return axis('time since start (s)', 1);
  return to <= 3 * 3600 ? axis('time since start (min)', 1 / 60) : axis('time since start (h)', 1 / 3600);
}

function extentOf(panels: readonly Panel[]): readonly [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const { series } of panels) {
    for (const { x } of series) {
      from = Math.min(from, x[0] ?? from);
      to = Math.max(to, x.at(-1) ?? to);
    }
  }
  return from > to ? [0, 1] : [from, to];
}
