import type { Comparison } from '../comparison/comparison.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { AssignmentView } from './margin.ts';
import type { Records } from '../normalize/records.ts';
import type { SurePair } from '../pairing/refine.ts';
import type { Objection } from './weakness.ts';
import { thinOut } from '../thin-out.ts';

/** What one run only has: each of these can single it out. */
const SINGLING: ReadonlySet<string> = new Set(['time', 'metrics']);
/** Bits from which such a comparison agrees. */
const AGREES = 1;
/** Bits above what the best of all runs would reach by chance from which another run is singled out … */
const BEYOND_CHANCE = 3;
/** … if its settings fit the row as well as those of the best run, within so many bits. */
const AS_WELL = 1;
/** More runs than this are no few that fit. */
const MOST_LISTED = 64;
/** A run that goes to another row with this probability is that row's. */
const TAKEN = 0.5;

/** Sure pairs that are looked at for such runs; fewer tell no habit. */
const LEAST_PAIRS = 10;
const MOST_PAIRS = 300;
/** Where such a run is found beside this share of them, it is a habit … */
const HABIT = 0.5;
/** … and so many bits of agreement show it, so many more than the best run has. */
const HABIT_BITS = 4;
const HABIT_LEAD = 1;

export interface TwoRunsCheck {
  /** Whether most rows have two such runs: then every pair is as likely the one as the other. */
  readonly isHabit: boolean;
  /** What speaks against a pair; null where nothing does. */
  readonly objectionTo: (edge: number) => Objection | null;
}

/**
 * Finds rows whose time is one run's and whose metrics are another's: a training and the test of its model, a stage and
 * the next one of the same pipeline. Which of the two is meant is the registry's convention, and nothing that was
 * measured tells it.
 *
 * @param sure pairs that are as good as certain
 */
export function createTwoRunsCheck(context: Context, sure: readonly SurePair[]): TwoRunsCheck {
  const { records, model } = context;
  const chance = Math.log2(Math.max(2, model.population.runs)) + BEYOND_CHANCE;
  const singling = model.comparisons.filter(({ name }) => SINGLING.has(name));
  const habit = singling.find((comparison) => isHabit(context, comparison, sure));
  if (habit !== undefined) {
    const reason = `most rows have the ${habit.name} of another run than the one that fits otherwise: which of the two is meant is not told`;
    return { isHabit: true, objectionTo: () => ({ reason }) };
  }
  const laterTries = groupLaterTries(records);
  const objectionTo = (edge: number): Objection | null => {
    const pair = { row: model.candidates.rows[edge] ?? 0, run: model.candidates.runs[edge] ?? 0 };
    const held = objectionOfTries(context, pair, laterTries.get(pair.run) ?? []);
    if (held !== null) return held;
    for (const comparison of singling) {
      if (comparison.weigh(pair.row, pair.run) > AGREES) continue;
      const other = findOther(context, { comparison, pair, least: chance });
      if (other === undefined) continue;
      const { words } = comparison.describe(pair.row, other);
      return { reason: `another run, ${records.runs[other]?.runId ?? ''}, has what the best run lacks: ${words}` };
    }
    return null;
  };
  return { isHabit: false, objectionTo };
}

function habitBits(own: number): number {
  return Math.max(HABIT_BITS, own + HABIT_LEAD);
}

interface Context {
  readonly records: Records;
  readonly model: LearnedModel;
  readonly view: AssignmentView;
  /** Bits that a match needs. */
  readonly least: number;
}

/** Whether most rows of the sure pairs have another run that agrees better in the comparison. */
function isHabit(context: Context, comparison: Comparison, sure: readonly SurePair[]): boolean {
  if (sure.length < LEAST_PAIRS) return false;
  const some = thinOut(sure, MOST_PAIRS);
  const doubled = some.filter((pair) => {
    const least = habitBits(comparison.weigh(pair.row, pair.run));
    const most = comparison.most?.(pair.row) ?? comparison.steps(pair.row)[0]?.bound ?? 0;
    return most >= least && findOther(context, { comparison, pair, least }) !== undefined;
  });
  return doubled.length >= HABIT * some.length;
}

/**
 * A run of no other row, and not rejected for this one, that agrees in the comparison and whose settings fit as well;
 * undefined where there is none.
 */
function findOther(
  context: Context,
  { comparison, pair, least }: { readonly comparison: Comparison; readonly pair: SurePair; readonly least: number },
): number | undefined {
  const { records, model } = context;
  const settings = model.comparisons.find(({ name }) => name === 'settings');
  const fit = settings?.weigh(pair.row, pair.run) ?? 0;
  return runsOfStep(comparison, pair.row).find(
    (run) =>
      run !== pair.run &&
      comparison.weigh(pair.row, run) >= least &&
      (settings?.weigh(pair.row, run) ?? 0) >= fit - AS_WELL &&
      !isTakenFrom(context, pair.row, run) &&
      !(comparison.name === 'time' && isEarlierTry(records, run, pair.run)),
  );
}

/** The later tries of the same thing, by the run number of an earlier one. */
function groupLaterTries({ runs, triesByRunId }: Records): Map<number, number[]> {
  const numbers = new Map(runs.map(({ runId }, run) => [runId, run]));
  const later = new Map<number, number[]>();
  for (const [runId, tries] of triesByRunId) {
    const last = numbers.get(runId);
    for (const earlier of tries) {
      const run = numbers.get(earlier.runId);
      if (run !== undefined && last !== undefined) later.set(run, [...(later.get(run) ?? []), last]);
    }
  }
  return later;
}

/**
 * What speaks against a try that crashed without final metrics where a later one of the same thing has those of the row.
 * There are but a few later ones, so that a few bits are beyond chance; and as many as there are speak against the try.
 */
function objectionOfTries(context: Context, { row, run }: SurePair, later: readonly number[]): Objection | null {
  const { records, model, least } = context;
  const metrics = model.comparisons.find(({ name }) => name === 'metrics');
  if (metrics?.isMissing(row, run) !== true) return null;
  const beyondChance = Math.log2(1 + later.length) + BEYOND_CHANCE;
  const held = later.find((other) => metrics.weigh(row, other) >= beyondChance && !isTakenFrom(context, row, other));
  if (held === undefined) return null;
  const { words } = metrics.describe(row, held);
  return {
    reason: `a later try of the same thing, ${records.runs[held]?.runId ?? ''}, has what the best run lacks: ${words}`,
    outweighedBy: least + metrics.weigh(row, held),
  };
}

/** Whether a run is linked, rejected for this row, or another row's. */
export function isTakenFrom(
  { records, model, view }: Pick<Context, 'records' | 'model' | 'view'>,
  row: number,
  run: number,
): boolean {
  return (
    records.freeRuns[run] !== 1 ||
    records.rejectedByRow.get(row)?.has(run) === true ||
    (view.edgesByRun.get(run) ?? []).some((edge) => (model.posterior.probabilities[edge] ?? 0) >= TAKEN)
  );
}

/** A row that was entered at the first try has its time, and the rest from the one that held. */
function isEarlierTry({ runs, triesByRunId }: Records, run: number, last: number): boolean {
  return triesByRunId.get(runs[last]?.runId ?? '')?.some(({ runId }) => runId === runs[run]?.runId) === true;
}

/** The runs that fit the row best; none where there are many. */
function runsOfStep(comparison: Comparison, row: number): number[] {
  const first = comparison.steps(row)[1];
  const runs = new Set<number>();
  if (first !== undefined && first.size <= MOST_LISTED) comparison.collect({ row, step: 1 }, (run) => runs.add(run));
  return [...runs].toSorted((a, b) => a - b);
}
