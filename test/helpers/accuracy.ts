import { linkRecords } from '../../src/linkage/link-records.ts';
import type { LinkageInput, LinkageResult } from '../../src/model/linkage.ts';
import { calibrationErrorOf, scoreOutcomes } from './worlds/score.ts';
import type { Score } from './worlds/score.ts';

/** A registry and a project of which it is known what belongs together. */
export interface LabelledWorld {
  readonly seed: number;
  readonly input: LinkageInput;
  /** Run id of each row that has a run. */
  readonly truth: ReadonlyMap<string, string>;
}

export interface WorldScore extends Score {
  readonly seed: number;
  readonly rows: number;
  readonly runs: number;
  /** Rows that one who knows the generator could name; those of them that the matching named. */
  readonly identifiable: number;
  readonly identified: number;
  readonly ms: number;
}

export function scoreWorld(
  { seed, input, truth }: LabelledWorld,
  identifiable: ReadonlySet<string>,
): { readonly score: WorldScore; readonly result: LinkageResult } {
  const start = performance.now();
  const result = linkRecords(input);
  const ms = performance.now() - start;
  const identified = result.outcomes.filter(
    ({ kind, keyText, wandbRunId }) =>
      kind === 'match' && identifiable.has(keyText) && truth.get(keyText) === wandbRunId,
  );
  return {
    score: {
      ...scoreOutcomes(result.outcomes, truth),
      seed,
      rows: input.rows.length,
      runs: input.runs.length,
      identifiable: identifiable.size,
      identified: identified.length,
      ms,
    },
    result,
  };
}

export function totalOf<T>(scores: readonly T[], read: (score: T) => number): number {
  return scores.reduce((total, score) => total + read(score), 0);
}

/** A dash where there is nothing to have a share of. */
export function renderShare(part: number, whole: number, digits: number): string {
  return whole === 0 ? '-'.padEnd(digits + 2) : (part / whole).toFixed(digits);
}

/** 1 where nothing could be identified. */
export function identifiedShare({ identifiable, identified }: WorldScore): number {
  return identifiable === 0 ? 1 : identified / identifiable;
}

export function worstOf<T extends WorldScore>(scores: readonly T[]): T {
  return scores.toSorted((a, b) => identifiedShare(a) - identifiedShare(b) || b.wrong - a.wrong)[0]!;
}

/** Expected calibration error over the candidates of several worlds together. */
export function pooledCalibration(scores: readonly Score[]): number {
  return calibrationErrorOf(scores.flatMap(({ claims }) => claims));
}

/** The same in words, with bins of equal width as well, and how many wrong links the probabilities admit. */
export function renderCalibration(scores: readonly Score[]): string {
  const claims = scores.flatMap((score) => score.claims);
  const admitted = totalOf(scores, (score) => score.admitted);
  const wrong = totalOf(scores, (score) => score.wrong);
  return (
    `ECE over ${claims.length} candidates of all worlds together ${calibrationErrorOf(claims).toFixed(4)} ` +
    `(bins of equal width ${calibrationErrorOf(claims, 'width').toFixed(4)}); ` +
    `wrong links ${wrong}, admitted ${admitted.toFixed(1)}`
  );
}
