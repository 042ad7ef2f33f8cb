import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, gridOf, officeTimes } from '../labour.ts';
import { at, DAY, DAY_MS, HOUR, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { Lab, LabRecipe } from '../world.ts';
import { calendarDay, figure, fixed, launch } from '../second/parts.ts';

/** Two teams number their experiments from one, in the same months, over the same settings: every number is there twice. */
export const numberedAlike: LabRecipe = (dice) => {
  const team = (host: string): Job[] => {
    const times = officeTimes(dice, { from: at('2025-05-05T00:00:00Z'), days: 60, count: 110 });
    return recordJobs(
      times.map((launchedAt) =>
        launch({
          settings: {
            net: dice.pick(['vit', 'swin', 'cnn']),
            lr: dice.pick([1e-3, 1e-4]),
            mix: dice.pick(['yes', 'no']),
          },
          launchedAt,
          wait: dice.between(3, 30),
          seconds: dice.logBetween(1000, 20_000),
          scores: { acc: courseOf(dice, dice.normal(0.83, 0.04), 0.004) },
          host,
        }),
      ),
      {
        nameOf: (_launch, no) => `exp_${String(no).padStart(3, '0')}`,
        paths: { mix: 'mixup' },
        metricPaths: { acc: 'val/acc' },
      },
      dice,
    );
  };
  return {
    table: 'experiments',
    columns: [
      filler('exp', 'TEXT', (_job, _dice, no) => `EXP${String(no + 1).padStart(3, '0')}`),
      setting('network', 'net'),
      setting('lr', 'lr', { type: 'REAL' }),
      moment('date', { style: DAY, zone: zoneOf('Europe/Berlin'), delay: evenDelay(3, 30) }),
      score('acc', 'acc', { digits: 3 }),
      sometimes(0.5, lasted('minutes', { scale: 1 / 60, digits: 0 })),
    ],
    registered: byStart(team('a')),
    present: team('b'),
    gone: [],
  };
};

/** A lab forked our training code: default names, default config, the same losses to a hundredth; the project is the fork's. */
export const forkedCode: LabRecipe = (dice) => {
  const lab = (from: string, count: number): Job[] => {
    const times = burstsOf(dice, { from: at(from), count, size: [1, 5], step: [300, 9000], pause: [4, 40] });
    return recordJobs(
      times.map((launchedAt) => {
        const iters = dice.pick([2000, 5000, 5000, 10_000]);
        const loss = 3.6 - 0.35 * Math.log10(iters / 2000) + dice.normal(0, 0.03);
        return launch({
          settings: {
            layer: dice.pick([6, 12, 12]),
            lr: dice.pick([6e-4, 6e-4, 3e-4]),
            iters,
            dropout: dice.pick([0, 0, 0.2]),
          },
          launchedAt,
          wait: dice.between(10, 40),
          seconds: iters * dice.normal(1.1, 0.1),
          scores: { loss: courseOf(dice, loss, -0.004), train: courseOf(dice, loss - 0.05, -0.01) },
        });
      }),
      {
        paths: { layer: 'n_layer', lr: 'learning_rate', iters: 'max_iters' },
        metricPaths: { loss: 'val/loss', train: 'train/loss' },
        nameOf: () => 'gpt2-124M',
        extras: () => ({ n_head: 12, n_embd: 768, dataset: 'openwebtext', out_dir: 'out', init_from: 'scratch' }),
      },
      dice,
    );
  };
  return {
    table: 'gpts',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      filler('name', 'TEXT', () => 'gpt2-124M'),
      setting('n_layer', 'layer', { type: 'INTEGER' }),
      setting('max_iters', 'iters', { type: 'INTEGER' }),
      setting('dropout', 'dropout', { type: 'REAL' }),
      figure('val_loss', 'loss', { spell: fixed(4) }),
      sometimes(0.3, moment('date', { style: DAY, zone: zoneOf('America/Los_Angeles'), delay: evenDelay(10, 40) })),
    ],
    registered: byStart(lab('2025-02-03T17:00:00Z', 90)),
    present: lab('2025-02-20T07:00:00Z', 220),
    gone: [],
  };
};

