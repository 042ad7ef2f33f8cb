import type { Column } from '../columns.ts';
import { filler, score } from '../columns.ts';
import { digits, untold } from '../fifth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Job, Project } from '../job.ts';
import { EPOCH_S, STAMP, at, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { MONTH_DAY, begun, clock, endOf, isOneOf, launches, mute, settle, startsOf, told } from './kit.ts';

const MOVED = at('2026-02-09T07:30:00Z');

/** PyTorch Lightning's folders of versions; the old ones were copied to another disk, and their file times with it. */
const VERSIONS: readonly Column[] = [
  filler('log_dir', 'TEXT', (_job, _dice, no) => `lightning_logs/version_${no}`),
  told('hparams', ({ encoder, lr, batch_size: size }) =>
    JSON.stringify({ encoder, lr, batch_size: size, in_channels: 3 }),
  ),
  score('best_dice', 'dice', { digits: 4, keeps: 'best', noise: 0.004 }),
  untold(
    ({ launchedAt }) => launchedAt < MOVED,
    clock('metrics_mtime', { style: EPOCH_S, of: endOf, lag: [-3, 15] }),
    (dice) => (MOVED + dice.between(0, 900_000)) / 1000,
  ),
  filler('size_mb', 'REAL', (_job, dice) => Math.round(dice.between(180, 190) * 10) / 10),
];

export const lightning: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 260, from: '2026-01-12', days: 50, burst: [1, 5], gap: [20, 600] }),
    settings: () => ({
      encoder: dice.pick(['resnet34', 'efficientnet-b3', 'mit_b2', 'uni_vitl']),
      lr: dice.pick([0.001, 0.0003, 0.0001, 0.00005]),
      batch_size: dice.pick([4, 8, 16]),
      stain_aug: dice.chance(0.5),
      seed: dice.whole(0, 2),
    }),
    seconds: [900, 30_000],
    metrics: {
      dice: { from: 0.71, to: 0.93, spread: 0.006, slack: 0.004 },
      loss: { from: 0.12, to: 0.5, spread: 0.01 },
    },
  });
  const project: Project = {
    paths: { lr: 'optimizer.lr', batch_size: 'data.batch_size', encoder: 'model.encoder', stain_aug: 'data.aug.stain' },
    metricPaths: { dice: 'val/dice', loss: 'val/loss_epoch' },
    extras: () => ({ trainer: { devices: 2, precision: '16-mixed' }, save_dir: 'lightning_logs' }),
  };
  return settle(dice, { table: 'versions', jobs: recordJobs(work, project, dice), columns: VERSIONS });
};

const REFACTORED = at('2026-02-16T00:00:00Z');
const ROME = zoneOf('Europe/Rome');

/** `multirun/2026-03-01/12-30-11/7`: the sweep's own launch and the job's number in it. */
const jobFolder = begun('job_dir', {
  key: '_sweep',
  longest: 9 * 3600,
  render: ({ settings }) => {
    const sweep = Number(settings['_sweep']);
    return `multirun/${String(STAMP.render(sweep + ROME(sweep) * 60_000)).replace('_', '/')}/${settings['_job']}`;
  },
});

const MULTIRUN: readonly Column[] = [
  jobFolder,
  told(
    'overrides',
    ({ model, lr, bs, tile }) => `model=${model},optim.lr=${lr},data.batch_size=${bs},data.tile=${tile}`,
  ),
  score('miou', 'miou', { digits: 2, scale: 100, type: 'TEXT', spell: (value) => `${value.toFixed(2)} %` }),
  score('oa', 'oa', { digits: 1, scale: 100 }),
];

