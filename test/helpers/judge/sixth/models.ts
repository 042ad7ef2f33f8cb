import type { Column } from '../columns.ts';
import { filler, lasted, score, trace } from '../columns.ts';
import { short } from '../fifth/kit.ts';
import { counted } from '../fifth/parts.ts';
import { recordJobs } from '../job.ts';
import type { Project } from '../job.ts';
import type { Settings } from '../labour.ts';
import { GERMAN, ISO_Z, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { MONTH_DAY, begun, clock, endOf, launches, settle, startOf, startsOf, told } from './kit.ts';

const BASES = [
  'meta-llama/Meta-Llama-3.1-8B-Instruct',
  'mistralai/Mistral-7B-Instruct-v0.3',
  'Qwen/Qwen2.5-7B-Instruct',
  'google/gemma-2-9b-it',
] as const;

const adapterName = ({ base, data, r, alpha, lr, bs, seed }: Settings): string =>
  `${String(base).split('/')[1]}_${data}_lora_r${r}_a${alpha}_lr${short(lr ?? 0)}_bs${bs}_s${seed}`;

const ADAPTERS: readonly Column[] = [
  counted('no'),
  told('run_name', (settings) => adapterName(settings).slice(0, 32)),
  told('rank', ({ r }) => Number(r), { type: 'INTEGER' }),
  told('lr', ({ lr }) => short(lr ?? 0)),
  score('rougeL', 'rouge', { digits: 1, scale: 100 }),
  lasted('gpu_hours', { digits: 0, scale: 2 / 3600, noise: 600 }),
  clock('finished', { style: MONTH_DAY, zone: zoneOf('America/Los_Angeles'), of: endOf, lag: [30, 900] }),
];

/** LoRA adapters whose long names were cut by the column's width. */
export const adapters: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, {
      count: 210,
      from: '2026-02-03',
      days: 35,
      burst: [1, 4],
      gap: [30, 4000],
      hours: [15, 30],
    }),
    settings: () => ({
      base: dice.pick(BASES),
      data: dice.pick(['pubmed', 'billsum', 'samsum']),
      r: dice.pick([8, 16, 32, 64]),
      alpha: dice.pick([16, 32]),
      lr: dice.pick([0.0001, 0.0002, 0.0003]),
      bs: dice.pick([8, 16]),
      seed: dice.pick([1, 2]),
    }),
    seconds: [1500, 40_000],
    metrics: { rouge: { from: 0.21, to: 0.46, spread: 0.006 } },
  });
  const project: Project = {
    paths: {
      base: '_name_or_path',
      data: 'data_args.dataset',
      r: 'peft_config.default.r',
      alpha: 'peft_config.default.lora_alpha',
      lr: 'learning_rate',
      bs: 'per_device_train_batch_size',
    },
    metricPaths: { rouge: 'eval/rougeL' },
    nameOf: ({ settings }) => adapterName(settings),
    extras: () => ({ torch_dtype: 'bfloat16', vocab_size: 128_256, warmup_ratio: 0.03 }),
    noSummary: 0.08,
  };
  return settle(dice, { table: 'adapters', jobs: recordJobs(work, project, dice), columns: ADAPTERS });
};

const DISTILLED: readonly Column[] = [
  counted('id'),
  trace('name', ({ run }) => run.displayName),
  told('teacher_run', ({ teacher }) => (teacher === 'none' ? null : String(teacher))),
  told('T', ({ temperature }) => (temperature === undefined ? null : Number(temperature)), { type: 'REAL' }),
  score('top1_pct', 'top1', { digits: 1, scale: 100 }),
  clock('trained_on', { style: NAIVE_MINUTE, zone: zoneOf('Asia/Seoul'), of: startOf, lag: [-30, 3600] }),
];

/** Teachers and students: a student's row holds a run's id, its teacher's, as the student's config does. */
export const students: LabRecipe = (dice) => {
  const metrics = { top1: { from: 0.62, to: 0.8, spread: 0.006 } };
  const teachers = recordJobs(
    launches(dice, {
      starts: startsOf(dice, { count: 14, from: '2026-01-05', days: 12 }),
      settings: () => ({ arch: dice.pick(['rn152', 'vit_l', 'cnx_b']), teacher: 'none', epochs: 300 }),
      failed: 0,
      metrics,
    }),
    {
      paths: { teacher: null },
      nameOf: ({ settings }) => `teacher_${settings['arch']}`,
      metricPaths: { top1: 'acc1' },
    },
    dice,
  );
  const work = launches(dice, {
    starts: startsOf(dice, { count: 230, from: '2026-01-18', days: 40, burst: [2, 8], gap: [10, 900] }),
    settings: () => ({
      arch: dice.pick(['rn18', 'mbv3', 'vit_t']),
      teacher: dice.pick(teachers).runId,
      temperature: dice.pick([1, 2, 4, 8]),
      kd_weight: dice.pick([0.5, 0.9]),
      epochs: 100,
    }),
    metrics,
  });
  const project: Project = {
    paths: { teacher: 'distill.teacher', temperature: 'distill.tau', kd_weight: 'distill.w' },
    metricPaths: { top1: 'acc1' },
    nameOf: ({ settings }) => `kd_${settings['arch']}`,
  };
  return settle(dice, {
    table: 'models',
    jobs: [...teachers, ...recordJobs(work, project, dice)],
    columns: DISTILLED,
  });
};

