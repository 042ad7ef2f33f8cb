import type { ClockChannel } from '../clock/channels.ts';
import type { Field } from '../normalize/fields.ts';
import type { Records } from '../normalize/records.ts';
import { readRowOrderOrNull } from '../normalize/row-order.ts';
import { pairDuration } from '../pairing/pair-duration.ts';
import type { RowDurations } from '../pairing/pair-duration.ts';
import { pairMetrics } from '../pairing/pair-metrics.ts';
import type { MeasuredBefore, PairedMetric } from '../pairing/pair-metrics.ts';
import type { PairedField } from '../pairing/pairing.ts';
import { areCopies, pairSettings, rankSettings } from '../pairing/pair-settings.ts';
import type { RankedColumns } from '../pairing/pair-settings.ts';
import { refineChoices } from '../pairing/refine.ts';
import type { SurePair } from '../pairing/refine.ts';
import { areNamedAlike } from '../pairing/trust.ts';
import type { Trust } from '../pairing/trust.ts';
import { isNamedAfterTime } from '../pairing/units.ts';
import { compareText } from '../sorted.ts';
import type { Comparison } from './comparison.ts';
import type { DurationInput } from './duration-density.ts';
import { DurationComparison } from './duration.ts';
import { LaunchComparison } from './launch.ts';
import { MetricsComparison } from './metrics.ts';
import { MissingnessComparison } from './missingness.ts';
import { OrderComparison } from './order.ts';
import type { Span } from './row-places.ts';
import { SettingsComparison } from './settings.ts';
import type { SettingsInput } from './settings.ts';
import { collectTokens, findSharedTokens } from './text-index.ts';
import type { RecordTokens, SharedToken } from './text-index.ts';
import { TextComparison } from './text.ts';
import { TimeByColumn } from './time-by-column.ts';
import { TimeComparison } from './time.ts';

/** Share of the rows whose start must be open for their order to be asked. */
const LEAST_OPEN = 0.05;
const ALWAYS: Span = { from: -Infinity, to: Infinity };
/** Times in steps of so many seconds leave open which of several runs started then, within so many steps. */
const COARSE = 3600;
const COARSE_STEPS = 1.5;

export interface Comparisons {
  /** In the order in which they are asked. */
  readonly comparisons: readonly Comparison[];
  /** The columns that stand for a key of the runs. */
  readonly fields: readonly PairedField[];
  /** The columns that measure what a summary key measures. */
  readonly measured: readonly PairedMetric[];
  readonly text: TextComparison;
  readonly settings: SettingsComparison;
  readonly missingness: MissingnessComparison;
  readonly metrics: MetricsComparison;
  readonly duration: DurationComparison;
}

/** What was found and built of the same records before. */
export interface BuiltBefore {
  /** What is believed before pairs are sure. */
  readonly trusts: Trust;
  /** What depends on the records alone. */
  readonly ranked: RankedColumns;
  readonly measured: MeasuredBefore;
  tokens: RecordTokens | null;
  /** Columns that were found to say what a setting or a metric of the runs says. */
  paired: ReadonlySet<string>;
  /** Its comparisons stay, with all that they have learned, where what they compare is the same as before. */
  last: Comparisons | null;
}

/**
 * All evidence that this input offers, except time, which needs the others to find the clock first. A new comparison
 * is a file of its own and a line in `buildParts`.
 *
 * @param sure pairs that are as good as certain; they show which key a column means. Empty at first.
 * @param before what these records gave before; filled for the next time
 */
