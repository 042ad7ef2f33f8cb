/** Candidate pairs row by row: those of row i stand at starts[i] … starts[i + 1] − 1, by ascending run. */
export interface Candidates {
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly runs: Int32Array;
  /** Match weights in bits, without the prior. */
  readonly weights: Float64Array;
  /** Rows for which more runs may fit than were looked at or kept: they can never be decided. */
  readonly cutRows: Uint8Array;
}

/** Collects pairs in typed arrays that grow by doubling; the pairs of one row together, the rows in any order. */
export interface CandidateBuilder {
  add(row: number, run: number, weight: number): void;
  build(rowCount: number, cutRows: Uint8Array): Candidates;
}

export function createCandidateBuilder(): CandidateBuilder {
  let rows = new Int32Array(1024);
  let runs = new Int32Array(1024);
  let weights = new Float64Array(1024);
  let size = 0;
  return {
    add(row, run, weight) {
      if (size === rows.length) {
        rows = grown(rows, new Int32Array(2 * size));
        runs = grown(runs, new Int32Array(2 * size));
        weights = grown(weights, new Float64Array(2 * size));
      }
      rows[size] = row;
      runs[size] = run;
      weights[size] = weight;
      size++;
    },
    build(rowCount, cutRows) {
      const starts = new Int32Array(rowCount + 1);
      for (let at = 0; at < size; at++) starts[(rows[at] ?? 0) + 1] = (starts[(rows[at] ?? 0) + 1] ?? 0) + 1;
      for (let row = 0; row < rowCount; row++) starts[row + 1] = (starts[row + 1] ?? 0) + (starts[row] ?? 0);
      const next = starts.slice();
      const sorted = { rows: new Int32Array(size), runs: new Int32Array(size), weights: new Float64Array(size) };
      for (let at = 0; at < size; at++) {
        const row = rows[at] ?? 0;
        const to = next[row] ?? 0;
        next[row] = to + 1;
        sorted.rows[to] = row;
        sorted.runs[to] = runs[at] ?? 0;
        sorted.weights[to] = weights[at] ?? 0;
      }
      return { starts, ...sorted, cutRows };
    },
  };
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
