import type { Candidate, LinkageOptions, LinkOutcome } from '../model/linkage.ts';
import { assignRuns } from './assign.ts';
import type { Comparison } from './comparison/comparison.ts';
import { explainCandidate, renderStrongest } from './explain.ts';
import { surePairs } from './learn.ts';
import type { LearnedModel } from './learn.ts';
import { buildAssignmentView, marginOf } from './margin.ts';
import type { AssignmentView } from './margin.ts';
import { findConflictingNamesakes } from './namesakes.ts';
import type { Records } from './normalize/records.ts';
import { leastBitsAlone } from './posterior/competition.ts';
import { fitAlike, reasonForOpenRow, reasonForTie } from './reasons.ts';
import { createTimeCheck } from './stray-times.ts';

/** Bits from which a comparison counts as agreeing, and below which it counts as disagreeing. */
const AGREES = 1;
const DISAGREES = -0.15;
/** A comparison that speaks against a pair with more bits than this, or a trusted setting that differs … */
const CONTRADICTS = -2.5;
/** … is outweighed by this many bits only. */
const OUTWEIGHED = 25;
/** With many links the model has learned how often a comparison goes astray, so that fewer bits will do. */
const OUTWEIGHED_IF_LEARNED = 10;
const MANY_LINKS = 50;
/** Comparisons of a measured value, and how many bits below what the row could reach at most a pair lies far off. */
const MEASURES: ReadonlySet<string> = new Set(['time', 'duration', 'metrics']);
const FAR_BELOW = 6;
/** Where one kind of evidence speaks alone, a match may be doubted this many times as much as with two. */
const DOUBT_OF_ONE_KIND = 1 / 10;
const MOST_CANDIDATES = 8;
/** Candidates fainter than this are not shown, save the best one. */
const FAINTEST = 1e-4;
const LIKELY = 0.5;
/** Probabilities of an exact tie differ by less. */
const ROUNDING = 1e-6;
const CUT_REASON = 'more runs fit this row alike than could be looked at one by one';

export interface Decider {
  /** The outcome of an open row. */
  decide(row: number): LinkOutcome;
}

export function createDecider(records: Records, model: LearnedModel, options: LinkageOptions): Decider {
  const { candidates, posterior } = model;
  const bitsOf = (edge: number): number => (candidates.weights[edge] ?? 0) + posterior.priorBits;
  const runByRow = assignRuns(candidates, posterior.components, bitsOf);
  const view = buildAssignmentView(candidates, posterior.components, { runByRow, bitsOf });
  const conflicts = findConflictingNamesakes(records, surePairs(records, model));
  const strayTime = createTimeCheck(records, model);
  const context: DecisionContext = { records, model, options, view, conflicts, strayTime };
  return { decide: (row) => decideRow(context, row) };
}

interface DecisionContext {
  readonly records: Records;
  readonly model: LearnedModel;
  readonly options: LinkageOptions;
  readonly view: AssignmentView;
  /** Columns that hardly ever agree with the keys of their name: then no link is to be trusted. */
  readonly conflicts: readonly string[];
  /** What speaks against a pair whose time strays where times hold, as a sentence. */
  readonly strayTime: (edge: number) => string | null;
}

function decideRow(context: DecisionContext, row: number): LinkOutcome {
  const { records, model, view } = context;
  const keyText = records.rows[row]?.keyText ?? '';
  const edges = edgesOfRow(context, row);
  const [best] = edges;
  const isCut = model.candidates.cutRows[row] === 1;
  if (best === undefined) {
    const reason = isCut ? CUT_REASON : reasonForOpenRow(records, row);
    return {
      keyText,
      kind: isCut ? 'ambiguous' : 'unmatched',
      wandbRunId: null,
      probability: null,
      weight: null,
      margin: null,
      candidates: [],
      reason,
    };
  }
  const shown = edges
    .filter((edge, at) => at === 0 || probabilityOf(model, edge) >= FAINTEST)
    .slice(0, MOST_CANDIDATES);
  const candidates = shown.map((edge) => explainCandidate(records, model, edge));
  const margin = marginOf(view, best);
  const objection = findObjection(context, best, margin);
  const likely = isCut || edges.reduce((sum, edge) => sum + probabilityOf(model, edge), 0) >= LIKELY;
  const kind = objection === null ? 'match' : likely ? 'ambiguous' : 'unmatched';
  const [top] = candidates;
  return {
    keyText,
    kind,
    wandbRunId: kind === 'match' ? (top?.wandbRunId ?? null) : null,
    probability: top?.probability ?? null,
    weight: top?.weight ?? null,
    margin,
    candidates,
    reason:
      kind === 'match' ? matchReason(top) : kind === 'unmatched' ? unmatchedReason(context, best) : (objection ?? ''),
  };
}

function edgesOfRow({ model, records }: DecisionContext, row: number): number[] {
  const { candidates } = model;
  const edges: number[] = [];
  for (let edge = candidates.starts[row] ?? 0; edge < (candidates.starts[row + 1] ?? 0); edge++) edges.push(edge);
  const runIdOf = (edge: number): string => records.runs[candidates.runs[edge] ?? 0]?.runId ?? '';
  return edges.sort(
    (a, b) =>
      probabilityOf(model, b) - probabilityOf(model, a) ||
      (candidates.weights[b] ?? 0) - (candidates.weights[a] ?? 0) ||
      (runIdOf(a) < runIdOf(b) ? -1 : 1),
  );
}

