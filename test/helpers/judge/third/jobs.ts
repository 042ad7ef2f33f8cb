import { evenDelay, filler, joined, moment, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Scalar } from '../job.ts';
import { burstsOf, byStart, courseOf, gridOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, NAIVE, UTC, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, open, same, told } from '../second/parts.ts';
import { elapsedOf, secondsOf, within } from './parts.ts';

/** Each commit starts a matrix of six jobs in the same second; a row is a cell of the matrix. */
export const matrix: LabRecipe = (dice) => {
  const cells = gridOf({ py: ['3.10', '3.11', '3.12'], torch: ['2.5', '2.7'] });
  const commits = officeTimes(dice, { from: at('2025-08-04T00:00:00Z'), days: 45, count: 90 });
  const launches = commits.flatMap((launchedAt) => {
    const commit = dice.hex(40);
    return cells.map((settings) =>
      launch({
        settings: { ...settings, commit },
        launchedAt,
        wait: dice.between(40, 200),
        seconds: dice.normal(settings['torch'] === '2.5' ? 620 : 540, 12),
        scores: {
          tps: courseOf(dice, dice.normal(1500, 30), 3),
          loss: courseOf(dice, dice.normal(2.31, 0.003), -0.001),
        },
        state: stateOf(dice, 0.06),
      }),
    );
  });
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { commit: null, py: null, torch: null },
        metricPaths: { tps: 'bench/tokens_per_s', loss: 'bench/loss' },
        nameOf: ({ settings: own }) => `bench (py${own['py']}, torch${own['torch']})`,
        about: ({ settings }) => ({ commit: String(settings['commit']), tags: ['ci'] }),
      },
      dice,
    ),
  );
  const short = ({ settings }: Job): string => String(settings['commit']).slice(0, 7);
  return {
    table: 'ci_jobs',
    columns: [
      filler('job_id', 'INTEGER', (_job, own, no) => 41_870_000 + no * 7 + own.whole(0, 6)),
      same('sha', short),
      setting('python', 'py'),
      setting('torch', 'torch', { spell: (value) => `${value}.0+cu126` }),
      sometimes(0.3, figure('tok_per_s', 'tps', { type: 'INTEGER', spell: Math.round, grain: 0.03 })),
      filler('conclusion', 'TEXT', ({ state }) => (state === 'finished' ? 'success' : 'failure')),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.1 }),
  };
};

