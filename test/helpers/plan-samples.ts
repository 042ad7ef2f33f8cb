import { CREATED_AT, sampleRun } from './sample-run.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { EMPTY_IMAGE } from '../../src/model/identity.ts';
import type { IdentityImage } from '../../src/model/identity.ts';
import type { Candidate, LinkOutcome } from '../../src/model/linkage.ts';
import type { EvaluationCounts, PlanHeader } from '../../src/model/plan.ts';
import type { RegistryRow, RegistrySchema } from '../../src/model/registry.ts';
import type { Run } from '../../src/model/run.ts';
import { buildEntries, buildKnownLinks } from '../../src/plan/entries.ts';
import { buildImageRules } from '../../src/plan/images.ts';
import { createPlanFile } from '../../src/planfile/draft.ts';
import { openPlanFile } from '../../src/planfile/plan-file.ts';
import type { PlanFile } from '../../src/planfile/plan-file.ts';

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runlink-plan-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const SCHEMA: RegistrySchema = {
  table: 'training_runs',
  key: 'run_id',
  identity: {
    wandb_run_id: 'wandb_run_id',
    wandb_url: 'wandb_url',
    run_name: 'run_name',
    status: 'status',
    started_at: null,
  },
  createdAt: 'created_at',
  finishedAt: null,
  durationSeconds: null,
  finalMetrics: [],
  hyperparameters: [],
  columns: [],
  statusWords: { running: 'running', not_running: 'not_running' },
  oddities: [],
  schemaHash: 'a'.repeat(64),
  evidence: {},
};

export const HEADER: PlanHeader = {
  formatVersion: 1,
  toolVersion: '0.1.0',
  registry: {
    path: '/data/training_runs.db',
    table: 'training_runs',
    keyColumn: 'run_id',
    schemaHash: SCHEMA.schemaHash,
    rowCount: 5,
  },
  baseUrl: 'https://api.wandb.ai',
  entity: 'lab',
  project: 'molopt',
  filters: '{}',
  minProbability: 0.99,
  minMargin: 3,
};

export { CREATED_AT, sampleRun };

export function sampleRow(keyText: string, identity: Partial<IdentityImage> = {}): RegistryRow {
  return {
    key: keyText,
    keyText,
    identity: { ...EMPTY_IMAGE, run_name: keyText, status: 'running', ...identity },
    values: {},
  };
}

export function sampleCandidate(wandbRunId: string, probability: number, weight: number): Candidate {
  return {
    wandbRunId,
    displayName: `name-of-${wandbRunId}`,
    probability,
    weight,
    evidence: [
      { comparison: 'prior', level: 'prior', weight: -9.25, words: '1 of 600 pairs is a match' },
      { comparison: 'created_at', level: 'within 60 s', weight: weight + 9.25, words: 'created 41 s before the run' },
    ],
  };
}

export function sampleOutcome(keyText: string, changes: Partial<LinkOutcome>): LinkOutcome {
  const candidates = changes.candidates ?? [];
  return {
    keyText,
    kind: 'unmatched',
    wandbRunId: null,
    probability: candidates[0]?.probability ?? null,
    weight: candidates[0]?.weight ?? null,
    margin: null,
    candidates,
    reason: 'no run was created within a day of the row',
    ...changes,
  };
}

export interface Sample {
  readonly rows: readonly RegistryRow[];
  readonly runs: readonly Run[];
  readonly outcomes: readonly LinkOutcome[];
}

