import type { RegistryRow } from '../../../src/model/registry.ts';
import type { Run } from '../../../src/model/run.ts';
import type { WorldKnobs } from './world.ts';

const KEYS = ['objective_COMT', 'hypervolume', 'loss'] as const;
type Key = (typeof KEYS)[number];
/** Steps of the hidden level, uniform in [0, 1], over which the three metrics are independent. */
const LEVELS = 400;

export interface MetricsView {
  readonly values: ReadonlyMap<Key, number>;
  /** By metric: its density at each level. */
  readonly densities: ReadonlyMap<Key, Float64Array>;
  readonly evidence: number;
}

export function viewRowMetrics(knobs: WorldKnobs, row: RegistryRow): MetricsView | null {
  const text = row.values['final_metrics_json'];
  if (typeof text !== 'string') return null;
  const parsed: Record<string, unknown> = JSON.parse(text);
  return viewOf((key) => parsed[key], { noise: knobs.metricNoise, step: 10 ** -knobs.metricDigits });
}

export function viewRunMetrics(knobs: WorldKnobs, run: Run): MetricsView | null {
  const nameOf = (key: Key): string => (knobs.keys === 'same' ? key : `final/${key.slice(-4).toUpperCase()}`);
  const view = viewOf((key) => run.summary[nameOf(key)], { noise: 0, step: 0 });
  return view.values.size === 0 ? null : view;
}

/** P(row's values, run's values | one job) / (P(row's values) · P(run's values)), integrated over the hidden level. */
export function metricsRatio(knobs: WorldKnobs, row: MetricsView | null, run: MetricsView | null): number {
  if (row === null || run === null) return 1;
  let written = 1;
  for (const [key, value] of run.values) {
    const kept = row.values.get(key);
    if (kept === undefined) continue;
    written *= writtenLikelihood(knobs, kept, value);
    if (written === 0) return 0;
  }
  const factors = KEYS.flatMap((key) => run.densities.get(key) ?? row.densities.get(key) ?? []);
  return (written * integrate(factors)) / (row.evidence * run.evidence);
}

/** P(the row says `kept` | the run says `value`): noise in proportion, then rounding to the registry's digits. */
function writtenLikelihood({ metricNoise, metricDigits }: WorldKnobs, kept: number, value: number): number {
  if (metricNoise === 0) return Number(value.toFixed(metricDigits)) === kept ? 1 : 0;
  const half = 10 ** -metricDigits / 2;
  const spread = metricNoise * Math.abs(value);
  return Math.max(0, normalShare((kept + half - value) / spread) - normalShare((kept - half - value) / spread));
}

interface Writing {
  readonly noise: number;
  /** Width of a rounded value's cell; 0 for values at full precision. */
  readonly step: number;
}

function viewOf(read: (key: Key) => unknown, writing: Writing): MetricsView {
  const values = new Map<Key, number>();
  const densities = new Map<Key, Float64Array>();
  for (const key of KEYS) {
    const value = read(key);
    if (typeof value !== 'number') continue;
    values.set(key, value);
    densities.set(
      key,
      Float64Array.from({ length: LEVELS }, (_item, at) =>
        densityAt(key, value, { ...writing, level: (at + 0.5) / LEVELS }),
      ),
    );
  }
  return { values, densities, evidence: integrate([...densities.values()]) };
}

function integrate(factors: readonly Float64Array[]): number {
  let sum = 0;
  for (let at = 0; at < LEVELS; at++) {
    let product = 1;
    for (const factor of factors) product *= factor[at]!;
    sum += product;
  }
  return sum / LEVELS;
}

/** Density of a metric (of a rounded one: mass of its cell) at a hidden level, as `runJob` draws it. */
function densityAt(key: Key, value: number, { level, noise, step }: Writing & { readonly level: number }): number {
  const width = step === 0 ? 1 : step;
  switch (key) {
    case 'objective_COMT':
      return width * normalDensity(value, level, Math.hypot(0.05, noise * value));
    case 'hypervolume': {
      const from = 3 * level ** 2;
      const spread = Math.max(noise * Math.abs(value), step / 2, 1e-3);
      return (width * (normalShare((value - from) / spread) - normalShare((value - from - 0.2) / spread))) / 0.2;
    }
    case 'loss': {
      // Rounded to 0 it stands for all that is below half a step.
      const shown = Math.max(value, step / 4, 1e-9);
      return (width * normalDensity(Math.log(shown), -2 * level, Math.hypot(0.3, noise))) / shown;
    }
  }
}

function normalDensity(value: number, mean: number, spread: number): number {
  return Math.exp(-(((value - mean) / spread) ** 2) / 2) / (spread * Math.sqrt(2 * Math.PI));
}

/** Share of a standard normal below z (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function normalShare(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z >= 0 ? 1 - tail : tail;
}
