/** `…o9rqyp` and `...o9rqyp`, `ftjob-tz5f…` and `tz5f...`: what an ellipsis has left of a word. */
const ENDS = /(?<![\p{L}\p{N}_.…-])(?:…|\.{2,3})([a-z\d_-]{5,})(?![\p{L}\p{N}_-])/gu;
/** A word that a sentence breaks off behind is no such word, unless it holds a digit. */
const HEADS = /(?<![\p{L}\p{N}_.…-])(?=[a-z_-]*\d)([a-z\d_-]{5,})(?:…|\.{2,3})(?![\p{L}\p{N}])/gu;

/** Words that were cut with an ellipsis, and the longer ones that they may be left of. */
export class CutWords {
  readonly #known = new Set<string>();
  readonly #lengths = new Set<number>();

  /** The cut words of a text, remembered: `…o9rqyp`. */
  cutIn(raw: string): readonly string[] {
    if (!/…|\.\./.test(raw)) return [];
    const text = raw.toLowerCase();
    const words = [
      ...Array.from(text.matchAll(ENDS), ([, end]) => `…${end}`),
      ...Array.from(text.matchAll(HEADS), ([, head]) => `${head}…`),
    ];
    for (const word of words) {
      this.#known.add(word);
      this.#lengths.add(word.length - 1);
    }
    return words;
  }

  /** Those of the remembered words that are left of a text or of one of its words. */
  leftOf(raw: string): readonly string[] {
    if (this.#known.size === 0) return [];
    const text = raw.toLowerCase();
    const found = new Set<string>();
    for (const word of [text, ...text.split(/[^a-z\d]+/)]) {
      for (const length of this.#lengths) {
        if (word.length <= length) continue;
        for (const cut of [`…${word.slice(-length)}`, `${word.slice(0, length)}…`])
          if (this.#known.has(cut)) found.add(cut);
      }
    }
    return [...found];
  }
}
