import { join } from 'node:path';
import { readTruth } from '../../fixtures/demo/load.ts';
import { openPlanFile } from '../planfile/plan-file.ts';

/** The registry's name inside the demo's folder. */
export const REGISTRY = 'training_runs.db';
const PLAN = 'backfill.plan';
const SECOND_PLAN = 'again.plan';

const MGDA_CURVES = ['curves', '--registry', REGISTRY, '--where', 'gradient_method=mgda', '--cache', 'cache'] as const;

export interface DemoStep {
  readonly title: string;
  /** The command line after `runlink`. */
  readonly args: (folder: string) => readonly string[];
}

/** A backfill as a lab lives it. Rows that a step names are looked up in the plan that the step before wrote. */
export const DEMO_STEPS: readonly DemoStep[] = [
  { title: 'What is in the registry, and what is at W&B?', args: () => ['doctor', '--registry', REGISTRY] },
  {
    title: 'Dry run: list the runs, match the rows to them, write a plan',
    args: () => ['plan', '--registry', REGISTRY, '--out', PLAN],
  },
  {
    title: 'One row that the plan leaves open, with all its evidence',
    args: (folder) => ['show', PLAN, '--run', findOpenChoice(folder).row],
  },
  {
    title: 'A person knows which of the runs it was',
    args: (folder) => {
      const { row, run } = findOpenChoice(folder);
      return ['decide', PLAN, row, '--choose', run];
    },
  },
  {
    title: 'Write what is accepted',
    args: () => ['apply', PLAN, '--registry', REGISTRY, '--yes'],
  },
  { title: 'Do rows and ledger agree?', args: () => ['verify', '--registry', REGISTRY] },
  {
    title: 'Somebody finds a bad match: a colleague had run the same thing again. Take it back',
    args: () => [
      'rollback',
      findBadMatch(),
      '--registry',
      REGISTRY,
      '--reason',
      'the run is a colleague’s rerun',
      '--yes',
    ],
  },
  {
    title: 'Plan again',
    args: () => ['plan', '--registry', REGISTRY, '--out', SECOND_PLAN],
  },
  {
    title: 'The bad match does not come back',
    args: () => ['show', SECOND_PLAN, '--run', findBadMatch()],
  },
  {
    title: 'From now on: all finished MGDA runs, with their links, by SQL alone',
    args: () => [
      'runs',
      '--registry',
      REGISTRY,
      '--where',
      'gradient_method=mgda',
      '--status',
      'not_running',
      '--order',
      '-created_at',
      '--limit',
      '12',
      '--columns',
      'run_id,wandb_run_id,run_name,created_at,batch_size,lr,duration_seconds',
    ],
  },
  {
    title: 'Their training curves, from W&B by these links: every objective of every MGDA run, as a picture',
    args: () => [...MGDA_CURVES, '--metric', 'objective_*', '--out', 'objectives.svg'],
  },
  {
    title: 'Two of them here in the terminal; what was read before comes from the cache',
    args: () => [...MGDA_CURVES, '--metric', 'objective_COMT', '--metric', 'objective_BBB', '--band', 'stdev'],
  },
];

/** Below this the data speak against the run, and a choice would need more than a memory. */
const EVENLY_SPLIT = 0.3;

/** An open entry whose true run is among its candidates: what the person at the keyboard knows and the data do not say. */
function findOpenChoice(folder: string): { readonly row: string; readonly run: string } {
  const runsByRow = new Map(readTruth().map((line) => [line.run_id, line.wandb_run_id]));
  const plan = openPlanFile(join(folder, PLAN), { readonly: true });
  try {
    for (const { entry } of plan.iterateEntries({ kinds: ['ambiguous'] })) {
      const run = runsByRow.get(entry.keyText);
      const isFree = run !== undefined && plan.readHolders(run).length === 0;
      const candidate = entry.candidates.find(({ wandbRunId }) => wandbRunId === run);
      if (isFree && (candidate?.probability ?? 0) >= EVENLY_SPLIT) return { row: entry.keyText, run };
    }
  } finally {
    plan.close();
  }
  throw new Error('no row of the demo is open with its true run among the candidates');
}

/** The row whose own run was deleted and whose best match is a colleague's rerun of the same thing. */
function findBadMatch(): string {
  const line = readTruth().find(({ why }) => why === 'rolled-back-in-demo');
  if (line === undefined) throw new Error('the truth of the demo names no bad match');
  return line.run_id;
}
