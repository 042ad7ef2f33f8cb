import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes, trace } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs } from '../labour.ts';
import { at, DAY, ISO_Z, NAIVE_MINUTE, STAMP, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { calendarDay, dayNo, figure, fixed, launch, NEVER, open } from './parts.ts';

/** Lightning: the best checkpoint's path holds epoch, step and validation loss; the run shows the last loss. */
export const checkpointPaths: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-09-22T07:00:00Z'),
    count: 170,
    size: [2, 8],
    step: [30, 2000],
    pause: [1, 14],
  });
  const launches = times.map((launchedAt) => {
    const loss = dice.logBetween(0.15, 0.9);
    return launch({
      settings: { encoder: dice.pick(['gru', 'tcn', 'patchtst']), horizon: dice.pick([24, 96, 336]) },
      launchedAt,
      wait: dice.logBetween(4, 30),
      seconds: dice.logBetween(500, 9000),
      scores: {
        loss: courseOf(dice, loss, -0.02 * loss),
        epoch: courseOf(dice, dice.whole(12, 99), 0),
      },
    });
  });
  const jobs = recordJobs(
    launches,
    { paths: { encoder: 'model.encoder', horizon: 'data.horizon' }, metricPaths: { loss: 'val/loss' }, noConfig: 0.15 },
    dice,
  );
  return {
    table: 'checkpoints',
    columns: [
      filler('id', 'TEXT', (_job, own) => own.hex(8)),
      joined(
        'ckpt',
        [
          setting('', 'encoder'),
          setting('', 'horizon'),
          filler('', 'INTEGER', (job, own) => Math.max(1, job.scores['epoch']!.last - own.whole(1, 9))),
          {
            ...figure('', 'loss', { keeps: 'best', spell: fixed(3), noise: 0.012 }),
          },
        ],
        ([encoder, horizon, epoch, loss]) =>
          `ckpts/${encoder}_h${horizon}/epoch=${epoch}-step=${Number(epoch) * 313}-val_loss=${Number(loss).toFixed(3)}.ckpt`,
      ),
      moment('mtime', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Berlin'), delay: skewDelay(11, 0.6) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** Nerfstudio: an evaluation's JSON names scene, method and stamped folder; half of the runs show the stamp. */
export const stampedScenes: LabRecipe = (dice) => {
  const zone = zoneOf('Asia/Shanghai');
  const times = burstsOf(dice, {
    from: at('2025-12-20T02:00:00Z'),
    count: 160,
    size: [3, 12],
    step: [5, 1500],
    pause: [2, 20],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        scene: dice.pick(['chair', 'garden', 'bicycle', 'kitchen', 'room']),
        method: dice.pick(['nerfacto', 'splatfacto', 'tensorf']),
      },
      launchedAt,
      wait: dice.between(6, 25),
      seconds: dice.logBetween(500, 4000),
      scores: { psnr: courseOf(dice, dice.normal(25, 3), 0.3), lpips: courseOf(dice, dice.normal(0.3, 0.09), -0.01) },
    }),
  );
  const stampOf = ({ launchedAt }: Launch): string =>
    STAMP.render(launchedAt + zone(launchedAt) * 60_000)
      .toString()
      .replace(/-(\d\d)-(\d\d)$/, '$1$2');
  const jobs = recordJobs(
    launches,
    {
      paths: { scene: 'experiment_name', method: 'method_name' },
      metricPaths: {
        psnr: 'Eval Images Metrics Dict (all images)/psnr',
        lpips: 'Eval Images Metrics Dict (all images)/lpips',
      },
      nameOf: () => 'unnamed',
      extras: (own) => (dice.chance(0.5) ? { timestamp: stampOf(own), vis: 'wandb' } : { vis: 'wandb' }),
      noConfig: 0.2,
    },
    dice,
  );
  const pathOf = (job: Job): string =>
    `outputs/${job.settings['scene']}/${job.settings['method']}/${stampOf(job)}/step-000029999.ckpt`;
  return {
    table: 'renders',
    columns: [
      filler('n', 'INTEGER', (_job, _dice, no) => no),
      setting('experiment_name', 'scene'),
      {
        name: 'checkpoint',
        type: 'TEXT',
        // The stamp is the start, also of runs that don't show it.
        write: (job) => ({
          cell: pathOf(job),
          fit: (other) => {
            if (other.run.config['timestamp'] !== undefined) return pathOf(other) === pathOf(job) ? 0 : NEVER;
            const late = ((other.seenStart ?? 0) - job.launchedAt) / 1000;
            return late > 4 && late < 28 ? -Math.log(20) : NEVER;
          },
        }),
      },
      figure('psnr', 'psnr', { spell: (value) => value, noise: 0.05 }),
      figure('lpips', 'lpips', { spell: (value) => value, noise: 0.003 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.2 }),
  };
};

/** Chinese and Greek names, full-width digits; one side composes its letters, the other does not. */
export const unicode: LabRecipe = (dice) => {
  const wide = (text: string): string =>
    text.replaceAll(/[0-9.]/g, (c) => String.fromCodePoint(c.codePointAt(0)! + 0xfee0));
  const times = officeTimes(dice, { from: at('2025-02-10T00:00:00Z'), days: 60, count: 140 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        data: dice.pick(['café-müller', 'naïve-Ångström', '京都', '北京大学']),
        alpha: dice.pick([0.1, 0.25, 0.5, 0.75, 0.9]),
        beta: dice.pick([1, 2, 4, 8]),
        seed: dice.whole(1, 6),
      },
      launchedAt,
      wait: dice.between(3, 20),
      seconds: dice.logBetween(300, 6000),
    }),
  );
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { data: null, alpha: null, beta: null, seed: null },
        nameOf: ({ settings: own }) =>
          `${own['data']} α=${own['alpha']} β=${own['beta']} 种子${own['seed']} 🚀`.normalize('NFD'),
      },
      dice,
    ),
  );
  return {
    table: '实验',
    columns: [
      filler('编号', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('数据集', 'data', { spell: (value) => String(value).normalize('NFC') }),
      setting('α', 'alpha', { spell: (value) => wide(String(value)) }),
      setting('β', 'beta', { type: 'INTEGER' }),
      sometimes(0.3, setting('种子', 'seed', { spell: (value) => wide(String(value)) })),
      moment('日期', { style: DAY, zone: zoneOf('Asia/Tokyo'), delay: evenDelay(3, 20) }),
      sometimes(0.5, lasted('用时', { digits: 0, noise: 2 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** timm: the run is called by its stamp and model, the row `mar14b`: the day's second entry. */
export const dayLetters: LabRecipe = (dice) => {
  const from = at('2025-03-03T00:00:00Z');
  const zone = zoneOf('Europe/London');
  const times = officeTimes(dice, { from, days: 60, count: 120 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        model: dice.pick(['resnet50', 'regnety_016', 'deit3_small', 'mixnet_l']),
        wd: dice.pick([0.02, 0.05]),
      },
      launchedAt,
      wait: dice.between(4, 12),
      seconds: dice.logBetween(3000, 30_000),
      scores: { top1: courseOf(dice, dice.normal(79, 1.5), 0.1) },
    }),
  );
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { model: null, wd: 'weight_decay' },
        metricPaths: { top1: 'eval_top1' },
        nameOf: ({ launchedAt, settings }) =>
          `${STAMP.render(launchedAt + zone(launchedAt) * 60_000)
            .toString()
            .replaceAll('-', '')
            .replace('_', '-')}-${settings['model']}-224`,
        noSummary: 0.2,
      },
      dice,
    ),
  );
  const split = splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 });
  const letterOf = new Map(
    [...Map.groupBy(split.registered, ({ launchedAt }) => dayNo(launchedAt, from)).values()].flatMap((day) =>
      day.map((job, no): [Job, string] => [job, String.fromCodePoint(97 + no)]),
    ),
  );
  const day = calendarDay('', {
    zone,
    spell: (date) => date.toDateString().slice(4, 10).replace(' ', '').toLowerCase(),
  });
  return {
    table: 'imagenet',
    columns: [
      joined('id', [day, filler('', 'TEXT', (job) => letterOf.get(job) ?? '')], ([date, letter]) => `${date}${letter}`),
      setting('arch', 'model'),
      sometimes(0.3, setting('wd', 'wd', { type: 'REAL' })),
      sometimes(0.4, score('top-1', 'top1', { digits: 1 })),
    ],
    ...split,
  };
};

