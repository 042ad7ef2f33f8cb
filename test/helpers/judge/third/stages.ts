import { evenDelay, filler, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Course, Job, Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs } from '../labour.ts';
import { at, DAY, HOUR, ISO_Z, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, told } from '../second/parts.ts';
import { steady, within } from './parts.ts';

/** A row is a training with its start; its test figures stand in a second run, made by the test script the next hours. */
export const testedLater: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-06-02T00:00:00Z'), days: 45, count: 130 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        arch: dice.pick(['tcn', 'informer', 'dlinear']),
        pred: dice.pick([96, 192, 336]),
        data: dice.pick(['etth1', 'ecl', 'traffic']),
      },
      launchedAt,
      wait: dice.logBetween(4, 25),
      seconds: dice.logBetween(900, 12_000),
      scores: { vloss: courseOf(dice, dice.logBetween(0.2, 0.9), -0.01) },
    }),
  );
  const tested = new Map<number, Course>();
  const tests = launches.flatMap((own): Launch[] => {
    const mse = steady(own.scores['vloss']!.last * dice.normal(1.1, 0.06));
    tested.set(own.launchedAt, mse);
    if (dice.chance(0.1)) return [];
    return [
      launch({
        ...own,
        launchedAt: own.launchedAt + (own.seconds + dice.between(120, 12_000)) * 1000,
        wait: 3,
        seconds: dice.between(20, 120),
        scores: { mse },
      }),
    ];
  });
  const project = { paths: { pred: 'pred_len' }, metricPaths: { vloss: 'vali_loss', mse: 'test_mse' } };
  const trainings = recordJobs(launches, { ...project, nameOf: () => null }, dice);
  const testRuns = recordJobs(
    tests,
    { ...project, nameOf: ({ settings: own }) => `test_${own['arch']}_${own['data']}` },
    dice,
  );
  const split = splitJobs(dice, byStart(trainings), { noRow: 0.1, noRun: 0.15 });
  return {
    table: 'trainings',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('model', 'arch'),
      setting('dataset', 'data'),
      sometimes(0.3, setting('horizon', 'pred', { type: 'INTEGER' })),
      moment('train_start', { style: NAIVE_MINUTE, zone: zoneOf('Asia/Shanghai'), delay: skewDelay(10, 0.55) }),
      sometimes(0.5, lasted('train_min', { scale: 1 / 60, digits: 0, noise: 5 })),
      filler('test_mse', 'REAL', ({ launchedAt }) => fixed(4)(tested.get(launchedAt)!.last)),
    ],
    ...split,
    present: [...split.present, ...testRuns],
  };
};

