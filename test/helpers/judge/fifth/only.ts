import type { Column } from '../columns.ts';
import { filler, joined, lasted, machine, score, setting, sometimes } from '../columns.ts';
import { asJson, phrase, splitOf } from '../fourth/kit.ts';
import type { Settings } from '../labour.ts';
import { NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { TimeStyle } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { digits, short, stamp, typo } from './kit.ts';
import { behind, counted, launched, workJobs } from './parts.ts';

/** Every five minutes: 14:05, 14:10. */
const FIVE_MINUTES: TimeStyle = {
  type: 'TEXT',
  quantum: 300,
  render: (ms) => new Date(Math.floor(ms / 300_000) * 300_000).toISOString().slice(0, 16).replace('T', ' '),
};

/** Times by five minutes, lengths by quarters of an hour, settings in one JSON object; no metrics. */
export const withoutMetrics: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    net: dice.pick(['mlp', 'kan', 'siren']),
    depth: dice.whole(2, 6),
    width: dice.pick([64, 128, 256]),
  });
  const jobs = workJobs(
    dice,
    { from: '2026-01-10T00:00:00Z', days: 40, count: 320, users: ['a', 'b', 'c'], settings },
    { paths: { net: 'arch', depth: 'n_layers' } },
  );
  return {
    table: 'ledger',
    columns: [
      counted('id'),
      stamp('from', {
        style: FIVE_MINUTES,
        zone: zoneOf('Australia/Adelaide'),
        moment: launched,
        delay: behind(3, 40),
      }),
      lasted('quarters', { digits: 0, scale: 1 / 900, type: 'INTEGER' }),
      phrase('hp', [setting('arch', 'net'), setting('L', 'depth'), setting('w', 'width')], asJson),
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};

/** No times at all; the best of the metrics in one JSON text, while W&B has the last. */
export const withoutTimes: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    data: dice.pick(['cub', 'cars', 'food', 'pets']),
    loss: dice.pick(['ce', 'focal', 'arc']),
    lr: dice.pick([0.1, 0.03, 0.01]),
    epochs: dice.pick([30, 60, 90]),
  });
  const metrics = { top1: [0.6, 0.92, 0.02], map: [0.4, 0.8, 0.024] } as const;
  const jobs = workJobs(
    dice,
    { from: '2026-02-10T00:00:00Z', days: 30, count: 360, settings, metrics },
    { metricPaths: { top1: 'val/top1', map: 'val/map' }, paths: { loss: 'criterion.name', data: 'dataset' } },
  );
  return {
    table: 'summary',
    columns: [
      filler('uid', 'TEXT', (_job, own) => own.hex(10)),
      setting('set', 'data', { spell: (value) => `fgvc-${value}` }),
      setting('objective', 'loss'),
      setting('ep', 'epochs', { type: 'INTEGER' }),
      sometimes(0.3, setting('lr0', 'lr', { type: 'REAL' })),
      phrase(
        'best',
        [
          score('top1', 'top1', { digits: 4, keeps: 'best', noise: 0.0013 }),
          score('mAP', 'map', { digits: 4, keeps: 'best', noise: 0.0015 }),
        ],
        asJson,
      ),
    ],
    ...splitOf(dice, jobs, [0.12, 0.08]),
  };
};

