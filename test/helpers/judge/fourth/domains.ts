import type { Dice } from '../dice.ts';
import type { Launch, Project } from '../job.ts';
import { courseOf, powerOf } from '../labour.ts';
import { launch } from '../second/parts.ts';
import { fateOf, historyOf, levelOf, scoresOf, workOf } from './kit.ts';
import type { WorkStyle } from './kit.ts';

const work = (style: Partial<WorkStyle>, rest: Omit<WorkStyle, 'count'>): WorkStyle => ({
  count: 250,
  ...rest,
  ...style,
});

/** Detection: few choices, many repetitions, a score that saturates in a band of five points. */
export function detectors(dice: Dice, style: Partial<WorkStyle> = {}, failed = 0.2): Launch[] {
  const starts = workOf(dice, work(style, { from: '2025-05-12T00:00:00Z', days: 70, users: ['kai', 'rosa', 'tobi'] }));
  return historyOf(dice, starts, {
    settings: () => ({
      model: dice.pick(['yolov8n', 'yolov8s', 'rtdetr-l', 'yolo11m']),
      imgsz: dice.pick([480, 640, 960]),
      lr0: dice.pick([0.01, 0.005, 0.001]),
      batch: dice.pick([16, 32]),
      data: dice.pick(['weeds-v3', 'weeds-v4', 'fruit']),
      seed: dice.whole(0, 3),
    }),
    make: (settings, start) => {
      const fate = fateOf(dice, dice.logBetween(500, 12_000), failed);
      const map = 0.61 + 0.06 * levelOf(settings) + dice.normal(0, 0.005);
      return launch({
        settings,
        launchedAt: start.at,
        wait: dice.between(4, 20),
        ...fate,
        host: dice.pick(['gpu01', 'gpu02', 'gpu03', 'workstation']),
        scores: scoresOf(fate, {
          map: courseOf(dice, map, 0.003),
          map95: courseOf(dice, map * 0.68 + dice.normal(0, 0.004), 0.003),
          loss: courseOf(dice, dice.logBetween(0.4, 1.6), -0.01),
        }),
      });
    },
  });
}

export const DETECTION: Project = {
  paths: { user: null, imgsz: 'imgsz', batch: 'batch', data: 'data' },
  metricPaths: { map: 'metrics/mAP50(B)', map95: 'metrics/mAP50-95(B)', loss: 'val/box_loss' },
  nameOf: ({ settings }, no) =>
    (no % 3 === 0 ? 'train' : `train${no % 40}`) + (settings['model'] === 'yolo11m' ? '-y11' : ''),
  extras: () => ({
    epochs: 100,
    patience: 20,
    optimizer: 'auto',
    momentum: 0.937,
    mosaic: 1,
    task: 'detect',
    amp: true,
  }),
  about: ({ settings }) => ({ user: String(settings['user']) }),
};

/** Protein models: wide search over numbers, names that say them, one seed. */
export function proteins(dice: Dice, style: Partial<WorkStyle> = {}, { failed = 0.25, again = 0.07 } = {}): Launch[] {
  const starts = workOf(dice, work(style, { from: '2024-12-02T00:00:00Z', days: 120, users: ['hy', 'dl'] }));
  return historyOf(dice, starts, {
    again,
    reseed: again * 1.4,
    settings: () => ({
      trunk: dice.pick(['esm2', 'prot5', 'ankh']),
      head: dice.pick(['mlp', 'attn', 'cnn']),
      target: dice.pick(['stability', 'meltome', 'gb1', 'fluor', 'subloc']),
      lr: Number(dice.logBetween(1e-5, 3e-3).toPrecision(2)),
      drop: dice.pick([0, 0.1, 0.2, 0.3, 0.5]),
      layers: dice.whole(1, 6),
      seed: dice.whole(0, 4),
    }),
    make: (settings, start) => {
      const fate = fateOf(dice, dice.logBetween(100, 9000), failed);
      const rho = 0.35 + 0.5 * levelOf(settings) + dice.normal(0, 0.01);
      return launch({
        settings,
        launchedAt: start.at,
        wait: dice.between(2, 14),
        ...fate,
        host: dice.pick(['a', 'b', 'c']),
        scores: scoresOf(fate, {
          rho: courseOf(dice, rho, 0.004),
          mse: courseOf(dice, (1 - rho) * dice.between(0.8, 1.2), -0.01),
        }),
      });
    },
  });
}

export const PROTEINS: Project = {
  paths: {
    user: null,
    trunk: 'backbone',
    drop: 'head_dropout',
    layers: 'head_layers',
    head: 'head_type',
    target: 'task_name',
    lr: 'learning_rate',
  },
  metricPaths: { rho: 'test/spearman', mse: 'test/mse' },
  nameOf: ({ settings: { trunk, head, target, lr, seed } }) => `${target}_${trunk}-${head}_lr${powerOf(lr!)}_s${seed}`,
  about: ({ settings }) => ({ user: String(settings['user']) }),
};

/** Translation: pairs of languages, fixed recipes, loops over seeds within a minute. */
export function translators(dice: Dice, style: Partial<WorkStyle> = {}, failed = 0.12): Launch[] {
  const starts = workOf(dice, work(style, { from: '2025-08-18T00:00:00Z', days: 60, users: ['mt'], step: [2, 900] }));
  return historyOf(dice, starts, {
    reseed: 0.35,
    settings: () => ({
      src: dice.pick(['de', 'fi', 'lt', 'uk']),
      tgt: dice.pick(['en', 'fr']),
      arch: dice.pick(['base', 'big', 'deep']),
      vocab: dice.pick([16_000, 32_000]),
      warmup: dice.pick([4000, 8000]),
      label_smoothing: dice.pick([0, 0.1]),
      seed: 1,
    }),
    make: (settings, start) => {
      const fate = fateOf(dice, dice.logBetween(2000, 40_000), failed);
      const bleu = 18 + 16 * levelOf(settings) + dice.normal(0, 0.25);
      return launch({
        settings,
        launchedAt: start.at,
        wait: dice.between(1, 6),
        ...fate,
        host: dice.pick(['tesla', 'volta']),
        scores: scoresOf(fate, {
          bleu: courseOf(dice, bleu, 0.15),
          chrf: courseOf(dice, bleu * 1.4 + 12 + dice.normal(0, 0.3), 0.15),
        }),
      });
    },
  });
}

export const TRANSLATION: Project = {
  paths: {
    user: null,
    src: 'task.source_lang',
    tgt: 'task.target_lang',
    vocab: 'task.vocab_size',
    arch: 'model.arch',
    warmup: 'lr_scheduler.warmup_updates',
    label_smoothing: 'criterion.label_smoothing',
    seed: 'common.seed',
  },
  metricPaths: { bleu: 'valid/bleu', chrf: 'valid/chrf' },
  nameOf: ({ settings }) => `${settings['src']}2${settings['tgt']}`,
  extras: () => ({ common: { fp16: true }, optimization: { max_tokens: 4096, update_freq: 8 } }),
};
