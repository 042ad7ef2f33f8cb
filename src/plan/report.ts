import type { IdentityColumn, IdentityImage } from '../model/identity.ts';
import { planIdOfDigest } from '../model/plan.ts';
import type { DecidedEntry, DecisionCounts, PlanCounts, SealedPlan, StartSource } from '../model/plan.ts';
import { blockOf, listChanges } from './changes.ts';
import { createThresholdCounter } from './thresholds.ts';
import type { ThresholdLine } from './thresholds.ts';
import type { PlanView } from './view.ts';

/** Enough to judge a plan by; the rest is shown by `runlink show`. */
const SHOWN = { overwrites: 10, weakest: 8, ambiguous: 8, reasons: 8 } as const;

interface ReasonGroup {
  readonly reason: string;
  readonly rows: number;
  /** Key text of the first. */
  readonly example: string;
}

/** What a dry run tells: how many of what, and first of all what a person should look at. */
export interface PlanDigestReport {
  readonly path: string;
  readonly planId: string;
  readonly sealed: SealedPlan;
  readonly counts: PlanCounts;
  readonly decisions: DecisionCounts;
  readonly overwrites: Sample;
  /** Accepted matches, the least probable first, then the least margin. */
  readonly weakest: readonly DecidedEntry[];
  readonly ambiguous: Sample;
  /** Most frequent first. */
  readonly unmatched: readonly ReasonGroup[];
  /** Reasons beyond those listed, and their rows. */
  readonly otherReasons: { readonly reasons: number; readonly rows: number };
  /** Of the accepted entries. */
  readonly startSources: Readonly<Record<StartSource, number>>;
  /** What this and other thresholds would accept, whatever was decided since. */
  readonly thresholds: readonly ThresholdLine[];
  /** What `apply` would write as the decisions stand. */
  readonly writes: Readonly<Record<IdentityColumn, ColumnWrites>>;
}

interface ColumnWrites {
  readonly fill: number;
  readonly overwrite: number;
}

/** The first of many. */
export interface Sample {
  readonly total: number;
  readonly first: readonly DecidedEntry[];
}

/** One walk over all entries, of which it keeps a handful. */
export function buildPlanReport(view: PlanView): PlanDigestReport {
  const overwrites = createSample(SHOWN.overwrites);
  const ambiguous = createSample(SHOWN.ambiguous);
  const weakest: DecidedEntry[] = [];
  const groups = new Map<string, ReasonGroup>();
  const writes = createWriteCounter();
  const thresholds = createThresholdCounter(view.sealed.header);
  const startSources: Record<StartSource, number> = { kept: 0, metadata: 0, summary: 0, created: 0 };
  for (const decided of view.entries) {
    thresholds.add(decided.entry);
    const block = blockOf(decided);
    if (block === 'overwrite') overwrites.add(decided);
    if (block === 'review') ambiguous.add(decided);
    if (block === 'fill') keepWeakest(weakest, decided);
    if (block === 'unmatched') countReason(groups, decided);
    if (decided.choice !== null && decided.decision.decision === 'accepted') {
      startSources[decided.choice.startSource] += 1;
      writes.add(decided.entry.before, decided.choice.after);
    }
  }
  return {
    path: view.path,
    planId: planIdOfDigest(view.sealed.digest),
    sealed: view.sealed,
    counts: view.counts,
    decisions: view.decisions,
    overwrites: overwrites.sample(),
    weakest,
    ambiguous: ambiguous.sample(),
    ...rankReasons([...groups.values()]),
    startSources,
    thresholds: thresholds.lines(),
    writes: writes.counts,
  };
}

function createSample(size: number): { readonly add: (decided: DecidedEntry) => void; readonly sample: () => Sample } {
  const first: DecidedEntry[] = [];
  let total = 0;
  return {
    add: (decided) => {
      total += 1;
      if (first.length < size) first.push(decided);
    },
    sample: () => ({ total, first }),
  };
}

interface WriteCounter {
  readonly counts: Readonly<Record<IdentityColumn, ColumnWrites>>;
  readonly add: (before: IdentityImage, after: IdentityImage) => void;
}

function createWriteCounter(): WriteCounter {
  const none = (): { fill: number; overwrite: number } => ({ fill: 0, overwrite: 0 });
  const counts = { wandb_run_id: none(), wandb_url: none(), run_name: none(), status: none(), started_at: none() };
  return {
    counts,
    add: (before, after) => {
      for (const { column, kind } of listChanges(before, after)) counts[column][kind] += 1;
    },
  };
}

function keepWeakest(weakest: DecidedEntry[], decided: DecidedEntry): void {
  weakest.push(decided);
  weakest.sort(compareStrength);
  if (weakest.length > SHOWN.weakest) weakest.pop();
}

/** Equally strong entries keep the plan's order: the sort is stable. */
function compareStrength(a: DecidedEntry, b: DecidedEntry): number {
  const probability = (a.entry.probability ?? 0) - (b.entry.probability ?? 0);
  if (probability !== 0) return probability;
  const [x, y] = [a.entry.margin ?? Number.MAX_VALUE, b.entry.margin ?? Number.MAX_VALUE];
  return x - y;
}

function countReason(groups: Map<string, ReasonGroup>, { entry }: DecidedEntry): void {
  const { reason, keyText } = entry;
  const group = groups.get(reason) ?? { reason, rows: 0, example: keyText };
  groups.set(reason, { ...group, rows: group.rows + 1 });
}

function rankReasons(groups: ReasonGroup[]): Pick<PlanDigestReport, 'unmatched' | 'otherReasons'> {
  const ranked = groups.sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1));
  const rest = ranked.slice(SHOWN.reasons);
  return {
    unmatched: ranked.slice(0, SHOWN.reasons),
    otherReasons: { reasons: rest.length, rows: rest.reduce((sum, group) => sum + group.rows, 0) },
  };
}
