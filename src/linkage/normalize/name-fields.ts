import type { FieldCollector, FieldWriter } from './fields.ts';
import type { NameWords } from './name-words.ts';
import { isGeneratedName, parsePart, splitName } from './names.ts';
import { NONE, parseNumber } from './values.ts';
import type { ValueEncoder } from './values.ts';

/** Names longer than this many parts are sentences; their tail tells nothing by position. */
const MOST_PARTS = 12;
const MISSING_PARTS: ReadonlySet<string> = new Set(['na', 'nan', 'null']);

interface NameTarget {
  readonly fields: FieldCollector;
  readonly values: ValueEncoder;
}

/** What was cut off a name. */
interface NameCut {
  /** The name itself was cut: its last part is a piece of one. */
  readonly isCut: boolean;
  /** Names of its column were cut, so that nothing can be counted from the right. */
  readonly fromLeftOnly: boolean;
}

const WHOLE: NameCut = { isCut: false, fromLeftOnly: false };

/** A part as it was read once: the same words stand in many names. */
interface KnownPart {
  /** Field of its label. */
  readonly labelled: FieldWriter | null;
  readonly code: number;
  /** With its label; −1 where the label's field says it all. */
  readonly whole: number;
  /** Whether it is a word that no label tells the meaning of. */
  readonly isBare: boolean;
}

/**
 * Labels that only some names of a column bear, always with the same number: `esm2` beside `ankh` is the name of a model
 * and no setting.
 */
export function findNumberedWords(names: readonly string[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const name of names) {
    if (isGeneratedName(name)) continue;
    for (const part of splitName(name)) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  const seen = new Map<string, { readonly value: string; readonly count: number } | null>();
  for (const [part, more] of counts) {
    const { label, value } = parsePart(part);
    if (label === null) continue;
    const known = seen.get(label);
    const isSame = known === undefined || known?.value === value;
    seen.set(label, isSame ? { value, count: (known?.count ?? 0) + more } : null);
  }
  return new Set([...seen].flatMap(([label, one]) => (one === null || one.count >= names.length ? [] : [label])));
}

/**
 * The parts of names as fields: labelled ones under their label (`name.bs`), the others by their position from the left
 * and from the right, because one optional part would shift all that follow.
 */
export class NameFields {
  readonly #values: ValueEncoder;
  readonly #field: string;
  readonly #words: ReadonlySet<string>;
  readonly #writerOf: (name: string) => FieldWriter;
  readonly #parts = new Map<string, KnownPart>();
  readonly #fromLeft: FieldWriter[] = [];
  readonly #fromRight: FieldWriter[] = [];
  readonly words: NameWords;

  /** @param words labels whose number belongs to the word */
  constructor({ fields, values }: NameTarget, field: string, words: ReadonlySet<string> = new Set()) {
    this.#words = words;
    this.#values = values;
    this.#field = field;
    this.#writerOf = fields.writersOf('name-part');
    this.words = { field, records: [], codes: [] };
  }

  add(record: number, name: string, { isCut, fromLeftOnly }: NameCut = WHOLE): void {
    if (isGeneratedName(name)) return;
    const parts = splitName(name);
    const count = Math.min(MOST_PARTS, isCut ? Math.max(0, parts.length - 1) : parts.length);
    for (let at = 0; at < count; at++) {
      const { labelled, code, whole, isBare } = this.#partOf(parts[at] ?? '');
      labelled?.add(record, code);
      if (whole < 0) continue;
      if (isBare) {
        this.words.records.push(record);
        this.words.codes.push(whole);
      }
      (this.#fromLeft[at] ??= this.#writerOf(`${this.#field}[${at}]`)).add(record, whole);
      const back = count - at;
      if (!fromLeftOnly) (this.#fromRight[back] ??= this.#writerOf(`${this.#field}[-${back}]`)).add(record, whole);
    }
  }

  #partOf(text: string): KnownPart {
    let part = this.#parts.get(text);
    if (part === undefined) this.#parts.set(text, (part = this.#readPart(text)));
    return part;
  }

  #readPart(text: string): KnownPart {
    const { label, value, isNumberFirst } = parsePart(text);
    if (MISSING_PARTS.has(value)) return { labelled: null, code: -1, whole: -1, isBare: false };
    const code = this.#values.encode(value);
    if (label === null) return { labelled: null, code, whole: code, isBare: true };
    const labelled = this.#writerOf(`${this.#field}.${label}`);
    if (value === NONE) return { labelled, code, whole: -1, isBare: false };
    const isNumbered = !Number.isNaN(parseNumber(value));
    if (isNumbered && !isNumberFirst && !this.#words.has(label)) return { labelled, code, whole: -1, isBare: false };
    const whole = this.#values.encode(isNumberFirst ? text : `${label}${value}`);
    return { labelled, code, whole, isBare: isNumbered };
  }
}
