import type { Candidate, LinkageOptions, LinkOutcome } from '../../model/linkage.ts';
import { assignRuns } from './assign.ts';
import { createBelief, linkedShare } from './belief.ts';
import type { Belief } from './belief.ts';
import { createExplainer, renderStrongest } from './explain.ts';
import type { Explainer } from './explain.ts';
import type { LearnedModel } from '../weights/learn.ts';
import { createTriesCheck } from './last-tries.ts';
import { buildAssignmentView, marginOf } from './margin.ts';
import type { AssignmentView } from './margin.ts';
import { createHolderCheck } from './held-runs.ts';
import { findDissentOrNull } from './measured-dissent.ts';
import { findConflictingNamesakes } from './namesakes.ts';
import type { Records } from '../normalize/records.ts';
import { fitAlike, reasonForOpenRow, reasonForTie } from './reasons.ts';
import { learnReruns } from './reruns.ts';
import { surePairs } from '../weights/rounds.ts';
import { findStrangersOrNull } from './strangers.ts';
import { learnStandIns } from './stand-ins.ts';
import type { StandInShare } from './stand-ins.ts';
import { createMetricsCheck } from './stray-metrics.ts';
import { createTimeCheck } from './stray-times.ts';
import { createTornCheck } from './torn-times.ts';
import type { TornCheck } from './torn-times.ts';
import { createTwoRunsCheck, isTakenFrom } from './two-runs.ts';
import type { TwoRunsCheck } from './two-runs.ts';
import { findWeakness } from './weakness.ts';
import { claimOf } from './unseen.ts';
import type { Objection } from './weakness.ts';

const MOST_CANDIDATES = 8;
/** Candidates fainter than this are not shown, save the best one. */
const FAINTEST = 1e-4;
const LIKELY = 0.5;
/** Probabilities of an exact tie differ by less. */
const ROUNDING = 1e-6;
/** P(a column bears a key's name and means another thing): as likely is one project in which it does. */
const NAMED_ALIKE = 0.1;
/** Measured values that differ throughout say that as loudly as two such columns. */
const DISSENTING = 2;
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
  const sure = surePairs(records, model);
  const least = bitsNeeded(options);
  const conflicts = findConflictingNamesakes({ records, model }, sure);
  const dissent = findDissentOrNull({ records, model }, sure) ?? findStrangersOrNull({ records, model }, sure);
  const strayTime = createTimeCheck(model, sure);
  const strayMetrics = createMetricsCheck(model, sure);
  const standIns = learnStandIns({ records, model, view, least }, sure);
  const reruns = learnReruns(records, model);
  const places = { records, model, view };
  const context: DecisionContext = {
    records,
    model,
    options,
    view,
    explain: createExplainer(records, model),
    conflicts,
    dissent,
    strayTime,
    strayMetrics,
    torn: createTornCheck(model, least),
    triedAgain: createTriesCheck({ records, model, least, isTaken: (row, run) => isTakenFrom(places, row, run) }, sure),
    holderOf: createHolderCheck(records, model),
    twoRuns: createTwoRunsCheck({ records, model, view, least }, sure),
    believed: createBelief(model),
    standInShare: (edge) => Math.max(standIns(edge), reruns(edge)),
  };
  return { decide: (row) => decideRow(context, row) };
}

interface DecisionContext {
  readonly records: Records;
  readonly model: LearnedModel;
  readonly options: LinkageOptions;
  readonly view: AssignmentView;
  readonly explain: Explainer;
  /** Columns that hardly ever agree with the keys of their name: then no link is to be trusted. */
  readonly conflicts: readonly string[];
  /** What was measured and speaks against all links, as a sentence; null where nothing does. */
  readonly dissent: string | null;
  /** What speaks against a pair whose time strays where times hold. */
  readonly strayTime: (edge: number) => Objection | null;
  /** What speaks against a pair whose metrics differ where metrics agree. */
  readonly strayMetrics: (edge: number) => Objection | null;
  readonly torn: TornCheck;
  /** What speaks against a pair whose run was tried again. */
  readonly triedAgain: (edge: number) => Objection | null;
  /** The linked run that fits a row better than any free one, as a sentence; null where none does. */
  readonly holderOf: (row: number, best: number) => string | null;
  /** Whether rows have the time of one run and the metrics of another. */
  readonly twoRuns: TwoRunsCheck;
  /** The probability of a pair, as far as what was learned can be trusted. */
  readonly believed: Belief;
  /** How likely a pair's run only stands in for one that is gone. */
  readonly standInShare: StandInShare;
}

function bitsNeeded({ minProbability }: LinkageOptions): number {
  return minProbability < 1 ? Math.log2(minProbability / (1 - minProbability)) : Infinity;
}

function decideRow(context: DecisionContext, row: number): LinkOutcome {
  const { records, model, view } = context;
  const keyText = records.rows[row]?.keyText ?? '';
  const edges = edgesOfRow(context, row);
  const [best] = edges;
  const isCut = model.candidates.cutRows[row] === 1;
  if (best === undefined) return leaveEmpty(context, row, isCut);
  const margin = marginOf(view, best);
  const objection = findObjection(context, best, margin);
  const candidates = listCandidates(context, edges, objection);
  const likely = isCut || linkedShare(model, row) >= LIKELY;
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
      kind === 'match'
        ? matchReason(top)
        : kind === 'unmatched'
          ? unmatchedReason(context, best)
          : objectionReason(objection, { top, best: records.runs[model.candidates.runs[best] ?? 0]?.runId ?? '' }),
  };
}