/** Neither times nor metrics: settings drawn at random, kept to two digits, and the machine. */
export const withoutBoth: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    gamma: 1 - dice.logBetween(1e-3, 0.2),
    tau: dice.logBetween(1e-3, 0.1),
    lr: dice.logBetween(1e-5, 1e-2),
    env: dice.pick(['hopper', 'cheetah', 'pusher']),
  });
  const hosts = ['titan', 'rhea', 'dione', 'mimas'];
  const jobs = workJobs(
    dice,
    { from: '2025-12-01T00:00:00Z', days: 40, count: 420, hosts, settings },
    { paths: { lr: 'agent.lr', tau: 'agent.polyak', env: 'env_id' }, showsHost: true },
  );
  return {
    table: 'sac',
    columns: [
      counted('no'),
      setting('env', 'env', { spell: (value) => `${String(value)[0]!.toUpperCase()}${String(value).slice(1)}-v4` }),
      setting('lr', 'lr', { spell: short }),
      sometimes(0.2, setting('tau', 'tau', { type: 'REAL', spell: digits(2) })),
      setting('one_minus_gamma', 'gamma', { type: 'REAL', spell: (value) => digits(2)(1 - Number(value)) }),
      machine('node', (host) => host.slice(0, 3), true),
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};

/** One name a row, mistyped now and then; W&B has generated names and the config. */
export const onlyNames: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    arch: dice.pick(['fno', 'deeponet', 'unet']),
    lr: dice.logBetween(1e-5, 1e-2),
    modes: dice.pick([8, 12, 16, 24]),
    seed: dice.whole(0, 30),
    pde: dice.pick(['burgers', 'darcy', 'navier_stokes']),
  });
  const jobs = workJobs(
    dice,
    { from: '2025-12-01T00:00:00Z', days: 60, count: 400, settings },
    { paths: { lr: 'optimizer.learning_rate', modes: 'n_modes', pde: 'problem' } },
  );
  const parts = [
    setting('', 'pde'),
    setting('', 'arch'),
    setting('', 'modes'),
    setting('', 'lr', { spell: short }),
    setting('', 'seed'),
  ];
  const clean = joined(
    'name',
    parts,
    ([pde, arch, modes, lr, seed]) => `${pde!.replace('_', '')}_${arch}-m${modes}-${lr}-sd${seed}`,
  );
  return {
    table: 'named',
    columns: [
      counted('id'),
      {
        ...clean,
        write: (job, own, no) => {
          const written = clean.write(job, own, no);
          const [head, ...rest] = String(written.cell).split('-');
          return own.chance(0.1) ? { ...written, cell: [typo(head!, own), ...rest].join('-') } : written;
        },
      },
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};

/** The config as YAML in one cell; of the run only its command line is known. */
export const onlyConfig: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    model: dice.pick(['rwkv', 'mamba', 'xlstm']),
    lr: digits(3)(dice.logBetween(1e-4, 1e-2)),
    d_model: dice.pick([256, 512, 768]),
    dropout: dice.pick([0, 0.1, 0.2]),
    warmup: dice.whole(1, 40) * 100,
  });
  const jobs = workJobs(
    dice,
    { from: '2026-03-01T00:00:00Z', days: 30, count: 360, settings },
    { noConfig: 1, flags: true, noSummary: 0.4 },
  );
  const keys = ['model', 'd_model', 'lr', 'warmup', 'dropout'];
  return {
    table: 'configs',
    columns: [
      filler('hash', 'TEXT', (_job, own) => own.hex(16)),
      phrase(
        'yaml',
        keys.map((key) => setting(key, key)),
        (cells, names) =>
          `model:\n  name: ${String(cells[0])}\n  dim: ${String(cells[1])}\noptim:\n${cells
            .slice(2)
            .map((cell, place) => `  ${names[place + 2]}: ${String(cell)}\n`)
            .join('')}`,
      ),
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};

/** A third of the cells is gone at random, and a third of the runs' configs and summaries. */
export const thirdGone: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    encoder: dice.pick(['gcn', 'gat', 'gin', 'sage']),
    layers: dice.whole(2, 6),
    hidden: dice.pick([64, 128, 256]),
    wd: dice.pick([0, 5e-4, 1e-5]),
  });
  const metrics = { roc: [0.7, 0.86, 0.006] } as const;
  const jobs = workJobs(
    dice,
    { from: '2025-11-10T00:00:00Z', days: 50, count: 420, users: ['u', 'v'], settings, metrics },
    { noConfig: 0.3, noSummary: 0.3, metricPaths: { roc: 'test/rocauc' }, paths: { encoder: 'gnn.type' } },
  );
  const columns: Column[] = [
    setting('gnn', 'encoder', { spell: (value) => String(value).toUpperCase() }),
    setting('num_layers', 'layers', { type: 'INTEGER' }),
    setting('hid', 'hidden', { type: 'INTEGER' }),
    setting('weight_decay', 'wd', { type: 'REAL' }),
    stamp('start', { style: NAIVE_MINUTE, zone: zoneOf('Asia/Shanghai'), moment: launched, delay: behind(3, 40) }),
    lasted('sec', { digits: 0, noise: 3 }),
    score('rocauc', 'roc', { digits: 3 }),
  ];
  return {
    table: 'ogb',
    columns: [counted('id'), ...columns.map((column) => sometimes(0.33, column))],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};
