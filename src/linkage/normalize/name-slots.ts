import { compareText } from '../sorted.ts';
import type { ValueCodes } from './values.ts';

/** Words of names of which each name holds one. */
export interface Slot {
  /** Its first words. */
  readonly name: string;
  /** The value that a word stands for: words that always stand together stand for one. */
  readonly values: ReadonlyMap<number, number>;
}

/** Rarer words are ids, and what the slots leave out hardly matters. */
const LEAST_COUNT = 3;
const MOST_WORDS = 200;
/** Share of the names of the rarer of two words in which both may stand by accident. */
const ACCIDENT = 0.01;
/** Share of the names of two words in which both stand that are one. */
const INSEPARABLE = 0.95;
/** Share of all names that hold some word of a slot; the names of each column are asked for themselves. */
const LEAST_COVERED = 0.5;
/** More words than this are no list of values. */
const MOST_VALUES = 40;
/** Words that a slot's name names. */
const MOST_NAMED = 3;

/**
 * Finds the words that are values of one field, wherever in the names they stand: no name holds two of them and nearly
 * every name holds one. `de`, `fr` and `cy` are, and so are `conformer` and `wav2vec2`, in `cy/s1/conformer` and
 * `wav2vec2_de_s2`.
 *
 * @param names the words of each name of both sides, which must agree on what is one field
 */
export function findSlots(names: readonly (readonly number[])[], values: ValueCodes): Slot[] {
  const meetings = new Meetings(names, values);
  const units = joinInseparable(meetings);
  const slots: Slot[] = [];
  const open = new Set(units);
  for (const first of units) {
    if (!open.has(first)) continue;
    const members = rivalsOf(first, open, meetings);
    const covered = members.reduce((sum, { word }) => sum + meetings.count(word), 0);
    if (members.length < 2 || members.length > MOST_VALUES || covered < LEAST_COVERED * names.length) continue;
    for (const member of members) open.delete(member);
    slots.push(slotOf(members, values));
  }
  return slots;
}

/** The word and those that stand with none of the others, the frequent ones first: rare ones may be apart by chance. */
function rivalsOf(first: Unit, others: Iterable<Unit>, meetings: Meetings): Unit[] {
  const members = [first];
  for (const unit of others) {
    const isApart = members.every(({ word }) => meetings.areApart(word, unit.word));
    if (unit !== first && isApart) members.push(unit);
  }
  return members;
}

/** Words that stand in the same names throughout, `half` and `cheetah`; the first stands for all. */
interface Unit {
  readonly word: number;
  readonly words: number[];
}

function joinInseparable(meetings: Meetings): Unit[] {
  const units: Unit[] = [];
  for (const word of meetings.words) {
    const same = units.find((unit) => meetings.areOne(unit.word, word));
    if (same === undefined) units.push({ word, words: [word] });
    else same.words.push(word);
  }
  return units;
}

function slotOf(units: readonly Unit[], values: ValueCodes): Slot {
  const texts = units.map(({ word }) => values.textOf(word)).toSorted(compareText);
  const more = texts.length > MOST_NAMED ? ['…'] : [];
  return {
    name: [...texts.slice(0, MOST_NAMED), ...more].join('|'),
    values: new Map(units.flatMap(({ word, words }) => words.map((own) => [own, word] as const))),
  };
}

/** How often words stand in one name; the most frequent words first. */
class Meetings {
  readonly words: readonly number[];
  /** Of each word with each, by their numbers. */
  readonly #together: Uint32Array;
  readonly #numbers: ReadonlyMap<number, number>;

  constructor(names: readonly (readonly number[])[], values: ValueCodes) {
    const counts = new Map<number, number>();
    for (const words of names) for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
    this.words = [...counts]
      .filter(([word, count]) => count >= LEAST_COUNT && Number.isNaN(values.numberOf(word)))
      .toSorted(([a, x], [b, y]) => y - x || compareText(values.textOf(a), values.textOf(b)))
      .slice(0, MOST_WORDS)
      .map(([word]) => word);
    this.#numbers = new Map(this.words.map((word, at) => [word, at]));
    this.#together = new Uint32Array(this.words.length ** 2);
    for (const words of names) this.#add(words);
  }

  count(word: number): number {
    return this.#together[this.#at(word, word)] ?? 0;
  }

  areApart(a: number, b: number): boolean {
    return this.#met(a, b) <= ACCIDENT * Math.min(this.count(a), this.count(b));
  }

  areOne(a: number, b: number): boolean {
    return this.#met(a, b) >= INSEPARABLE * Math.max(this.count(a), this.count(b));
  }

  #met(a: number, b: number): number {
    return this.#together[this.#at(a, b)] ?? 0;
  }

  #add(words: readonly number[]): void {
    const known = [...new Set(words)].filter((word) => this.#numbers.has(word));
    for (const a of known) {
      for (const b of known) this.#together[this.#at(a, b)] = this.#met(a, b) + 1;
    }
  }

  #at(a: number, b: number): number {
    return (this.#numbers.get(a) ?? 0) * this.words.length + (this.#numbers.get(b) ?? 0);
  }
}