/** What speaks against the best run, which has its name where that lets another one come first. */
function objectionReason(
  objection: Objection | null,
  { top, best }: { readonly top: Candidate | undefined; readonly best: string },
): string {
  const reason = objection?.reason ?? '';
  return top?.wandbRunId === best ? reason : reason.replace('the best run', `run ${best}`);
}

/** The outcome of a row without any pair. */
function leaveEmpty({ records, holderOf }: DecisionContext, row: number, isCut: boolean): LinkOutcome {
  return {
    keyText: records.rows[row]?.keyText ?? '',
    kind: isCut ? 'ambiguous' : 'unmatched',
    wandbRunId: null,
    probability: null,
    weight: null,
    margin: null,
    candidates: [],
    reason: isCut ? CUT_REASON : (holderOf(row, -Infinity) ?? reasonForOpenRow(records, row)),
  };
}

/** The likeliest pairs of a row with their waterfalls, the best one first. */
function listCandidates(context: DecisionContext, edges: readonly number[], objection: Objection | null): Candidate[] {
  const { model } = context;
  return edges
    .filter((edge, at) => at === 0 || probabilityOf(model, edge) >= FAINTEST)
    .slice(0, MOST_CANDIDATES)
    .map((edge, at) => context.explain(edge, claimedProbability(context, edge, at === 0 ? objection : null)))
    .toSorted((a, b) => (objection === null ? 0 : b.probability - a.probability));
}

/**
 * The probability that is claimed of a pair, less what speaks against it beside the evidence: a contradiction that only so
 * many bits outweigh is one of as many as these are more than a match needs, of two that may be meant it has its share, and
 * runs and rows are of one project by all the columns that say otherwise.
 */
function claimedProbability(context: DecisionContext, edge: number, objection: Objection | null): number {
  const { options, conflicts, dissent, twoRuns } = context;
  const oneProject = NAMED_ALIKE ** (conflicts.length + (dissent === null ? 0 : DISSENTING));
  const ofRecord = Math.min(context.believed(edge), 1 - context.standInShare(edge));
  const ofMoment = twoRuns.isHabit || context.torn(edge) !== null ? 1 / 2 : 1;
  const probability = ofRecord * ofMoment * (objection?.share ?? 1);
  if (objection?.outweighedBy === undefined) return claimOf(oneProject * probability);
  const odds = 2 ** (bitsNeeded(options) - objection.outweighedBy);
  return claimOf((oneProject * odds * probability) / (1 - probability + odds * probability));
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

/** Why the best pair of a row is no match; null where nothing speaks against it. */
function findObjection(context: DecisionContext, edge: number, margin: number | null): Objection | null {
  const { records, model, options, view, conflicts } = context;
  const row = model.candidates.rows[edge] ?? 0;
  const run = model.candidates.runs[edge] ?? 0;
  if (model.candidates.cutRows[row] === 1) return { reason: CUT_REASON };
  if (conflicts.length > 0) {
    const names = conflicts.join(', ');
    return { reason: `runs and rows may be of two projects: ${names} hardly ever agree with the keys of their name` };
  }
  if (context.dissent !== null) return { reason: context.dissent };
  const rival = (view.edgesByRun.get(run) ?? []).find(
    (other) => other !== edge && probabilityOf(model, other) > probabilityOf(model, edge) + ROUNDING,
  );
  if (rival !== undefined && !fitAlike(model.candidates, edge, rival)) {
    const other = records.rows[model.candidates.rows[rival] ?? 0]?.keyText ?? '';
    return { reason: `its best run fits row ${other} better` };
  }
  const isUnsure = rival !== undefined || context.believed(edge) < options.minProbability;
  if (isUnsure || (margin ?? Infinity) < options.minMargin || view.runByRow[row] !== run) {
    const { minProbability } = options;
    const tie = { records, model, minProbability, believed: context.believed, edgesByRun: view.edgesByRun };
    return { reason: reasonForTie(tie, edge) };
  }
  return (
    findWeakness(model, edge, options) ??
    context.torn(edge) ??
    context.strayTime(edge) ??
    context.strayMetrics(edge) ??
    context.twoRuns.objectionTo(edge) ??
    context.triedAgain(edge) ??
    standInObjection(context, edge)
  );
}

function standInObjection(context: DecisionContext, edge: number): Objection | null {
  const share = context.standInShare(edge);
  if (1 - share >= context.options.minProbability) return null;
  const percent = `${(100 * share).toPrecision(2)} %`;
  return { reason: `another run may stand in for one that is gone, as it would on ${percent} of the links this weak` };
}

function matchReason(candidate: Candidate | undefined): string {
  if (candidate === undefined) return '';
  return `carried by ${renderStrongest(candidate, 3)}`;
}

function unmatchedReason(context: DecisionContext, edge: number): string {
  const { records, model, view } = context;
  const run = model.candidates.runs[edge] ?? 0;
  const runId = records.runs[run]?.runId ?? '';
  const held = context.holderOf(model.candidates.rows[edge] ?? 0, model.candidates.weights[edge] ?? 0);
  if (held !== null) return held;
  const holder = view.rowByRun.get(run);
  if (holder !== undefined && holder !== model.candidates.rows[edge]) {
    return `the nearest run ${runId} is better explained by row ${records.rows[holder]?.keyText ?? ''}`;
  }
  const probability = claimedProbability(context, edge, null);
  return `the nearest run ${runId} agrees in too little: its probability is ${(100 * probability).toFixed(1)} %`;
}