export function buildComparisons(records: Records, sure: readonly SurePair[], before: BuiltBefore): Comparisons {
  const durations = pairDuration(records, sure, before.paired);
  const apart = columnsApart(records, durations);
  const ranked = rankSettings(records, apart, before.ranked).map((choices) =>
    refineChoices(choices, sure, before.trusts),
  );
  const bitsAsSetting = (field: Field): number =>
    ranked.find(([best]) => best !== undefined && areCopies(best.column, field))?.[0]?.score ?? 0;
  const metrics = pairMetrics(records, sure, { taken: apart, known: before.measured, bitsAsSetting });
  const measured = new Set(metrics.map((metric) => metric.column));
  const settings = pairSettings(ranked.filter(([best]) => best === undefined || !measured.has(best.column.name)));
  const { lifetime, runtime, recorded } = records.run.lengths;
  const rowHas = flagsOf(
    records.rows.length,
    metrics.map((metric) => metric.rowValues),
  );
  const runHas = flagsOf(
    records.runs.length,
    metrics.map((metric) => metric.runValues),
  );
  before.tokens ??= collectTokens(records);
  before.paired = new Set([...settings.map(({ column }) => column.name), ...metrics.map(({ column }) => column)]);
  const built = buildParts(before.last, {
    shared: findSharedTokens(records, before.tokens, settings),
    runCount: records.runs.length,
    settings: {
      fields: settings,
      nameParts: records.row.fields.filter((field) => field.origin === 'name-part'),
      values: records.values,
      rowCount: records.rows.length,
      runCount: records.runs.length,
      rowSeconds: orderOfRows(records),
    },
    rowHas,
    runHas,
    metrics,
    duration: { ...durations, runLengths: [lifetime, runtime, recorded], rowClasses: rowHas },
  });
  return (before.last = built);
}

/** Columns that are no settings and no metrics. */
function columnsApart({ row, run, schema }: Records, durations: RowDurations): Set<string> {
  const { status } = schema.identity;
  // a status is stale as soon as a training process dies; it is ours to write, not to believe
  const stale = status === null ? [] : [status];
  // hours lie among losses as well; only a key of that name may mean them
  const timed = row.fields.filter(
    (column) => isNamedAfterTime(column.name) && !run.fields.some((key) => areNamedAlike({ column, key })),
  );
  return new Set([...[...row.times, ...timed].map((field) => field.name), ...durations.columns, ...stale]);
}

interface PartInputs {
  readonly shared: readonly (readonly SharedToken[])[];
  readonly runCount: number;
  readonly settings: SettingsInput;
  readonly rowHas: Uint8Array;
  readonly runHas: Uint8Array;
  readonly metrics: readonly PairedMetric[];
  readonly duration: DurationInput;
}

function buildParts(last: Comparisons | null, given: PartInputs): Comparisons {
  // by name: pairs that come to be known better change the order of the fields
  const byName = given.settings.fields.toSorted((a, b) => compareText(a.column.name, b.column.name));
  const settings = byName.map((field) => field.column.codes);
  const parts = {
    text: last?.text.compares(given.shared) === true ? last.text : new TextComparison(given.shared, given.runCount),
    settings: last?.settings.compares(given.settings) === true ? last.settings : new SettingsComparison(given.settings),
    missingness:
      last?.missingness.compares(given.rowHas, given.runHas) === true
        ? last.missingness
        : new MissingnessComparison(given.rowHas, given.runHas),
    metrics:
      last?.metrics.compares(given.metrics, settings) === true
        ? last.metrics
        : new MetricsComparison(given.metrics, settings),
    duration: last?.duration.compares(given.duration) === true ? last.duration : new DurationComparison(given.duration),
  };
  return {
    ...parts,
    fields: given.settings.fields,
    measured: given.metrics,
    comparisons: [parts.text, parts.settings, parts.missingness, parts.metrics, parts.duration],
  };
}

/** The time evidence, and the times of the rows by which it is told whether they start together. */
export interface TimeEvidence {
  readonly comparison: Comparison;
  readonly rowSeconds: Float64Array;
  readonly quantum: number;
  /** In which time of the runs a row's start lies, where that is a day or so; null where it is told better or not at all. */
  readonly windowOf: (row: number) => Span | null;
}

/**
 * The cheap and telling comparisons first: the search gives a pair up as soon as the rest cannot save it. Without a
 * clock there is no time to compare.
 */