/** A pipeline of two runs, pre-training and tuning: the row holds the pipeline's start and the tuning's result, and means the tuning, as its links so far show. */
export const twoStages: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-07-07T00:00:00Z'), days: 60, count: 85 });
  const starts = new Map<number, number>();
  const launches = times.flatMap((launchedAt): Launch[] => {
    const shared = {
      enc: dice.pick(['simclr', 'byol', 'mae']),
      width: dice.pick([1, 2]),
      data: dice.pick(['chexpert', 'mimic']),
    };
    const seconds = dice.logBetween(20_000, 120_000);
    const later = launchedAt + (seconds + dice.between(60, 600)) * 1000;
    starts.set(later, launchedAt);
    return [
      launch({
        settings: { ...shared, stage: 'pretrain' },
        launchedAt,
        wait: dice.between(10, 60),
        seconds,
        scores: { ssl: courseOf(dice, dice.normal(1, 0.2), -0.01) },
      }),
      launch({
        settings: { ...shared, stage: 'finetune', frac: dice.pick([0.01, 0.1, 1]) },
        launchedAt: later,
        wait: dice.between(5, 30),
        seconds: dice.logBetween(2000, 9000),
        scores: { auc: courseOf(dice, dice.normal(0.82, 0.04), 0.003) },
      }),
    ];
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { enc: 'method', width: 'width_mult', frac: 'label_fraction' },
      metricPaths: { auc: 'test/auroc', ssl: 'train/loss_ssl' },
      about: ({ settings }) => ({ jobType: String(settings['stage']) }),
    },
    dice,
  );
  const split = splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 });
  const present = new Set(split.present);
  const isTuning = ({ settings }: Job): boolean => settings['stage'] === 'finetune';
  const registered = split.registered.filter(isTuning);
  // The links of a few rows show which of the two runs is meant.
  const links = registered.flatMap((job, no): [number, string][] =>
    no % 7 === 3 && present.has(job) ? [[no, job.runId]] : [],
  );
  return {
    table: 'pipelines',
    columns: [
      filler('pipeline', 'TEXT', (_job, own) => own.hex(8)),
      setting('ssl', 'enc', { spell: (value) => String(value).toUpperCase() }),
      setting('dataset', 'data'),
      sometimes(0.3, setting('labels', 'frac', { type: 'TEXT', spell: (value) => `${Number(value) * 100}%` })),
      told('started', {
        say: ({ launchedAt }) => NAIVE.render(starts.get(launchedAt)!),
        // The tuning begins when the pre-training has ended, six hours to a day and a half later.
        fit: (cell, { seenStart }) => within((seenStart! - Date.parse(`${String(cell)}Z`)) / 1000, [20_000, 121_000]),
      }),
      figure('auroc', 'auc', { spell: fixed(3) }),
    ],
    registered,
    present: split.present,
    gone: split.gone.filter(isTuning),
    links: new Map(links),
  };
};

