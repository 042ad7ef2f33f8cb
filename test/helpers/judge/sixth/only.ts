import type { Column } from '../columns.ts';
import { filler, lasted, machine, score, sometimes } from '../columns.ts';
import { digits, short } from '../fifth/kit.ts';
import { counted } from '../fifth/parts.ts';
import { recordJobs } from '../job.ts';
import type { Project } from '../job.ts';
import { GERMAN, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { TIME_FIRST, clock, endOf, launches, settle, startOf, startsOf, told } from './kit.ts';

const keyed = (prefix: string): Column => filler('id', 'TEXT', (_job, _dice, no) => `${prefix}-${no + 101}`);

const CROPS: readonly Column[] = [
  keyed('LV'),
  clock('inicio', { style: TIME_FIRST, zone: zoneOf('America/Sao_Paulo'), of: startOf, lag: [-90, 0] }),
  told('rede', ({ net }) => ({ rn50: 'ResNet-50', swin: 'Swin-T', mbn: 'MobileNet V3' })[String(net)] ?? null),
  told('lote', ({ batch }) => Number(batch), { type: 'INTEGER' }),
];

/** Crop diseases: minutes and two settings, no metric. */
export const noMetrics: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, {
      count: 220,
      from: '2026-02-01',
      days: 40,
      burst: [1, 6],
      gap: [60, 1200],
      hours: [11, 24],
    }),
    settings: () => ({
      net: dice.pick(['rn50', 'swin', 'mbn']),
      batch: dice.pick([16, 32, 64]),
      seed: dice.whole(1, 3),
    }),
    metrics: { f1: { from: 0.6, to: 0.9, spread: 0.01 } },
  });
  const project: Project = { paths: { net: 'arch', batch: 'loader/batch_size' }, noConfig: 0.06 };
  return settle(dice, { table: 'treinos', jobs: recordJobs(work, project, dice), columns: CROPS });
};

const CRYSTALS: readonly Column[] = [
  keyed('mat'),
  told('cutoff', ({ cutoff }) => `${Number(cutoff)} Å`),
  told('layers', ({ layers }) => Number(layers), { type: 'REAL' }),
  score('gap_mae_meV', 'gap', { digits: 1, scale: 1000 }),
  score('ef_mae', 'energy', { digits: 4 }),
];

/** Crystals: settings and two errors, no time at all. */
export const noTimes: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 200, from: '2026-02-01', days: 40 }),
    settings: () => ({ cutoff: dice.pick([5, 6, 8]), layers: dice.whole(3, 6), lr: dice.pick([0.001, 0.0005]) }),
    metrics: { gap: { from: 0.18, to: 0.4, spread: 0.008 }, energy: { from: 0.02, to: 0.07, spread: 0.002 } },
  });
  const project: Project = {
    paths: { cutoff: 'graph.r_max', layers: 'model.num_layers' },
    metricPaths: { gap: 'test/bandgap/mae', energy: 'test/eform/mae' },
  };
  return settle(dice, { table: 'crystals', jobs: recordJobs(work, project, dice), columns: CRYSTALS });
};

const two = digits(2);
const three = digits(3);

const OUTBREAKS: readonly Column[] = [
  keyed('sim'),
  told('label', ({ region, scheme }) => `${String(region)}/${String(scheme)}`),
  told('beta', ({ beta }) => (beta === undefined ? null : two(beta)), { type: 'REAL', common: 0.01 }),
  told('days_inf', ({ gamma }) => (gamma === undefined ? null : two(1 / Number(gamma))), {
    type: 'REAL',
    common: 0.01,
  }),
  told('agents', ({ agents }) => `${Number(agents) / 1000}k`),
];

/** Epidemics: drawn settings, one of them as its inverse, and a label; neither time nor metric. */
export const neither: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 240, from: '2026-02-01', days: 30, burst: [5, 30] }),
    settings: () => ({
      region: dice.pick(['north', 'delta', 'coast']),
      scheme: dice.pick(['none', 'mask', 'lockdown']),
      beta: dice.between(0.1, 0.6),
      gamma: dice.between(0.05, 0.3),
      agents: dice.pick([10_000, 50_000]),
    }),
    metrics: { deaths: { from: 100, to: 2000, spread: 50 } },
  });
  const project: Project = {
    paths: { beta: 'sir.beta', gamma: 'sir.gamma', agents: 'n_agents' },
    nameOf: ({ settings }) => `${settings['region']}_${settings['scheme']}`,
  };
  return settle(dice, { table: 'outbreaks', jobs: recordJobs(work, project, dice), columns: OUTBREAKS });
};

const NAMES: readonly Column[] = [
  counted('n'),
  told('exp', ({ net, bs, lr, seed, wd, epochs, data }) =>
    [data, { resnet50: 'r50', resnet101: 'r101', convnext: 'cnx' }[String(net)], `lr${short(lr ?? 0)}`, `bs${bs}`]
      .concat(wd === 0 ? [] : [`wd${short(wd ?? 0)}`], [`e${epochs}`, `s${seed}`])
      .join('-'),
  ),
];

