import { evenDelay, filler, lasted, moment, score, setting, sometimes } from '../columns.ts';
import { recordJobs, twinOf } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { courseOf } from '../labour.ts';
import { NEVER, fixed, figure, launch, told, withRun } from '../second/parts.ts';
import { within } from '../third/parts.ts';
import { DAY_MS, EPOCH_S, HOUR, ISO_Z, NAIVE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { fateOf, historyOf, levelOf, scoresOf, splitOf, workOf } from './kit.ts';

/** Distributed training without a rank check: four runs a launch, of which one has metrics. */
export const rankedLaunches: LabRecipe = (dice) => {
  const launches = historyOf(
    dice,
    workOf(dice, { from: '2025-02-17T00:00:00Z', days: 90, count: 190, users: ['sasha', 'tm'] }),
    {
      settings: () => ({
        size: dice.pick(['60m', '150m', '410m']),
        lr: dice.pick([3e-4, 6e-4, 1e-3]),
        data: dice.pick(['c4', 'pile', 'fineweb']),
        wd: dice.pick([0, 0.1]),
        seed: dice.whole(0, 3),
      }),
      make: (settings, start) => {
        const fate = fateOf(dice, dice.logBetween(400, 40_000), 0.3);
        const loss = 2.6 + 0.8 * levelOf(settings) + dice.normal(0, 0.006);
        return launch({
          settings,
          launchedAt: start.at,
          wait: dice.between(10, 60),
          ...fate,
          scores: scoresOf(fate, { loss: courseOf(dice, loss, -0.01), ppl: courseOf(dice, Math.exp(loss), -0.1) }),
        });
      },
    },
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { user: null, size: 'model_size', data: 'dataset_name' },
      metricPaths: { loss: 'eval/loss', ppl: 'eval/perplexity' },
      nameOf: ({ settings }) => `pretrain-${settings['size']}`,
      about: ({ settings }) => ({ user: String(settings['user']) }),
    },
    dice,
  );
  const split = splitOf(dice, jobs, [0.4, 0.1]);
  const ranks = split.present.flatMap((job) =>
    Array.from({ length: job.settings['size'] === '60m' ? 1 : 3 }, (): Job => {
      const later = dice.whole(0, 1);
      const bare = { ...job.run.summary };
      for (const key of ['eval/loss', 'eval/perplexity']) delete bare[key];
      return { ...twinOf(job, dice, { summary: bare, createdAt: job.run.createdAt + later * 1000 }), seenScores: {} };
    }),
  );
  return {
    table: 'pretraining',
    columns: [
      filler('uid', 'TEXT', (_job, own) => own.hex(12)),
      setting('params', 'size', { spell: (value) => String(value).toUpperCase() }),
      setting('corpus', 'data'),
      setting('peak_lr', 'lr', { type: 'REAL' }),
      moment('launch_ts', { style: EPOCH_S, delay: evenDelay(10, 60) }),
      score('eval_loss', 'loss', { digits: 4 }),
    ],
    registered: split.registered,
    gone: split.gone,
    present: [...split.present, ...ranks],
  };
};

