import { evenDelay, filler, lasted, moment, score, setting, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Launch } from '../job.ts';
import { courseOf } from '../labour.ts';
import { launch } from '../second/parts.ts';
import { ISO_Z, NAIVE, NAIVE_MICROS, zoneOf } from '../times.ts';
import type { Zone } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { DETECTION, detectors } from './domains.ts';
import { asJson, fateOf, historyOf, levelOf, phrase, scoresOf, splitOf, workOf } from './kit.ts';

/** Agents of W&B's own sweeps: random values of many digits, generated sweep names; rows keep them with three digits. */
export const agents: LabRecipe = (dice) => {
  const sweeps = workOf(dice, { from: '2025-02-03T00:00:00Z', days: 60, count: 9, step: [9000, 90_000] });
  const launches = sweeps.flatMap(({ at: begun }, no) => {
    let now = begun;
    return Array.from({ length: dice.whole(15, 60) }, (): Launch => {
      const settings = {
        learning_rate: dice.logBetween(1e-5, 1e-2),
        weight_decay: dice.between(0, 0.2),
        dropout: dice.between(0, 0.5),
        batch_size: dice.pick([32, 64, 128]),
        sweep: no,
      };
      const fate = fateOf(dice, dice.logBetween(60, 1500), 0.2);
      const launchedAt = Math.round(now);
      now += fate.seconds * 1000 + dice.between(4, 12) * 1000;
      const auc = 0.7 + 0.2 * levelOf(settings) + dice.normal(0, 0.002);
      return launch({
        settings,
        launchedAt,
        wait: 3,
        ...fate,
        scores: scoresOf(fate, { auc: courseOf(dice, auc, 0.002) }),
      });
    });
  });
  const names = sweeps.map(() => dice.token(8));
  const jobs = recordJobs(
    launches,
    {
      paths: { sweep: null },
      metricPaths: { auc: 'val_auc' },
      nameOf: (_own, no) => `${dice.pick(['comfy', 'eager', 'stilted', 'northern'])}-sweep-${no % 61}`,
      about: ({ settings }) => ({ sweepName: names[Number(settings['sweep'])]! }),
    },
    dice,
  );
  const short = (value: string | number | boolean): string => Number(value).toPrecision(3);
  return {
    table: 'trials',
    columns: [
      filler('trial', 'INTEGER', (_job, _dice, no) => no),
      phrase(
        'params',
        [
          setting('lr', 'learning_rate', { spell: short }),
          setting('wd', 'weight_decay', { spell: short }),
          setting('bs', 'batch_size'),
        ],
        asJson,
      ),
      score('auc', 'auc', { digits: 3, keeps: 'best', noise: 0.002 }),
    ],
    ...splitOf(dice, jobs, [0.3, 0.2]),
  };
};

/** An old client: the hyperparameters stand in the command line only, four runs in ten have no summary. */
export const commandLine: LabRecipe = (dice) => {
  const starts = workOf(dice, { from: '2023-05-01T00:00:00Z', days: 100, count: 320, users: ['r', 's', 't'] });
  const launches = historyOf(dice, starts, {
    settings: () => ({
      scene: dice.pick(['lego', 'ficus', 'drums', 'hotdog', 'ship', 'mic']),
      grid: dice.pick([64, 128, 160]),
      tv: dice.pick([0, 1e-4, 1e-3]),
      'lr-init': dice.pick([0.01, 0.02]),
      seed: dice.whole(0, 2),
    }),
    make: (settings, start) => {
      const fate = fateOf(dice, dice.logBetween(200, 4000), 0.25);
      const psnr = courseOf(dice, 26 + 8 * levelOf(settings) + dice.normal(0, 0.1), 0.05);
      return launch({
        settings,
        launchedAt: start.at,
        wait: dice.between(3, 15),
        ...fate,
        scores: scoresOf(fate, { psnr }),
      });
    },
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { user: null },
      flags: true,
      noConfig: 1,
      noSummary: 0.4,
      metricPaths: { psnr: 'test_full/psnr' },
      nameOf: ({ settings }) => `tensorf_${settings['scene']}`,
    },
    dice,
  );
  return {
    table: 'scenes',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('scene', 'scene'),
      setting('n_voxel', 'grid', { type: 'INTEGER', spell: (value) => Number(value) ** 3 }),
      setting('tv_weight', 'tv', { type: 'REAL' }),
      score('psnr', 'psnr', { digits: 2 }),
      moment('started_at', { style: NAIVE_MICROS, zone: zoneOf('America/New_York'), delay: evenDelay(3, 15) }),
      sometimes(0.3, lasted('secs', { type: 'INTEGER', digits: 0, noise: 5 })),
    ],
    ...splitOf(dice, jobs, [0.3, 0.1]),
  };
};

/** A laptop that travels: its naive times change the zone with its owner, and once nobody set it back. */
export const travels: LabRecipe = (dice) => {
  const legs: readonly (readonly [string, number])[] = [
    ['2025-05-01', -240],
    ['2025-05-28', -300],
    ['2025-06-07', 120],
    ['2025-07-02', -240],
  ];
  const zone: Zone = (ms) => legs.findLast(([day]) => Date.parse(`${day}T00:00:00Z`) <= ms)?.[1] ?? -240;
  const jobs = recordJobs(
    detectors(dice, { count: 230, users: ['me'] }),
    { ...DETECTION, nameOf: () => 'train' },
    dice,
  );
  return {
    table: 'diary',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('net', 'model'),
      setting('pixels', 'imgsz', { type: 'INTEGER' }),
      setting('set', 'data'),
      moment('begun', { style: NAIVE, zone, delay: evenDelay(4, 20) }),
      sometimes(0.6, score('map', 'map', { digits: 2 })),
      filler(
        'synced',
        'TEXT',
        (_job, own) => ISO_Z.render(Date.parse('2025-09-01T00:00:00Z') + own.whole(0, 86_400) * 1000) as string,
      ),
    ],
    ...splitOf(dice, jobs, [0.4, 0.15]),
  };
};
