import { buildSortedIndex } from '../sorted.ts';

/** Fewer rows may well be jobs of one afternoon. */
const LEAST_ROWS = 20;
/** Of either side this share is left out at both ends, as strays. */
const STRAYS = 0.05;
/** Rows that follow each other so many times as fast as runs ever did are no jobs. */
const FASTER = 8;

/**
 * Whether a column tells when its rows were written into this registry, long after: nearly all of them behind nearly
 * all runs, and within so short a time as no jobs of such a project would be. It says nothing of single runs.
 */
export function isOfImport(rowSeconds: Float64Array, runSeconds: Float64Array): boolean {
  const rows = rangeOf(rowSeconds);
  const runs = rangeOf(runSeconds);
  if (rows === null || runs === null || rows.from <= runs.to) return false;
  const secondsPerRow = (rows.to - rows.from) / rows.count;
  const secondsPerRun = (runs.to - runs.from) / runs.count;
  return secondsPerRow * FASTER <= secondsPerRun;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function rangeOf(seconds: Float64Array): Range | null {
  const { values } = buildSortedIndex(seconds);
  const strays = Math.floor(STRAYS * values.length);
  const [from, to] = [values[strays], values[values.length - 1 - strays]];
  return values.length < LEAST_ROWS || from === undefined || to === undefined
    ? null
    : { from, to, count: values.length };
}
