import { evenDelay, filler, joined, moment, score, setting, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch, Scalar } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, DAY_MS, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { calendarDay, figure, fixed, launch, NEVER, same, told } from './parts.ts';

const quoted = (value: Scalar): string => (/[ ,[\]]/.test(String(value)) ? `'${value}'` : String(value));

/** The row holds the whole command as typed; the run has its arguments as a list, defaults left out, and no config. */
export const commandLines: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-07-07T00:00:00Z'), days: 40, count: 170 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        'model.depth': dice.pick([6, 12, 24]),
        'optim.lr': dice.pick([0.001, 0.0003, 0.0001]),
        'data.mix': dice.pick(['[web,books]', '[web]', '[code,web,books]']),
        prompt: dice.pick(['hello world', 'Q: {q} A:', 'none']),
        seed: dice.whole(1, 8),
      },
      launchedAt,
      wait: dice.between(3, 9),
      seconds: dice.logBetween(100, 9000),
      state: stateOf(dice, 0.2),
    }),
  );
  const isDefault: Readonly<Record<string, Scalar>> = { 'model.depth': 12, 'optim.lr': 0.0003, prompt: 'none' };
  const given = ({ settings }: Launch): [string, Scalar][] =>
    Object.entries(settings).filter(([key, value]) => isDefault[key] !== value);
  const jobs = recordJobs(
    launches,
    {
      noConfig: 1,
      nameOf: () => null,
      about: (own) => ({ args: given(own).map(([key, value]) => `${key}=${value}`) }),
    },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  return {
    table: 'history',
    columns: [
      filler('n', 'INTEGER', (_job, _dice, no) => 1000 + no),
      {
        name: 'command',
        type: 'TEXT',
        write: (job, own) => ({
          cell: `CUDA_VISIBLE_DEVICES=${own.whole(0, 3)} python -m lab.train ${own
            .shuffle(given(job))
            .map(([key, value]) => `${key}=${quoted(value)}`)
            .join(' ')}`,
          fit: (other) => (JSON.stringify(given(other)) === JSON.stringify(given(job)) ? 0 : NEVER),
        }),
      },
      moment('day', { style: DAY, zone: zoneOf('Australia/Sydney'), delay: evenDelay(3, 9) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.2 }),
  };
};

/** The row keeps only what was overridden; the run has every setting, defaults filled in, under its own tree. */
export const overridesOnly: LabRecipe = (dice) => {
  const defaults: Readonly<Record<string, Scalar>> = { lr: 0.001, layers: 4, dropout: 0.1, act: 'gelu', bs: 64 };
  const times = burstsOf(dice, {
    from: at('2025-08-04T05:00:00Z'),
    count: 220,
    size: [4, 16],
    step: [20, 600],
    pause: [2, 30],
  });
  const launches = times.map((launchedAt) => {
    const other: Record<string, Scalar> = {};
    if (dice.chance(0.5)) other['lr'] = dice.pick([0.01, 0.003, 0.0003]);
    if (dice.chance(0.4)) other['layers'] = dice.pick([2, 6, 8]);
    if (dice.chance(0.3)) other['dropout'] = dice.pick([0, 0.2, 0.5]);
    if (dice.chance(0.2)) other['act'] = 'relu';
    if (dice.chance(0.3)) other['bs'] = dice.pick([32, 128]);
    return launch({
      settings: { ...defaults, ...other },
      launchedAt,
      wait: dice.logBetween(3, 15),
      seconds: dice.logBetween(300, 4000),
      scores: { f1: courseOf(dice, dice.normal(0.72, 0.06), 0.004) },
    });
  });
  const textOf = (settings: Readonly<Record<string, Scalar>>): string =>
    JSON.stringify(Object.fromEntries(Object.entries(settings).filter(([key, value]) => defaults[key] !== value)));
  const jobs = recordJobs(
    launches,
    {
      paths: {
        lr: 'optim.learning_rate',
        layers: 'net.n_layers',
        dropout: 'net.p',
        act: 'net.act',
        bs: 'loader.batch_size',
      },
      metricPaths: { f1: 'val.f1_macro' },
      extras: () => ({ trainer: { max_epochs: 40, precision: '16-mixed' }, seed_everything: 42 }),
    },
    dice,
  );
  return {
    table: 'ablations',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      told('overrides', {
        say: ({ settings }) => textOf(settings),
        fit: (cell, { seen }) => (Object.keys(seen).length === 0 ? Math.log(0.05) : textOf(seen) === cell ? 0 : NEVER),
      }),
      moment('date', { style: DAY, zone: zoneOf('Europe/Rome'), delay: evenDelay(3, 15) }),
      sometimes(0.3, score('f1', 'f1', { digits: 2 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.15 }),
  };
};

/** Containers: the run's host is the short container id, six of ten rows hold the long one. */
export const containers: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-12-08T03:00:00Z'),
    count: 190,
    size: [5, 25],
    step: [0, 3],
    pause: [1, 9],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: { image: dice.pick(['cu124', 'cu128']), shard: dice.whole(0, 15) },
      launchedAt,
      wait: dice.logBetween(8, 600),
      seconds: dice.logBetween(300, 5000),
      host: dice.hex(12),
      scores: dice.chance(0.7) ? { tput: courseOf(dice, dice.normal(900, 80), 5) } : {},
    }),
  );
  const jobs = recordJobs(launches, { showsHost: true, noConfig: 0.3, metricPaths: { tput: 'tokens_per_sec' } }, dice);
  return {
    table: 'pods',
    columns: [
      filler('pod', 'TEXT', (_job, own) => `train-${own.token(5)}`),
      sometimes(0.4, {
        ...same('container', ({ host }) => host),
        write: (job, own) => ({
          cell: `sha256:${job.host}${own.hex(52)}`,
          fit: (other) => (other.host === job.host ? 0 : NEVER),
        }),
      }),
      setting('shard', 'shard', { type: 'INTEGER' }),
      figure('tok_s', 'tput', { spell: Math.round }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.25 }),
  };
};

