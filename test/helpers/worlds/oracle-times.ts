import type { RegistryRow } from '../../../src/model/registry.ts';
import type { Run } from '../../../src/model/run.ts';
import { createRandom } from './random.ts';
import type { WorldKnobs } from './world.ts';

/** Times are whole or broken seconds since the epoch. */
export interface RowTimes {
  /** The registry's words as if they were UTC, and how many seconds they leave open; null where missing. */
  readonly written: { readonly from: number; readonly width: number } | null;
  readonly duration: number | null;
  readonly hasMetrics: boolean;
}

export interface RunTimes {
  readonly created: number;
  readonly heartbeat: number;
  readonly crashed: boolean;
  readonly length: number | null;
  readonly end: number | null;
}

/** What the whole world has in common for the oracle's times. */
export interface Timeline {
  readonly knobs: WorldKnobs;
  /** Seconds that the lab's jobs are spread over. */
  readonly span: number;
  /** P(delay <= seconds). */
  readonly delayShare: (seconds: number) => number;
  /** Registry clock minus UTC, every value that it takes, in seconds. */
  readonly zones: readonly number[];
}

const DELAYS = 200_000;
const HOUR = 3600;
/** A late run's heartbeat, seconds after its creation. */
const LATE_HEARTBEAT = 60;
/** Points at which what stays open is sampled. */
const POINTS = 16;

export function buildTimeline(knobs: WorldKnobs, runs: readonly Run[]): Timeline {
  const created = runs.map((run) => run.createdAt / 1000);
  const [first, last] = [Math.min(...created), Math.max(...created)];
  const random = createRandom(1);
  const delays = Float64Array.from({ length: DELAYS }, () => knobs.delay(random)).toSorted();
  const zones = new Set<number>();
  for (let at = first - 2 * 86_400; at <= last + 86_400; at += 6 * HOUR) zones.add(60 * knobs.zone(at));
  return {
    knobs,
    span: last - first + knobs.gap,
    delayShare: (seconds) => countBelow(delays, seconds) / DELAYS,
    zones: [...zones],
  };
}

export function viewRowTimes(knobs: WorldKnobs, row: RegistryRow): RowTimes {
  const duration = row.values['duration_seconds'];
  return {
    written: readWritten(knobs, row.values[knobs.endsOnly ? 'finished_at' : 'created_at']),
    duration: typeof duration === 'number' ? duration : null,
    hasMetrics: typeof row.values['final_metrics_json'] === 'string',
  };
}

export function viewRunTimes(run: Run): RunTimes {
  const { _runtime: length, _timestamp: end } = run.summary;
  return {
    created: run.createdAt / 1000,
    heartbeat: (run.heartbeatAt ?? run.createdAt) / 1000,
    crashed: run.state === 'crashed',
    length: typeof length === 'number' ? length : null,
    end: typeof end === 'number' ? end : null,
  };
}

export interface TimesPair {
  readonly row: RowTimes;
  readonly run: RunTimes;
  /** Of the run's machine, in seconds. */
  readonly clockError: number;
}

export interface TimesRatio {
  /** By start or end alone: two jobs of one launch share it. */
  readonly start: number;
  /** By start, duration and whether it crashed. */
  readonly all: number;
}

/** P(row's times, run's times | one job) / (P(row's times) · P(run's times)). */
export function timesRatio(line: Timeline, pair: TimesPair): TimesRatio {
  const { knobs } = line;
  const { row, run } = pair;
  const gap = Math.round(run.heartbeat - run.created);
  const seemsLate = knobs.nightSyncs > 0 && gap === LATE_HEARTBEAT;
  const life = (length: Length): number => lifeRatio(knobs, { row, crashed: run.crashed, length });
  if (run.length !== null && run.end !== null) {
    const started = seemsLate ? Math.floor(run.end - run.length) : run.created;
    const start = startRatio(line, { ...pair, started, length: run.length });
    return { start, all: start * life({ from: run.length, to: run.length }) };
  }
  const prompt = promptStart(line, pair);
  const promptAll = prompt * life({ from: gap - 1, to: gap + 1 });
  if (!seemsLate) return { start: prompt, all: promptAll };
  // One second out of the lengths that such a run can have (`runJob`): uniform, or log-uniform.
  const oneSecond = run.crashed ? 1 / 195 : 1 / (6 * LATE_HEARTBEAT);
  const [late, onTime] = [knobs.nightSyncs, (1 - knobs.nightSyncs) * oneSecond];
  const lateStart = lateRatio(line, pair);
  const mix = (ifLate: number, ifOnTime: number): number => (late * ifLate + onTime * ifOnTime) / (late + onTime);
  return { start: mix(lateStart, prompt), all: mix(lateStart * life(null), promptAll) };
}

/** Seconds that the run can have lasted; null: nothing is known. */
type Length = { readonly from: number; readonly to: number } | null;

interface StartPair extends TimesPair {
  /** The whole second in which the run really started. */
  readonly started: number;
  readonly length: number;
}

