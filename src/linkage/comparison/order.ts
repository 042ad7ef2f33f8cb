import type { PairedField } from '../pairing/pairing.ts';
import { lowerBound, sortedIndexOf, upperBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { spell } from './spell.ts';

/** From one second to another, both within. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface OrderInput {
  /** By row, ascending as rows were made; NaN where the row has no place. */
  readonly places: Float64Array;
  /** What a row's own time leaves open: all of it for a row without one, a day or two for one with a day. Null: nothing. */
  readonly windowOf: (row: number) => Span | null;
  /** When each run starts, in seconds; NaN is missing. */
  readonly runSeconds: Float64Array;
  readonly fields: readonly PairedField[];
}

/** From this probability on the run of a row is known well enough to stand beside others. */
const SURE = 0.9;
/** Neighbours with a known run on each side: one whose row was made out of turn does not close the stretch. */
const NEIGHBOURS = 2;
/** Fewer neighbours with a known run show no order. */
const LEAST_ANCHORS = 20;
/** Pseudo-links, half of which stand anywhere, and rounds until their share stands still. */
const PRIOR_LINKS = 10;
const PRIOR_ASTRAY = 0.5;
const ROUNDS = 30;
/** Rows that are looked at for others with the same settings. */
const MOST_LOOKED_AT = 2000;

/** Between which starts the run of a row should have started. */
interface Stretch extends Span {
  /** What the row's time leaves open: of runs outside of it time says enough. */
  readonly window: Span;
  /** Share of the window's runs that start in the stretch, at least one of them. */
  readonly share: number;
}

/**
 * Whether a run starts between the runs of the rows before and after: most registries number their rows as they are made.
 * The known links are the marks between which all other rows are placed; each of them is left out where it is placed itself,
 * so that a registry that was sorted otherwise or numbered at random shows it by marks that stand anywhere.
 */
export class OrderComparison implements Comparison {
  readonly name = 'order';
  readonly #input: OrderInput;
  readonly #ofRows: SortedIndex;
  readonly #ofRuns: SortedIndex;
  /** By row; null where it has no place. */
  #stretches: readonly (Stretch | null)[] = [];
  /** P(a link stands anywhere in the order). */
  #astray = 1;
  /** How much likelier two rows of the same settings stand near each other than any two, at least 1. */
  #crowding = 1;

  constructor(input: OrderInput) {
    this.#input = input;
    this.#ofRows = sortedIndexOf(input.places);
    this.#ofRuns = sortedIndexOf(input.runSeconds);
  }

  weigh(row: number, run: number): number {
    const stretch = this.#stretchOf(row);
    const start = this.#input.runSeconds[run] ?? Number.NaN;
    if (stretch === null || !isWithin(stretch.window, start)) return 0;
    return isWithin(stretch, start) ? this.#bitsWithin(stretch) : log2(this.#astray);
  }

