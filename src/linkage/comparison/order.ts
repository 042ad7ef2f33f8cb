import type { PairedField } from '../pairing/pairing.ts';
import { lowerBound, sortedIndexOf, upperBound } from '../sorted.ts';
import type { SortedIndex } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';
import { forEachLink, log2 } from './comparison.ts';
import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';
import { placeRows } from './row-places.ts';
import type { PlacedRow, Span } from './row-places.ts';
import { spell } from './spell.ts';

export interface OrderInput {
  /** By row, ascending as rows were made; NaN where the row has no place. */
  readonly places: Float64Array;
  /** What a row's own time leaves open: all of it for a row without one, a day or two for one with a day. Null: nothing. */
  readonly windowOf: (row: number) => Span | null;
  /** When each run starts, in seconds; NaN is missing. */
  readonly runSeconds: Float64Array;
  readonly fields: readonly PairedField[];
}

/** From this probability on the run of a row is known well enough for others to stand beside it. */
const SURE = 0.9;
/** Neighbours with a known run on each side, for rows that were made in turn and for those that were about so. */
const NEIGHBOURS = [2, 8] as const;
/** Seconds by which jobs of one burst start out of turn. */
const BURST = 60;
/** Fewer rows with a known run show no order. */
const LEAST_KNOWN = 20;
/** Pseudo-links that stand in the narrow stretch, in the wide one, and anywhere; and rounds until the shares stand still. */
const PRIOR_LINKS = [2.5, 2.5, 5] as const;
const ROUNDS = 30;
/** Where fewer links stand in turn, the rows have another order, or none. */
const LEAST_IN_TURN = 0.5;
/** Rows that are looked at for others with the same settings. */
const MOST_LOOKED_AT = 2000;

/** Between which starts the run of a row should have started. */
interface Stretch extends Span {
  /** Share of the runs that the row's time leaves open, at least one of them. */
  readonly share: number;
}

interface RowStretches {
  /** Of runs outside of it time says enough. */
  readonly window: Span;
  /** The narrow one first. */
  readonly stretches: readonly Stretch[];
}

/**
 * Whether a run starts between the runs of the rows before and after: most registries number their rows as they are made.
 * The known links are the marks between which all rows are placed; each of them is left out where it is placed itself, so
 * that a registry that was sorted otherwise or numbered at random shows it by marks that stand anywhere.
 */
export class OrderComparison implements Comparison {
  readonly name = 'order';
  readonly #input: OrderInput;
  readonly #ofRows: SortedIndex;
  readonly #ofRuns: SortedIndex;
  readonly #alike: readonly Float64Array[];
  /** By row; null where its place says nothing. */
  #placed: readonly (RowStretches | null)[] = [];
  /** Shares of the links that stand in the narrow stretch, in the wide one, and anywhere. */
  #shares: readonly number[] = [0, 0, 1];
  /** How much likelier two rows of the same settings stand near each other than any two, by stretch; at least 1. */
  #crowding: readonly number[] = NEIGHBOURS.map(() => 1);

  constructor(input: OrderInput) {
    this.#input = input;
    this.#ofRows = sortedIndexOf(input.places);
    this.#ofRuns = sortedIndexOf(input.runSeconds);
    this.#alike = findAlike(this.#ofRows.records, input.fields);
  }

  weigh(row: number, run: number): number {
    const placed = this.#placed[row] ?? null;
    const start = this.#input.runSeconds[run] ?? Number.NaN;
    if (placed === null || !isWithin(placed.window, start)) return 0;
    return this.#bitsFrom(placed, firstAround(placed, start));
  }