/** Another lab reproduced our paper with our code and seeds: the same grid and names, half of the results the same to a tenth, a year later. */
export const reproduced: LabRecipe = (dice) => {
  const grid = dice.shuffle(
    gridOf({
      method: ['erm', 'irm', 'dro', 'mixup', 'coral'],
      data: ['pacs', 'vlcs', 'terra'],
      env: [0, 1, 2, 3],
      seed: [0, 1, 2],
    }),
  );
  const times = burstsOf(dice, {
    from: at('2024-04-08T07:00:00Z'),
    count: grid.length,
    size: [10, 40],
    step: [2, 20],
    pause: [2, 12],
  });
  const first = grid.map((settings, no) =>
    launch({
      settings,
      launchedAt: times[no]!,
      wait: dice.logBetween(5, 40),
      seconds: dice.logBetween(2000, 6000),
      scores: { acc: courseOf(dice, dice.normal(0.75, 0.08), 0.004) },
    }),
  );
  const again = dice.shuffle(first).map((own, no): Launch => ({
    ...own,
    launchedAt: times[no]! + 371 * DAY_MS + dice.between(0, 3) * HOUR,
    seconds: own.seconds * dice.normal(0.7, 0.05),
    scores: { acc: courseOf(dice, own.scores['acc']!.last + dice.normal(0, dice.chance(0.5) ? 0.0002 : 0.01), 0.004) },
  }));
  const project = {
    metricPaths: { acc: 'target_test_acc' },
    paths: { method: 'algorithm', data: 'dataset', env: 'test_env' },
    nameOf: ({ settings: own }: Launch) => `${own['method']}_${own['data']}_env${own['env']}_s${own['seed']}`,
  };
  return {
    table: 'domainbed',
    columns: [
      joined(
        'name',
        [setting('', 'method'), setting('', 'data'), setting('', 'env'), setting('', 'seed')],
        ([method, data, env, seed]) => `${method}_${data}_env${env}_s${seed}`,
      ),
      moment('created_at', { style: NAIVE_MINUTE, zone: zoneOf('America/New_York'), delay: skewDelay(14, 0.6) }),
      figure('acc', 'acc', { of: (value) => value * 100, spell: fixed(1) }),
    ],
    registered: byStart(recordJobs(first, project, dice)),
    present: recordJobs(again, project, dice),
    gone: [],
  };
};

/** A single row called baseline, with a day and an accuracy, beside four hundred runs of which a third are called that. */
export const oneBaseline: LabRecipe = (dice) => {
  const lab = (count: number): Job[] =>
    recordJobs(
      officeTimes(dice, { from: at('2025-06-02T00:00:00Z'), days: 30, count }).map((launchedAt) =>
        launch({
          settings: { bs: dice.pick([64, 128]), lr: dice.pick([0.1, 0.01]) },
          launchedAt,
          wait: dice.between(2, 9),
          seconds: dice.logBetween(300, 6000),
          scores: { acc: courseOf(dice, dice.normal(0.93, 0.01), 0.002) },
        }),
      ),
      { nameOf: () => dice.pick(['baseline', 'baseline2', 'test']), metricPaths: { acc: 'test_acc' } },
      dice,
    );
  return {
    table: 'runs',
    columns: [
      filler('id', 'INTEGER', () => 1),
      filler('name', 'TEXT', () => 'baseline'),
      moment('date', { style: DAY, zone: zoneOf('America/New_York'), delay: evenDelay(2, 9) }),
      setting('lr', 'lr', { type: 'REAL' }),
      score('test_acc', 'acc', { digits: 3 }),
    ],
    registered: lab(1),
    present: lab(400),
    gone: [],
  };
};

