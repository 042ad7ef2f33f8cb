import { evenDelay, filler, joined, lasted, moment, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Launch, Scalar } from '../job.ts';
import { burstsOf, byStart, courseOf, gridOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, DAY_MS, NAIVE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, open, same, significant, told } from '../second/parts.ts';
import { faceOf } from './parts.ts';

/** 0.0005 → `5em4`, 0.1 → `0p1`: names of files without dots and signs. */
function dotless(value: Scalar): string {
  const number = Number(value);
  if (number !== 0 && Math.abs(number) < 0.001) return number.toExponential().replace('e-', 'em').replace('.', 'p');
  return String(value).replace('.', 'p');
}

/** Run names without dots (`lr0p1_wd5em4`), the settings in them alone; the table has columns and a day. */
export const dotlessNames: LabRecipe = (dice) => {
  const grid = gridOf({
    net: ['rn18', 'rn50', 'wrn28'],
    lr: [0.1, 0.05, 0.01],
    wd: [0.0005, 0.0001],
    drop: [0, 0.3],
    seed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  });
  const times = burstsOf(dice, {
    from: at('2025-03-03T06:00:00Z'),
    count: grid.length,
    size: [8, 40],
    step: [1, 9],
    pause: [3, 18],
  });
  const launches = dice.shuffle(grid).map((settings, no) =>
    launch({
      settings,
      launchedAt: times[no]!,
      wait: dice.logBetween(5, 60),
      seconds: dice.logBetween(2000, 9000),
      scores: dice.chance(0.5) ? { acc: courseOf(dice, dice.normal(94, 0.8), 0.1) } : {},
      state: stateOf(dice, 0.1),
    }),
  );
  const jobs = open(
    recordJobs(
      launches,
      {
        noConfig: 1,
        metricPaths: { acc: 'test acc' },
        nameOf: ({ settings: own }) =>
          `c10_${own['net']}_lr${dotless(own['lr']!)}_wd${dotless(own['wd']!)}_do${dotless(own['drop']!)}_r${own['seed']}`,
      },
      dice,
    ),
  );
  return {
    table: 'cifar_runs',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('model', 'net', { spell: (value) => String(value).replace('rn', 'ResNet-').replace('wResNet-', 'WRN-') }),
      setting('learning_rate', 'lr', { type: 'REAL' }),
      setting('weight_decay', 'wd', { type: 'REAL' }),
      setting('dropout', 'drop', { type: 'REAL' }),
      setting('run', 'seed', { type: 'INTEGER' }),
      sometimes(0.3, moment('date', { style: DAY, zone: zoneOf('Asia/Seoul'), delay: evenDelay(5, 60) })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.3 }),
  };
};

const WORDS = ['rural', 'sappy', 'tibial', 'moody', 'utile', 'boric', 'leafy', 'naval', 'proud', 'faded'] as const;
const NAMES = ['smee', 'vara', 'gong', 'ibis', 'kohl', 'loon', 'ruth', 'zinc', 'apse', 'dado'] as const;

