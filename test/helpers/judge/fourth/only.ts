import { evenDelay, filler, joined, lasted, machine, moment, score, setting, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import { recordJobs } from '../job.ts';
import { powerOf } from '../labour.ts';
import { calendarDay, open, same } from '../second/parts.ts';
import { AMERICAN, EPOCH_MS, NAIVE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { DETECTION, PROTEINS, TRANSLATION, detectors, proteins, translators } from './domains.ts';
import { asJson, phrase, splitOf } from './kit.ts';

const counter = (name: string): Column => filler(name, 'INTEGER', (_job, _dice, no) => no + 1);

/** No metric anywhere: times on an American clock, settings by other names. */
export const noMetrics: LabRecipe = (dice) => {
  const jobs = recordJobs(
    detectors(dice, { count: 300 }).map((own) => ({ ...own, scores: {} })),
    { ...DETECTION, nameOf: () => 'train' },
    dice,
  );
  return {
    table: 'trainings',
    columns: [
      counter('no'),
      setting('weights', 'model', { spell: (value) => `${value}.pt` }),
      setting('resolution', 'imgsz', { type: 'INTEGER' }),
      setting('dataset', 'data'),
      moment('date_started', { style: AMERICAN, zone: zoneOf('America/Chicago'), delay: evenDelay(4, 20) }),
    ],
    ...splitOf(dice, jobs, [0.35, 0.15]),
  };
};

/** No time anywhere: settings and two scores. */
export const noTimes: LabRecipe = (dice) => {
  const jobs = recordJobs(proteins(dice, { count: 360 }), PROTEINS, dice);
  return {
    table: 'results',
    columns: [
      counter('result_id'),
      setting('plm', 'trunk', { spell: (value) => String(value).toUpperCase() }),
      setting('task', 'target'),
      setting('dropout', 'drop', { type: 'REAL' }),
      score('spearman', 'rho', { digits: 4 }),
      score('mse', 'mse', { digits: 3 }),
    ],
    ...splitOf(dice, jobs, [0.4, 0.2]),
  };
};

/** Neither metric nor time: settings of a wide search, by the names that the paper gives them. */
export const neitherOfBoth: LabRecipe = (dice) => {
  const jobs = recordJobs(proteins(dice, { count: 280 }, { again: 0.015 }), PROTEINS, dice);
  return {
    table: 'configs',
    columns: [
      counter('cfg'),
      setting('encoder', 'trunk'),
      setting('benchmark', 'target'),
      setting('eta', 'lr', { type: 'REAL' }),
      setting('p_drop', 'drop', { type: 'REAL' }),
      setting('depth', 'layers', { type: 'INTEGER' }),
      setting('rng', 'seed', { type: 'INTEGER' }),
    ],
    ...splitOf(dice, jobs, [0.3, 0.15]),
  };
};

/** A row is a name and nothing else, its parts in another order than the run's. */
export const namesAlone: LabRecipe = (dice) => {
  const jobs = open(recordJobs(proteins(dice, { count: 260 }, { again: 0.01 }), PROTEINS, dice));
  return {
    table: 'checkpoints',
    columns: [
      counter('id'),
      joined(
        'file',
        [
          setting('t', 'trunk'),
          setting('h', 'head'),
          setting('g', 'target'),
          setting('s', 'seed'),
          setting('l', 'lr', { spell: powerOf }),
        ],
        ([t, h, g, s, l]) => `${t}.${h}.${g}.seed${s}.lr=${l}.pt`,
      ),
    ],
    ...splitOf(dice, jobs, [0.3, 0.15]),
  };
};

/** One JSON of the configuration, with the lab's own keys, and nothing else. */
export const configAlone: LabRecipe = (dice) => {
  const jobs = recordJobs(proteins(dice, { count: 320 }, { again: 0.01 }), { ...PROTEINS, nameOf: () => null }, dice);
  const parts = [
    setting('lr', 'lr'),
    setting('plm', 'trunk'),
    setting('pool', 'head'),
    setting('dropout', 'drop'),
    setting('n_layers', 'layers'),
    setting('ds', 'target'),
  ];
  return {
    table: 'jobs',
    columns: [
      filler('uuid', 'TEXT', (_job, own) => `${own.hex(8)}-${own.hex(4)}-${own.hex(12)}`),
      phrase('hparams', parts, asJson),
    ],
    ...splitOf(dice, jobs, [0.35, 0.2]),
  };
};

/** Three cells in ten are empty, whichever. */
export const holes: LabRecipe = (dice) => {
  const jobs = recordJobs(translators(dice, { count: 420 }), TRANSLATION, dice);
  const columns = [
    setting('source', 'src'),
    setting('target', 'tgt'),
    setting('arch', 'arch', { spell: (value) => `transformer_${value}` }),
    setting('vocab', 'vocab', { spell: (value) => `${Number(value) / 1000}k` }),
    setting('seed', 'seed', { type: 'INTEGER' }),
    moment('submitted', { style: EPOCH_MS, delay: evenDelay(1, 6) }),
    score('bleu', 'bleu', { digits: 2 }),
    score('chrf', 'chrf', { digits: 2 }),
    lasted('gpu_hours', { digits: 2, scale: 1 / 3600, noise: 20 }),
  ];
  return {
    table: 'mt',
    columns: [counter('id'), ...columns.map((column) => sometimes(0.3, column))],
    ...splitOf(dice, jobs, [0.25, 0.15]),
  };
};

/** Every score has two digits. */
export const twoDigits: LabRecipe = (dice) => {
  const jobs = recordJobs(detectors(dice, { count: 380 }), DETECTION, dice);
  return {
    table: 'leaderboard',
    columns: [
      counter('entry'),
      setting('detector', 'model'),
      setting('img', 'imgsz', { type: 'INTEGER' }),
      setting('lr', 'lr0', { type: 'REAL' }),
      setting('set', 'data', { spell: (value) => String(value).split('-')[0]! }),
      score('mAP', 'map', { digits: 2 }),
      score('mAP_strict', 'map95', { digits: 2 }),
      score('box', 'loss', { digits: 2 }),
    ],
    ...splitOf(dice, jobs, [0.3, 0.15]),
  };
};

/** The day is all the time there is; people, settings, a score with three digits. */
export const daysOnly: LabRecipe = (dice) => {
  const jobs = recordJobs(
    translators(dice, { count: 240, step: [60, 9000], users: ['p', 'q', 'r'] }),
    { ...TRANSLATION, about: ({ settings }) => ({ user: String(settings['user']) }) },
    dice,
  );
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  return {
    table: 'runs_table',
    columns: [
      counter('k'),
      same('by', ({ settings }) => settings['user'] as string),
      joined('pair', [setting('s', 'src'), setting('t', 'tgt')], ([s, t]) => `${s}→${t}`),
      setting('size', 'arch'),
      calendarDay('on', {
        zone: zoneOf('Europe/Helsinki'),
        spell: (date) => `${date.getUTCDate()} ${months[date.getUTCMonth()]}`,
      }),
      score('bleu', 'bleu', { digits: 1 }),
    ],
    ...splitOf(dice, jobs, [0.3, 0.15]),
  };
};

/** Each machine's clock is off by minutes or hours of its own; rows and runs know the machine. */
export const machineClocks: LabRecipe = (dice) => {
  const hosts = ['gpu01', 'gpu02', 'gpu03', 'workstation'];
  const offsets = new Map(hosts.map((host) => [host, dice.pick([0, -1, 1]) * dice.logBetween(90, 20_000) * 1000]));
  const jobs = recordJobs(
    detectors(dice, { count: 340 }),
    { ...DETECTION, showsHost: true, nameOf: () => 'train' },
    dice,
  );
  return {
    table: 'queue',
    columns: [
      counter('ticket'),
      machine('node', (host) => host, true),
      setting('model', 'model'),
      setting('data', 'data'),
      moment('t0', {
        style: NAIVE,
        zone: zoneOf('Europe/Madrid'),
        wrong: ({ host }) => offsets.get(host)!,
        delay: evenDelay(4, 20),
      }),
      filler('exit', 'INTEGER', ({ state }) => (state === 'finished' ? 0 : 1)),
    ],
    ...splitOf(dice, jobs, [0.3, 0.15]),
  };
};

/** Task, architecture and how long it took, to the tenth of a second. */
export const durationsOnly: LabRecipe = (dice) => {
  const jobs = recordJobs(proteins(dice, { count: 260 }, { failed: 0.1 }), { ...PROTEINS, noClock: 0.05 }, dice);
  return {
    table: 'timings',
    columns: [
      counter('i'),
      setting('task', 'target'),
      setting('model', 'trunk'),
      lasted('wall_s', { digits: 1, noise: 0.8 }),
    ],
    ...splitOf(dice, jobs, [0.3, 0.2]),
  };
};
