import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import type { Column } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { recordJobs } from '../job.ts';
import type { Launch } from '../job.ts';
import { courseOf, gridOf } from '../labour.ts';
import { calendarDay, launch } from '../second/parts.ts';
import { DAY_MS, HOUR, ISO_Z, NAIVE, NAIVE_MINUTE, UTC, zoneOf } from '../times.ts';
import type { Lab, LabRecipe } from '../world.ts';
import { DETECTION, PROTEINS, TRANSLATION, detectors, proteins, translators } from './domains.ts';
import { fateOf, levelOf, phrase, scoresOf, workOf } from './kit.ts';

const counter = (name: string): Column => filler(name, 'INTEGER', (_job, _dice, no) => no + 1);

/** Rows of one world, runs of another that was thrown anew: whatever is linked is wrong. */
export function elsewhere(recipe: LabRecipe): LabRecipe {
  return (dice) => {
    const own = recipe(dice);
    const { present } = recipe(dice);
    const { table, columns, registered } = own;
    return { table, columns, registered, present, gone: registered };
  };
}

const strangers = (
  dice: Dice,
  table: string,
  { columns, ours, theirs }: { columns: readonly Column[]; ours: readonly Launch[]; theirs: Lab['present'] },
): Lab => {
  const jobs = recordJobs(ours, {}, dice);
  return { table, columns, registered: jobs, present: theirs, gone: jobs };
};

/** Two teams of one company detect with the same tool: default names, the same settings, the same quarter. */
export const sameTool: LabRecipe = (dice) =>
  strangers(dice, 'detector_runs', {
    columns: [
      counter('id'),
      setting('model', 'model'),
      setting('imgsz', 'imgsz', { type: 'INTEGER' }),
      setting('lr0', 'lr0', { type: 'REAL' }),
      setting('data', 'data'),
      moment('started', { style: NAIVE, zone: zoneOf('Europe/Berlin'), delay: evenDelay(4, 20) }),
      score('map50', 'map', { digits: 3 }),
    ],
    ours: detectors(dice, { count: 150, users: ['alx', 'bri'] }),
    theirs: recordJobs(detectors(dice, { count: 350 }), DETECTION, dice),
  });