/** Last year's student swept the grid, this year's sweeps it anew: the same settings and hosts, results within the noise, no dates. */
export const nextStudent: LabRecipe = (dice) => {
  const grid = gridOf({
    heads: [2, 4, 8],
    ff: [256, 512, 1024],
    drop: [0, 0.1, 0.3],
    lr: [1e-3, 5e-4, 1e-4],
    seed: [0, 1],
  });
  const level = new Map(grid.map((settings) => [settings, dice.normal(0.86, 0.02)]));
  const sweep = (from: string, seconds: number): Job[] => {
    const times = burstsOf(dice, {
      from: at(from),
      count: grid.length,
      size: [20, 60],
      step: [60, 300],
      pause: [4, 14],
    });
    return recordJobs(
      dice.shuffle(grid).map((settings, no) =>
        launch({
          settings,
          launchedAt: times[no]!,
          wait: 4,
          seconds: dice.normal(seconds, seconds / 20),
          scores: { f1: courseOf(dice, level.get(settings)! + dice.normal(0, 0.004), 0.002) },
          host: `ada${dice.whole(1, 4)}`,
        }),
      ),
      {
        showsHost: true,
        paths: { heads: 'n_heads', ff: 'd_ff', drop: 'dropout' },
        metricPaths: { f1: 'val_f1' },
        about: () => ({ sweepName: from.slice(2, 10).replaceAll('-', '') }),
      },
      dice,
    );
  };
  return {
    table: 'sweep',
    columns: [
      filler('i', 'INTEGER', (_job, _dice, no) => no),
      setting('heads', 'heads', { type: 'INTEGER' }),
      setting('ff', 'ff', { type: 'INTEGER' }),
      setting('dropout', 'drop', { type: 'REAL' }),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      score('f1', 'f1', { digits: 3 }),
      lasted('minutes', { scale: 1 / 60, digits: 1 }),
    ],
    registered: dice.shuffle(sweep('2024-03-04T09:00:00Z', 1500)),
    present: sweep('2025-03-10T09:00:00Z', 1400),
    gone: [],
  };
};

/** The paged project holds the evaluations of the registry's trainings: their names, configs and the tested metric, an hour after each end. */
export const evaluationsOnly: LabRecipe = (dice): Lab => {
  const times = officeTimes(dice, { from: at('2025-08-04T00:00:00Z'), days: 45, count: 120 });
  const trainings = times.map((launchedAt) =>
    launch({
      settings: {
        lm: dice.pick(['pythia-160m', 'pythia-410m', 'olmo-1b']),
        data: dice.pick(['dolma', 'slim', 'c4']),
        lr: dice.pick([3e-4, 6e-4]),
        seed: dice.whole(0, 2),
      },
      launchedAt,
      wait: dice.between(5, 40),
      seconds: dice.logBetween(20_000, 90_000),
      scores: { ppl: courseOf(dice, dice.logBetween(11, 30), -0.1) },
    }),
  );
  const tests = trainings.map((own) =>
    launch({
      ...own,
      launchedAt: own.launchedAt + (own.seconds + dice.between(600, 7200)) * 1000,
      wait: 3,
      seconds: dice.between(60, 400),
    }),
  );
  const project = {
    paths: { lm: 'model', data: 'train_data' },
    metricPaths: { ppl: 'wikitext/ppl' },
    nameOf: ({ settings: own }: Launch) => `${own['lm']}-${own['data']}-s${own['seed']}`,
  };
  return {
    table: 'trainings',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      joined(
        'name',
        [setting('', 'lm'), setting('', 'data'), setting('', 'seed')],
        ([lm, data, seed]) => `${lm}-${data}-s${seed}`,
      ),
      setting('lr', 'lr', { type: 'REAL' }),
      calendarDay('started', { zone: zoneOf('America/Los_Angeles'), spell: (date) => date.toISOString().slice(0, 10) }),
      lasted('train_hours', { scale: 1 / 3600, digits: 1 }),
      figure('wikitext_ppl', 'ppl', { spell: fixed(2) }),
    ],
    registered: byStart(recordJobs(trainings, project, dice)),
    present: recordJobs(tests, project, dice),
    gone: [],
  };
};
