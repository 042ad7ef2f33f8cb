import { renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import { IDENTITY_COLUMNS } from '../model/identity.ts';
import type { IdentityImage } from '../model/identity.ts';
import { planIdOfDigest } from '../model/plan.ts';
import type { DecidedEntry, PlanCandidate } from '../model/plan.ts';
import { createThresholdCounter } from './thresholds.ts';
import type { PlanView } from './view.ts';

/** Grows when a field of the JSON changes its meaning or goes; fixtures/plan.schema.json describes this one. */
const PLAN_JSON_VERSION = 1;

/** One JSON object, an entry a line. */
export function* renderPlanJson(view: PlanView): Generator<string> {
  const head = JSON.stringify(buildHead(view), null, 2);
  yield `${head.slice(0, -'\n}'.length)},\n  "entries": [`;
  let separator = '\n';
  const thresholds = createThresholdCounter(view.sealed.header);
  for (const decided of view.entries) {
    thresholds.add(decided.entry);
    yield `${separator}    ${JSON.stringify(buildJsonEntry(decided))}`;
    separator = ',\n';
  }
  // They are about the whole plan, which a selection does not see.
  const tail = view.filtered ? '' : `,\n  "thresholds": ${JSON.stringify(thresholds.lines())}`;
  yield `\n  ]${tail}\n}\n`;
}

function buildHead({ sealed, counts, decisions }: PlanView): object {
  const { header, summary, windows, quarantined, digest } = sealed;
  return {
    format: 'runlink.plan',
    version: PLAN_JSON_VERSION,
    digest,
    planId: planIdOfDigest(digest),
    toolVersion: header.toolVersion,
    registry: header.registry,
    wandb: {
      baseUrl: header.baseUrl,
      entity: header.entity,
      project: header.project,
      filters: header.filters,
      windows: windows.map(({ no, from, to, expected }) => ({ no, from, to, expected })),
      quarantined: quarantined.map(({ runId, error }) => ({ runId, error })),
    },
    minProbability: header.minProbability,
    minMargin: header.minMargin,
    clock: summary.clock,
    health: summary.health,
    evaluation: summary.evaluation ?? null,
    counts,
    decisions,
  };
}

function buildJsonEntry({ entry, decision, choice }: DecidedEntry): object {
  return {
    runId: entry.keyText,
    kind: entry.kind,
    decision: decision.decision,
    decidedBy: decision.by,
    reviewer: decision.reviewer,
    decidedAt: decision.at,
    wandbRunId: choice?.wandbRunId ?? (entry.kind === 'linked' ? entry.wandbRunId : null),
    displayName: choice?.displayName ?? null,
    proposedWandbRunId: entry.kind === 'match' ? entry.wandbRunId : null,
    probability: entry.probability,
    weight: entry.weight,
    margin: entry.margin,
    reason: entry.reason,
    startSource: choice?.startSource ?? null,
    before: buildJsonImage(entry.before),
    after: buildJsonImage(choice?.after ?? entry.before),
    candidates: entry.candidates.map(buildJsonCandidate),
  };
}

function buildJsonCandidate(candidate: PlanCandidate): object {
  const { wandbRunId, displayName, probability, weight, startSource, after, evidence } = candidate;
  return { wandbRunId, displayName, probability, weight, startSource, after: buildJsonImage(after), evidence };
}

function buildJsonImage(image: IdentityImage): object {
  return Object.fromEntries(IDENTITY_COLUMNS.map((column) => [column, jsonOfCell(image[column])]));
}

/** Integers beyond 2^53, infinities and blobs become text: JSON readers would round or refuse them. */
function jsonOfCell(cell: Cell): null | string | number {
  if (cell === null || typeof cell === 'string') return cell;
  const value = cell instanceof Uint8Array ? Number.NaN : Number(cell);
  const isExact = typeof cell === 'bigint' ? Number.isSafeInteger(value) : Number.isFinite(value);
  return isExact ? value : renderCell(cell);
}