  isMissing(row: number, run: number): boolean {
    const stretch = this.#stretchOf(row);
    return stretch === null || !isWithin(stretch.window, this.#input.runSeconds[run] ?? Number.NaN);
  }

  learn(links: SoftLinks): void {
    const startsByRow = new Map<number, number>();
    forEachLink(links, (row, run, probability) => {
      const start = this.#input.runSeconds[run] ?? Number.NaN;
      if (probability >= SURE && !Number.isNaN(start)) startsByRow.set(row, start);
    });
    const places = placeRows(this.#ofRows.records, startsByRow);
    this.#stretches = [];
    this.#astray = 1;
    if (places.anchors.length < LEAST_ANCHORS) return;
    const stretches: (Stretch | null)[] = Array.from(this.#input.places, () => null);
    for (const { row, from, to } of places.rows) {
      const window = this.#input.windowOf(row);
      if (window === null) continue;
      const [first, last] = [Math.max(from, window.from), Math.min(to, window.to)];
      const share = Math.min(
        1,
        Math.max(1, this.#countIn(first, last)) / Math.max(1, this.#countIn(window.from, window.to)),
      );
      stretches[row] = { from: first, to: last, window, share };
    }
    this.#stretches = stretches;
    this.#crowding = crowdingOf(places.rows, this.#input.fields);
    this.#astray = this.#learnAstray(startsByRow);
  }

  steps(row: number): readonly SearchStep[] {
    const stretch = this.#stretchOf(row);
    if (stretch === null) return [{ bound: 0, size: 0 }];
    const { first, end } = this.#runsIn(stretch);
    return [
      { bound: this.#bitsWithin(stretch), size: 0 },
      { bound: 0, size: end - first },
    ];
  }

  collect({ row }: { readonly row: number }, sink: RunSink): void {
    const stretch = this.#stretchOf(row);
    if (stretch === null) return;
    const { first, end } = this.#runsIn(stretch);
    for (let at = first; at < end; at++) sink(this.#ofRuns.records[at] ?? 0);
  }

  describe(row: number, run: number): ComparisonWords {
    const stretch = this.#stretchOf(row);
    const start = this.#input.runSeconds[run] ?? Number.NaN;
    if (stretch === null || this.isMissing(row, run))
      return { level: 'missing', words: 'the row tells more than its place among the others, or nothing by it' };
    if (isWithin(stretch, start))
      return { level: 'in turn', words: 'run starts between those of the rows before and after' };
    const gap = start < stretch.from ? stretch.from - start : start - stretch.to;
    const side = start < stretch.from ? 'before' : 'after';
    return { level: 'out of turn', words: `run starts ${spell(gap)} ${side} those of the rows beside it` };
  }

  health(): readonly string[] {
    if (this.#stretches.length === 0) return [];
    const share = (100 * (1 - this.#astray)).toFixed(0);
    return [`rows are numbered as their runs start, ${share} % of them`];
  }

  #stretchOf(row: number): Stretch | null {
    return this.#stretches[row] ?? null;
  }

  #bitsWithin({ share }: Stretch): number {
    const chance = Math.min(1, share * this.#crowding);
    return log2(this.#astray + (1 - this.#astray) / chance);
  }

  #runsIn({ from, to }: Span): { readonly first: number; readonly end: number } {
    const { values } = this.#ofRuns;
    const first = lowerBound(values, from);
    return { first, end: Math.max(first, upperBound(values, to)) };
  }

  #countIn(from: number, to: number): number {
    const { first, end } = this.#runsIn({ from, to });
    return end - first;
  }

  /** Expectation and maximisation over the known links, each placed by the others. */
  #learnAstray(startsByRow: ReadonlyMap<number, number>): number {
    const chances: number[] = [];
    let outside = 0;
    for (const [row, start] of startsByRow) {
      const stretch = this.#stretchOf(row);
      if (stretch === null || !isWithin(stretch.window, start)) continue;
      if (isWithin(stretch, start)) chances.push(Math.min(1, stretch.share * this.#crowding));
      else outside++;
    }
    let astray = PRIOR_ASTRAY;
    for (let round = 0; round < ROUNDS; round++) {
      let count = outside + PRIOR_LINKS * PRIOR_ASTRAY;
      for (const chance of chances) count += astray / (astray + (1 - astray) / chance);
      astray = count / (chances.length + outside + PRIOR_LINKS);
    }
    return astray;
  }
}

function isWithin({ from, to }: Span, start: number): boolean {
  return start >= from && start <= to;
}

/** A row between its neighbours, by number of its place and by the starts of their runs. */
interface Placed {
  readonly row: number;
  readonly at: number;
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
}

/** Puts each row between the nearest rows before and after it whose runs are known; its own run is not asked. */
function placeRows(
  rows: Int32Array,
  startsByRow: ReadonlyMap<number, number>,
): { readonly rows: readonly Placed[]; readonly anchors: readonly number[] } {
  const anchors: number[] = [];
  for (let at = 0; at < rows.length; at++) if (startsByRow.has(rows[at] ?? 0)) anchors.push(at);
  const startAt = (anchor: number): number => startsByRow.get(rows[anchors[anchor] ?? 0] ?? 0) ?? Number.NaN;
  const placed: Placed[] = [];
  let next = 0;
  for (let at = 0; at < rows.length; at++) {
    while (next < anchors.length && (anchors[next] ?? 0) < at) next++;
    const after = next < anchors.length && anchors[next] === at ? next + 1 : next;
    let from = next === 0 ? -Infinity : Infinity;
    for (let one = Math.max(0, next - NEIGHBOURS); one < next; one++) from = Math.min(from, startAt(one));
    let to = after >= anchors.length ? Infinity : -Infinity;
    const stop = Math.min(anchors.length, after + NEIGHBOURS);
    for (let one = after; one < stop; one++) to = Math.max(to, startAt(one));
    // neighbours that changed places leave no stretch between them
    const [least, most] = from <= to ? [from, to] : [to, from];
    const first = anchors[next - NEIGHBOURS] ?? -1;
    const last = anchors[after + NEIGHBOURS - 1] ?? rows.length;
    placed.push({ row: rows[at] ?? 0, at, first, last, from: least, to: most });
  }
  return { rows: placed, anchors };
}

/**
 * Jobs are run again and swept: a run of the same settings that is not the row's own then stands beside it more often than
 * by chance, and that it stands there tells the less.
 */
function crowdingOf(rows: readonly Placed[], fields: readonly PairedField[]): number {
  const keys = rows.map(({ row }) => fields.map(({ rowCodes }) => rowCodes[row] ?? -1).join(' '));
  const placesByKey = new Map<string, Float64Array>();
  for (const [key, alike] of Map.groupBy(keys.keys(), (at) => keys[at] ?? ''))
    placesByKey.set(key, Float64Array.from(alike));
  let near = 1;
  let expected = 1;
  for (const { at, first, last } of thinOut(rows, MOST_LOOKED_AT)) {
    const places = placesByKey.get(keys[at] ?? '') ?? new Float64Array(0);
    near += lowerBound(places, last) - upperBound(places, first) - 1;
    expected += ((places.length - 1) * (last - first - 2)) / Math.max(1, rows.length - 1);
  }
  return Math.max(1, near / expected);
}
