import { evenDelay, filler, joined, lasted, machine, moment, score, setting, skewDelay, sometimes } from './columns.ts';
import { recordJobs, twinOf } from './job.ts';
import type { Job, Launch } from './job.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from './labour.ts';
import { at, DAY, DAY_MS, EPOCH_S, HOUR, ISO_Z, NAIVE, zoneOf } from './times.ts';
import type { LabRecipe } from './world.ts';

const TASKS = ['cola', 'sst2', 'mrpc', 'qqp', 'mnli', 'rte'] as const;

/** What a Trainer writes into every config, hardly any of it telling. */
function trainerDefaults(): JsonObject {
  const flags = Array.from({ length: 70 }, (_item, no) => [
    `flag_${no}`,
    no % 3 === 0 ? false : no % 3 === 1 ? 0 : 'none',
  ]);
  return { ...Object.fromEntries(flags), adam_beta1: 0.9, adam_beta2: 0.999, lr_scheduler_type: 'linear', fp16: true };
}

/** HF Trainer: all runs named by their output folder, nearly all configs shared, scores on the eval set to 3 digits. */
export const fineTuning: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-02-03T09:00:00Z'),
    count: 330,
    size: [3, 12],
    step: [200, 2400],
    pause: [1, 14],
  });
  const launches = times.map((launchedAt): Launch => {
    const state = stateOf(dice, 0.2);
    const task = dice.pick(TASKS);
    return {
      settings: {
        model: dice.pick(['bert-base-uncased', 'roberta-base', 'deberta-v3-small']),
        task,
        lr: dice.pick([1e-5, 2e-5, 3e-5, 5e-5]),
        bs: dice.pick([16, 32]),
        epochs: 3,
        seed: dice.pick([42, 43, 44]),
      },
      launchedAt,
      wait: dice.logBetween(8, 90),
      seconds: state === 'finished' ? dice.logBetween(400, 5000) : dice.logBetween(5, 600),
      scores:
        state === 'finished'
          ? { acc: courseOf(dice, dice.normal(0.86, 0.03), 0.003), loss: courseOf(dice, dice.normal(0.4, 0.08), -0.01) }
          : {},
      host: dice.pick(['n01', 'n02', 'n03']),
      state,
    };
  });
  const jobs = recordJobs(
    launches,
    {
      paths: {
        lr: 'learning_rate',
        bs: 'per_device_train_batch_size',
        model: '_name_or_path',
        epochs: 'num_train_epochs',
        task: 'finetuning_task',
      },
      metricPaths: { acc: 'eval/accuracy', loss: 'train/loss' },
      nameOf: () => './results',
      extras: trainerDefaults,
      noSummary: 0.05,
    },
    dice,
  );
  return {
    table: 'finetunes',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => 1000 + no),
      setting('base', 'model', { spell: (value) => String(value).split('-')[0]! }),
      setting('glue_task', 'task', { spell: (value) => String(value).toUpperCase() }),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('batch', 'bs', { type: 'INTEGER' }),
      sometimes(0.3, setting('seed', 'seed', { type: 'INTEGER' })),
      moment('ts', { style: EPOCH_S, delay: skewDelay(27, 0.8) }),
      score('dev_acc', 'acc', { digits: 3 }),
      score('train_loss', 'loss', { digits: 3 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.25, noRun: 0.15 }),
  };
};

/** A few long runs, written down by hand by the day; half of them resumed under new ids. */
export const pretraining: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-01-06T00:00:00Z'), days: 200, count: 26 });
  const launches = times.flatMap((launchedAt): Launch[] => {
    const size = dice.pick([125, 350, 1300, 7000]);
    const settings = {
      size,
      lr: dice.pick([6e-4, 3e-4, 1.2e-4]),
      tokens: dice.pick([30, 100, 300]),
      mix: dice.pick(['c4', 'pile-v2', 'code30']),
    };
    const host = `pod-${dice.whole(1, 4)}`;
    const loss = 3.4 - 0.25 * Math.log10(size) + dice.normal(0, 0.04);
    const parts = dice.chance(0.5) ? dice.whole(2, 3) : 1;
    return Array.from({ length: parts }, (_item, part) => ({
      settings: { ...settings, part },
      launchedAt: launchedAt + part * 4 * DAY_MS,
      wait: dice.between(60, 900),
      seconds: dice.between(2, 3.9) * 86_400,
      scores: { loss: courseOf(dice, loss - 0.05 * part, -0.01) },
      host,
      state: part === parts - 1 ? 'finished' : 'crashed',
    }));
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { size: 'model.params_m', lr: 'optim.peak_lr', tokens: 'data.tokens_b', mix: 'data.mixture', part: null },
      metricPaths: { loss: 'train/ce_loss' },
      nameOf: ({ settings: own }) =>
        `${Number(own['size']) >= 1000 ? `${Number(own['size']) / 1000}B` : `${own['size']}M`}-${own['mix']}-${own['tokens']}B${Number(own['part']) > 0 ? `-resume${own['part']}` : ''}`,
      extras: () => ({ seq_len: 2048, vocab: 50257 }),
    },
    dice,
  );
  return {
    table: 'pretrain_log',
    columns: [
      filler('id', 'TEXT', (_job, _dice, no) => `P${no + 1}`),
      setting('params', 'size', {
        spell: (value) => (Number(value) >= 1000 ? `${Number(value) / 1000}B` : `${value}M`),
      }),
      setting('data', 'mix'),
      setting('tokens_b', 'tokens', { type: 'INTEGER' }),
      setting('peak_lr', 'lr', { spell: (value) => Number(value).toExponential() }),
      moment('started', { style: DAY, zone: zoneOf('America/New_York'), delay: evenDelay(60, 900) }),
      score('final_loss', 'loss', { digits: 2 }),
      lasted('days', { scale: 1 / 86_400, digits: 1 }),
      filler('who', 'TEXT', (_job, own) => own.pick(['mk', 'jl', 'ana'])),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.1 }),
  };
};

