import { evenDelay, filler, lasted, moment, score, setting } from '../columns.ts';
import { recordJobs } from '../job.ts';
import { courseOf } from '../labour.ts';
import { launch, open } from '../second/parts.ts';
import { GERMAN, NAIVE, UTC, zoneOf } from '../times.ts';
import type { TimeStyle } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { fateOf, historyOf, levelOf, phrase, scoresOf, splitOf, workOf } from './kit.ts';

const COMPACT: TimeStyle = {
  type: 'TEXT',
  quantum: 1,
  render: (ms) => new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-'),
};

/** timm: the key is the output folder, which begins with the local time; W&B's names are generated. */
export const timm: LabRecipe = (dice) => {
  const starts = workOf(dice, { from: '2024-09-02T00:00:00Z', days: 200, count: 260 });
  const launches = historyOf(dice, starts, {
    settings: () => ({
      model: dice.pick(['resnet50', 'convnext_tiny', 'vit_small_patch16_224', 'efficientnet_b0']),
      lr: dice.pick([0.05, 0.1, 0.5, 1e-3]),
      opt: dice.pick(['sgd', 'adamw', 'lamb']),
      bs: dice.pick([128, 256]),
      mixup: dice.pick([0, 0.2, 0.8]),
      seed: 42,
    }),
    make: (settings, start) => {
      const fate = fateOf(dice, dice.logBetween(20, 60_000), 0.35);
      const top1 = courseOf(dice, 62 + 18 * levelOf(settings) + dice.normal(0, 0.15), 0.08);
      const scores = scoresOf(fate, { top1, loss: courseOf(dice, dice.between(0.8, 1.9), -0.01) });
      return launch({ settings, launchedAt: start.at, wait: dice.between(4, 15), ...fate, scores });
    },
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { user: null, bs: 'batch_size' },
      metricPaths: { top1: 'eval_top1', loss: 'eval_loss' },
      extras: () => ({
        epochs: 100,
        sched: 'cosine',
        warmup_epochs: 5,
        data_dir: '/data/imagenet100',
        amp: true,
        workers: 8,
      }),
    },
    dice,
  );
  return {
    table: 'summary',
    columns: [
      phrase(
        'exp',
        [
          moment('', { style: COMPACT, zone: zoneOf('Asia/Tokyo'), delay: evenDelay(4, 15) }),
          setting('model', 'model'),
        ],
        (cells) => `${cells.join('-')}-224`,
      ),
      setting('opt', 'opt'),
      setting('lr', 'lr', { type: 'REAL' }),
      score('best_top1', 'top1', { digits: 3, keeps: 'best', noise: 0.1 }),
      filler('epochs_done', 'INTEGER', (_job, own) => own.whole(1, 100)),
    ],
    ...splitOf(dice, jobs, [0.25, 0.2]),
  };
};

/** LoRA portraits: one name for all runs, no metric but the last step's loss; rows are folders with a zone's time. */
export const diffusion: LabRecipe = (dice) => {
  const starts = workOf(dice, { from: '2025-05-05T00:00:00Z', days: 40, count: 160, step: [300, 4000] });
  const launches = historyOf(dice, starts, {
    settings: () => ({
      subject: dice.pick(['corgi', 'teapot', 'backpack', 'robot_toy', 'vase', 'clock', 'sneaker']),
      steps: dice.pick([500, 800, 1200]),
      rank: dice.pick([4, 16, 32]),
      lr: dice.pick([1e-4, 5e-5]),
      seed: 0,
    }),
    make: (settings, start) => {
      const fate = fateOf(dice, Number(settings['steps']) * dice.normal(1.1, 0.05), 0.15);
      return launch({
        settings,
        launchedAt: start.at,
        wait: dice.between(30, 120),
        ...fate,
        scores: { loss: courseOf(dice, dice.logBetween(0.005, 0.4), 0.01) },
      });
    },
  });
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { user: null, subject: null, steps: 'max_train_steps', lr: 'learning_rate' },
        metricPaths: { loss: 'loss' },
        nameOf: () => 'dreambooth-lora-sdxl',
        extras: ({ settings }) => ({
          instance_prompt: `a photo of sks ${String(settings['subject']).replace('_', ' ')}`,
          instance_data_dir: `data/${settings['subject']}`,
          resolution: 1024,
          train_batch_size: 1,
          mixed_precision: 'fp16',
        }),
        about: () => ({ program: 'train_dreambooth_lora_sdxl.py' }),
      },
      dice,
    ),
  );
  return {
    table: 'loras',
    columns: [
      filler('lora_id', 'INTEGER', (_job, _dice, no) => no + 101),
      phrase(
        'folder',
        [setting('s', 'subject'), setting('r', 'rank'), setting('n', 'steps')],
        ([s, r, n]) => `out/${s}_r${r}_${n}st`,
      ),
      setting('subject', 'subject'),
      moment('begun', {
        style: dice.chance(0.5) ? GERMAN : NAIVE,
        zone: dice.chance(0.5) ? zoneOf('Europe/Berlin') : UTC,
        delay: evenDelay(30, 120),
      }),
      lasted('train_minutes', { digits: 1, scale: 1 / 60, noise: 4 }),
      filler('rating', 'INTEGER', (_job, own) => own.whole(1, 5)),
    ],
    ...splitOf(dice, jobs, [0.45, 0.2]),
  };
};
