import { evenDelay, filler, lasted, machine, score, setting, skewDelay, sometimes } from '../columns.ts';
import { comma, spelt, splitOf, workOf } from '../fourth/kit.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch, Scalar } from '../job.ts';
import { gridOf } from '../labour.ts';
import { AMERICAN, at, DAY_MS, HOUR, zoneOf } from '../times.ts';
import type { TimeStyle } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { around, launchOf, short, stamp } from './kit.ts';

/** Runs that live as long as their notebook's kernel; the row is written when somebody looks at the result. */
export const notebooks: LabRecipe = (dice) => {
  const launches = workOf(dice, { from: '2026-03-01T14:00:00Z', days: 60, count: 220, step: [200, 9000] }).map(
    (start) => {
      const settings = {
        backbone: dice.pick(['effnet_b0', 'effnet_b3', 'resnet18']),
        lr: dice.pick([1e-2, 3e-3, 1e-3, 3e-4]),
        epochs: dice.pick([5, 10, 20, 30]),
        img: dice.pick([224, 256, 384]),
      };
      return launchOf(dice, {
        settings,
        at: start.at,
        wait: dice.between(1, 6),
        seconds: dice.logBetween(400, 90_000),
        failed: 0.35,
        scores: { acc: around(dice, settings, { from: 0.72, to: 0.96, spread: 0.008, slack: 0.004 }) },
      });
    },
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { img: 'image_size' },
      metricPaths: { acc: 'valid_accuracy' },
      about: () => ({ program: '<python with no main file>' }),
      noConfig: 0.15,
    },
    dice,
  );
  return {
    table: 'notes',
    columns: [
      filler('n', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('model', 'backbone', {
        spell: (value) => String(value).replace('_', '-').replace('effnet', 'EfficientNet'),
      }),
      sometimes(0.1, setting('lr', 'lr', { type: 'REAL' })),
      sometimes(0.2, setting('epochs', 'epochs', { type: 'INTEGER' })),
      stamp('noted', {
        style: AMERICAN,
        zone: zoneOf('America/Los_Angeles'),
        moment: ({ launchedAt }, own) => launchedAt + Math.exp(own.normal(Math.log(1500), 0.9)) * 1000 + 30_000,
        delay: skewDelay(1520, 0.9),
      }),
      score('best_acc', 'acc', { digits: 2, scale: 100, keeps: 'best', noise: 0.003 }),
    ],
    ...splitOf(dice, jobs, [0.2, 0.15]),
  };
};

const FIRST = ['Jane', 'Omar', 'Li', 'Ravi', 'Eva', 'Tom', 'Mia', 'Noa', 'Max', 'Zoe', 'Ida', 'Ben'] as const;
const LAST = [
  'Doe',
  'Haddad',
  'Wei',
  'Patel',
  'Novak',
  'Smith',
  'Rossi',
  'Levi',
  'Braun',
  'Kim',
  'Holm',
  'Cruz',
] as const;

