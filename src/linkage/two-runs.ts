import type { Comparison } from './comparison/comparison.ts';
import type { LearnedModel } from './learn.ts';
import type { AssignmentView } from './margin.ts';
import type { Records } from './normalize/records.ts';
import type { SurePair } from './pairing/refine.ts';
import type { Objection } from './weakness.ts';
import { thinOut } from './thin-out.ts';

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
  const objectionTo = (edge: number): Objection | null => {
    const pair = { row: model.candidates.rows[edge] ?? 0, run: model.candidates.runs[edge] ?? 0 };
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
  { records, model, view }: Context,
  { comparison, pair, least }: { readonly comparison: Comparison; readonly pair: SurePair; readonly least: number },
): number | undefined {
  const settings = model.comparisons.find(({ name }) => name === 'settings');
  const fit = settings?.weigh(pair.row, pair.run) ?? 0;
  const isTaken = (run: number): boolean =>
    records.freeRuns[run] !== 1 ||
    records.rejectedByRow.get(pair.row)?.has(run) === true ||
    (view.edgesByRun.get(run) ?? []).some((edge) => (model.posterior.probabilities[edge] ?? 0) >= TAKEN);
  return runsOfStep(comparison, pair.row).find(
    (run) =>
      run !== pair.run &&
      comparison.weigh(pair.row, run) >= least &&
      (settings?.weigh(pair.row, run) ?? 0) >= fit - AS_WELL &&
      !isTaken(run) &&
      !(comparison.name === 'time' && isEarlierTry(records, run, pair.run)),
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
