import { evenDelay, filler, lasted, machine, score, setting, sometimes } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { asJson, phrase, spelt, splitOf, workOf } from '../fourth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { burstsOf, gridOf } from '../labour.ts';
import { at, DAY_MS, EPOCH_MS, HOUR, NAIVE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { around, derived, digits, halfEven, launchOf, stamp, uuid7 } from './kit.ts';

const endOf = ({ launchedAt, wait, seconds }: Job): number => launchedAt + (wait + seconds) * 1000;

/** Arms write their row when the trials are over, by a clock that nobody ever set again. */
export const robots: LabRecipe = (dice) => {
  const from = '2026-02-02T00:00:00Z';
  const drift: Readonly<Record<string, number>> = { ur5: 0, panda: 1700, kuka: -4100 };
  const launches = workOf(dice, { from, days: 50, count: 260, users: ['ana', 'bo'], step: [90, 5000] }).map((start) => {
    const episodes = dice.pick([20, 50]);
    const settings = {
      task: dice.pick(['peg_insertion', 'drawer', 'cloth_fold', 'pouring']),
      friction: dice.logBetween(0.2, 1.4),
      latency_ms: dice.pick([0, 20, 40]),
      episodes,
    };
    const rate = Math.min(1, Math.max(0, around(dice, settings, { from: 0.2, to: 0.95, spread: 0.06 }).last));
    const success = Math.round(rate * episodes) / episodes;
    return launchOf(dice, {
      settings,
      at: start.at,
      wait: dice.logBetween(2, 30),
      seconds: episodes * dice.between(12, 40),
      failed: 0.15,
      host: dice.pick(Object.keys(drift)),
      scores: { success: { last: success, best: success, mean: success } },
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { friction: 'sim.randomization.friction', latency_ms: 'sim.latency_ms', episodes: 'eval.n' },
      metricPaths: { success: 'eval/success_rate' },
      nameOf: ({ settings }) => `${settings['task']}_real`,
    },
    dice,
  );
  return {
    table: 'trials',
    columns: [
      filler('trial', 'TEXT', (_job, _dice, no) => `TR-${String(no + 1).padStart(4, '0')}`),
      machine('arm', (host) => host.toUpperCase(), false),
      setting('task', 'task', { spell: (value) => String(value).split('_')[0]! }),
      setting('mu', 'friction', { type: 'REAL', spell: digits(2) }),
      stamp('wall_clock', {
        style: NAIVE,
        zone: zoneOf('Europe/Zurich'),
        moment: (job, own) => endOf(job) + own.between(1, 20) * 1000,
        of: 'end',
        wrong: (job) => ((drift[job.host] ?? 0) * (job.launchedAt - at(from))) / DAY_MS,
        delay: evenDelay(1, 20),
      }),
      phrase('outcome', [score('success_pct', 'success', { digits: 1, scale: 100 }), setting('n', 'episodes')], asJson),
    ],
    ...splitOf(dice, jobs, [0.1, 0.2]),
  };
};

/** Predicted structures: the only time of a row is inside its UUID. */
export const folding: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2026-04-06T06:00:00Z'),
    count: 420,
    size: [4, 25],
    step: [1, 40],
    pause: [0.5, 9],
  });
  const launches = times.map((time): Launch => {
    const settings = {
      target: `T${1104 + dice.whole(0, 45)}`,
      db: dice.pick(['full_dbs', 'reduced_dbs']),
      recycles: dice.pick([3, 6, 12]),
      model: dice.whole(1, 5),
    };
    return launchOf(dice, {
      settings,
      at: time,
      wait: dice.between(1, 50),
      seconds: dice.logBetween(200, 4000),
      failed: 0.12,
      scores: { plddt: around(dice, settings, { from: 0.45, to: 0.94, spread: 0.01 }) },
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { target: 'data.target', db: 'data.preset', recycles: 'model.num_recycle', model: 'model.index' },
      metricPaths: { plddt: 'confidence/plddt' },
      about: ({ settings }) => ({ group: String(settings['target']) }),
    },
    dice,
  );
  return {
    table: 'predictions',
    columns: [
      spelt(
        stamp('uid', { style: EPOCH_MS, moment: ({ launchedAt }) => launchedAt, delay: (s) => evenDelay(1, 50)(-s) }),
        uuid7,
      ),
      setting('protein', 'target', { spell: (value) => String(value).toLowerCase() }),
      setting('msa', 'db', { spell: (value) => String(value).split('_')[0]! }),
      sometimes(0.25, setting('recycling', 'recycles', { type: 'INTEGER' })),
      score('mean_plddt', 'plddt', { digits: 1, scale: 100 }),
    ],
    ...splitOf(dice, jobs, [0.1, 0.15]),
  };
};

/** The row is made at the end, in São Paulo's time; what was killed has one too. */
export const downscaling: LabRecipe = (dice) => {
  const launches = workOf(dice, { from: '2025-09-01T00:00:00Z', days: 60, count: 300, step: [30, 2500] }).map(
    (start) => {
      const settings = {
        variable: dice.pick(['t2m', 'tp', 'u10']),
        net: dice.pick(['unet', 'swinir', 'srgan']),
        lr: dice.pick([1e-3, 3e-4, 1e-4]),
        patch: dice.pick([64, 128]),
      };
      return launchOf(dice, {
        settings,
        at: start.at,
        wait: dice.logBetween(4, 9000),
        seconds: dice.logBetween(1200, 33_000),
        failed: 0.2,
        host: `n${dice.whole(1, 12)}`,
        scores: { crps: around(dice, settings, { from: 0.4, to: 0.9, spread: 0.02 }) },
      });
    },
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { lr: 'optimizer.lr', patch: 'data.patch_size', net: 'model._target_', variable: 'data.variable' },
      metricPaths: { crps: 'val/crps' },
      nameOf: ({ settings }) => `${settings['net']}-${settings['variable']}`,
      showsHost: true,
    },
    dice,
  );
  return {
    table: 'resultados',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => 1000 + no),
      stamp('registrado_em', {
        style: NAIVE,
        zone: zoneOf('America/Sao_Paulo'),
        moment: (job, own) => endOf(job) + own.between(0, 8) * 1000,
        of: 'end',
        delay: evenDelay(0, 8),
      }),
      setting('variavel', 'variable', { spell: (value) => String(value).toUpperCase() }),
      setting('rede', 'net'),
      sometimes(0.3, score('crps', 'crps', { digits: 3 })),
      lasted('horas', { digits: 1, scale: 1 / 3600 }),
    ],
    ...splitOf(dice, jobs, [0.12, 0.18]),
  };
};

