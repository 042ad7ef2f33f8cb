import { evenDelay, filler, joined, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, EPOCH_MS, HOUR, ISO_Z, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, open, same, told, withRun } from '../second/parts.ts';
import { elapsedOf, secondsOf, within } from './parts.ts';

const T_STYLE = { ...ISO_Z, render: (ms: number): string => new Date(ms).toISOString().slice(0, 19) };

/** The registry is an export of Slurm's accounting: job names cut to eight letters, one table for all that was queued. */
export const accounting: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-09-15T06:00:00Z'),
    count: 420,
    size: [3, 20],
    step: [1, 40],
    pause: [1, 10],
  });
  let number = 5_120_400;
  const launches = times.map((launchedAt) => {
    number += dice.whole(1, 30);
    const state = stateOf(dice, 0.18);
    return launch({
      settings: {
        name: dice.pick(['train_segformer', 'train_mask2former', 'finetune_sam', 'eval_sam', 'distill_tiny']),
        number,
        img: dice.pick([512, 1024]),
        lr: dice.pick([1e-4, 6e-5]),
      },
      launchedAt,
      wait: dice.logBetween(8, 60),
      seconds: state === 'finished' ? dice.logBetween(2000, 150_000) : dice.logBetween(10, 4000),
      scores: dice.chance(0.7) ? { iou: courseOf(dice, dice.normal(0.7, 0.06), 0.004) } : {},
      host: `gn${dice.whole(1, 24)}`,
      state,
    });
  });
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { name: null, number: null, img: 'img_size' },
        nameOf: ({ settings }) => String(settings['name']),
        about: ({ host }) => ({ host: `${host}.cluster.local` }),
      },
      dice,
    ),
  ).map((job): Job => ({ ...job, seen: { name: job.settings['name']! } }));
  const words: Readonly<Record<string, string>> = {
    finished: 'COMPLETED',
    failed: 'FAILED',
    crashed: 'OUT_OF_MEMORY',
    killed: 'CANCELLED by 30112',
  };
  return {
    table: 'sacct',
    columns: [
      filler('JobID', 'TEXT', ({ settings }) => String(settings['number'])),
      setting('JobName', 'name', { spell: (value) => String(value).slice(0, 8) }),
      moment('Start', { style: T_STYLE, zone: zoneOf('Europe/Berlin'), delay: skewDelay(22, 0.55) }),
      told('Elapsed', {
        say: ({ wait, seconds }, own) => elapsedOf(wait + seconds + own.between(2, 9)),
        fit: (cell, { seenSeconds }) => within(secondsOf(String(cell)) - (seenSeconds ?? 0), [9, 75]),
      }),
      told('NodeList', { say: ({ host }) => host, fit: (cell, other) => (cell === other.host ? 0 : NEVER) }),
      filler('State', 'TEXT', ({ state }) => words[state] ?? null),
      filler('ReqTRES', 'TEXT', () => 'billing=16,cpu=16,gres/gpu=1,mem=64G,node=1'),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.3 }),
  };
};

const ANIMALS = ['shrike', 'carp', 'newt', 'mole', 'hound', 'crane', 'sloth', 'gnat', 'yak', 'hen'] as const;
const MOODS = [
  'adventurous',
  'bald',
  'calm',
  'dapper',
  'fun',
  'gentle',
  'rare',
  'sassy',
  'wistful',
  'zealous',
] as const;

/** MLflow runs imported into W&B in one night: all params are texts, the import is the creation, newer runs kept their name. */
export const mlflow: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2024-09-02T00:00:00Z'), days: 120, count: 230 });
  let imported = at('2025-02-01T21:00:00Z');
  const named = times[70]!;
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        name: launchedAt < named ? '' : `${dice.pick(MOODS)}-${dice.pick(ANIMALS)}-${dice.whole(1, 999)}`,
        solver: dice.pick(['lbfgs', 'saga', 'sgd']),
        c: dice.pick([0.01, 0.1, 1, 10]),
        ngram: dice.whole(1, 3),
        stop: dice.chance(0.5),
      },
      launchedAt,
      wait: 0,
      seconds: dice.logBetween(4, 900),
      scores: { f1: courseOf(dice, dice.normal(0.8, 0.04), 0), acc: courseOf(dice, dice.normal(0.86, 0.03), 0) },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      syncedAt: () => (imported += dice.between(2, 9) * 1000),
      noClock: 1,
      paths: { name: null, c: 'C', ngram: 'ngram_max', stop: 'stop_words' },
      metricPaths: { f1: 'test_f1', acc: 'test_accuracy' },
      nameOf: ({ settings }) => (settings['name'] === '' ? 'imported-run' : String(settings['name'])),
    },
    dice,
  ).map((job): Job => {
    const config = Object.fromEntries(Object.entries(job.run.config).map(([key, value]) => [key, String(value)]));
    return {
      ...withRun(job, { config }),
      seen: { ...job.seen, ...(job.settings['name'] === '' ? {} : { name: job.settings['name']! }) },
    };
  });
  return {
    table: 'mlflow_runs',
    columns: [
      filler('run_uuid', 'TEXT', (_job, own) => own.hex(32)),
      filler('experiment_id', 'INTEGER', () => 3),
      told('name', {
        say: ({ settings }) => settings['name'] as string,
        fit: (cell, { seen }) => (cell === '' ? 0 : seen['name'] === cell ? 0 : NEVER),
      }),
      filler('start_time', 'INTEGER', ({ launchedAt }) => Number(EPOCH_MS.render(launchedAt))),
      filler('end_time', 'INTEGER', ({ launchedAt, seconds }) => Number(EPOCH_MS.render(launchedAt + seconds * 1000))),
      setting('C', 'c', { type: 'REAL' }),
      setting('solver', 'solver'),
      sometimes(0.2, figure('test_f1', 'f1', { spell: (value) => value, grain: 1e-5 })),
      filler('lifecycle_stage', 'TEXT', () => 'active'),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.25 }),
  };
};