/** Active learning: ten rounds a study, a run each with one config; the row has the round, which the run shows by its labels alone. */
export const rounds: LabRecipe = (dice) => {
  const launches = Array.from({ length: 32 }, (_item, no) => no).flatMap((no): Launch[] => {
    const settings = {
      acq: dice.pick(['bald', 'entropy', 'random', 'coreset']),
      data: dice.pick(['agnews', 'trec', 'dbpedia']),
      seed: dice.whole(0, 4),
    };
    let now = at('2025-04-28T08:00:00Z') + no * dice.between(8, 30) * HOUR;
    return Array.from({ length: 10 }, (_round, round) => {
      const seconds = dice.normal(200 + 60 * round, 15);
      const own = launch({
        settings: { ...settings, round },
        launchedAt: now,
        wait: dice.between(2, 6),
        seconds,
        scores: {
          acc: courseOf(dice, 0.7 + 0.08 * Math.log10(1 + round * 3) + dice.normal(0, 0.012), 0.002),
          labels: courseOf(dice, 100 + 50 * round, 0),
        },
      });
      now += (seconds + dice.between(20, 60)) * 1000;
      return own;
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { round: null, acq: 'acquisition.name', data: 'dataset' },
      metricPaths: { acc: 'test/acc', labels: 'n_labeled' },
      nameOf: ({ settings: own }) => `al_${own['acq']}_${own['data']}_${own['seed']}`,
    },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  return {
    table: 'al_curves',
    columns: [
      filler('k', 'INTEGER', (_job, _dice, no) => no),
      setting('strategy', 'acq'),
      setting('dataset', 'data'),
      sometimes(0.2, setting('seed', 'seed', { type: 'INTEGER' })),
      setting('round', 'round', { type: 'INTEGER' }),
      sometimes(0.5, moment('date', { style: DAY, zone: zoneOf('Europe/London'), delay: evenDelay(2, 6) })),
      sometimes(0.3, score('acc', 'acc', { digits: 3 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.12 }),
  };
};

/** It crashes four times before it runs: every attempt has a row and a run of the same name and config, minutes apart. */
export const attempts: LabRecipe = (dice) => {
  const tasks = officeTimes(dice, { from: at('2025-09-08T00:00:00Z'), days: 40, count: 75 });
  const launches = tasks.flatMap((from): Launch[] => {
    const settings = {
      size: dice.pick(['7b', '13b', '70b']),
      par: dice.pick(['tp4', 'tp8', 'tp8pp2']),
      mbs: dice.pick([1, 2, 4]),
    };
    let now = from;
    const count = dice.whole(1, 6);
    return Array.from({ length: count }, (_item, no) => {
      const isLast = no === count - 1;
      const seconds = isLast ? dice.logBetween(9000, 80_000) : dice.logBetween(25, 400);
      const own = launch({
        settings,
        launchedAt: now,
        wait: dice.between(20, 70),
        seconds,
        scores: isLast
          ? { tflops: courseOf(dice, dice.normal(160, 25), 1), loss: courseOf(dice, dice.normal(2.2, 0.2), -0.01) }
          : {},
        state: isLast ? 'finished' : dice.pick(['failed', 'crashed']),
      });
      now += (seconds + dice.between(90, 900)) * 1000;
      return own;
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { size: 'model_size', par: 'parallel', mbs: 'micro_batch_size' },
      metricPaths: { tflops: 'throughput/tflops', loss: 'lm loss' },
      nameOf: ({ settings: own }) => `megatron-${own['size']}-${own['par']}`,
      noSummary: 0.1,
    },
    dice,
  );
  return {
    table: 'launches',
    columns: [
      filler('launch_id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('model', 'size', { spell: (value) => String(value).toUpperCase() }),
      setting('parallelism', 'par'),
      sometimes(0.4, setting('mbs', 'mbs', { type: 'INTEGER' })),
      moment('launched_at', { style: ISO_Z, delay: evenDelay(20, 70) }),
      told('outcome', {
        say: ({ state }, own) => (state === 'finished' ? 'ok' : own.pick(['OOM', 'NCCL timeout', 'node down'])),
        fit: (cell, { state }) => ((cell === 'ok') === (state === 'finished') ? 0 : NEVER),
      }),
      sometimes(0.5, figure('tflops', 'tflops', { spell: Math.round, grain: 0.02 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.25 }),
  };
};

/** Federated learning: eight clients and a server log a run each, with one config in one second; rows are the servers' rounds. */
export const federated: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-10-13T07:00:00Z'),
    count: 60,
    size: [1, 4],
    step: [1500, 5000],
    pause: [2, 20],
  });
  const launches = times.flatMap((launchedAt): Launch[] => {
    const settings = {
      agg: dice.pick(['fedavg', 'fedprox', 'scaffold']),
      alpha: dice.pick([0.1, 0.5, 1]),
      data: dice.pick(['femnist', 'cifar100']),
    };
    const [acc, seconds] = [dice.normal(0.6, 0.08), dice.logBetween(800, 1400)];
    const member = (role: string): Launch =>
      launch({
        settings: { ...settings, role },
        launchedAt,
        wait: dice.between(3, 12),
        seconds: seconds + dice.between(-6, 6),
        scores: { acc: courseOf(dice, role === 'server' ? acc : acc + dice.normal(-0.02, 0.05), 0.003) },
        host: role,
      });
    return ['server', ...Array.from({ length: 8 }, (_client, no) => `client-${no}`)].map(member);
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { role: null, agg: 'strategy', alpha: 'dirichlet_alpha' },
      metricPaths: { acc: 'accuracy' },
      nameOf: ({ settings }) => (dice.chance(0.7) ? String(settings['role']) : null),
      about: ({ settings }) => ({ group: `${settings['agg']}-${settings['data']}` }),
    },
    dice,
  );
  const split = splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.15 });
  const isServer = ({ settings }: Job): boolean => settings['role'] === 'server';
  return {
    table: 'fl_runs',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('strategy', 'agg'),
      setting('alpha', 'alpha', { type: 'REAL' }),
      sometimes(0.5, setting('dataset', 'data')),
      moment('started', { style: NAIVE, zone: zoneOf('Europe/Paris'), delay: evenDelay(3, 12) }),
      figure('global_acc', 'acc', { of: (value) => value * 100, spell: fixed(2), grain: 0.01 }),
    ],
    registered: split.registered.filter(isServer),
    present: split.present,
    gone: split.gone.filter(isServer),
  };
};
