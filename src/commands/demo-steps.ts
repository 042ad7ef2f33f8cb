import { readTruth } from '../../fixtures/demo/load.ts';

/** The demo's names inside its folder. */
export const REGISTRY = 'training_runs.db';
const PLAN = 'backfill.plan';

export interface DemoStep {
  readonly title: string;
  /** The command line after `runlink`. */
  readonly args: (folder: string) => readonly string[];
}

export const DEMO_STEPS: readonly DemoStep[] = [
  { title: 'What is there', args: () => ['doctor', '--registry', REGISTRY] },
  {
    title: 'Dry run: list the runs, match the rows, write a plan',
    args: () => ['plan', '--registry', REGISTRY, '--out', PLAN],
  },
];
void readTruth;
