import { lowerBound } from '../sorted.ts';
import { CROWD_SHARES, findFoldedCrowdOrNull } from './fold.ts';
import { collectHits, reachOf } from './hits.ts';
import type { RowHits, ScanInput } from './hits.ts';
import { RowsNear } from './rows-near.ts';

/** Where the differences between run times and row times crowd. */
export interface ClockPeak {
  /** Run minus row, in seconds. */
  readonly offset: number;
  /** Width of the window, in seconds. */
  readonly width: number;
  /** Log likelihood ratio of the window against its surroundings, in nats: whether there is a crowd at all. */
  readonly score: number;
  /** Nats that the rows' hits tell: a wide window that any two records would share tells little, however full. */
  readonly gain: number;
  /** The same, where hits far from other rows tell the more the narrower the window is: by this, windows are chosen. */
  readonly crowding: number;
}

const WIDTHS = [2, 10, 30, 60, 120, 300, 900, 3600, 14_400, 86_400] as const;
const BINS_AROUND = 20;
/** Windows that are looked at again, run by run. */
const RESCORED = 4;
/** Fewer rows in a window are no crowd. */
const LEAST_HITS = 2;
/** Rows that chance puts into a window at least. */
const LEAST_EXPECTED = 0.02;
/** Windows of a lower score are no crowd, whatever their hits would tell. */
const CROWD_SCORE = 8;
/** A row counts as so much of one at least, however narrow the window and far the next row. */
const LEAST_NEAR = 1 / 32;
/** The likeliest windows, which are looked at zone by zone. */
const ANCHORED = 4;

/**
 * Finds the offset between the two clocks: the window of differences that more rows hit than its surroundings explain.
 * Each row counts once a window, by its best pair there, so that bursts do not vote many times.
 */
export function findClockPeakOrNull(input: ScanInput, hits: readonly RowHits[] = collectHits(input)): ClockPeak | null {
  return createClockScan(input)(hits);
}

/**
 * The same for many sets of hits, which share the memory for some fifty thousand windows.
 *
 * @returns the peak; null as well where no window's score is `least`
 */
export function createClockScan(input: ScanInput): (hits: readonly RowHits[], least?: number) => ClockPeak | null {
  const reach = reachOf(input);
  const memory = new Float64Array(binCount({ width: WIDTHS[0], reach }));
  const nearby = new RowsNear(input.rowSeconds);
  return (hits, least = 0) => {
    const found = listWindows(input, { hits, reach, memory });
    if (found.every(({ score }) => score < least)) return null;
    const windows = found.map((window): Window => {
      const place = { from: () => window.from, width: window.width };
      return { ...window, ...(window.score < CROWD_SCORE ? NO_GAIN : gainOf(hits, nearby, place)) };
    });
    const likeliest = new Set([byCrowding, byGain].flatMap((order) => windows.toSorted(order).slice(0, ANCHORED)));
    const anchored = windows.map((window) => (likeliest.has(window) ? anchor(input, hits, window) : window));
    const best = anchored.toSorted(byCrowding)[0];
    if (best === undefined) return null;
    const { from, width, score, crowding, spread } = best;
    const gain = anchored.reduce((most, window) => Math.max(most, window.gain), 0);
    return { offset: medianWithin(hits, from, from + width), width: spread ?? width, score, gain, crowding };
  };
}

function byCrowding(a: Window, b: Window): number {
  return b.crowding - a.crowding || b.score - a.score || a.from - b.from;
}

function byGain(a: Window, b: Window): number {
  return b.gain - a.gain || b.score - a.score || a.from - b.from;
}

interface Window extends ScoredWindow, Gain {
  /** Width round the offset where it differs from the window's, whose zones lie apart. */
  readonly spread?: number;
}