/** A course: forty students, one exercise, the same defaults, and the night before the deadline. */
export const course: LabRecipe = (dice) => {
  const students = Array.from({ length: 40 }, (_item, no) => `${dice.pick(FIRST)} ${dice.pick(LAST)} ${no % 4}`);
  const deadline = at('2026-05-15T22:00:00Z');
  const launches = Array.from({ length: 260 }, () => {
    const settings = {
      student: dice.pick(students),
      lr: dice.chance(0.6) ? 0.001 : dice.pick([0.01, 0.0005, 0.1]),
      hidden: dice.chance(0.6) ? 128 : dice.pick([64, 256, 512]),
      dropout: dice.chance(0.7) ? 0.2 : dice.pick([0, 0.5]),
    };
    return launchOf(dice, {
      settings,
      at: deadline - dice.unit() ** 3 * 9 * DAY_MS,
      wait: dice.between(1, 8),
      seconds: dice.logBetween(40, 900),
      failed: 0.2,
      scores: { acc: around(dice, { ...settings, student: '' }, { from: 0.86, to: 0.985, spread: 0.004 }) },
    });
  });
  const loginOf = (student: Scalar | undefined): string => {
    const [first, last, no] = String(student).split(' ');
    return `${first![0]}${last}${no}`.toLowerCase();
  };
  const jobs = recordJobs(
    launches,
    {
      paths: { student: null },
      about: ({ settings }) => ({ user: loginOf(settings['student']) }),
      metricPaths: { acc: 'test_acc' },
      nameOf: () => 'hw3',
      noSummary: 0.05,
    },
    dice,
  ).map((job): Job => ({ ...job, seen: { ...job.seen, student: String(job.settings['student']) } }));
  const named = (value: Scalar): string => String(value).split(' ').slice(0, 2).toReversed().join(', ');
  return {
    table: 'handins',
    columns: [
      filler('handin', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('name', 'student', { spell: named }),
      setting('learning_rate', 'lr', { type: 'REAL', slip: 0.02, slipTo: () => 0.001 }),
      sometimes(0.15, setting('hidden_units', 'hidden', { type: 'INTEGER' })),
      stamp('submitted', {
        style: AMERICAN,
        zone: zoneOf('America/Chicago'),
        moment: (job, own) => job.launchedAt + (job.wait + job.seconds + own.logBetween(30, 3600)) * 1000,
        of: 'end',
        delay: (seconds) => (seconds > 25 && seconds < 3700 ? -Math.log(Math.max(30, seconds) * 4.8) : -27),
      }),
      score('accuracy', 'acc', { digits: 1, scale: 100 }),
    ],
    ...splitOf(dice, jobs, [0.35, 0.15]),
  };
};

/** 03/11/2025 14h05 */
const FRENCH: TimeStyle = {
  type: 'TEXT',
  quantum: 60,
  render: (ms) => {
    const [date, time] = new Date(ms).toISOString().split('T');
    return `${date!.split('-').toReversed().join('/')} ${time!.slice(0, 5).replace(':', 'h')}`;
  },
};

/** A French hospital's table: its words, its commas, its clock. */
export const hospital: LabRecipe = (dice) => {
  const starts = workOf(dice, {
    from: '2025-10-01T00:00:00Z',
    days: 50,
    count: 160,
    users: ['irm', 'scanner', 'echo'],
  });
  const launches = starts.map((start) => {
    const settings = {
      organ: dice.pick(['liver', 'kidney', 'spleen', 'pancreas']),
      lr: dice.logBetween(1e-4, 1e-2),
      batch: dice.pick([2, 4, 8]),
      fold: dice.whole(0, 4),
    };
    return launchOf(dice, {
      settings,
      at: start.at,
      wait: dice.between(3, 40),
      seconds: dice.logBetween(900, 30_000),
      failed: 0.15,
      host: start.user,
      scores: { dice: around(dice, settings, { from: 0.7, to: 0.94, spread: 0.01 }) },
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { organ: 'dataset', batch: 'loader.batch_size' },
      metricPaths: { dice: 'val/mean_dice' },
      showsHost: true,
    },
    dice,
  );
  const organs: Readonly<Record<string, string>> = {
    liver: 'foie',
    kidney: 'rein',
    spleen: 'rate',
    pancreas: 'pancréas',
  };
  return {
    table: 'expériences',
    columns: [
      filler('numéro', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('organe', 'organ', { spell: (value) => organs[String(value)]! }),
      spelt(setting('taux_apprentissage', 'lr', { spell: short }), comma),
      setting('taille_lot', 'batch', { type: 'INTEGER' }),
      machine('modalité', (host) => host.toUpperCase(), true),
      stamp('débuté_le', {
        style: FRENCH,
        zone: zoneOf('Europe/Paris'),
        moment: (job) => job.launchedAt,
        delay: (seconds) => evenDelay(3, 40)(-seconds),
      }),
      spelt(score('précision', 'dice', { digits: 1, scale: 100 }), (cell) => `${comma(cell)} %`),
      spelt(
        lasted('durée', { digits: 0, scale: 1 / 60 }),
        (cell) => `${Math.floor(Number(cell) / 60)} h ${Number(cell) % 60}`,
      ),
    ],
    ...splitOf(dice, jobs, [0.1, 0.15]),
  };
};

/** An ablation table: ticks and crosses, three seeds a line, two scores, neither times nor seeds. */
export const ablation: LabRecipe = (dice) => {
  const flags = ['aug', 'ema', 'fpn', 'mosaic'];
  const rows = gridOf({
    data: ['coco', 'voc'],
    size: ['s', 'm', 'l'],
    aug: [true, false],
    ema: [true, false],
    fpn: [true, false],
    mosaic: [true, false],
  });
  const launches = dice
    .shuffle(rows.flatMap((settings) => [1, 2, 3].map((seed) => ({ ...settings, seed }))))
    .map((settings, no): Launch =>
      launchOf(dice, {
        settings,
        at: at('2026-02-16T08:00:00Z') + no * dice.between(1, 2) * HOUR,
        wait: dice.between(5, 60),
        seconds: dice.logBetween(9000, 40_000),
        failed: 0.04,
        scores: {
          map: around(dice, { ...settings, seed: 0 }, { from: 0.31, to: 0.55, spread: 0.006 }),
          map50: around(dice, { ...settings, of: 50 }, { from: 0.5, to: 0.75, spread: 0.008 }),
        },
      }),
    );
  const jobs = recordJobs(
    launches,
    {
      paths: {
        seed: null,
        data: 'dataset',
        aug: 'ablate.aug',
        ema: 'ablate.ema',
        fpn: 'model.fpn',
        mosaic: 'data.mosaic',
        size: 'model.size',
      },
      metricPaths: { map: 'metrics/mAP50-95(B)', map50: 'metrics/mAP50(B)' },
      nameOf: (_launch, no) => `train${no}`,
    },
    dice,
  );
  const ticks = flags.map((flag) =>
    setting(flag.toUpperCase(), flag, { spell: (value) => (value === true ? '✓' : '✗') }),
  );
  return {
    table: 'table_4',
    columns: [
      filler('line', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('bench', 'data', { spell: (value) => String(value).toUpperCase() }),
      setting('size', 'size'),
      ...ticks,
      score('AP', 'map', { digits: 1, scale: 100 }),
      score('AP50', 'map50', { digits: 1, scale: 100 }),
    ],
    ...splitOf(dice, jobs, [0.2, 0.1]),
  };
};
