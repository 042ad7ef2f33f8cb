import type {
  Comparison,
  ComparisonWords,
  RunSink,
  SearchStep,
  SoftLinks,
} from '../../../src/linkage/comparison/comparison.ts';
import { FEWEST_SEEN, LevelShares } from './level-shares.ts';
import { createMemoIndex } from './memo-index.ts';
import { isNameless, namesAgree, parseMemo, referencesAgree, referencesDiffer } from './parse-memo.ts';
import type { ParsedMemo } from './parse-memo.ts';

type Level = 'reference' | 'name' | 'else';

/** Who paid, as far as both memos kept it: the fewer runs a row's name fits, the more it is worth. */
export class Memo implements Comparison {
  readonly name = 'memo';
  readonly #rows: readonly ParsedMemo[];
  readonly #runs: readonly ParsedMemo[];
  readonly #shares = new LevelShares<Level>({ reference: 0.1, name: 0.8, else: 0.1 });
  readonly #hasNameless: boolean;
  /** Runs that each row's name fits. */
  readonly #fitting: readonly (readonly number[])[];

  constructor(rowMemos: readonly string[], runMemos: readonly string[]) {
    const parsed = new Map([...new Set([...rowMemos, ...runMemos])].map((memo) => [memo, parseMemo(memo)]));
    const parse = (memo: string): ParsedMemo => parsed.get(memo) ?? parseMemo(memo);
    this.#rows = rowMemos.map(parse);
    this.#runs = runMemos.map(parse);
    this.#hasNameless = this.#runs.some(isNameless);
    const index = createMemoIndex(this.#runs);
    const fittingByMemo = new Map<ParsedMemo, readonly number[]>();
    for (const row of this.#rows) if (!fittingByMemo.has(row)) fittingByMemo.set(row, index.runsFitting(row));
    this.#fitting = this.#rows.map((row) => fittingByMemo.get(row) ?? []);
  }

  weigh(row: number, run: number): number {
    const level = this.#levelOf(row, run);
    return level === null ? 0 : this.#bits(row, level);
  }

  isMissing(row: number, run: number): boolean {
    return this.#levelOf(row, run) === null;
  }

  learn(links: SoftLinks): void {
    this.#shares.learn(links, (row, run) => this.#levelOf(row, run));
  }

  steps(row: number): readonly SearchStep[] {
    const own = this.#rows[row];
    if (own === undefined || isNameless(own)) return [{ bound: 0, size: 0 }];
    // runs without a name weigh 0 and are in no list
    const rest = Math.max(this.#hasNameless ? 0 : -Infinity, this.#bits(row, 'else'));
    return [
      { bound: Math.max(rest, this.#bits(row, 'reference'), this.#bits(row, 'name')), size: 0 },
      { bound: rest, size: this.#fitting[row]?.length ?? 0 },
    ];
  }

  collect({ row }: { readonly row: number }, sink: RunSink): void {
    for (const run of this.#fitting[row] ?? []) sink(run);
  }

  describe(row: number, run: number): ComparisonWords {
    const nameOf = (memo: ParsedMemo | undefined): string => `“${memo?.readings[0]?.name ?? ''}”`;
    const words = `${nameOf(this.#rows[row])} against ${nameOf(this.#runs[run])}`;
    return { level: this.#levelOf(row, run) ?? 'missing', words };
  }

  health(): readonly string[] {
    return [`memo: ${this.#shares.words()}`];
  }

  #levelOf(row: number, run: number): Level | null {
    const own = this.#rows[row];
    const other = this.#runs[run];
    if (own === undefined || other === undefined || isNameless(own) || isNameless(other)) return null;
    if (!namesAgree(own, other) || referencesDiffer(own, other)) return 'else';
    return referencesAgree(own, other) ? 'reference' : 'name';
  }

  #bits(row: number, level: Level): number {
    const size = Math.max(1, this.#runs.length);
    const least = FEWEST_SEEN / size;
    const named = Math.max(least, (this.#fitting[row]?.length ?? 0) / size);
    const chance = { reference: least, name: named, else: Math.max(least, 1 - named) };
    return this.#shares.bits(level, chance[level]);
  }
}