  isMissing(row: number, run: number): boolean {
    const placed = this.#placed[row] ?? null;
    return placed === null || !isWithin(placed.window, this.#input.runSeconds[run] ?? Number.NaN);
  }

  learn(links: SoftLinks): void {
    const startsByRow = new Map<number, number>();
    forEachLink(links, (row, run, probability) => {
      const start = this.#input.runSeconds[run] ?? Number.NaN;
      if (probability >= SURE && !Number.isNaN(start)) startsByRow.set(row, start);
    });
    const rows = this.#ofRows.records;
    this.#placed = [];
    if (rows.filter((row) => startsByRow.has(row)).length < LEAST_KNOWN) return;
    const levels = NEIGHBOURS.map((count) => placeRows(rows, startsByRow, count));
    this.#crowding = levels.map((level) => crowdingOf(level, this.#alike));
    const placed: (RowStretches | null)[] = Array.from(this.#input.places, () => null);
    for (const [at, row] of rows.entries()) {
      const window = this.#input.windowOf(row);
      if (window === null) continue;
      placed[row] = {
        window,
        stretches: this.#stretchesIn(
          window,
          levels.flatMap((level) => level[at] ?? []),
        ),
      };
    }
    this.#placed = placed;
    this.#shares = this.#learnShares(startsByRow);
    if (this.#inTurn() < LEAST_IN_TURN) this.#placed = [];
  }

  steps(row: number): readonly SearchStep[] {
    const placed = this.#placed[row] ?? null;
    if (placed === null) return [{ bound: 0, size: 0 }];
    const sizes = placed.stretches.map(({ from, to }) => this.#countIn({ from, to }));
    return [0, ...sizes].map((size, level) => ({ bound: Math.max(0, this.#bitsFrom(placed, level)), size }));
  }

  collect({ row, step }: { readonly row: number; readonly step: number }, sink: RunSink): void {
    const stretch = this.#placed[row]?.stretches[step - 1];
    if (stretch === undefined) return;
    const { first, end } = this.#runsIn(stretch);
    for (let at = first; at < end; at++) sink(this.#ofRuns.records[at] ?? 0);
  }

  describe(row: number, run: number): ComparisonWords {
    const placed = this.#placed[row] ?? null;
    const start = this.#input.runSeconds[run] ?? Number.NaN;
    const [narrow] = placed?.stretches ?? [];
    if (placed === null || narrow === undefined || !isWithin(placed.window, start)) {
      return { level: 'missing', words: 'the place of the row among the others says nothing of the run' };
    }
    const level = firstAround(placed, start);
    if (level === 0) return { level: 'in turn', words: 'run starts between those of the rows before and after' };
    const gap = start < narrow.from ? narrow.from - start : start - narrow.to;
    const words = `run starts ${spell(gap)} ${start < narrow.from ? 'before' : 'after'} those of the rows beside it`;
    return { level: level === 1 ? 'about in turn' : 'out of turn', words };
  }

  health(): readonly string[] {
    if (this.#placed.length === 0) return [];
    return [`${(100 * this.#inTurn()).toFixed(0)} % of the rows are numbered as their runs start`];
  }

  /** Share of the links that stand in one of the stretches. */
  #inTurn(): number {
    return 1 - (this.#shares.at(-1) ?? 1);
  }

  /** Bits of a run that the stretches from `level` on hold. */
  #bitsFrom({ stretches }: RowStretches, level: number): number {
    let ratio = this.#shares.at(-1) ?? 1;
    for (let at = level; at < stretches.length; at++) ratio += (this.#shares[at] ?? 0) / this.#chanceOf(stretches, at);
    return log2(ratio);
  }

  /** P(a run of another row stands in the stretch). */
  #chanceOf(stretches: readonly Stretch[], level: number): number {
    return Math.min(1, (stretches[level]?.share ?? 1) * (this.#crowding[level] ?? 1));
  }

  /** Each holds those before it. */
  #stretchesIn(window: Span, spans: readonly Span[]): Stretch[] {
    const open = Math.max(1, this.#countIn(window));
    return spans.map((_span, level) => {
      const inner = spans.slice(0, level + 1);
      const from = Math.max(Math.min(...inner.map((span) => span.from)) - BURST, window.from);
      const to = Math.min(Math.max(...inner.map((span) => span.to)) + BURST, window.to);
      return { from, to, share: Math.min(1, Math.max(1, this.#countIn({ from, to })) / open) };
    });
  }

  #runsIn({ from, to }: Span): { readonly first: number; readonly end: number } {
    const { values } = this.#ofRuns;
    const first = lowerBound(values, from);
    return { first, end: Math.max(first, upperBound(values, to)) };
  }

  #countIn(span: Span): number {
    const { first, end } = this.#runsIn(span);
    return end - first;
  }

  /** Expectation and maximisation over the known links, each placed by the others. */
  #learnShares(startsByRow: ReadonlyMap<number, number>): number[] {
    const ratios: number[][] = [];
    for (const [row, start] of startsByRow) {
      const placed = this.#placed[row] ?? null;
      if (placed === null || !isWithin(placed.window, start)) continue;
      const level = firstAround(placed, start);
      const inside = placed.stretches.map((_stretch, at) =>
        at < level ? 0 : 1 / this.#chanceOf(placed.stretches, at),
      );
      ratios.push([...inside, 1]);
    }
    const prior = PRIOR_LINKS.reduce((sum, count) => sum + count, 0);
    let shares = PRIOR_LINKS.map((count) => count / prior);
    for (let round = 0; round < ROUNDS; round++) {
      const counts: number[] = [...PRIOR_LINKS];
      for (const own of ratios) {
        const sum = own.reduce((all, ratio, at) => all + ratio * (shares[at] ?? 0), 0);
        for (const [at, ratio] of own.entries()) counts[at] = (counts[at] ?? 0) + (ratio * (shares[at] ?? 0)) / sum;
      }
      shares = counts.map((count) => count / (ratios.length + prior));
    }
    return shares;
  }
}

function isWithin({ from, to }: Span, start: number): boolean {
  return start >= from && start <= to;
}

/** Number of the narrowest stretch that a start lies in; their count where it lies in none. */
function firstAround({ stretches }: RowStretches, start: number): number {
  const level = stretches.findIndex((stretch) => isWithin(stretch, start));
  return level < 0 ? stretches.length : level;
}

/** For each place the places of the rows with the same settings, its own among them, ascending. */
function findAlike(rows: Int32Array, fields: readonly PairedField[]): readonly Float64Array[] {
  const keys = Array.from(rows, (row) => fields.map(({ rowCodes }) => rowCodes[row] ?? -1).join(' '));
  const placesByKey = new Map<string, Float64Array>();
  for (const [key, alike] of Map.groupBy(keys.keys(), (at) => keys[at] ?? '')) {
    placesByKey.set(key, Float64Array.from(alike));
  }
  return keys.map((key) => placesByKey.get(key) ?? new Float64Array(0));
}

/**
 * Jobs are run again and swept: a run of the same settings that is not the row's own then stands beside it more often than
 * by chance, and that it stands there tells the less.
 */
function crowdingOf(rows: readonly PlacedRow[], alike: readonly Float64Array[]): number {
  let near = 1;
  let expected = 1;
  for (const { at, first, last } of thinOut(rows, MOST_LOOKED_AT)) {
    const places = alike[at] ?? new Float64Array(0);
    near += lowerBound(places, last) - upperBound(places, first) - 1;
    expected += ((places.length - 1) * (last - first - 2)) / Math.max(1, rows.length - 1);
  }
  return Math.max(1, near / expected);
}