/** Each training has evaluations beside it, with the same config and scores, minutes after its end. */
export const evaluations: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-06-02T00:00:00Z'), days: 40, count: 130 });
  const launches = times.map((launchedAt): Launch => ({
    settings: {
      model: dice.pick(['t5-small', 't5-base']),
      lr: dice.pick([1e-4, 3e-4, 1e-3]),
      prompt: dice.pick(['v1', 'v2', 'v3']),
    },
    launchedAt,
    wait: dice.between(3, 14),
    seconds: dice.logBetween(1500, 9000),
    scores: { rouge: courseOf(dice, dice.normal(31, 2.5), 0.3), loss: courseOf(dice, dice.normal(1.9, 0.1), -0.01) },
    host: 'a100',
    state: 'finished',
  }));
  const project = { metricPaths: { rouge: 'eval/rougeL', loss: 'eval/loss' }, flags: true };
  const trainings = recordJobs(launches, { ...project, about: () => ({ jobType: 'train' }) }, dice);
  const tests = recordJobs(
    trainings.flatMap((job) =>
      Array.from({ length: dice.whole(1, 2) }, (_item, no): Launch => ({
        ...job,
        launchedAt: job.launchedAt + job.seconds * 1000 + dice.between(60, 900) * 1000 + no * HOUR,
        seconds: dice.between(40, 200),
      })),
    ),
    { ...project, about: () => ({ jobType: 'eval' }) },
    dice,
  );
  const { registered, present, gone } = splitJobs(dice, byStart(trainings), { noRow: 0.1, noRun: 0.15 });
  return {
    table: 'runs',
    columns: [
      filler('run', 'TEXT', (_job, own) => `t5-${own.hex(6)}`),
      moment('created_at', { style: NAIVE, zone: zoneOf('America/Los_Angeles'), delay: evenDelay(3, 14) }),
      setting('model', 'model'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('prompt_version', 'prompt'),
      score('rouge_l', 'rouge', { digits: 2 }),
      lasted('elapsed', { digits: 0, noise: 5 }),
    ],
    registered,
    present: [...present, ...tests],
    gone,
  };
};

/** The registry's names are the runs' first names; people renamed half of the runs in the browser since. */
export const renamedLater: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-03-03T00:00:00Z'), days: 60, count: 160 });
  const launches = times.map((launchedAt, no): Launch => ({
    settings: {
      tag: `${dice.pick(['lora', 'full', 'ia3'])}-${dice.pick(['math', 'chat', 'code'])}`,
      r: dice.pick([8, 16, 64]),
      serial: no,
    },
    launchedAt,
    wait: dice.between(1, 30),
    seconds: dice.logBetween(200, 20_000),
    scores: {},
    host: `box${dice.whole(1, 3)}`,
    state: stateOf(dice, 0.3),
  }));
  const jobs = recordJobs(
    launches,
    {
      paths: { serial: null, tag: null },
      nameOf: ({ settings: own }) =>
        dice.chance(0.5)
          ? dice.pick(['FINAL', 'good one', 'paper table 3', 'do not delete', 'baseline'])
          : `${own['tag']}-r${own['r']}`,
      showsHost: true,
    },
    dice,
  );
  return {
    table: 'adapters',
    columns: [
      filler('uuid', 'TEXT', (_job, own) => `${own.hex(8)}-${own.hex(4)}`),
      joined(
        'name',
        [filler('', 'TEXT', ({ settings }) => settings['tag'] as string), setting('', 'r')],
        ([tag, r]) => `${tag}-r${r}`,
      ),
      moment('start_time', { style: ISO_Z, delay: evenDelay(1, 30) }),
      lasted('runtime_s', { digits: 1, noise: 4 }),
      machine('node', (host) => `${host}.lab.example.org`, true),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.2, noRun: 0.3 }),
  };
};

/** Copies that a move to another project left behind, half of all runs twice. */
export const movedCopies: LabRecipe = (dice) => {
  const { present, ...lab } = renamedLater(dice);
  const copies = present.filter(() => dice.chance(0.5)).map((job): Job => twinOf(job, dice));
  return { ...lab, table: 'adapters', present: [...present, ...copies] };
};
