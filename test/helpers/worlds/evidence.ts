import type { Comparison, SoftLinks } from '../../../src/linkage/comparison/comparison.ts';
import { DurationComparison } from '../../../src/linkage/comparison/duration.ts';
import { LaunchComparison } from '../../../src/linkage/comparison/launch.ts';
import { MetricsComparison } from '../../../src/linkage/comparison/metrics.ts';
import { MissingnessComparison } from '../../../src/linkage/comparison/missingness.ts';
import { OrderComparison } from '../../../src/linkage/comparison/order.ts';
import { SettingsComparison } from '../../../src/linkage/comparison/settings.ts';
import { TextComparison } from '../../../src/linkage/comparison/text.ts';
import { TimeComparison } from '../../../src/linkage/comparison/time.ts';
import { findRounding } from '../../../src/linkage/normalize/digits.ts';
import { buildField } from '../../../src/linkage/normalize/fields.ts';
import { quantumOf } from '../../../src/linkage/normalize/times.ts';
import { createValueCodes } from '../../../src/linkage/normalize/values.ts';
import type { PairedMetric } from '../../../src/linkage/pairing/pair-metrics.ts';
import type { PairedField } from '../../../src/linkage/pairing/pairing.ts';
import type { Random } from './random.ts';

const DAY = 86_400;

/** Comparisons over records that no generator of worlds would think of: ties, skew, extremes, nothing at all. */
export interface Evidence {
  readonly rowCount: number;
  readonly runCount: number;
  readonly comparisons: readonly Comparison[];
}

interface Sides {
  readonly random: Random;
  readonly rowCount: number;
  readonly runCount: number;
  /** The run that a row may come from; −1 for none. */
  readonly origins: readonly number[];
}

/** The comparisons whose tables take longer to build than all the rest, and the one that takes more rows. */
interface EvidenceKinds {
  readonly hasTime: boolean;
  readonly hasDuration: boolean;
  readonly hasOrder?: boolean;
}

export function buildEvidence(random: Random, { hasTime, hasDuration, hasOrder = false }: EvidenceKinds): Evidence {
  const rowCount = hasOrder ? random.integer(30, 50) : random.integer(random.chance(0.1) ? 0 : 3, 24);
  const runCount = random.integer(random.chance(0.1) ? 0 : 3, 36);
  const origins = Array.from({ length: rowCount }, () => (runCount === 0 ? -1 : random.integer(-2, runCount - 1)));
  const sides: Sides = { random, rowCount, runCount, origins };
  const rowHas = Uint8Array.from(origins, () => random.integer(0, 1));
  const time = hasTime ? timeOf(sides) : null;
  const settings = settingsOf(sides);
  const comparisons = [
    ...(time === null ? [] : [time.comparison]),
    textOf(sides),
    settings.comparison,
    new MissingnessComparison(
      rowHas,
      Uint8Array.from({ length: runCount }, () => random.integer(0, 1)),
    ),
    new MetricsComparison(
      Array.from({ length: random.integer(0, 3) }, (_item, at) => metricOf(sides, at)),
      [],
    ),
    ...(hasDuration ? [durationOf(sides, rowHas)] : []),
    ...(hasOrder ? [orderOf(sides, settings)] : []),
    ...(time === null ? [] : [launchOf(time, settings)]),
  ];
  for (let round = random.integer(0, 2); round > 0; round--) {
    const links = linksOf(sides);
    for (const comparison of comparisons) comparison.learn(links);
  }
  return { rowCount, runCount, comparisons };
}

/** Soft links at random: some true, some not, some certain, many times each as if hundreds of rows were like these. */
function linksOf({ random, rowCount, origins }: Sides): SoftLinks {
  const repeats = random.pick([1, 1, 30]);
  const rows = Array.from({ length: rowCount * repeats }, (_item, at) => at % rowCount).filter(
    (row) => (origins[row] ?? -1) >= 0,
  );
  const probabilities = Float64Array.from(rows, () => random.pick([0, 0.3, 0.9, 1, 1]));
  return {
    rows: Int32Array.from(rows),
    runs: Int32Array.from(rows, (row) => origins[row] ?? 0),
    probabilities,
    total: probabilities.reduce((sum, probability) => sum + probability, 0),
  };
}