/** A cluster without network: runs are made when somebody syncs, which for half of them hides the start. */
export const offlineSynced: LabRecipe = (dice) => {
  const launches = historyOf(
    dice,
    workOf(dice, { from: '2024-10-07T00:00:00Z', days: 100, count: 320, users: ['hpc1', 'hpc2'] }),
    {
      settings: () => ({
        potential: dice.pick(['mace', 'nequip', 'painn', 'schnet']),
        cutoff: dice.pick([4, 5, 6]),
        lr: dice.pick([1e-3, 5e-3, 1e-2]),
        system: dice.pick(['water', 'alanine', 'silica', 'li3po4']),
        seed: dice.whole(1, 3),
      }),
      make: (settings, start) => {
        const fate = fateOf(dice, dice.logBetween(300, 50_000), 0.2);
        return launch({
          settings,
          launchedAt: start.at,
          wait: dice.between(8, 30),
          ...fate,
          scores: scoresOf(fate, {
            e: courseOf(dice, dice.logBetween(0.4, 9) * (0.5 + levelOf(settings)), -0.05),
            f: courseOf(dice, dice.logBetween(8, 60), -0.4),
          }),
        });
      },
    },
  );
  const syncedAt = ({ launchedAt, seconds }: Launch): number => {
    const end = launchedAt + seconds * 1000 + 60_000;
    const evening = Math.ceil(end / (3 * DAY_MS)) * 3 * DAY_MS + 18 * HOUR;
    return evening + dice.whole(0, 1500) * 1000;
  };
  const jobs = recordJobs(
    launches,
    {
      paths: { user: null, cutoff: 'r_max' },
      metricPaths: { e: 'val/e_mae_per_atom', f: 'val/f_mae' },
      noClock: 0.45,
      noSummary: 0.1,
      syncedAt,
      nameOf: ({ settings }) => `${settings['system']}_${settings['potential']}_r${settings['cutoff']}`,
    },
    dice,
  );
  return {
    table: 'potentials',
    columns: [
      filler('job', 'INTEGER', (_job, _dice, no) => 77_000 + no * 3),
      setting('system', 'system'),
      setting('model', 'potential'),
      setting('r_cut', 'cutoff', { type: 'REAL' }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      moment('t_start', { style: NAIVE, zone: zoneOf('Europe/Stockholm'), delay: evenDelay(8, 30) }),
      score('e_mae_mev', 'e', { digits: 2 }),
      score('f_mae_mev', 'f', { digits: 1 }),
    ],
    ...splitOf(dice, jobs, [0.25, 0.15]),
  };
};

/** Runs that were resumed under their id: the row's span includes the pauses, W&B's runtime doesn't. */
export const resumedIds: LabRecipe = (dice) => {
  const launches = historyOf(
    dice,
    workOf(dice, { from: '2025-04-07T00:00:00Z', days: 80, count: 220, users: ['noa', 'ben', 'y'] }),
    {
      settings: () => ({
        task: dice.pick(['pickplace', 'drawer', 'door', 'stack']),
        policy: dice.pick(['act', 'dp', 'vqbet']),
        chunk: dice.pick([16, 50, 100]),
        lr: dice.pick([1e-5, 1e-4]),
        seed: dice.whole(0, 2),
      }),
      make: (settings, start) => {
        const fate = fateOf(dice, dice.logBetween(2000, 60_000), 0.25);
        return launch({
          settings,
          launchedAt: start.at,
          wait: dice.between(10, 40),
          ...fate,
          scores: scoresOf(fate, {
            success: courseOf(dice, Math.round(50 * Math.min(1, 0.2 + levelOf(settings) * 0.8)) / 50, 0),
            l1: courseOf(dice, dice.logBetween(0.02, 0.2), -0.002),
          }),
        });
      },
    },
  );
  const recorded = recordJobs(
    launches,
    {
      paths: { user: null, chunk: 'policy.chunk_size', policy: 'policy.type', lr: 'optimizer.lr' },
      metricPaths: { success: 'eval/pc_success', l1: 'train/l1_loss' },
      nameOf: ({ settings }) => `${settings['policy']}_${settings['task']}`,
      about: ({ settings }) => ({ user: String(settings['user']) }),
    },
    dice,
  );
  const pauses = new Map(recorded.map(({ runId }) => [runId, dice.chance(0.3) ? dice.logBetween(600, 90_000) : 0]));
  const jobs = recorded.map((job) => {
    const stamp = job.run.summary['_timestamp'];
    const pause = pauses.get(job.runId)!;
    return pause === 0 || typeof stamp !== 'number'
      ? job
      : withRun(job, {
          summary: { ...job.run.summary, _timestamp: stamp + pause },
          heartbeatAt: (job.run.heartbeatAt ?? 0) + Math.round(pause) * 1000,
        });
  });
  return {
    table: 'policies',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('task', 'task', { spell: (value) => `${value}_v2` }),
      setting('policy', 'policy', { spell: (value) => String(value).toUpperCase() }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      moment('created', { style: ISO_Z, delay: evenDelay(10, 40) }),
      filler(
        'ended',
        'TEXT',
        (job) => ISO_Z.render(job.launchedAt + (job.wait + job.seconds + pauses.get(job.runId)!) * 1000) as string,
      ),
      sometimes(
        0.3,
        figure('success', 'success', { spell: (value) => `${Math.round(value * 50)}/50`, type: 'TEXT', grain: 0.05 }),
      ),
    ],
    ...splitOf(dice, jobs, [0.3, 0.1]),
  };
};

/** Crashed and started again until it holds: one row a series, written at the first try, filled in at the last. */
export const retries: LabRecipe = (dice) => {
  const launches = workOf(dice, {
    from: '2025-08-04T00:00:00Z',
    days: 70,
    count: 130,
    users: ['fe', 'ol'],
    step: [900, 20_000],
  }).flatMap(({ at: begun, user }) => {
    const base = {
      user,
      model: dice.pick(['llava-7b', 'qwen-vl-2b', 'idefics-8b']),
      stage: dice.pick(['align', 'sft']),
      lr: dice.pick([1e-5, 2e-5, 1e-4]),
      lora: dice.pick([0, 16, 64]),
    };
    const tries = dice.chance(0.45) ? 1 : dice.whole(2, 5);
    let now = begun;
    return Array.from({ length: tries }, (_item, no): Launch => {
      const last = no === tries - 1;
      const seconds = last ? dice.logBetween(4000, 30_000) : dice.logBetween(15, 900);
      const launchedAt = now;
      now += seconds * 1000 + dice.logBetween(60, 4000) * 1000;
      const scores = last || seconds > 500 ? { loss: courseOf(dice, dice.between(0.6, 1.4), -0.01) } : {};
      return launch({
        settings: { ...base, firstAt: begun },
        launchedAt,
        wait: dice.between(20, 70),
        seconds,
        scores,
        state: last ? 'finished' : dice.pick(['crashed', 'failed']),
      });
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: {
        user: null,
        firstAt: null,
        model: 'model_name_or_path',
        stage: 'stage',
        lora: 'lora_r',
        lr: 'learning_rate',
      },
      metricPaths: { loss: 'train/loss' },
      nameOf: ({ settings }) => `${settings['model']}-${settings['stage']}`,
      about: ({ settings }) => ({ user: String(settings['user']) }),
    },
    dice,
  );
  const split = splitOf(
    dice,
    jobs.filter(({ state }) => state === 'finished'),
    [0.15, 0.12],
  );
  return {
    table: 'trainings',
    columns: [
      filler('training_id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('model', 'model'),
      setting('stage', 'stage'),
      setting('lora_rank', 'lora', { type: 'INTEGER' }),
      told('requested_at', {
        say: ({ settings }) => NAIVE.render(Number(settings['firstAt'])),
        fit: (cell, { seenStart }) =>
          seenStart === null
            ? Math.log(1e-7)
            : within((seenStart - Date.parse(`${String(cell).replace(' ', 'T')}Z`)) / 1000, [15, 40_000]),
      }),
      told('status', {
        say: ({ state }) => (state === 'finished' ? 'ok' : 'error'),
        fit: (cell, { state }) => ((state === 'finished') === (cell === 'ok') ? 0 : NEVER),
      }),
      figure('loss', 'loss', { spell: fixed(2), grain: 0.02 }),
      lasted('hours', { digits: 2, scale: 1 / 3600, noise: 30 }),
    ],
    registered: split.registered,
    gone: split.gone,
    present: [...split.present, ...jobs.filter(({ state }) => state !== 'finished')],
  };
};