const TASKS = ['arc_challenge', 'hellaswag', 'mmlu', 'gsm8k', 'truthfulqa_mc2', 'winogrande', 'piqa', 'boolq'] as const;
const sizeOf: Readonly<Record<string, number>> = { arc_challenge: 1172, gsm8k: 1319, truthfulqa_mc2: 817, piqa: 1838 };

const HARNESS: readonly Column[] = [
  told('key', ({ model, task, _batch }) => `${model}/${task}/${_batch}`, { common: 1 }),
  told('model', ({ model }) => String(model)),
  told('task', ({ task }) => String(task)),
  told('n_shot', ({ shots }) => Number(shots), { type: 'INTEGER' }),
  score('acc', 'acc', { digits: 1, scale: 100 }),
  filler('acc_stderr', 'REAL', ({ settings, scores }) => {
    const acc = scores['acc']?.last;
    return acc === undefined
      ? null
      : Number((100 * Math.sqrt((acc * (1 - acc)) / (sizeOf[String(settings['task'])] ?? 3000))).toFixed(2));
  }),
  begun('batch_started', {
    key: '_begun',
    longest: 8 * 900,
    render: ({ settings }) => ISO_Z.render(Number(settings['_begun'])),
  }),
];

/** An evaluation harness with one run a task; each model was evaluated some times. The row knows the batch's start. */
export const harness: LabRecipe = (dice) => {
  const batches = startsOf(dice, { count: 44, from: '2026-03-02', days: 28, burst: [1, 1] });
  const models = ['olmo-7b', 'olmo-7b-sft', 'olmo-7b-dpo', 'pythia-6.9b', 'falcon-7b', 'mpt-7b', 'phi-2', 'yi-6b'];
  const plan = batches.flatMap((begun, batch) => {
    const [model, shots, pace] = [dice.pick(models), dice.pick([0, 5]), dice.between(200, 900)];
    const tasks = TASKS.filter(() => dice.chance(0.85));
    return tasks.map((task, no) => ({ begun, batch, model, shots, task, start: begun + (5 + no * pace) * 1000 }));
  });
  const work = launches(dice, {
    starts: plan.map(({ start }) => start),
    settings: (_at, no) => {
      const { begun, batch, model, shots, task } = plan[no]!;
      return { model, task, shots, _begun: begun, _batch: batch };
    },
    wait: [1, 3],
    seconds: [60, 850],
    failed: 0.05,
    metrics: { acc: { from: 0.3, to: 0.82, spread: 0.003 } },
  });
  const project: Project = {
    paths: { model: 'model_args.pretrained', task: 'tasks', shots: 'num_fewshot', _begun: null, _batch: null },
    metricPaths: { acc: 'acc,none' },
    nameOf: ({ settings }) => `${settings['model']}`,
    extras: () => ({ batch_size: 'auto', device: 'cuda:0', bootstrap_iters: 100_000 }),
  };
  return settle(dice, { table: 'evals', jobs: recordJobs(work, project, dice), columns: HARNESS });
};

const SCORED: readonly Column[] = [
  filler('checkpoint', 'TEXT', (_job, dice, no) => `ckpt_${String(dice.whole(1, 60) * 700).padStart(7, '0')}.${no}`),
  filler('trained', 'TEXT', ({ launchedAt }, dice) =>
    String(GERMAN.render(launchedAt - dice.between(12, 60) * 86_400_000)),
  ),
  filler('train_h', 'REAL', (_job, dice) => Math.round(dice.between(20, 90) * 10) / 10),
  told('decoder', ({ decoder }) => (decoder === 'greedy' ? 0 : decoder === 'beam' ? 1 : 2), { type: 'INTEGER' }),
  score('wer_clean', 'clean', { digits: 2, scale: 100 }),
  score('wer_other', 'other', { digits: 2, scale: 100 }),
];

/** Evaluations of models that were trained elsewhere: the row's times are the trainings', weeks before. */
export const elsewhere: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, {
      count: 280,
      from: '2026-02-09',
      days: 30,
      burst: [5, 25],
      gap: [60, 300],
      hours: [18, 22],
    }),
    settings: () => ({
      decoder: dice.pick(['greedy', 'beam', 'lm']),
      beam: dice.pick([1, 4, 8]),
      model: dice.whole(1, 60),
    }),
    seconds: [60, 280],
    failed: 0.06,
    metrics: { clean: { from: 0.02, to: 0.09, spread: 0.002 }, other: { from: 0.05, to: 0.2, spread: 0.004 } },
  });
  const project: Project = {
    paths: { model: null, decoder: 'decode.method', beam: 'decode.beam_size' },
    metricPaths: { clean: 'test-clean/wer', other: 'test-other/wer' },
    nameOf: () => 'librispeech-eval',
  };
  return settle(dice, { table: 'checkpoints', jobs: recordJobs(work, project, dice), columns: SCORED, deleted: 0.2 });
};