/** A wide window may hold several zones: it is narrowed to the fullest of them where all crowd at one place. */
function anchor(input: ScanInput, hits: readonly RowHits[], window: Window): Window {
  const crowd = window.gain <= 0 ? null : findFoldedCrowdOrNull(hits, window, input);
  if (crowd === null) return window;
  const { gain, crowding } = window;
  return { ...window, ...crowd, gain: gain + crowd.gain, crowding: crowding + crowd.gain, spread: 2 * crowd.width };
}

type Gain = Pick<ClockPeak, 'gain' | 'crowding'>;

const NO_GAIN: Gain = { gain: 0, crowding: 0 };

/**
 * Σ over rows of the log likelihood ratio of its hit: how likely any other row had hit the same window.
 *
 * @param window where the differences of a row are to lie
 */
export function gainOf(
  hits: readonly RowHits[],
  nearby: RowsNear,
  { from, width }: { readonly from: (row: number) => number; readonly width: number },
): Gain {
  const counts = nearby.within(width / 2);
  const ratios = hits.map(({ row, own, differences, shares }): Gain => {
    const start = from(row);
    const share = mostShare(differences, shares, { from: start, to: start + width });
    let near = counts[row] ?? Number.NaN;
    if (Number.isNaN(near)) counts[row] = near = nearby.count(own, width / 2);
    const hit = share * nearby.most;
    return { gain: hit / Math.max(1, near), crowding: hit / Math.max(LEAST_NEAR, near) };
  });
  const gains = CROWD_SHARES.map((share) => gainWith(share, ratios));
  return gains.reduce((most, other) => (other.crowding > most.crowding ? other : most));
}

/** @param share of the rows whose runs lie in the window, all others' wherever they do */
function gainWith(share: number, ratios: readonly Gain[]): Gain {
  const sum = { gain: 0, crowding: 0 };
  for (const ratio of ratios) {
    sum.gain += Math.log(1 - share + share * ratio.gain);
    sum.crowding += Math.log(1 - share + share * ratio.crowding);
  }
  return sum;
}

function mostShare(
  differences: Float64Array,
  shares: Float64Array,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  let most = 0;
  for (let at = lowerBound(differences, from); at < differences.length && (differences[at] ?? 0) < to; at++) {
    most = Math.max(most, shares[at] ?? 0);
  }
  return most;
}

interface ScoredWindow {
  /** Least difference in the window, in seconds. */
  readonly from: number;
  readonly width: number;
  readonly score: number;
}

/** The best window of each width and phase. */
function listWindows(
  input: ScanInput,
  { hits, reach, memory }: { readonly hits: readonly RowHits[]; readonly reach: number; readonly memory: Float64Array },
): ScoredWindow[] {
  const windows: ScoredWindow[] = [];
  for (const width of WIDTHS) {
    if (width < input.quantum / 2 || width > reach / 2) continue;
    for (const phase of [0, width / 2]) {
      const window = bestWindow(hits, { width, phase, reach }, memory);
      if (window !== null) windows.push(window);
    }
  }
  return windows;
}

interface WindowSettings {
  readonly width: number;
  readonly phase: number;
  readonly reach: number;
}

function binCount({ width, reach }: { readonly width: number; readonly reach: number }): number {
  return Math.ceil((2 * reach) / width) + 2;
}

/** @param memory for the counts of the windows, all 0 before and after */
function bestWindow(hits: readonly RowHits[], settings: WindowSettings, memory: Float64Array): ScoredWindow | null {
  const { width, phase, reach } = settings;
  const bins = memory.subarray(0, binCount(settings));
  const hitBins = countRows(hits, settings, bins);
  let best: ScoredWindow | null = null;
  for (const bin of likeliestBins(bins, hitBins, settings)) {
    const from = bin * width - reach - phase;
    const own = Math.min(bins[bin] ?? 0, distinctRuns(hits, from, from + width));
    const score = scoreOf(bins, own, { ...settings, bin });
    if (score > (best?.score ?? 0)) best = { from, width, score };
  }
  for (const bin of hitBins) bins[bin] = 0;
  return best;
}