/** `dvc exp show`: generated names and revisions that no run has, the baseline's commit, the day as "Mar 03, 2025" of the end. */
export const dvc: LabRecipe = (dice) => {
  const launches = officeTimes(dice, { from: at('2025-03-03T00:00:00Z'), days: 50, count: 42 }).flatMap(
    (from): Launch[] => {
      const commit = dice.hex(40);
      let now = from;
      return Array.from({ length: dice.whole(1, 8) }, () => {
        const seconds = dice.logBetween(200, 5000);
        const own = launch({
          settings: {
            commit,
            lr: dice.pick([0.00025, 0.0005, 0.001]),
            wd: dice.pick([0, 0.01]),
            units: dice.pick([64, 128]),
          },
          launchedAt: now,
          wait: dice.between(4, 12),
          seconds,
          scores: {
            acc: courseOf(dice, dice.normal(0.8, 0.06), 0.005),
            loss: courseOf(dice, dice.logBetween(0.3, 1.2), -0.01),
          },
        });
        now += (seconds + dice.between(20, 40)) * 1000;
        return own;
      });
    },
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { commit: null, lr: 'train.lr', wd: 'train.weight_decay', units: 'model.conv_units' },
      metricPaths: { acc: 'eval/acc', loss: 'eval/loss' },
      about: ({ settings }) => ({ commit: String(settings['commit']) }),
    },
    dice,
  );
  const zone = zoneOf('America/New_York');
  const dayOf = (ms: number): string => {
    const [, month, day, year] = faceOf(zone, ms).toDateString().split(' ');
    return `${month} ${day}, ${year}`;
  };
  return {
    table: 'exp_show',
    columns: [
      filler('rev', 'TEXT', (_job, own) => own.hex(7)),
      filler('Experiment', 'TEXT', (_job, own) => `${own.pick(WORDS)}-${own.pick(NAMES)}`),
      same('parent', ({ settings }) => String(settings['commit']).slice(0, 7)),
      told('Created', {
        say: ({ launchedAt, wait, seconds }) => dayOf(launchedAt + (wait + seconds) * 1000),
        fit: (cell, { seenStart, seenSeconds }) => (dayOf(seenStart! + seenSeconds! * 1000) === cell ? 0 : NEVER),
      }),
      setting('train.lr', 'lr', { type: 'REAL' }),
      setting('model.conv_units', 'units', { type: 'INTEGER' }),
      sometimes(0.3, figure('acc', 'acc', { spell: significant(5), grain: 1e-3 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

/** Somebody renames the good runs in the browser after what they reached: "92.3 !!", "best so far 0.923"; older ones log nothing else. */
export const namedByResult: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-05-12T00:00:00Z'), days: 40, count: 115 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        crop: dice.pick([224, 288]),
        mix: dice.pick(['none', 'mixup', 'cutmix']),
        acc: dice.normal(0.9, 0.025),
      },
      launchedAt,
      wait: dice.between(5, 30),
      seconds: dice.logBetween(2000, 20_000),
    }),
  );
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { acc: null, mix: 'augment' },
        noConfig: 0.2,
        noClock: 0.2,
        nameOf: ({ settings }) => {
          const acc = Number(settings['acc']);
          return dice.pick([
            `${(acc * 100).toFixed(1)} !!`,
            `best so far ${acc.toFixed(3)}`,
            `${(acc * 100).toFixed(1)}% ${settings['mix']}`,
          ]);
        },
      },
      dice,
    ),
  );
  return {
    table: 'leaderboard',
    columns: [
      filler('rank', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('crop', 'crop', { type: 'INTEGER' }),
      setting('acc', 'acc', { type: 'REAL', spell: (value) => fixed(1)(Number(value) * 100) }),
      moment('date', { style: DAY, zone: zoneOf('Europe/Lisbon'), delay: evenDelay(5, 30) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** `wandb.init()` only for the GPU's curves: no config, no metric, generated names; the launcher's log has start, host and length. */
export const emptyRuns: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-09-22T05:00:00Z'),
    count: 430,
    size: [4, 24],
    step: [1, 30],
    pause: [0.5, 8],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: { scene: dice.whole(1, 200) },
      launchedAt,
      wait: dice.logBetween(1, 9),
      seconds: dice.logBetween(60, 4000),
      host: `rtx${dice.whole(1, 6)}`,
      state: stateOf(dice, 0.15),
    }),
  );
  const jobs = recordJobs(
    launches,
    { noConfig: 1, noSummary: 0.4, showsHost: true, about: () => ({ program: 'reconstruct.py' }) },
    dice,
  );
  return {
    table: 'launcher_log',
    columns: [
      filler('n', 'INTEGER', (_job, _dice, no) => no),
      filler('scene', 'TEXT', ({ settings }) => `scan${settings['scene']}`),
      told('gpu', { say: ({ host }) => `${host}:0`, fit: (cell, { host }) => (cell === `${host}:0` ? 0 : NEVER) }),
      moment('started', { style: NAIVE, zone: zoneOf('Europe/Copenhagen'), delay: skewDelay(3, 0.63) }),
      sometimes(0.3, lasted('seconds', { digits: 0, noise: 1.5 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

/** The paper's table was made from the last five weeks of a project that goes back two years. */
export const oldProject: LabRecipe = (dice) => {
  const [from, until] = [at('2023-10-02T00:00:00Z'), at('2025-09-22T00:00:00Z')];
  const times = officeTimes(dice, { from, days: 760, count: 1100 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        ds: dice.pick(['camelyon', 'panda', 'tcga']),
        mil: dice.pick(['abmil', 'transmil', 'clam']),
        feat: dice.pick(['uni', 'ctrans', 'res50']),
        seed: dice.whole(0, 4),
      },
      launchedAt,
      wait: dice.between(3, 30),
      seconds: dice.logBetween(300, 9000),
      scores: { auc: courseOf(dice, Math.min(0.999, dice.normal(0.9, 0.04)), 0.002) },
    }),
  );
  const jobs = byStart(
    recordJobs(
      launches,
      {
        paths: { ds: 'dataset', mil: 'model', feat: 'features' },
        metricPaths: { auc: 'test/auc' },
        nameOf: ({ settings: own }) => `${own['mil']}_${own['feat']}`,
      },
      dice,
    ),
  );
  const late = jobs.filter(({ launchedAt }) => launchedAt > until);
  const split = splitJobs(dice, late, { noRow: 0.1, noRun: 0.3 });
  return {
    table: 'table3',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      joined('method', [setting('', 'mil'), setting('', 'feat')], ([mil, feat]) => `${mil!.toUpperCase()} + ${feat}`),
      setting('cohort', 'ds', { spell: (value) => String(value).toUpperCase() }),
      setting('fold', 'seed', { type: 'INTEGER', spell: (value) => Number(value) + 1 }),
      figure('AUC', 'auc', { spell: fixed(3) }),
      sometimes(
        0.5,
        told('week', {
          say: ({ launchedAt }) => `week ${Math.floor((launchedAt - until) / (7 * DAY_MS)) + 1}`,
          fit: (cell, { seenStart }) =>
            cell === `week ${Math.floor((seenStart! - until) / (7 * DAY_MS)) + 1}` ? 0 : NEVER,
        }),
      ),
    ],
    ...split,
    present: [...jobs.filter(({ launchedAt }) => launchedAt <= until), ...split.present],
  };
};