/** Hydra's folders, with the config's keys renamed in the middle; every run is called as the script. */
export const multirun: LabRecipe = (dice) => {
  const sweeps = startsOf(dice, { count: 26, from: '2026-01-26', days: 45, burst: [1, 2], gap: [900, 7200] });
  const starts = sweeps.flatMap((sweep) => {
    const [size, pace] = [dice.whole(6, 16), dice.between(400, 1500)];
    return Array.from({ length: size }, (_none, no) => ({ sweep, no, start: sweep + 5000 + no * pace * 1000 }));
  });
  const work = launches(dice, {
    starts: starts.map(({ start }) => start),
    settings: (_at, no) => ({
      model: dice.pick(['unet', 'deeplabv3p', 'segformer_b1']),
      lr: dice.pick([0.001, 0.0006, 0.0002]),
      bs: dice.pick([8, 16, 32]),
      tile: dice.pick([256, 512]),
      seed: 42,
      _sweep: starts[no]!.sweep,
      _job: starts[no]!.no,
    }),
    wait: [2, 20],
    seconds: [350, 1400],
    metrics: { miou: { from: 0.52, to: 0.78, spread: 0.01 }, oa: { from: 0.8, to: 0.94, spread: 0.008 } },
  });
  const hidden = { _sweep: null, _job: null };
  const common: Project = { nameOf: () => 'train', metricPaths: { miou: 'val/mIoU', oa: 'val/OA' } };
  const before = recordJobs(
    work.filter(({ launchedAt }) => launchedAt < REFACTORED),
    { ...common, paths: { ...hidden, lr: 'optim.lr', bs: 'data.batch_size', tile: 'data.tile' } },
    dice,
  );
  const after = recordJobs(
    work.filter(({ launchedAt }) => launchedAt >= REFACTORED),
    {
      ...common,
      paths: { ...hidden, lr: 'trainer.optimizer.learning_rate', bs: 'loader.n', tile: 'loader.crop', model: 'net.id' },
      metricPaths: { miou: 'metrics.valid.jaccard', oa: 'metrics.valid.accuracy' },
    },
    dice,
  );
  return settle(dice, { table: 'jobs', jobs: [...before, ...after], columns: MULTIRUN, deleted: 0.2 });
};

const shorter = digits(3);

/** Models that were scored again later, on a corrected split. */
const isRescored = ({ runId }: Job): boolean => isOneOf(runId, 0.35);

const DVC: readonly Column[] = [
  filler('exp', 'TEXT', (_job, dice, no) => `${dice.pick(['mushy', 'puffy', 'lobar', 'sadly'])}-${dice.token(4)}${no}`),
  clock('created', { style: MONTH_DAY, zone: zoneOf('America/Montreal'), of: endOf, lag: [5, 60] }),
  told('train.n_layers', ({ layers }) => Number(layers), { type: 'INTEGER' }),
  told('train.hidden', ({ hidden }) => Number(hidden), { type: 'INTEGER' }),
  told('train.log_lr', ({ lr }) => (lr === undefined ? null : shorter(Math.log10(Number(lr)))), { type: 'REAL' }),
  told('featurize.fp', ({ fp }) => ({ ecfp: 1, maccs: 2, rdkit: 3 })[String(fp)] ?? null, { type: 'INTEGER' }),
  mute(isRescored, score('roc_auc', 'auc', { digits: 5 })),
  mute(isRescored, score('prc_auc', 'prc', { digits: 5 })),
];

/** `dvc exp show` beside runs of toxicity models; a third of the models were scored again afterwards. */
export const experiments: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 240, from: '2026-02-01', days: 28, burst: [2, 10], gap: [30, 500] }),
    settings: () => ({
      layers: dice.whole(2, 5),
      hidden: dice.pick([64, 128, 300, 512]),
      lr: dice.pick([0.001, 0.003, 0.01]),
      fp: dice.pick(['ecfp', 'maccs', 'rdkit']),
      seed: dice.whole(1, 3),
    }),
    seconds: [20, 600],
    metrics: { auc: { from: 0.68, to: 0.86, spread: 0.007 }, prc: { from: 0.2, to: 0.45, spread: 0.012 } },
  });
  const project: Project = {
    paths: { layers: 'train/n_layers', hidden: 'train/hidden', lr: 'train/lr', fp: 'featurize/kind' },
    metricPaths: { auc: 'test/roc_auc', prc: 'test/average_precision' },
  };
  const jobs = recordJobs(work, project, dice).map((job): Job => {
    if (!isRescored(job)) return job;
    const again = dice.normal(0, 0.004);
    const scores = Object.entries(job.scores).map(([name, course]) => [name, { ...course, last: course.last + again }]);
    return { ...job, scores: Object.fromEntries(scores) as Job['scores'] }; // the same names
  });
  return settle(dice, { table: 'experiments', jobs, columns: DVC });
};