/**
 * Rows that hit each window, each by the share of its likeliest pair there.
 *
 * @returns the windows that any row hits, few of some fifty thousand
 */
function countRows(hits: readonly RowHits[], { width, phase, reach }: WindowSettings, bins: Float64Array): number[] {
  const hitBins: number[] = [];
  const add = (bin: number, share: number): void => {
    if (bin < 0) return;
    if (bins[bin] === 0) hitBins.push(bin);
    bins[bin] = (bins[bin] ?? 0) + share;
  };
  for (const { differences, shares } of hits) {
    let bin = -1;
    let share = 0;
    for (let at = 0; at < differences.length; at++) {
      const own = Math.floor(((differences[at] ?? 0) + reach + phase) / width);
      if (own !== bin) {
        add(bin, share);
        bin = own;
        share = 0;
      }
      share = Math.max(share, shares[at] ?? 0);
    }
    add(bin, share);
  }
  return hitBins;
}

/** The few windows of the highest scores. The fullest go first, so that most need no look at what is around them. */
function likeliestBins(bins: Float64Array, hitBins: readonly number[], settings: WindowSettings): number[] {
  const crowds = hitBins.filter((bin) => (bins[bin] ?? 0) >= LEAST_HITS);
  crowds.sort((a, b) => (bins[b] ?? 0) - (bins[a] ?? 0) || a - b);
  let best: { readonly bin: number; readonly score: number }[] = [];
  for (const bin of crowds) {
    const own = bins[bin] ?? 0;
    if (scoreAgainst(LEAST_EXPECTED, own, settings) < (best[RESCORED - 1]?.score ?? 0)) break;
    const score = scoreOf(bins, own, { ...settings, bin });
    if (score > 0) best.push({ bin, score });
    best = best.toSorted((a, b) => b.score - a.score || a.bin - b.bin).slice(0, RESCORED);
  }
  return best.map(({ bin }) => bin);
}

/** One run beside many rows is one observation, as one row beside many runs is. */
function distinctRuns(hits: readonly RowHits[], from: number, to: number): number {
  const runs = new Set<number>();
  for (const row of hits) {
    const end = lowerBound(row.differences, to);
    for (let at = lowerBound(row.differences, from); at < end; at++) runs.add(row.runs[at] ?? -1);
  }
  return runs.size;
}

/** Poisson log likelihood ratio of a window's hits against the mean of the windows around it. */
function scoreOf(bins: Float64Array, hits: number, at: WindowSettings & { readonly bin: number }): number {
  const { bin, width } = at;
  if (hits < LEAST_HITS) return 0;
  let around = 0;
  let count = 0;
  const radius = Math.max(BINS_AROUND, Math.round(1200 / width));
  for (let other = Math.max(0, bin - radius); other <= Math.min(bins.length - 1, bin + radius); other++) {
    if (Math.abs(other - bin) <= 1) continue;
    around += bins[other] ?? 0;
    count++;
  }
  return scoreAgainst(Math.max(around / Math.max(1, count), LEAST_EXPECTED), hits, at);
}

function scoreAgainst(expected: number, hits: number, { width, reach }: WindowSettings): number {
  if (hits <= expected) return 0;
  return hits * Math.log(hits / expected) - (hits - expected) - Math.log((2 * reach) / width);
}

function medianWithin(hits: readonly RowHits[], from: number, to: number): number {
  const inside: { difference: number; share: number }[] = [];
  for (const { differences, shares } of hits) {
    const end = lowerBound(differences, to);
    for (let at = lowerBound(differences, from); at < end; at++) {
      inside.push({ difference: differences[at] ?? 0, share: shares[at] ?? 0 });
    }
  }
  inside.sort((a, b) => a.difference - b.difference);
  let half = inside.reduce((sum, hit) => sum + hit.share, 0) / 2;
  for (const hit of inside) {
    half -= hit.share;
    if (half <= 0) return hit.difference;
  }
  return 0;
}