/** A paper's table of forecasts: no times, no seeds, errors rounded half to even. */
export const horizons: LabRecipe = (dice) => {
  const grid = gridOf({
    data: ['ETTh1', 'ETTh2', 'ETTm1', 'weather', 'traffic'],
    pred_len: [96, 192, 336, 720],
    model: ['PatchTST', 'DLinear', 'iTransformer'],
  });
  const tasks = grid.flatMap((settings) =>
    [0, 1, 2, ...(dice.chance(0.4) ? [0] : [])].map((itr) => ({ settings, itr })),
  );
  const launches = dice.shuffle(tasks).map(({ settings, itr }, no) =>
    launchOf(dice, {
      settings: { ...settings, itr },
      at: at('2026-01-07T10:00:00Z') + no * dice.between(0.3, 0.5) * HOUR,
      wait: dice.between(2, 9),
      seconds: dice.logBetween(60, 2000),
      failed: 0.05,
      scores: {
        mse: around(dice, settings, { from: 0.15, to: 0.6, spread: 0.012 }),
        mae: around(dice, { ...settings, of: 'mae' }, { from: 0.2, to: 0.5, spread: 0.009 }),
      },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { itr: null },
      nameOf: ({ settings: own }) =>
        `long_term_forecast_${own['data']}_96_${own['pred_len']}_${own['model']}_ftM_sl96_ll48_pl${own['pred_len']}`,
      extras: () => ({ seq_len: 96, label_len: 48, features: 'M', itr: 3 }),
    },
    dice,
  );
  return {
    table: 'table2',
    columns: [
      filler('row', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('Dataset', 'data', { spell: (value) => String(value).replace('ETT', 'ETT-') }),
      setting('Horizon', 'pred_len', { type: 'INTEGER' }),
      setting('Method', 'model'),
      derived('MSE', 'mse', (value) => halfEven(value, 3)),
      derived('MAE', 'mae', (value) => halfEven(value, 3)),
    ],
    ...splitOf(dice, jobs, [0.15, 0.12]),
  };
};

/** Seconds between two starts of many short fits on eight workers; thousands in two days. */
export function quickTimes(dice: Dice, from: number, count: number): number[] {
  let now = from;
  return Array.from({ length: count }, () => {
    now += dice.chance(0.01) ? dice.between(600, 9000) * 1000 : dice.between(0.2, 8) * 1000;
    return Math.round(now);
  });
}