/** The database was reset in spring: exp_001 to exp_060 came twice, under a new key of the merged file. */
export const reusedNumbers: LabRecipe = (dice) => {
  const half = (from: string): Job[] => {
    const times = burstsOf(dice, { from: at(from), count: 80, size: [1, 6], step: [60, 3000], pause: [2, 20] });
    return recordJobs(
      times.map((launchedAt, no) =>
        launch({
          settings: { exp: `exp_${String(no + 1).padStart(3, '0')}`, kernel: dice.pick([3, 5, 7]) },
          launchedAt,
          wait: dice.between(3, 20),
          seconds: dice.logBetween(300, 8000),
          scores: { snr: courseOf(dice, dice.normal(14, 2), 0.1) },
        }),
      ),
      { paths: { exp: null }, nameOf: ({ settings }) => String(settings['exp']), noConfig: 0.2 },
      dice,
    ).map((job) => ({ ...job, seen: { ...job.seen, exp: job.settings['exp']! } }));
  };
  const jobs = [...half('2025-01-13T08:00:00Z'), ...half('2025-04-21T08:00:00Z')];
  return {
    table: 'merged',
    columns: [
      filler('pk', 'INTEGER', (_job, _dice, no) => no + 1),
      trace('exp_no', ({ settings }) => String(settings['exp'])),
      setting('kernel', 'kernel', { type: 'INTEGER' }),
      sometimes(0.45, moment('created', { style: ISO_Z, delay: evenDelay(3, 20) })),
      sometimes(0.45, score('snr_db', 'snr', { digits: 1 })),
    ],
    ...splitJobs(dice, jobs, { noRow: 0.1, noRun: 0.25 }),
  };
};
