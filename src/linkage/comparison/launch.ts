import type { PairedField } from '../pairing/pairing.ts';
import { sortedIndexOf, upperBound } from '../sorted.ts';
import type { Comparison, ComparisonWords, SearchStep } from './comparison.ts';
import type { SettingsComparison } from './settings.ts';
import { thinOut } from '../thin-out.ts';

/** Pairs of rows of one launch that show how much its jobs have in common. */
const MOST_SIBLINGS = 4000;
/** Rows after one that are looked at for siblings. */
const REACH = 16;
/** Fewer siblings than this beyond chance are accidents. Chance is seen in a window so many times as wide. */
const LEAST_SIBLINGS = 5;
const AROUND = 31;

export interface LaunchInput {
  readonly time: Comparison;
  readonly settings: SettingsComparison;
  readonly fields: readonly PairedField[];
  /** On the runs' clock or off it; NaN is missing. */
  readonly rowSeconds: Float64Array;
  readonly quantum: number;
}

/**
 * Time and settings are no two things where jobs start together: a run of another job of the same launch, of which the
 * registry knows nothing, has both in common with the row. With R the ratios for two jobs of any launches,
 * P(pair | one job) / P(pair | two jobs) = R(time) · R(settings) / (1 + c · R(time) · R(settings of one launch)),
 * c being the share of two jobs that start together. Both are counted among the rows.
 */
export class LaunchComparison implements Comparison {
  readonly name = 'launch';
  readonly #input: LaunchInput;
  readonly #siblings: readonly (readonly [row: number, other: number])[];
  /** P(two jobs start together). */
  readonly #together: number;
  readonly #sharesByMask = new Map<number, number>();

  constructor(input: LaunchInput) {
    this.#input = input;
    const { pairs, beyondChance, rows } = findSiblings(input.rowSeconds, Math.max(1, input.quantum / 2));
    this.#siblings = pairs;
    this.#together = beyondChance < LEAST_SIBLINGS ? 0 : (2 * beyondChance) / Math.max(1, rows * (rows - 1));
  }

  weigh(row: number, run: number): number {
    const { time, settings } = this.#input;
    // without a time, what the jobs of a launch have in common is counted among all rows as it is
    if (this.#together === 0 || time.isMissing(row, run)) return 0;
    const { equal, differing } = settings.compare(row, run);
    const alike = this.#agreementOf(equal, differing) * 2 ** -settings.log2Share(row, equal);
    return -Math.log2(1 + this.#together * 2 ** time.weigh(row, run) * alike);
  }

  /** It is no evidence of its own. */
  isMissing(): boolean {
    return true;
  }

  learn(): void {
    // the rows have told all there is to it
  }

  steps(): readonly SearchStep[] {
    return [{ bound: 0, size: 0 }];
  }

  collect(): void {
    // there is no list
  }

  describe(row: number, run: number): ComparisonWords {
    if (this.weigh(row, run) > -0.05)
      return { level: 'none', words: 'no other job that starts with it is likely to be meant' };
    const others = this.#together * (this.#input.rowSeconds.length - 1);
    return {
      level: 'shared',
      words: `another job of the same launch may be meant: rows start with ${others.toFixed(1)} others on average`,
    };
  }

  health(): readonly string[] {
    return [];
  }

  /** P(two jobs of one launch agree and differ so), each pattern counted among the siblings. */
  #agreementOf(equal: number, differing: number): number {
    const key = equal * 2 ** 13 + differing;
    let share = this.#sharesByMask.get(key);
    if (share === undefined) {
      share = this.#countAgreement(equal, differing);
      // where few siblings have all of these settings: they agree on all no oftener than on any one of them
      for (let at = 0; equal >> at !== 0; at++) {
        if ((equal & (1 << at)) !== 0) share = Math.min(share, this.#countAgreement(1 << at, 0));
      }
      this.#sharesByMask.set(key, share);
    }
    return share;
  }

  #countAgreement(equal: number, differing: number): number {
    let compared = 0;
    let alike = 0;
    for (const [row, other] of this.#siblings) {
      if (!this.#haveBoth(row, other, equal)) continue;
      compared++;
      if (this.#agree(row, other, equal) && this.#differ(row, other, differing)) alike++;
    }
    return (alike + 0.5) / (compared + 1);
  }

  #agree(row: number, other: number, mask: number): boolean {
    return this.#input.fields.every(
      ({ rowCodes }, at) => (mask & (1 << at)) === 0 || rowCodes[row] === rowCodes[other],
    );
  }

  #haveBoth(row: number, other: number, mask: number): boolean {
    return this.#input.fields.every(
      ({ rowCodes }, at) => (mask & (1 << at)) === 0 || ((rowCodes[row] ?? -1) >= 0 && (rowCodes[other] ?? -1) >= 0),
    );
  }

  #differ(row: number, other: number, mask: number): boolean {
    return this.#input.fields.every(
      ({ rowCodes }, at) => (mask & (1 << at)) === 0 || rowCodes[row] !== rowCodes[other],
    );
  }
}

interface Siblings {
  readonly pairs: readonly (readonly [number, number])[];
  /** Pairs of rows that start together, as many as are more than by accident. */
  readonly beyondChance: number;
  readonly rows: number;
}

function findSiblings(rowSeconds: Float64Array, slack: number): Siblings {
  const { values, records } = sortedIndexOf(rowSeconds);
  const pairs: [number, number][] = [];
  let count = 0;
  let chance = 0;
  const last = values.at(-1) ?? 0;
  for (let at = 0; at < records.length; at++) {
    const own = values[at] ?? 0;
    const end = upperBound(values, own + slack);
    count += end - at - 1;
    // near the last row, and all along where the rows span a few windows only, less is to be seen than all around
    const width = Math.min(AROUND * slack, last - own) - slack;
    chance += width < slack ? end - at - 1 : ((upperBound(values, own + AROUND * slack) - end) * slack) / width;
    for (let other = at + 1; other < Math.min(end, at + REACH); other++)
      pairs.push([records[at] ?? 0, records[other] ?? 0]);
  }
  const beyondChance = count - chance - 2 * Math.sqrt(chance);
  return { pairs: thinOut(pairs, MOST_SIBLINGS), beyondChance, rows: records.length };
}