/** One row of each kind, and one whose match would overwrite a link to a run that is not listed. */
export const SAMPLE: Sample = {
  rows: [
    sampleRow('deco_hop_bs96_mgda_i-0abc123'),
    sampleRow('deco_hop_bs96_mgda_i-0dup001'),
    sampleRow('deco_hop_bs64_sum_i-0lost42'),
    sampleRow('qed_bs32_old_link', {
      wandb_run_id: 'gone1234',
      wandb_url: 'https://wandb.ai/lab/molopt/runs/gone1234',
    }),
    sampleRow('qed_bs32_linked', { wandb_run_id: 'linked01', status: 'not_running' }),
  ],
  runs: [
    sampleRun('3k9xq1ab', { displayName: 'fresh-sun-12' }),
    sampleRun('tie00001', { displayName: 'swift-fog-1' }),
    sampleRun('tie00002', { displayName: 'swift-fog-2', state: 'crashed' }),
    sampleRun('newlink1', { displayName: 'calm-sea-9' }),
    sampleRun('linked01'),
    sampleRun('spare001', { displayName: 'lone-oak-3' }),
  ],
  outcomes: [
    sampleOutcome('deco_hop_bs96_mgda_i-0abc123', {
      kind: 'match',
      wandbRunId: '3k9xq1ab',
      margin: 11.5,
      candidates: [sampleCandidate('3k9xq1ab', 0.9987, 14.25), sampleCandidate('tie00002', 0.0004, 2.75)],
      reason: 'created 41 s before the run, and lr and batch size agree',
    }),
    sampleOutcome('deco_hop_bs96_mgda_i-0dup001', {
      kind: 'ambiguous',
      margin: 0,
      candidates: [sampleCandidate('tie00001', 0.5, 8), sampleCandidate('tie00002', 0.5, 8)],
      reason: 'tie00001 and tie00002 fit equally well',
    }),
    sampleOutcome('deco_hop_bs64_sum_i-0lost42', {}),
    sampleOutcome('qed_bs32_old_link', {
      kind: 'match',
      wandbRunId: 'newlink1',
      margin: 9.5,
      candidates: [sampleCandidate('newlink1', 0.9951, 12.5)],
      reason: 'the metrics agree to 4 digits',
    }),
  ],
};

export function runUrl(runId: string): string {
  return `https://wandb.ai/lab/molopt/runs/${runId}`;
}

export interface SampleOptions {
  readonly header?: PlanHeader;
  readonly pageSize?: number;
  readonly windowNo?: number;
  readonly evaluation?: EvaluationCounts;
}

/** Seals a sample as a plan file. @returns its path */
export async function writeSamplePlan(path: string, sample = SAMPLE, options: SampleOptions = {}): Promise<string> {
  const { header = HEADER, pageSize = 1000, windowNo = 1, evaluation } = options;
  const draft = createPlanFile(path, header);
  await draft.store.saveWindows([
    { no: windowNo, from: null, to: null, expected: sample.runs.length, state: 'open', cursor: null },
  ]);
  for (let at = 0; at < sample.runs.length; at += pageSize) {
    const next = at + pageSize < sample.runs.length ? String(at + pageSize) : null;
    await draft.store.savePage({ windowNo, runs: sample.runs.slice(at, at + pageSize), nextCursor: next });
  }
  const [window] = await draft.store.readWindows();
  await draft.store.saveWindows([{ ...window!, state: 'complete' }]);
  const runs = draft.readRuns();
  const linked = buildKnownLinks(sample.rows, new Set(runs.map((run) => run.runId)));
  const clock = { periods: [{ from: null, zoneMinutes: 120 }], words: 'the registry clock is 2 h ahead of UTC' };
  const rules = buildImageRules(SCHEMA, clock);
  const result = { outcomes: sample.outcomes, clock, health: ['expects 3.1 links'] };
  draft.seal({
    entries: buildEntries({ rows: sample.rows, runs, linked, rejected: [], result, rules, runUrl }),
    summary: {
      clock: clock.words,
      health: result.health,
      imageRules: rules,
      ...(evaluation === undefined ? {} : { evaluation }),
    },
    runUrl,
  });
  return path;
}

export async function openSamplePlan(sample: Sample = SAMPLE, options: SampleOptions = {}): Promise<PlanFile> {
  const path = await writeSamplePlan(join(makeFolder(), 'plan.db'), sample, options);
  const plan = openPlanFile(path, { readonly: true });
  onTestFinished(() => plan.close());
  return plan;
}