/** The job starts on a whole second, the run a delay after it. */
function startRatio(line: Timeline, pair: StartPair): number {
  const offset = line.knobs.endsOnly ? pair.length + 4 : 0;
  return overZones(line, pair, ({ from, to }) => {
    const [first, last] = [Math.ceil(from - offset - 1e-6), Math.ceil(to - offset - 1e-6)];
    return line.delayShare(pair.started - first + 1) - line.delayShare(pair.started - last + 1);
  });
}

/** A run that was uploaded at once and whose length shows in its heartbeat only, to the second. */
function promptStart(line: Timeline, pair: TimesPair): number {
  if (!line.knobs.endsOnly) return startRatio(line, { ...pair, started: pair.run.created, length: 0 });
  return overZones(
    line,
    pair,
    ({ from, to }) =>
      mean((share) => {
        const ended = from + share * (to - from) - 4;
        return line.delayShare(pair.run.heartbeat + 1 - ended) - line.delayShare(pair.run.heartbeat - ended);
      }) *
      (to - from),
  );
}

/** A late run without its times: created 4 to 14 hours after its start. */
function lateRatio(line: Timeline, pair: TimesPair): number {
  // Ends of late runs of unknown length say nothing here.
  if (line.knobs.endsOnly) return 1;
  const [early, late] = [pair.run.created - 14 * HOUR - 10, pair.run.created - 4 * HOUR];
  return overZones(
    line,
    pair,
    ({ from, to }) => Math.max(0, Math.min(to, late) - Math.max(from, early)) / (late - early),
  );
}

type Window = { readonly from: number; readonly to: number };

/** Sums over the zones in which the row's words can have been written: span · P(run's second | row) against chance. */
function overZones(
  { knobs, zones, span }: Timeline,
  { row: { written }, clockError }: TimesPair,
  likelihood: (window: Window) => number,
): number {
  if (written === null) return 1;
  let [sum, width] = [0, 0];
  for (const zone of zones) {
    const from = written.from - clockError - zone;
    const to = from + written.width;
    const isValid = knobs.timeText === 'epoch' || 60 * knobs.zone(from) === zone || 60 * knobs.zone(to) === zone;
    if (!isValid) continue;
    sum += likelihood({ from, to });
    width += written.width;
  }
  return width === 0 ? 0 : (span * sum) / width;
}

interface Life {
  readonly row: RowTimes;
  readonly crashed: boolean;
  readonly length: Length;
}

/** P(row's duration and whether it has metrics | the run) / the same without a run. */
function lifeRatio(knobs: WorldKnobs, { row, crashed, length }: Life): number {
  const withRun =
    metricsShare(knobs, row.hasMetrics, crashed) *
    (row.duration === null ? 1 : durationShare(knobs, row.duration, { crashed, length }));
  const ofKind = (kind: boolean): number =>
    metricsShare(knobs, row.hasMetrics, kind) *
    (row.duration === null ? 1 : durationShare(knobs, row.duration, { crashed: kind, length: null }));
  const alone = knobs.retries * ofKind(true) + (1 - knobs.retries) * ofKind(false);
  return alone === 0 ? 0 : withRun / alone;
}

function metricsShare(knobs: WorldKnobs, hasMetrics: boolean, crashed: boolean): number {
  if (!knobs.metrics) return 1;
  const share = crashed ? 0 : 1 - knobs.missing;
  return hasMetrics ? share : 1 - share;
}

/** P(the registry's duration | length): two to six seconds more, rounded. */
function durationShare(knobs: WorldKnobs, duration: number, life: Omit<Life, 'row'>): number {
  const half = (knobs.durations === 'minutes' ? 60 : 0.1) / 2 + 1e-9;
  const { length, crashed } = life;
  if (length !== null) {
    return mean((share) => {
      const least = length.from + share * (length.to - length.from) + 2;
      return Math.max(0, Math.min(duration + half, least + 4) - Math.max(duration - half, least)) / 4;
    });
  }
  return mean((share) => {
    const middle = duration - 2 - 4 * share;
    return lengthShare(middle + half, crashed) - lengthShare(middle - half, crashed);
  });
}

/** P(length <= seconds), as `runJob` draws it. */
function lengthShare(seconds: number, crashed: boolean): number {
  const share = crashed ? (seconds - 5) / 195 : (Math.log(Math.max(seconds, 1)) - 4) / 6;
  return Math.min(1, Math.max(0, share));
}

function mean(value: (share: number) => number): number {
  let sum = 0;
  for (let at = 0; at < POINTS; at++) sum += value((at + 0.5) / POINTS);
  return sum / POINTS;
}

function readWritten({ timeText }: WorldKnobs, cell: unknown): RowTimes['written'] {
  if (typeof cell === 'bigint') return { from: Number(cell), width: 1 };
  if (typeof cell !== 'string') return null;
  const width = timeText === 'day' ? 86_400 : timeText === 'minutes' ? 60 : 1;
  const text = timeText === 'day' || timeText === 'zoned' ? cell : `${cell.replace(' ', 'T')}Z`;
  return { from: Math.floor(Date.parse(text) / 1000), width };
}

function countBelow(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
