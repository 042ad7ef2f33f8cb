import { evenDelay, filler, moment, score, setting, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { byStart, courseOf, officeTimes, splitJobs } from '../labour.ts';
import { at, DAY_MS, HOUR, ISO_Z, NAIVE, UTC } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, told, withRun } from './parts.ts';

/** Curricula: stage two starts from the checkpoint of stage one, so that rows and configs hold the parent's run id, not their own. */
export const curricula: LabRecipe = (dice) => {
  const stages = ['walk', 'run', 'jump'] as const;
  const chains = officeTimes(dice, { from: at('2025-10-06T00:00:00Z'), days: 40, count: 65 }).flatMap((from, chain) => {
    let now = from;
    const robot = dice.pick(['go1', 'anymal', 'spot']);
    return stages.slice(0, dice.whole(1, 3)).map((stage): Launch => {
      const seconds = dice.logBetween(1500, 9000);
      const own = launch({
        settings: { chain, stage, robot, terrain: dice.pick(['flat', 'rough']) },
        launchedAt: now,
        wait: dice.between(5, 30),
        seconds,
        scores: { ret: courseOf(dice, dice.normal(15, 4), 0.3) },
      });
      now += (seconds + dice.between(20, 4000)) * 1000;
      return own;
    });
  });
  const jobs = recordJobs(
    chains,
    {
      paths: { chain: null, stage: 'curriculum.stage', robot: 'robot', terrain: 'terrain.kind' },
      metricPaths: { ret: 'Train/mean_reward' },
    },
    dice,
  );
  const parents = new Map<Job, Job>();
  for (const chain of Map.groupBy(jobs, ({ settings }) => settings['chain']).values()) {
    chain.slice(1).forEach((job, no) => parents.set(job, chain[no]!));
  }
  const pathOf = (job: Job): string | null => {
    const parent = parents.get(job);
    return parent === undefined ? null : `wandb/run-${parent.runId}/files/model_1500.pt`;
  };
  const shown = new Map(
    jobs.map((job) => [job, withRun(job, { config: { ...job.run.config, resume_path: pathOf(job) ?? '' } })]),
  );
  const original = new Map([...shown].map(([job, changed]) => [changed.runId, job]));
  return {
    table: 'policies',
    columns: [
      filler('policy', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('robot', 'robot'),
      told('init_from', {
        say: (job) => pathOf(original.get(job.runId)!),
        fit: (cell, other) => (pathOf(original.get(other.runId)!) === cell ? 0 : NEVER),
      }),
      sometimes(0.3, setting('terrain', 'terrain')),
      sometimes(0.3, moment('created_at', { style: ISO_Z, delay: evenDelay(5, 30) })),
      sometimes(0.3, figure('mean_reward', 'ret', { spell: fixed(1) })),
    ],
    ...splitJobs(dice, byStart([...shown.values()]), { noRow: 0.15, noRun: 0.2 }),
  };
};

/** Each training is followed by three tests on other data, whose rows name the training's run as their model. */
export const testedModels: LabRecipe = (dice) => {
  const trainings = recordJobs(
    officeTimes(dice, { from: at('2025-06-16T00:00:00Z'), days: 40, count: 60 }).map((launchedAt) =>
      launch({
        settings: { kind: 'train', data: 'kinetics', frames: dice.pick([8, 16, 32]) },
        launchedAt,
        wait: dice.between(5, 30),
        seconds: dice.logBetween(8000, 40_000),
        scores: { top1: courseOf(dice, dice.normal(72, 3), 0.2) },
      }),
    ),
    { nameOf: () => null },
    dice,
  );
  const models = new Map<string, string>();
  const tests = recordJobs(
    trainings.flatMap((job) =>
      ['ssv2', 'hmdb', 'ucf'].map((data, no) =>
        launch({
          settings: { kind: 'test', data, frames: job.settings['frames']!, model: job.runId },
          launchedAt: job.launchedAt + job.seconds * 1000 + (no + dice.between(0.2, 0.8)) * HOUR,
          wait: dice.between(2, 8),
          seconds: dice.between(200, 900),
          scores: { top1: courseOf(dice, dice.normal(50, 9), 0.2) },
        }),
      ),
    ),
    { paths: { model: 'ckpt_run' }, nameOf: () => null },
    dice,
  );
  for (const job of tests) models.set(job.runId, String(job.settings['model']));
  const split = splitJobs(dice, byStart(tests), { noRow: 0.1, noRun: 0.2 });
  return {
    table: 'evals',
    columns: [
      filler('eval_id', 'INTEGER', (_job, _dice, no) => no + 1),
      told('model_run', {
        say: ({ runId }) => models.get(runId) ?? null,
        fit: (cell, { runId }) => (models.get(runId) === cell ? 0 : NEVER),
      }),
      setting('dataset', 'data'),
      sometimes(0.4, score('top1', 'top1', { digits: 1 })),
      filler('added', 'TEXT', (_job, own) =>
        new Date(at('2025-08-01T00:00:00Z') + own.between(0, 3) * DAY_MS).toISOString().slice(0, 10),
      ),
    ],
    ...split,
    present: [...split.present, ...trainings],
  };
};

/** A launcher without a rank check: eight runs a job, each rank with its own share of the loss, the row has the mean. */
export const rankShares: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-11-10T00:00:00Z'), days: 25, count: 45 });
  const groups = times.map((launchedAt) => {
    const settings = { size: dice.pick(['1b', '3b']), lr: dice.pick([2e-4, 4e-4]), stage: dice.pick([1, 2, 3]) };
    const loss = dice.normal(2.4, 0.15);
    const seconds = dice.logBetween(3000, 20_000);
    return Array.from({ length: 8 }, (_item, rank) =>
      launch({
        settings: { ...settings, rank },
        launchedAt,
        wait: dice.between(8, 20),
        seconds: seconds + dice.normal(0, 1),
        scores:
          rank === 0
            ? { loss: courseOf(dice, loss, -0.01), mfu: courseOf(dice, dice.normal(0.41, 0.03), 0) }
            : { local: courseOf(dice, loss + dice.normal(0, 0.03), -0.01) },
        host: `a3-${dice.whole(0, 30)}`,
      }),
    );
  });
  const jobs = recordJobs(
    groups.flat(),
    {
      paths: { rank: null },
      showsHost: true,
      metricPaths: { loss: 'loss', local: 'loss_local' },
      nameOf: ({ settings }) => `fsdp-${settings['size']}`,
    },
    dice,
  );
  const split = splitJobs(dice, byStart(jobs.filter(({ settings }) => settings['rank'] === 0)), {
    noRow: 0.1,
    noRun: 0.1,
  });
  return {
    table: 'pretrain',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('size', 'size'),
      moment('submitted', { style: NAIVE, zone: UTC, delay: evenDelay(8, 20) }),
      // Only the first rank writes the whole loss.
      figure('loss', 'loss', { spell: fixed(3), grain: 1e-6 }),
      figure('mfu', 'mfu', { spell: (value) => `${(value * 100).toFixed(0)}%`, type: 'TEXT', grain: 1e-3 }),
    ],
    ...split,
    present: [...split.present, ...jobs.filter(({ settings }) => settings['rank'] !== 0)],
  };
};
