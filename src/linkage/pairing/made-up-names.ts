import levenshtein from 'fast-levenshtein';
import { isGeneratedName } from '../normalize/names.ts';
import { normalizeText } from '../normalize/values.ts';
import { isSwap } from '../normalize/misspelt.ts';

/** A whole name in a longer text. */
const INSIDE = /(?<![\da-z-])[a-z]+-[a-z]+-\d+(?![\da-z-])/g;
/** The words of a name, run together where what parts them was left out, and its number, which many leave out. */
const COPIED = /^([a-z]+(?:-[a-z]+)?)(?:-?(\d+))?$/;
/** A slip in fewer letters makes other words of them. */
const LEAST_LETTERS = 6;
/** Pairs of texts that are compared letter by letter, at most. */
const MOST_PAIRS = 1_000_000;

/** The names that W&B made up for the runs, as people copy them: with a slip of the pen, or without the number. */
export class MadeUpNames {
  readonly #names: ReadonlySet<string>;
  /** Their two words. */
  readonly #words: ReadonlySet<string>;
  readonly #namesByNumber: ReadonlyMap<string, readonly string[]>;
  #pairsLeft = MOST_PAIRS;

  constructor(displayNames: readonly (string | null)[]) {
    this.#names = new Set(displayNames.flatMap((name) => (name !== null && isGeneratedName(name) ? [name] : [])));
    this.#words = new Set([...this.#names].map(lettersOf));
    this.#namesByNumber = Map.groupBy(this.#names, (name) => name.slice(lettersOf(name).length + 1));
  }

  /** What a run's name may be called: itself, and its two words. */
  callsOf(displayName: string | null): readonly string[] {
    return displayName !== null && this.#names.has(displayName) ? [displayName, lettersOf(displayName)] : [];
  }

  /** What a text calls some run: whole names anywhere, or, where it is nothing but a name, the only one so near. */
  callsIn(raw: string): readonly string[] {
    if (this.#names.size === 0) return [];
    const text = normalizeText(raw);
    const call = text.replaceAll(/[\s_-]+/g, '-');
    if (this.#names.has(call) || this.#words.has(call)) return [call];
    const [, letters, number] = COPIED.exec(call) ?? [];
    if (letters === undefined) return text.includes('-') ? this.#namesInside(text) : [];
    const near = this.#near(letters, number === undefined ? [...this.#words] : (this.#namesByNumber.get(number) ?? []));
    return near.length === 1 ? near : [];
  }

  #namesInside(text: string): readonly string[] {
    return (text.match(INSIDE) ?? []).filter((name) => this.#names.has(name));
  }

  #near(letters: string, calls: readonly string[]): readonly string[] {
    if (letters.length < LEAST_LETTERS || this.#pairsLeft < calls.length) return [];
    this.#pairsLeft -= calls.length;
    return calls.filter((other) => isSlip(letters, lettersOf(other)));
  }
}

function lettersOf(name: string): string {
  return name.replace(/-\d+$/, '');
}

/** One letter more, less or another, or two neighbours swapped. */
function isSlip(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= 1 && (levenshtein.get(a, b) <= 1 || isSwap(a, b));
}