interface TimeEvidence {
  readonly comparison: TimeComparison;
  readonly rowSeconds: Float64Array;
  readonly quantum: number;
}

interface SettingsEvidence {
  readonly comparison: SettingsComparison;
  readonly fields: readonly PairedField[];
}

function launchOf({ comparison, rowSeconds, quantum }: TimeEvidence, settings: SettingsEvidence): Comparison {
  return new LaunchComparison({
    time: comparison,
    settings: settings.comparison,
    fields: settings.fields,
    rowSeconds,
    quantum,
  });
}

/** Rows in the order of their runs or in none, some without a place; what their times leave open is all, a part or nothing. */
function orderOf({ random, rowCount, runCount, origins }: Sides, { fields }: SettingsEvidence): Comparison {
  const runSeconds = numbers(runCount, () => (random.chance(0.1) ? Number.NaN : random.integer(0, 5000)));
  const isInTurn = random.chance(0.7);
  const places = numbers(rowCount, (row) => {
    if (random.chance(0.05)) return Number.NaN;
    const start = runSeconds[origins[row] ?? -1];
    return isInTurn && start !== undefined && random.chance(0.9) ? start : random.integer(0, 5000);
  });
  const windows = Array.from({ length: rowCount }, () => {
    const from = random.integer(0, 5000);
    return random.pick([{ from: -Infinity, to: Infinity }, { from, to: from + 1500 }, null]);
  });
  return new OrderComparison({ places, windowOf: (row) => windows[row] ?? null, runSeconds, fields });
}

function settingsOf(sides: Sides): SettingsEvidence {
  const { random, rowCount, runCount } = sides;
  const values = createValueCodes();
  for (let code = 0; code < 60; code++) values.encode(`value ${code}`);
  const fields = Array.from({ length: random.integer(0, 6) }, (_item, at) => fieldOf(sides, { at, values }));
  const rowSeconds = random.chance(0.5) ? numbers(rowCount, () => random.integer(0, 50)) : null;
  const comparison = new SettingsComparison({ fields, nameParts: [], values, rowCount, runCount, rowSeconds });
  return { comparison, fields };
}

/** Skewed codes: the first value is common, most are rare; some cells are missing, some runs have what no row has. */
function fieldOf(
  { random, rowCount, runCount, origins }: Sides,
  { at, values }: { readonly at: number; readonly values: ReturnType<typeof createValueCodes> },
): PairedField {
  const distinct = random.pick([1, 2, 5, 60]);
  const missing = random.pick([0, 0, 0.2, 0.9]);
  const draw = (): number => Math.floor(distinct * random.next() ** random.pick([1, 4]));
  const keep = (code: number): number => (random.chance(missing) ? -1 : code);
  const runCodes = Int32Array.from({ length: runCount }, () => keep(random.chance(0.05) ? -2 : draw()));
  const rowCodes = Int32Array.from({ length: rowCount }, (_item, row) => {
    const origin = runCodes[origins[row] ?? -1] ?? -1;
    return origin >= 0 && random.chance(0.9) ? origin : keep(draw());
  });
  const column = buildField({ name: `column ${at}`, origin: 'column', codes: rowCodes }, values);
  return { column, key: { ...column, name: `key ${at}` }, rowCodes, runCodes, score: 1 };
}

function textOf({ random, rowCount, runCount, origins }: Sides): Comparison {
  const shared = Array.from({ length: rowCount }, (_item, row) => {
    const origin = origins[row] ?? -1;
    if (runCount === 0 || random.chance(0.7)) return [];
    return Array.from({ length: random.integer(1, 2) }, (_other, at) => {
      const first = origin >= 0 && random.chance(0.8) ? origin : random.integer(0, runCount - 1);
      const runs = [...new Set([first, random.integer(0, runCount - 1)])].sort((a, b) => a - b);
      return { text: `token ${row} ${at}`, column: random.pick(['path', 'host']), runs };
    });
  });
  return new TextComparison(shared, runCount);
}