/** A short commit, at times marked dirty, a seed, a score to two digits: none of them is enough, most pairs are. */
export const shortCommits: LabRecipe = (dice) => {
  const commits = Array.from({ length: 45 }, () => dice.hex(40));
  const times = officeTimes(dice, { from: at('2025-05-19T00:00:00Z'), days: 45, count: 200 });
  const launches = times.map((launchedAt, no) =>
    launch({
      settings: {
        commit: commits[Math.floor((no / 200) * 45)]!,
        seed: dice.whole(0, 9),
        task: dice.pick(['sort', 'add', 'copy']),
      },
      launchedAt,
      seconds: dice.logBetween(200, 4000),
      scores: { em: courseOf(dice, dice.unit(), 0.01) },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { commit: null },
      about: ({ settings }) => ({ commit: dice.chance(0.9) ? String(settings['commit']) : null }),
      metricPaths: { em: 'eval/exact_match' },
    },
    dice,
  );
  const short = ({ settings }: Job): string => String(settings['commit']).slice(0, 8);
  const commit = same('', short, (job) => (job.run.commit === null ? null : short(job)));
  return {
    table: 'algo',
    columns: [
      filler('k', 'INTEGER', (_job, _dice, no) => no),
      joined('git', [commit, filler('', 'TEXT', (_job, own) => (own.chance(0.4) ? '-dirty' : ''))], (parts) =>
        parts.join(''),
      ),
      setting('task', 'task'),
      setting('seed', 'seed', { type: 'INTEGER' }),
      sometimes(0.2, score('em', 'em', { digits: 2 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

/** The same training every night at two; the row's day is the writer's own, and some nights are missing on either side. */
export const nightly: LabRecipe = (dice) => {
  const launches = Array.from({ length: 260 }, (_item, night) =>
    launch({
      settings: { branch: 'main' },
      launchedAt: at('2025-01-02T02:00:01Z') + night * DAY_MS,
      wait: dice.between(20, 40),
      seconds: dice.normal(5400, 60),
      scores: { acc: courseOf(dice, 0.83 + 0.0001 * night + dice.normal(0, 0.002), 0.001) },
    }),
  ).filter(() => dice.chance(0.85));
  const jobs = recordJobs(
    launches,
    { nameOf: () => 'nightly', metricPaths: { acc: 'accuracy' }, noSummary: 0.1 },
    dice,
  );
  return {
    table: 'nightlies',
    columns: [
      filler('build', 'INTEGER', (_job, own, no) => 5000 + no * 2 + own.whole(0, 1)),
      calendarDay('day', { zone: zoneOf('America/Los_Angeles'), spell: (date) => date.toISOString().slice(0, 10) }),
      sometimes(0.4, figure('acc', 'acc', { spell: fixed(3) })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};
