import type { Comparison, ComparisonWords, RunSink, SearchStep, SoftLinks } from './comparison.ts';

/**
 * Times that stand in several columns, as in a registry that was merged of two: each row is compared by the column in
 * which it has one. Each column keeps its own zone, its own delays, and the moment of the runs that it tells.
 */
export class TimeByColumn implements Comparison {
  readonly name = 'time';
  readonly #columns: readonly Comparison[];
  readonly #columnOf: (row: number) => Comparison;

  /** @param columnOf number of the comparison that speaks for a row; the first where the row has no time */
  constructor(columns: readonly [Comparison, ...Comparison[]], columnOf: (row: number) => number) {
    const [first] = columns;
    this.#columns = columns;
    this.#columnOf = (row) => columns[columnOf(row)] ?? first;
  }

  weigh(row: number, run: number): number {
    return this.#columnOf(row).weigh(row, run);
  }

  isMissing(row: number, run: number): boolean {
    return this.#columnOf(row).isMissing(row, run);
  }

  learn(links: SoftLinks): void {
    for (const column of this.#columns) column.learn(links);
  }

  steps(row: number): readonly SearchStep[] {
    return this.#columnOf(row).steps(row);
  }

  collect(request: { readonly row: number; readonly step: number }, sink: RunSink): void {
    this.#columnOf(request.row).collect(request, sink);
  }

  describe(row: number, run: number): ComparisonWords {
    return this.#columnOf(row).describe(row, run);
  }

  health(): readonly string[] {
    return this.#columns.flatMap((column) => column.health());
  }
}