export function joinTime(records: Records, built: Comparisons, time: TimeEvidence | null): Comparison[] {
  const order = buildOrderOrNull(records, built, time);
  const others = order === null ? built.comparisons : [...built.comparisons, order];
  if (time === null) return [...others];
  const { comparison, rowSeconds, quantum } = time;
  const { settings, fields } = built;
  const launch = new LaunchComparison({ time: comparison, settings, fields, rowSeconds, quantum });
  return [comparison, ...others, launch];
}

/** Null where the rows are not numbered as they were made, or where hardly any row's start is left open. */
function buildOrderOrNull(records: Records, { fields }: Comparisons, time: TimeEvidence | null): Comparison | null {
  const places = readRowOrderOrNull(records.rows);
  if (places === null) return null;
  const isTimed = (row: number): boolean =>
    records.row.times.some(({ seconds }) => !Number.isNaN(seconds[row] ?? Number.NaN));
  const windowOf = (row: number): Span | null => (isTimed(row) ? (time?.windowOf(row) ?? null) : ALWAYS);
  const open = places.filter((place, row) => !Number.isNaN(place) && windowOf(row) !== null).length;
  if (open < LEAST_OPEN * records.rows.length) return null;
  const { createdAt, startedAt } = records.run.times;
  // a resumed run tells a later start than its creation, and one that was uploaded later an earlier one
  const runSeconds = createdAt.map((created, run) => Math.min(created, startedAt[run] || created));
  return new OrderComparison({ places, windowOf, runSeconds, fields });
}

/** Null without a channel. No row has a time in two of them. */
export function buildTimeEvidence(channels: readonly ClockChannel[]): TimeEvidence | null {
  const [first, ...others] = channels.map(buildTimeComparison);
  const [channel] = channels;
  if (first === undefined || channel === undefined) return null;
  const windowOf = (row: number): Span | null => coarseWindowOrNull(channels, row);
  if (others.length === 0)
    return { comparison: first, rowSeconds: channel.row.seconds, quantum: channel.quantum, windowOf };
  const isOf = ({ row }: ClockChannel, at: number): boolean => !Number.isNaN(row.seconds[at] ?? Number.NaN);
  const numbers = channel.row.seconds.map((_own, row) => channels.findIndex((other) => isOf(other, row)));
  const onRunsClock = (row: number): number => {
    const own = channels[numbers[row] ?? -1];
    return (own?.row.seconds[row] ?? Number.NaN) + (own?.offsets[row] ?? 0);
  };
  return {
    comparison: new TimeByColumn([first, ...others], (row) => numbers[row] ?? 0),
    rowSeconds: numbers.map((_number, row) => onRunsClock(row)),
    quantum: Math.max(...channels.map(({ quantum }) => quantum)),
    windowOf,
  };
}

function coarseWindowOrNull(channels: readonly ClockChannel[], row: number): Span | null {
  const own = channels.find(({ row: { seconds } }) => !Number.isNaN(seconds[row] ?? Number.NaN));
  if (own === undefined || own.quantum < COARSE) return null;
  const middle = (own.row.seconds[row] ?? Number.NaN) + (own.offsets[row] ?? 0);
  return { from: middle - COARSE_STEPS * own.quantum, to: middle + COARSE_STEPS * own.quantum };
}

function buildTimeComparison(channel: ClockChannel): Comparison {
  return new TimeComparison({
    words: `${channel.row.name} of the row`,
    runVerb: channel.runWords,
    rowSeconds: channel.row.seconds,
    runSeconds: channel.runSeconds,
    otherSeconds: channel.otherSeconds,
    quantum: channel.quantum,
    offsets: channel.offsets,
    firstDelays: channel.firstDelays,
  });
}

/** The times by which rows stand beside each other. */
function orderOfRows({ row, schema }: Records): Float64Array | null {
  const created = row.times.find((field) => field.name === schema.createdAt);
  return (created ?? row.times.toSorted((a, b) => b.filled - a.filled)[0])?.seconds ?? null;
}

function flagsOf(size: number, columns: readonly Float64Array[]): Uint8Array {
  return Uint8Array.from({ length: size }, (_item, record) =>
    columns.some((column) => !Number.isNaN(column[record] ?? Number.NaN)) ? 1 : 0,
  );
}
