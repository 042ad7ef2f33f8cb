import { buildSortedIndex } from '../sorted.ts';

/** Rows that others are held against; more say nothing new. */
const MOST_REFERENCES = 300;
/** Half of a metric's range in ranks, as a share, within which another row counts as alike. */
const ALIKE_RANKS = 0.1;
/** Rows that one number of a set holds, a bit each. */
const BITS = 32;

/**
 * How many times likelier a row's metrics are together than one by one: loss and accuracy of a run say much the same,
 * so two that agree are less than twice the evidence. At least 1; counted among rows alike in rank on every metric.
 */
export function jointLikeliness(columns: readonly Float64Array[]): Float64Array {
  const size = columns[0]?.length ?? 0;
  const stride = Math.max(1, Math.ceil(size / MOST_REFERENCES));
  const references = Int32Array.from({ length: Math.ceil(size / stride) }, (_item, at) => at * stride);
  const ranks = columns.map(ranksOf);
  const sets = ranks.map(
    (rank) => new RankedReferences(Float64Array.from(references, (row) => rank[row] ?? Number.NaN)),
  );
  const counter = new LikenessCounter(references.length);
  const likeliness = new Float64Array(size).fill(1);
  for (let row = 0; row < size; row++) {
    counter.start(row % stride === 0 ? row / stride : -1);
    for (let at = 0; at < ranks.length; at++) {
      const rank = ranks[at]?.[row] ?? Number.NaN;
      const own = sets[at];
      if (!Number.isNaN(rank) && own !== undefined) counter.add(own, rank);
    }
    likeliness[row] = counter.likeliness();
  }
  return likeliness;
}

/** Rank of each value among all, 0 to 1; NaN where there is none. */
function ranksOf(values: Float64Array): Float64Array {
  const { records } = buildSortedIndex(values);
  const ranks = new Float64Array(values.length).fill(Number.NaN);
  for (const [rank, record] of records.entries()) ranks[record] = rank / records.length;
  return ranks;
}

/**
 * The references by their ranks on one metric, as sets of bits. Those alike to a rank stand side by side in order, so that
 * their set is the difference of two that are made once: a row is held against all references in a few words.
 */
class RankedReferences {
  readonly words: number;
  /** Those that have the metric. */
  readonly there: Int32Array;
  readonly #ascending: Float64Array;
  /** By how many come first in ascending order: the set of these. */
  readonly #firsts: Int32Array;

  constructor(ranks: Float64Array) {
    const { values, records } = buildSortedIndex(ranks);
    this.words = Math.ceil(ranks.length / BITS);
    this.#ascending = values;
    this.#firsts = new Int32Array((values.length + 1) * this.words);
    for (let at = 0; at < values.length; at++) {
      const from = at * this.words;
      this.#firsts.copyWithin(from + this.words, from, from + this.words);
      addTo(this.#firsts, records[at] ?? 0, from + this.words);
    }
    this.there = this.#firsts.slice(values.length * this.words);
  }

  /** Writes the set of those alike to a rank. */
  findAlike(rank: number, into: Int32Array): void {
    const from = this.#countAbove(rank, ALIKE_RANKS) * this.words;
    const to = this.#countNotBelow(rank, -ALIKE_RANKS) * this.words;
    for (let word = 0; word < this.words; word++) {
      into[word] = (this.#firsts[to + word] ?? 0) & ~(this.#firsts[from + word] ?? 0);
    }
  }

  /** References that the rank exceeds by more than so much. */
  #countAbove(rank: number, by: number): number {
    return this.#countWhile((other) => rank - other > by);
  }

  #countNotBelow(rank: number, by: number): number {
    return this.#countWhile((other) => rank - other >= by);
  }

  #countWhile(isIn: (other: number) => boolean): number {
    let low = 0;
    let high = this.#ascending.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isIn(this.#ascending[middle] ?? 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Counts the references that are alike to one row after the other. */
class LikenessCounter {
  readonly #all: Int32Array;
  /** Those that have all metrics of the row, itself apart, and those alike on each metric of it. */
  readonly #there: Int32Array;
  readonly #alike: Int32Array[] = [];
  readonly #together: Int32Array;
  #metrics = 0;

  constructor(references: number) {
    this.#all = new Int32Array(Math.ceil(references / BITS));
    for (let reference = 0; reference < references; reference++) addTo(this.#all, reference, 0);
    this.#there = new Int32Array(this.#all.length);
    this.#together = new Int32Array(this.#all.length);
  }

  /** @param itself where the row stands among the references, or −1 */
  start(itself: number): void {
    this.#there.set(this.#all);
    if (itself >= 0) this.#there[itself >> 5] = (this.#there[itself >> 5] ?? 0) & ~(1 << (itself & 31));
    this.#metrics = 0;
  }

  add(references: RankedReferences, rank: number): void {
    const alike = (this.#alike[this.#metrics++] ??= new Int32Array(this.#all.length));
    references.findAlike(rank, alike);
    keepCommon(this.#there, references.there);
  }

  likeliness(): number {
    if (this.#metrics < 2) return 1;
    const references = countOf(this.#there);
    this.#together.set(this.#there);
    let expected = references + 1;
    for (let at = 0; at < this.#metrics; at++) {
      const alike = this.#alike[at] ?? this.#there;
      keepCommon(alike, this.#there);
      keepCommon(this.#together, alike);
      expected *= (countOf(alike) + 1) / (references + 1);
    }
    return Math.max(1, (countOf(this.#together) + 1) / (expected + 1));
  }
}

function addTo(set: Int32Array, reference: number, from: number): void {
  const word = from + (reference >> 5);
  set[word] = (set[word] ?? 0) | (1 << (reference & 31));
}

function keepCommon(set: Int32Array, other: Int32Array): void {
  for (let word = 0; word < set.length; word++) set[word] = (set[word] ?? 0) & (other[word] ?? 0);
}

/** Adds up neighbouring bits, pairs, fours and eights (Warren 2002, section 5–1). */
function countOf(set: Int32Array): number {
  let count = 0;
  for (let word = 0; word < set.length; word++) {
    let bits = set[word] ?? 0;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    bits = (bits + (bits >>> 4)) & 0x0f0f0f0f;
    count += Math.imul(bits, 0x01010101) >>> 24;
  }
  return count;
}