/** Names alone, each side with its own order and its own abbreviations; no run tells a setting. */
export const names: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 170, from: '2026-02-01', days: 30 }),
    settings: () => ({
      net: dice.pick(['resnet50', 'resnet101', 'convnext']),
      lr: dice.pick([0.1, 0.03, 0.01, 0.003]),
      bs: dice.pick([64, 128, 256, 512]),
      wd: dice.pick([0, 0.0001, 0.05]),
      epochs: dice.pick([30, 60, 90, 120, 300]),
      data: dice.pick(['cub', 'cars', 'air', 'food']),
      seed: dice.whole(0, 5),
    }),
    metrics: { acc: { from: 0.6, to: 0.8, spread: 0.01 } },
  });
  const jobs = recordJobs(
    work,
    {
      nameOf: ({ settings: { net, bs, lr, wd, seed, epochs, data } }) =>
        `${net}_${data}_seed${seed}_b${bs}_wd${wd}_lr${lr}_${epochs}ep`,
      metricPaths: { acc: 'val/acc' },
    },
    dice,
  ).map((job) => ({ ...job, run: { ...job.run, config: {} } }));
  return settle(dice, { table: 'exps', jobs, columns: NAMES, unlisted: 0.15 });
};

const CONFIGS: readonly Column[] = [
  keyed('c'),
  told('cfg', ({ depth, lr, dropout, aug, widths }) =>
    JSON.stringify({
      'net.depth': depth,
      'net.widths': String(widths).split('-').map(Number),
      lr: three(lr ?? 0),
      p_drop: dropout,
      aug: aug === true ? 'True' : 'False',
    }),
  ),
];

/** The flattened config in one cell against the nested one of the runs. */
export const configs: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 180, from: '2026-02-01', days: 30, burst: [4, 20] }),
    settings: () => ({
      depth: dice.whole(4, 12),
      lr: dice.logBetween(1e-4, 1e-2),
      dropout: dice.pick([0, 0.1, 0.2, 0.3]),
      aug: dice.chance(0.5),
      widths: dice.pick(['64-128-256', '32-64-128', '64-64-64']),
    }),
    metrics: { nll: { from: 0.6, to: 0.8, spread: 0.01 } },
  });
  const project: Project = { paths: { depth: 'net.depth', lr: 'opt.lr', dropout: 'net.p_drop', widths: 'net.widths' } };
  return settle(dice, { table: 'configs', jobs: recordJobs(work, project, dice), columns: CONFIGS });
};

const HOLES: readonly Column[] = [
  counted('id'),
  ...[
    clock('fim', { style: GERMAN, zone: zoneOf('Europe/Lisbon'), of: endOf, lag: [0, 120] }),
    told('modelo', ({ net }) => String(net)),
    told('taxa', ({ lr }) => short(lr ?? 0)),
    told('semente', ({ seed }) => Number(seed), { type: 'INTEGER' }),
    score('mae', 'mae', { digits: 3 }),
    score('r2', 'r2', { digits: 3 }),
    lasted('min', { digits: 1, scale: 1 / 60, noise: 3 }),
  ].map((column) => sometimes(0.33, column)),
];

/** Wind power: a third of the cells are empty. */
export const thirdMissing: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 170, from: '2026-02-01', days: 35, burst: [1, 6], gap: [20, 900] }),
    settings: () => ({
      net: dice.pick(['nbeats', 'tft', 'deepar']),
      lr: dice.pick([0.001, 0.0003]),
      seed: dice.whole(1, 5),
    }),
    seconds: [200, 9000],
    metrics: { mae: { from: 0.05, to: 0.2, spread: 0.005 }, r2: { from: 0.6, to: 0.95, spread: 0.01 } },
  });
  const project: Project = { metricPaths: { mae: 'test_mae', r2: 'test_r2' }, noSummary: 0.08 };
  return settle(dice, { table: 'vento', jobs: recordJobs(work, project, dice), columns: HOLES });
};

const AHEAD: Readonly<Record<string, number>> = { k1: 1_260_000, k2: -95_000, k3: -3_600_000, k4: 480_000 };

const COARSE: readonly Column[] = [
  keyed('run'),
  machine('node', (host) => host.toUpperCase(), false),
  clock('t0', { style: NAIVE, of: startOf, lag: [-15, -2], wrong: ({ host }) => AHEAD[host] ?? 0 }),
  clock('t1', { style: NAIVE_MINUTE, of: endOf, lag: [1, 20], wrong: ({ host }) => AHEAD[host] ?? 0 }),
  score('auc', 'auc', { digits: 2 }),
  score('f1', 'f1', { digits: 2 }),
];

/** Metrics of two digits and four machines' own clocks; the runs tell no machine, the rows no setting. */
export const coarse: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 280, from: '2026-03-01', days: 25, burst: [2, 9], gap: [10, 300], hours: [0, 24] }),
    settings: () => ({
      fold: dice.whole(0, 4),
      net: dice.pick(['gin', 'gat']),
      _host: dice.pick(['k1', 'k2', 'k3', 'k4']),
    }),
    wait: [2, 14],
    seconds: [100, 6000],
    hostOf: (settings) => String(settings['_host']),
    metrics: { auc: { from: 0.6, to: 0.95, spread: 0.02 }, f1: { from: 0.4, to: 0.8, spread: 0.02 } },
  });
  const project: Project = { paths: { _host: null }, metricPaths: { auc: 'val/auroc', f1: 'val/f1_macro' } };
  return settle(dice, { table: 'coarse', jobs: recordJobs(work, project, dice), columns: COARSE });
};