const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Kaggle: versions of one notebook, cross validation to five digits in a narrow band, a public score that no run has. */
export const kaggle: LabRecipe = (dice) => {
  let version = 0;
  const launches = officeTimes(dice, { from: at('2025-10-01T06:00:00Z'), days: 60, count: 110 }).map((launchedAt) => {
    version += dice.whole(1, 2);
    const cv = dice.normal(0.7944, 0.003);
    return launch({
      settings: {
        version,
        model: dice.pick(['deberta-v3-large', 'deberta-v3-base', 'gemma-2-9b']),
        fold: dice.chance(0.3) ? 'all' : '0',
        lr: dice.pick([1e-5, 2e-5]),
      },
      launchedAt,
      wait: dice.between(60, 200),
      seconds: dice.logBetween(4000, 30_000),
      scores: { cv: courseOf(dice, cv, 0.0003) },
      state: stateOf(dice, 0.1),
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { version: null, model: 'cfg.model_name', fold: 'cfg.fold', lr: 'cfg.lr' },
      metricPaths: { cv: 'cv_score' },
      nameOf: () => 'kaggle',
    },
    dice,
  );
  const split = splitJobs(dice, byStart(jobs), { noRow: 0.35, noRun: 0.1 });
  return {
    table: 'submissions',
    columns: [
      joined('ver', [filler('', 'INTEGER', ({ settings }) => Number(settings['version']))], ([no]) => `v${no}`),
      setting('model', 'model', {
        spell: (value) => ({ 'deberta-v3-large': 'deb-L', 'deberta-v3-base': 'deb-B' })[String(value)] ?? 'gemma',
      }),
      figure('CV', 'cv', { spell: fixed(4), grain: 0.02 }),
      filler('LB', 'REAL', ({ scores }, own) => fixed(3)(scores['cv']!.last + own.normal(-0.012, 0.004))),
      told('submitted', {
        say: ({ launchedAt, wait, seconds }, own) =>
          isoDay(launchedAt + (wait + seconds + own.logBetween(600, 30_000)) * 1000),
        // The same day or the next.
        fit: (cell, { seenStart, seenSeconds }) => {
          const end = seenStart! + seenSeconds! * 1000;
          return isoDay(end) === cell ? Math.log(0.8) : isoDay(end + 30_000_000) === cell ? Math.log(0.2) : NEVER;
        },
      }),
      filler('notes', 'TEXT', (_job, own) =>
        own.chance(0.3) ? own.pick(['ensemble candidate', 'shake-up risk?', 'best single', 'bugfix tokenizer']) : null,
      ),
    ],
    ...split,
  };
};

/** Rows are made from a job's output when it has ended: its last printed loss, its time as 3:25:11, no config at all. */
export const lastLine: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-06-09T07:00:00Z'),
    count: 260,
    size: [2, 9],
    step: [20, 1500],
    pause: [1, 12],
  });
  const launches = times.map((launchedAt) => {
    const state = stateOf(dice, 0.25);
    const seconds = state === 'finished' ? dice.logBetween(3000, 40_000) : dice.logBetween(60, 9000);
    return launch({
      settings: {
        d: dice.pick([256, 384, 512]),
        l: dice.pick([6, 8, 12]),
        data: dice.pick(['owt', 'fineweb', 'tinystories']),
      },
      launchedAt,
      wait: dice.logBetween(3, 25),
      seconds,
      scores: {
        loss: courseOf(dice, dice.normal(state === 'finished' ? 3 : 4.2, 0.3), -0.01),
        it: courseOf(dice, Math.floor(seconds / 0.35 / 100) * 100, 0),
      },
      state,
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { d: 'n_embd', l: 'n_layer', data: 'dataset' },
      metricPaths: { loss: 'train/loss', it: 'iter' },
      nameOf: () => (dice.chance(0.6) ? 'gpt2-124M' : 'mini-gpt'),
      extras: () => ({ wandb_log: true, block_size: 1024, compile: true, backend: 'nccl' }),
    },
    dice,
  );
  return {
    table: 'logs',
    columns: [
      filler('logfile', 'TEXT', (_job, _dice, no) => `slurm-${7_001_200 + no * 3}.out`),
      figure('last_loss', 'loss', { spell: fixed(4), noise: 0.02, grain: 0.005 }),
      figure('last_iter', 'it', { type: 'INTEGER', spell: (value) => value, grain: 0.002 }),
      told('elapsed', {
        say: ({ seconds, wait }, own) => elapsedOf(seconds + wait + own.between(1, 6)),
        fit: (cell, { seenSeconds }) => within(secondsOf(String(cell)) - (seenSeconds ?? 0), [3, 33]),
      }),
      filler('exit', 'INTEGER', ({ state }) => (state === 'finished' ? 0 : 1)),
      sometimes(
        0.5,
        moment('parsed_mtime', {
          style: NAIVE,
          zone: zoneOf('America/Chicago'),
          of: 'end',
          delay: skewDelay(2.5, 0.5),
        }),
      ),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.2 }),
  };
};

/** Jobs of a fine-tuning service, whose own ids are the runs' names; the bill has them cut, with the day and the cost. */
export const service: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-04-14T04:00:00Z'), days: 60, count: 70 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        ft: `ftjob-${dice.token(24)}`,
        base: dice.pick(['gpt-4o-mini-2024-07-18', 'gpt-4.1-nano-2025-04-14']),
        n_epochs: dice.whole(1, 4),
      },
      launchedAt,
      wait: dice.between(200, 3000),
      seconds: dice.logBetween(900, 9000),
      scores: {
        loss: courseOf(dice, dice.logBetween(0.3, 1.4), -0.01),
        acc: courseOf(dice, dice.normal(0.8, 0.05), 0.01),
      },
    }),
  );
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { ft: null, base: 'model', n_epochs: 'hyperparameters.n_epochs' },
        metricPaths: { loss: 'train_loss', acc: 'train_mean_token_accuracy' },
        nameOf: ({ settings }) => String(settings['ft']),
      },
      dice,
    ),
  );
  const cut = (value: Scalar): string => `…${String(value).slice(-6)}`;
  return {
    table: 'bill',
    columns: [
      filler('line', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('job', 'ft', { spell: cut }),
      moment('date', { style: DAY, zone: UTC, delay: evenDelay(200, 3000) }),
      filler('usd', 'REAL', ({ seconds }, own) => fixed(2)(seconds * own.between(0.002, 0.01))),
      filler('project', 'TEXT', () => 'proj_support_bot'),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.3 }),
  };
};