/** Neptune's ids (VIS-123) live on in the migrated runs' configs, half of the rows have them, and their numbers were also run anew. */
export const neptune: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-03-03T00:00:00Z'), days: 60, count: 180 });
  let migrated = at('2025-11-20T10:00:00Z');
  const launches = times.map((launchedAt, no) =>
    launch({
      settings: {
        sys: `VIS-${311 + no}`,
        loss: dice.pick(['triplet', 'arcface', 'proxy']),
        dim: dice.pick([128, 256, 512]),
        mine: dice.pick(['hard', 'semi']),
      },
      launchedAt,
      wait: dice.between(2, 9),
      seconds: dice.logBetween(1000, 20_000),
      scores: { recall: courseOf(dice, dice.normal(0.72, 0.05), 0.005) },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      syncedAt: () => (migrated += dice.between(4, 30) * 1000),
      noClock: 0.6,
      paths: { sys: 'sys.id', dim: 'model.embedding_dim', loss: 'loss.name', mine: 'loss.miner' },
      metricPaths: { recall: 'val/recall_at_1' },
      noConfig: 0.08,
    },
    dice,
  );
  return {
    table: 'retrieval',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      sometimes(
        0.5,
        same(
          'neptune',
          ({ settings }) => String(settings['sys']),
          ({ seen }) => (seen['sys'] === undefined ? null : String(seen['sys'])),
        ),
      ),
      setting('loss', 'loss'),
      setting('dim', 'dim', { type: 'INTEGER' }),
      moment('date', { style: DAY, zone: zoneOf('Europe/Warsaw'), delay: evenDelay(2, 9) }),
      sometimes(0.25, score('R@1', 'recall', { scale: 100, digits: 1 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.25 }),
  };
};

/** Taskcluster pipelines of translation models: each language pair has the same tasks, the run's id is task and group. */
export const pipelines: LabRecipe = (dice) => {
  const pairs = ['en-uk', 'uk-en', 'en-lt', 'lt-en', 'en-el', 'el-en', 'en-ca', 'sk-en', 'en-sk', 'en-hr'];
  const launches = pairs.flatMap((pair, no) => {
    const groups = dice.whole(1, 3);
    return Array.from({ length: groups }, (_group, round) => round).flatMap((round): Launch[] => {
      const group = dice.token(22);
      let now = at('2025-05-12T08:00:00Z') + (no * 30 + round * 220) * HOUR;
      return ['backward', 'teacher-1', 'teacher-2', 'student', 'student-finetuned'].map((task) => {
        const seconds = dice.logBetween(20_000, 200_000);
        const own = launch({
          settings: { pair, group, task },
          launchedAt: now,
          wait: dice.between(60, 400),
          seconds,
          scores: { bleu: courseOf(dice, dice.normal(30, 5), 0.2), chrf: courseOf(dice, dice.normal(57, 4), 0.2) },
        });
        now += (seconds + dice.between(300, 4000)) * 1000;
        return own;
      });
    });
  });
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { pair: null, group: null, task: null },
        metricPaths: { bleu: 'bleu-detok', chrf: 'chrf' },
        nameOf: ({ settings }) => String(settings['task']),
        about: ({ settings }) => ({ group: `${settings['pair']}_${String(settings['group']).slice(0, 5)}` }),
      },
      dice,
    ),
  ).map((job): Job => {
    const runId = `${job.settings['task']}_${String(job.settings['group']).slice(0, 5)}`;
    return { ...withRun(job, { runId }), runId };
  });
  const shortOf = ({ settings }: Launch): string => String(settings['group']).slice(0, 5);
  return {
    table: 'tasks',
    columns: [
      joined(
        'task',
        [setting('', 'task'), setting('', 'pair'), filler('', 'INTEGER', (_job, _dice, no) => no)],
        ([task, pair, no]) => `train-${task}-${pair}-${no}`,
      ),
      sometimes(0.3, {
        ...same('group_id', shortOf),
        write: (job) => ({
          cell: String(job.settings['group']),
          fit: (other) => (shortOf(other) === shortOf(job) ? 0 : NEVER),
        }),
      }),
      sometimes(0.4, figure('chrf', 'chrf', { spell: fixed(1) })),
      sometimes(0.4, moment('resolved', { style: ISO_Z, of: 'end', delay: evenDelay(0, 4) })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.25 }),
  };
};