/** Measured numbers: on a grid, rounded, of very different sizes, equal for all. */
function metricOf({ random, rowCount, runCount, origins }: Sides, at: number): PairedMetric {
  const draw = random.pick<() => number>([
    () => random.pick([0, 0.5, 1]),
    () => random.normal(),
    () => random.pick([-1, 1]) * 10 ** random.between(-12, 12),
    () => random.integer(0, 3),
    () => 0.25,
  ]);
  const digits = random.pick([1, 2, 4, 17]);
  const noise = random.pick([0, 0, 0.001, 0.05, 0.5]);
  const missing = random.pick([0, 0.3, 0.95]);
  const runValues = numbers(runCount, () => (random.chance(missing) ? Number.NaN : draw()));
  const rowValues = numbers(rowCount, (row) => {
    if (random.chance(missing)) return Number.NaN;
    const own = runValues[origins[row] ?? -1] ?? draw();
    return Number((own * (1 + noise * random.normal())).toPrecision(digits));
  });
  return {
    column: `metric ${at}`,
    key: `metric ${at}`,
    rowValues,
    runValues,
    rounding: findRounding(rowValues),
    bits: 1,
    score: 1,
    factor: 1,
  };
}

function durationOf({ random, rowCount, runCount, origins }: Sides, rowClasses: Uint8Array): Comparison {
  const step = random.pick([0, 0, 1, 60, 3600]);
  const spread = random.pick([0, 1, 300, 800, 4000]);
  const missing = random.pick([0, 0.3, 1]);
  const round = (seconds: number): number => (step === 0 ? seconds : Math.max(step, Math.round(seconds / step) * step));
  const lengths = numbers(runCount, () => Math.exp(random.between(-2, 13)));
  const reading = (): Float64Array =>
    lengths.map((length) => (random.chance(missing) ? Number.NaN : Math.max(0, length + spread * random.normal())));
  const rowSeconds = numbers(rowCount, (row) =>
    random.chance(0.1) ? Number.NaN : round(lengths[origins[row] ?? -1] ?? Math.exp(random.between(-2, 13))),
  );
  const quantum = Math.min(3600, quantumOf(rowSeconds));
  return new DurationComparison({ rowSeconds, runLengths: [reading(), reading(), reading()], quantum, rowClasses });
}

/** Starts in bursts or days apart, clocks that are off by row, second definitions hours away or absent. */
function timeOf({ random, rowCount, runCount, origins }: Sides): TimeEvidence {
  const quantum = random.pick([0, 1, 1, 60, DAY]);
  const gap = random.pick([0, 30, 3000, 90_000]);
  const round = (seconds: number): number => (quantum === 0 ? seconds : Math.floor(seconds / quantum) * quantum);
  const runSeconds = numbers(runCount, (run) => 1_700_000_000 + round(run * gap * random.next()));
  const late = random.pick([1, 40, 40_000]);
  const otherSeconds = random.chance(0.3)
    ? null
    : runSeconds.map((seconds) => (random.chance(0.2) ? Number.NaN : seconds - late * random.next()));
  const offsets = numbers(rowCount, () => random.pick([0, 0, 3600, -7213]));
  const delay = random.pick([0, 5, 600, 20_000, 5 * DAY]);
  const rowSeconds = numbers(rowCount, (row) => {
    const start = runSeconds[origins[row] ?? -1] ?? 1_700_000_000 + gap * random.between(-3, runCount);
    return random.chance(0.1) ? Number.NaN : round(start - (offsets[row] ?? 0) - delay * random.next());
  });
  const missing = random.pick([0, 0.2]);
  const comparison = new TimeComparison({
    words: 'created_at of the row',
    runVerb: 'starts',
    rowSeconds,
    runSeconds: runSeconds.map((seconds) => (random.chance(missing) ? Number.NaN : seconds)),
    otherSeconds,
    quantum,
    offsets,
    firstDelays: { differences: [], weights: [] },
  });
  return { comparison, rowSeconds, quantum };
}

function numbers(size: number, draw: (record: number) => number): Float64Array {
  return Float64Array.from({ length: size }, (_item, record) => draw(record));
}
