import { RunlinkError } from '../errors.ts';
import { isEmptyCell, renderCell } from '../model/cell.ts';
import type { Cell } from '../model/cell.ts';
import type { KnownLink, LinkageResult, LinkOutcome } from '../model/linkage.ts';
import type { ImageRules, PlanCandidate, PlanEntry } from '../model/plan.ts';
import type { RegistryRow } from '../model/registry.ts';
import type { Run } from '../model/run.ts';
import { buildChoice } from './images.ts';

export interface EntriesInput {
  readonly rows: readonly RegistryRow[];
  readonly runs: readonly Run[];
  readonly linked: readonly KnownLink[];
  /** Pairs that a person took back: not among the candidates, and worth a word. */
  readonly rejected: readonly KnownLink[];
  readonly result: LinkageResult;
  readonly rules: ImageRules;
  readonly runUrl: (runId: string) => string;
}

/**
 * The rows whose link is among the runs of the listing. A row with another link (a deleted run, another project, a
 * typo) is not among them: it goes through matching like a row without one.
 */
export function buildKnownLinks(rows: readonly RegistryRow[], runIds: ReadonlySet<string>): readonly KnownLink[] {
  return rows.flatMap((row) => {
    const wandbRunId = renderCell(row.identity.wandb_run_id).trim();
    return runIds.has(wandbRunId) ? [{ keyText: row.keyText, wandbRunId }] : [];
  });
}

/**
 * One entry per row, sorted by key.
 *
 * @throws RunlinkError where two rows have the same key, so that a decision could not say which one it means.
 */
export function buildEntries(input: EntriesInput): readonly PlanEntry[] {
  const outcomesByKey = new Map(input.result.outcomes.map((outcome) => [outcome.keyText, outcome]));
  const runsById = new Map(input.runs.map((run) => [run.runId, run]));
  const linkedByKey = new Map(input.linked.map((link) => [link.keyText, link.wandbRunId]));
  const holdersByRun = Map.groupBy(input.linked, (link) => link.wandbRunId);
  const rejectedByKey = Map.groupBy(input.rejected, (link) => link.keyText);
  const rows = [...input.rows].sort((a, b) => compareKeys(a.key, b.key));
  assertDistinctKeys(rows);
  return rows.map((row) => {
    const linkedTo = linkedByKey.get(row.keyText);
    if (linkedTo !== undefined) return buildLinkedEntry(row, linkedTo, holdersByRun.get(linkedTo) ?? []);
    const outcome = outcomesByKey.get(row.keyText);
    if (outcome === undefined) throw new Error(`the matching left out row ${JSON.stringify(row.keyText)}`);
    const takenBack = rejectedByKey.get(row.keyText) ?? [];
    return buildOpenEntry(row, withTakenBack(outcome, takenBack), (candidate) => {
      const run = runsById.get(candidate.wandbRunId);
      if (run === undefined) throw new Error(`candidate ${candidate.wandbRunId} is not in the snapshot`);
      return {
        ...candidate,
        ...buildChoice({ before: row.identity, run, url: input.runUrl(run.runId), rules: input.rules }),
      };
    });
  });
}

function buildLinkedEntry(row: RegistryRow, wandbRunId: string, holders: readonly KnownLink[]): PlanEntry {
  const others = holders.map((link) => link.keyText).filter((keyText) => keyText !== row.keyText);
  const shared = others.length === 0 ? '' : `, as ${others.length === 1 ? 'is' : 'are'} ${others.join(', ')}`;
  return {
    ...proposeNothing(row),
    kind: 'linked',
    wandbRunId,
    reason: `linked to ${wandbRunId} already${shared}`,
  };
}

function withTakenBack(outcome: LinkOutcome, takenBack: readonly KnownLink[]): LinkOutcome {
  if (takenBack.length === 0) return outcome;
  const runIds = takenBack.map((link) => link.wandbRunId).join(', ');
  return { ...outcome, reason: `${outcome.reason}; ${runIds} was taken back and is not proposed again` };
}

function buildOpenEntry(
  row: RegistryRow,
  outcome: LinkOutcome,
  buildCandidate: (candidate: LinkOutcome['candidates'][number]) => PlanCandidate,
): PlanEntry {
  const candidates = outcome.candidates.map(buildCandidate);
  const proposed = candidates.find((candidate) => candidate.wandbRunId === outcome.wandbRunId);
  if (outcome.wandbRunId !== null && proposed === undefined) {
    throw new Error(`run ${outcome.wandbRunId} is proposed but no candidate of ${JSON.stringify(row.keyText)}`);
  }
  const oldLink = row.identity.wandb_run_id;
  const unknown = isEmptyCell(oldLink) ? '' : '; the link that it has is not among the listed runs';
  return {
    ...proposeNothing(row),
    kind: outcome.kind,
    wandbRunId: outcome.wandbRunId,
    probability: outcome.probability,
    weight: outcome.weight,
    margin: outcome.margin,
    reason: `${outcome.reason}${unknown}`,
    after: proposed?.after ?? row.identity,
    startSource: proposed?.startSource ?? null,
    candidates,
  };
}

function proposeNothing(row: RegistryRow): Omit<PlanEntry, 'kind' | 'wandbRunId' | 'reason'> {
  return {
    key: row.key,
    keyText: row.keyText,
    probability: null,
    weight: null,
    margin: null,
    before: row.identity,
    after: row.identity,
    startSource: null,
    candidates: [],
  };
}

/** SQLite's order of storage classes; numbers by value, texts by code unit. */
function compareKeys(a: Cell, b: Cell): number {
  const [classA, classB] = [storageRank(a), storageRank(b)];
  if (classA !== classB) return classA - classB;
  const isNumber = classA === 1;
  const [x, y] = isNumber ? [a ?? 0, b ?? 0] : [renderCell(a), renderCell(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

function storageRank(cell: Cell): number {
  if (cell === null) return 0;
  if (typeof cell === 'bigint' || typeof cell === 'number') return 1;
  return typeof cell === 'string' ? 2 : 3;
}

function assertDistinctKeys(rows: readonly RegistryRow[]): void {
  const seen = new Set<string>();
  for (const row of rows) {
    if (seen.has(row.keyText)) {
      throw new RunlinkError(`two rows of the registry have the key ${JSON.stringify(row.keyText)}`, {
        hint: 'Name a column whose values are distinct as the key in runlink.json, or repair the rows.',
      });
    }
    seen.add(row.keyText);
  }
}