function probabilityOf(model: LearnedModel, edge: number): number {
  return model.posterior.probabilities[edge] ?? 0;
}

/** Why the best pair of a row is no match, as a sentence; null where nothing speaks against it. */
function findObjection(context: DecisionContext, edge: number, margin: number | null): string | null {
  const { records, model, options, view } = context;
  const row = model.candidates.rows[edge] ?? 0;
  const run = model.candidates.runs[edge] ?? 0;
  if (model.candidates.cutRows[row] === 1) return CUT_REASON;
  const rival = (view.edgesByRun.get(run) ?? []).find(
    (other) => other !== edge && probabilityOf(model, other) > probabilityOf(model, edge) + ROUNDING,
  );
  if (rival !== undefined && !fitAlike(model.candidates, edge, rival)) {
    const other = records.rows[model.candidates.rows[rival] ?? 0]?.keyText ?? '';
    return `its best run fits row ${other} better`;
  }
  const isUnsure = rival !== undefined || probabilityOf(model, edge) < options.minProbability;
  if (isUnsure || (margin ?? Infinity) < options.minMargin || view.runByRow[row] !== run) {
    return reasonForTie({ records, model, minProbability: options.minProbability, edgesByRun: view.edgesByRun }, edge);
  }
  return findWeakness(context, edge) ?? context.strayTime(edge);
}

/** What a high probability may hide: one kind of evidence only, a contradiction, or mere elimination. */
function findWeakness({ model, options, conflicts }: DecisionContext, edge: number): string | null {
  if (conflicts.length > 0) {
    return `runs and rows may be of two projects: ${conflicts.join(', ')} hardly ever agree with the keys of their name`;
  }
  const row = model.candidates.rows[edge] ?? 0;
  const run = model.candidates.runs[edge] ?? 0;
  let compared = 0;
  let agreeing = 0;
  let disagreeing = 0;
  for (const comparison of model.comparisons) {
    if (comparison.name === 'missingness' || comparison.isMissing(row, run)) continue;
    compared++;
    const bits = comparison.weigh(row, run);
    if (bits > AGREES) agreeing++;
    if (bits < DISAGREES) disagreeing++;
  }
  const weight = model.candidates.weights[edge] ?? 0;
  const isProven = 1 - probabilityOf(model, edge) <= (1 - options.minProbability) * DOUBT_OF_ONE_KIND;
  if (agreeing < Math.min(isProven ? 1 : 2, compared)) return 'only one kind of evidence speaks for the best run';
  if (agreeing <= disagreeing) return 'as much speaks against the best run as for it';
  if (weight < leastBitsAlone(model.posterior.expectedLinks, model.population))
    return 'the best run is left over rather than recognised';
  const bits = weight + model.posterior.priorBits;
  const isLearned = model.posterior.expectedLinks + model.labelCount >= MANY_LINKS;
  if (bits < OUTWEIGHED) {
    const stray = findStray(model, row, run);
    if (stray !== null) return `the best run contradicts the row: ${stray.describe(row, run).words}`;
    for (const comparison of model.comparisons) {
      // what is not there contradicts nothing
      if (comparison.name === 'missingness' || comparison.isMissing(row, run)) continue;
      if (comparison.weigh(row, run) < CONTRADICTS && bits < (isLearned ? OUTWEIGHED_IF_LEARNED : OUTWEIGHED)) {
        return `the best run contradicts the row: ${comparison.describe(row, run).words}`;
      }
      const contradiction = comparison.contradiction?.(row, run) ?? null;
      if (contradiction !== null) return `the best run contradicts the row: ${contradiction}`;
    }
  }
  return null;
}

/**
 * A comparison that contradicts a pair which lies far off in another one too. Either happens to links; both together show
 * a run of another job that shares its settings and scores, as the evaluation of a training does.
 */
function findStray({ comparisons }: LearnedModel, row: number, run: number): Comparison | null {
  let contradicted: Comparison | null = null;
  let far = 0;
  for (const comparison of comparisons) {
    if (!MEASURES.has(comparison.name) || comparison.isMissing(row, run)) continue;
    const bits = comparison.weigh(row, run);
    if (bits < CONTRADICTS) contradicted = comparison;
    if (bits < (comparison.steps(row)[0]?.bound ?? 0) - FAR_BELOW) far++;
  }
  return far >= 2 ? contradicted : null;
}

function matchReason(candidate: Candidate | undefined): string {
  if (candidate === undefined) return '';
  return `carried by ${renderStrongest(candidate, 3)}`;
}

function unmatchedReason({ records, model, view }: DecisionContext, edge: number): string {
  const run = model.candidates.runs[edge] ?? 0;
  const runId = records.runs[run]?.runId ?? '';
  const holder = view.rowByRun.get(run);
  if (holder !== undefined && holder !== model.candidates.rows[edge]) {
    return `the nearest run ${runId} is better explained by row ${records.rows[holder]?.keyText ?? ''}`;
  }
  return `the nearest run ${runId} agrees in too little: its probability is ${(100 * probabilityOf(model, edge)).toFixed(1)} %`;
}