/** The same grid over the same method, each cell once at both; weeks overlap, only the rounded result is kept. */
export const sameGrid: LabRecipe = (dice) => {
  const grid = gridOf({
    method: ['mixup', 'cutmix', 'none'],
    lr: [0.01, 0.03, 0.1],
    wd: [1e-4, 5e-4],
    data: ['c10', 'c100'],
    seed: [0, 1, 2],
  });
  const sweep = (from: number, hours: number): Launch[] =>
    dice.shuffle(grid).map((settings, no) => {
      const fate = fateOf(dice, dice.normal(3400, 240), 0.06);
      const acc = (settings['data'] === 'c10' ? 0.94 : 0.74) + 0.02 * levelOf(settings) + dice.normal(0, 0.0035);
      return launch({
        settings,
        launchedAt: from + Math.floor(no / 4) * hours * HOUR + dice.whole(0, 400) * 1000,
        ...fate,
        scores: scoresOf(fate, { acc: courseOf(dice, acc, 0.001) }),
      });
    });
  const first = Date.parse('2025-06-16T09:00:00Z');
  return strangers(dice, 'grid', {
    columns: [
      counter('cell'),
      setting('aug', 'method'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('wd', 'wd', { type: 'REAL' }),
      setting('dataset', 'data', { spell: (value) => (value === 'c10' ? 'CIFAR-10' : 'CIFAR-100') }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      score('top1', 'acc', { digits: 1, scale: 100 }),
      calendarDay('day', { zone: UTC, spell: (date) => date.toISOString().slice(0, 10) }),
    ],
    ours: sweep(first, 1.1),
    theirs: recordJobs(
      sweep(first + 2 * DAY_MS, 1.05),
      {
        paths: { data: 'dataset' },
        metricPaths: { acc: 'test/acc' },
        nameOf: ({ settings }) =>
          `${settings['data']}-${settings['method']}-lr${settings['lr']}-wd${settings['wd']}-s${settings['seed']}`,
      },
      dice,
    ),
  });
};

/** A benchmark's tasks, methods and seeds at two labs; scores near each other, no time in the registry. */
export const sameBenchmark: LabRecipe = (dice) => {
  const bench = (): Launch[] =>
    gridOf({
      task: ['cola', 'sst2', 'mrpc', 'stsb', 'qnli', 'rte'],
      model: ['bert-base', 'roberta-base', 'electra-base'],
      seed: [1, 2, 3, 4, 5],
    }).map((settings, no) => {
      const fate = fateOf(dice, dice.logBetween(300, 2500), 0.04);
      const main = 0.62 + 0.32 * levelOf(settings) + dice.normal(0, 0.006);
      return launch({
        settings,
        launchedAt: Date.parse('2025-02-10T08:00:00Z') + no * 1800_000,
        ...fate,
        scores: scoresOf(fate, {
          main: courseOf(dice, main, 0.002),
          loss: courseOf(dice, dice.between(0.2, 0.6), -0.01),
        }),
      });
    });
  return strangers(dice, 'glue_dev', {
    columns: [
      counter('n'),
      setting('task', 'task', { spell: (value) => String(value).toUpperCase() }),
      setting('model', 'model'),
      setting('seed', 'seed', { type: 'INTEGER' }),
      score('dev', 'main', { digits: 3 }),
    ],
    ours: bench(),
    theirs: recordJobs(
      bench(),
      {
        paths: { model: 'model_name_or_path', task: 'task_name' },
        metricPaths: { main: 'eval/score', loss: 'eval/loss' },
        nameOf: ({ settings }) => `${settings['model']}-${settings['task']}`,
      },
      dice,
    ),
  });
};

/** An exercise that 40 students do in the last nights before it is due; the registry is another group's of the same course. */
export const sameExercise: LabRecipe = (dice) => {
  const due = Date.parse('2025-11-16T22:00:00Z');
  const course = (students: number): Launch[] =>
    Array.from({ length: students }, () => dice.whole(2, 9)).flatMap((tries, student) =>
      Array.from({ length: tries }, (): Launch => {
        const settings = {
          lr: dice.pick([0.001, 0.001, 0.01, 3e-4]),
          epochs: dice.pick([5, 10, 10, 20]),
          hidden: dice.pick([64, 128, 128, 256]),
          optimizer: dice.pick(['adam', 'adam', 'sgd']),
          student,
        };
        const fate = fateOf(dice, settings.epochs * dice.normal(11, 1.5), 0.1);
        const acc = 0.9 + 0.085 * levelOf({ ...settings, student: 0 }) + dice.normal(0, 0.003);
        return launch({
          settings,
          launchedAt: due - dice.logBetween(0.2, 150) * HOUR,
          wait: 2,
          ...fate,
          scores: scoresOf(fate, { acc: courseOf(dice, acc, 0.001), loss: courseOf(dice, (1 - acc) * 3, -0.005) }),
        });
      }),
    );
  return strangers(dice, 'exercise3', {
    columns: [
      counter('id'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('epochs', 'epochs', { type: 'INTEGER' }),
      setting('hidden', 'hidden', { type: 'INTEGER' }),
      setting('optimizer', 'optimizer'),
      score('test_acc', 'acc', { digits: 3 }),
      moment('handed_in', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Vienna'), delay: skewDelay(300, 1) }),
    ],
    ours: course(15),
    theirs: recordJobs(
      course(40),
      {
        paths: { student: null },
        metricPaths: { acc: 'test_accuracy', loss: 'test_loss' },
        nameOf: (_own, no) => (no % 4 === 0 ? 'mnist-mlp' : null),
        about: ({ settings }) => ({ user: `student${settings['student']}` }),
      },
      dice,
    ),
  });
};

/** A fork: the code, its defaults and its names are the same, the machines and the days are others. */
export const fork: LabRecipe = (dice) => {
  const columns = [
    counter('id'),
    joined(
      'name',
      [setting('g', 'target'), setting('t', 'trunk'), setting('h', 'head'), setting('s', 'seed')],
      ([g, t, h, s]) => `${g}_${t}-${h}_s${s}`,
    ),
    setting('dropout', 'drop', { type: 'REAL' }),
    setting('head_layers', 'layers', { type: 'INTEGER' }),
    moment('created_at', { style: ISO_Z, delay: evenDelay(2, 14) }),
  ];
  return strangers(dice, 'training_runs', {
    columns,
    ours: proteins(dice, { count: 180, users: ['x'] }),
    theirs: recordJobs(proteins(dice, { count: 400 }), PROTEINS, dice),
  });
};

/** A reproduction, weeks after the original: each run again with the same settings and about the same result. */
export const reproduction: LabRecipe = (dice) => {
  const ours = translators(dice, { count: 120 });
  const again = ours
    .filter(() => dice.chance(0.9))
    .map((own): Launch => {
      const bleu = own.scores['bleu'];
      const fate = fateOf(dice, own.seconds * dice.between(0.7, 0.9), 0.05);
      const scores =
        bleu === undefined
          ? {}
          : {
              bleu: courseOf(dice, bleu.last + dice.normal(0, 0.2), 0.1),
              chrf: courseOf(dice, bleu.last * 1.4 + 12 + dice.normal(0, 0.3), 0.1),
            };
      return launch({
        settings: own.settings,
        launchedAt: own.launchedAt + 38 * DAY_MS + dice.whole(0, 20 * 86_400) * 1000,
        ...fate,
        scores: scoresOf(fate, scores),
      });
    });
  return strangers(dice, 'table_4', {
    columns: [
      counter('line'),
      joined('pair', [setting('s', 'src'), setting('t', 'tgt')], ([s, t]) => `${s}-${t}`),
      setting('arch', 'arch'),
      setting('vocab', 'vocab', { type: 'INTEGER' }),
      setting('ls', 'label_smoothing', { type: 'REAL' }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      score('BLEU', 'bleu', { digits: 2 }),
      score('chrF', 'chrf', { digits: 2 }),
      sometimes(0.4, lasted('hours', { digits: 1, scale: 1 / 3600 })),
    ],
    ours,
    theirs: recordJobs(again, TRANSLATION, dice),
  });
};

/** The same project a year later, in the same weeks: names, people, days and hours come again, the year doesn't. */
export const laterYear: LabRecipe = (dice) =>
  strangers(dice, 'season', {
    columns: [
      counter('id'),
      setting('source', 'src'),
      setting('target', 'tgt'),
      setting('arch', 'arch'),
      setting('seed', 'seed', { type: 'INTEGER' }),
      moment('started', { style: NAIVE, zone: UTC, delay: evenDelay(1, 6) }),
      score('bleu', 'bleu', { digits: 1 }),
    ],
    ours: translators(dice, { from: '2024-08-19T00:00:00Z', count: 200 }),
    theirs: recordJobs(translators(dice, { count: 300 }), TRANSLATION, dice),
  });

/** A search service's daily retraining in two regions: the same three models at the same hours. */
export const otherRegion: LabRecipe = (dice) => {
  const daily = (): Launch[] =>
    workOf(dice, { from: '2025-03-01T00:00:00Z', days: 1, count: 1 }).flatMap(() =>
      Array.from({ length: 90 }, (_item, day) => day).flatMap((day) =>
        ['ranker', 'speller', 'suggest'].map((model, at) => {
          const fate = fateOf(dice, dice.normal(3000 + at * 900, 200), 0.05);
          return launch({
            settings: { model, version: `2025.${day}` },
            launchedAt: Date.parse('2025-03-01T02:00:00Z') + day * DAY_MS + at * HOUR + dice.whole(0, 240) * 1000,
            ...fate,
            scores: scoresOf(fate, { ndcg: courseOf(dice, 0.41 + 0.05 * at + dice.normal(0, 0.002), 0.0005) }),
          });
        }),
      ),
    );
  return strangers(dice, 'nightly', {
    columns: [
      counter('build'),
      phrase('artifact', [setting('m', 'model'), setting('v', 'version')], ([m, v]) => `${m}-${v}`),
      moment('begin', { style: NAIVE_MINUTE, zone: UTC, delay: evenDelay(4, 6) }),
      score('ndcg', 'ndcg', { digits: 3 }),
      lasted('minutes', { type: 'INTEGER', digits: 0, scale: 1 / 60 }),
    ],
    ours: daily(),
    theirs: recordJobs(
      daily(),
      {
        metricPaths: { ndcg: 'offline/ndcg@10' },
        nameOf: ({ settings }) => `${settings['model']}-${settings['version']}`,
      },
      dice,
    ),
  });
};
