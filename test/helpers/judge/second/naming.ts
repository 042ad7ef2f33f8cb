import { evenDelay, filler, joined, moment, setting, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { byStart, chainOf, courseOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, DAY_MS, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { calendarDay, figure, fixed, launch, NEVER, open, told } from './parts.ts';

/** Ray Tune: the run's name is the trial's, cut; half of the rows kept only the trial's number, which every experiment counts anew. */
export const trialNames: LabRecipe = (dice) => {
  const launches = Array.from({ length: 14 }, (_item, no) => no).flatMap((no): Launch[] => {
    const from = at('2025-04-02T09:00:00Z') + no * dice.between(30, 60) * 3_600_000;
    const hash = dice.hex(5);
    const fn = dice.pick(['train_mnist', 'train_cifar', 'train_fn']);
    return Array.from({ length: dice.whole(10, 24) }, (_trial, trial) =>
      launch({
        settings: { fn, hash, trial, lr: dice.logBetween(1e-4, 1e-1), width: dice.pick([64, 128, 256]) },
        launchedAt: from + Math.floor(trial / 4) * 400_000 + (trial % 4) * 900,
        wait: dice.between(2, 5),
        seconds: dice.between(100, 390),
        scores: dice.chance(0.9) ? { acc: courseOf(dice, dice.normal(0.9, 0.05), 0.005) } : {},
      }),
    );
  });
  const tagOf = (hash: unknown, trial: unknown): string => `${String(hash)}_${String(trial).padStart(5, '0')}`;
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { fn: null, hash: null, trial: null },
        metricPaths: { acc: 'mean_accuracy' },
        nameOf: ({ settings }) => `${settings['fn']}_${tagOf(settings['hash'], settings['trial'])}`,
        about: ({ settings }) => ({ group: String(settings['fn']) }),
      },
      dice,
    ),
  );
  const trial = setting('', 'trial');
  const full = joined('', [setting('', 'hash'), trial], ([hash, no]) => tagOf(hash, no));
  const short = joined('', [trial], ([no]) => `trial ${no}`);
  return {
    table: 'tune_results',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      { ...full, name: 'trial', write: (job, own, no) => (own.chance(0.5) ? full : short).write(job, own, no) },
      setting('width', 'width', { type: 'INTEGER' }),
      sometimes(0.3, setting('lr', 'lr', { type: 'REAL', spell: (value) => Number(Number(value).toFixed(4)) })),
      moment('date', { style: DAY, zone: zoneOf('America/Los_Angeles'), delay: evenDelay(2, 5) }),
      figure('accuracy', 'acc', { spell: fixed(3) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** Population based training: each generation of each member is a run of its own, close to its parent in all values. */
export const population: LabRecipe = (dice) => {
  const launches: Launch[] = [];
  for (let study = 0; study < 2; study += 1) {
    const from = at('2025-07-01T08:00:00Z') + study * 9 * DAY_MS;
    let members = Array.from({ length: 12 }, () => ({ lr: dice.logBetween(1e-5, 1e-3), reward: dice.normal(200, 30) }));
    for (let generation = 0; generation < 10; generation += 1) {
      members.forEach((member, no) =>
        launches.push(
          launch({
            settings: { member: no, generation, lr: member.lr, env: study === 0 ? 'Hopper' : 'Ant' },
            launchedAt: from + generation * 1_900_000 + no * 150,
            wait: dice.between(3, 9),
            seconds: dice.normal(1800, 8),
            scores: { reward: courseOf(dice, member.reward, 15) },
          }),
        ),
      );
      const ranked = members.toSorted((a, b) => b.reward - a.reward);
      members = members.map((member) => {
        const parent = member.reward < ranked[8]!.reward ? dice.pick(ranked.slice(0, 3)) : member;
        const lr = parent === member ? member.lr : parent.lr * dice.pick([0.8, 1.25]);
        return { lr, reward: parent.reward + dice.normal(25, 8) };
      });
    }
  }
  const jobs = recordJobs(
    launches,
    {
      paths: { member: null, generation: 'pbt.generation', lr: 'learning_rate' },
      metricPaths: { reward: 'episode_reward_mean' },
      nameOf: ({ settings }) => `PPO_${settings['env']}_pbt`,
    },
    dice,
  );
  return {
    table: 'pbt',
    columns: [
      filler('row', 'INTEGER', (_job, _dice, no) => no),
      setting('task', 'env', { spell: (value) => `${value}-v4` }),
      filler('member', 'INTEGER', ({ settings }) => Number(settings['member'])),
      setting('gen', 'generation', { type: 'INTEGER' }),
      setting('lr', 'lr', { spell: (value) => Number(value).toExponential(2) }),
      figure('reward', 'reward', { spell: Math.round }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.12 }),
  };
};

/** Optuna: names trial_0, trial_1, … in each of nine studies; the row knows the study by the paper's name for it. */
export const studyNumbers: LabRecipe = (dice) => {
  const papers: Readonly<Record<string, string>> = {
    xgb_adult: 'Tab. 1a',
    xgb_higgs: 'Tab. 1b',
    mlp_adult: 'Tab. 2a',
    mlp_higgs: 'Tab. 2b',
    ftt_adult: 'Tab. 3',
    ftt_higgs: 'Tab. 3 (cont.)',
  };
  const launches = Object.keys(papers).flatMap((study, no): Launch[] => {
    const seconds = Array.from({ length: 50 }, () => dice.logBetween(15, 200));
    return chainOf(at('2025-11-10T10:00:00Z') + no * 7_200_000, seconds, 2).map((launchedAt, trial) =>
      launch({
        settings: { study, trial, depth: dice.whole(2, 9), eta: dice.logBetween(0.01, 0.3) },
        launchedAt,
        wait: dice.between(0.5, 2),
        seconds: seconds[trial]!,
        scores: trial > 8 && dice.chance(0.35) ? {} : { auc: courseOf(dice, dice.normal(0.88, 0.02), 0.001) },
        state: 'finished',
      }),
    );
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { study: null, trial: null, depth: 'params.max_depth', eta: 'params.eta' },
      metricPaths: { auc: 'value' },
      nameOf: ({ settings }) => `trial_${settings['trial']}`,
      about: ({ settings }) => ({ group: String(settings['study']) }),
    },
    dice,
  ).map((job): Job => ({ ...job, seen: job.settings }));
  return {
    table: 'hpo',
    columns: [
      filler('pk', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('study', 'study', { spell: (value) => papers[String(value)] ?? null }),
      setting('number', 'trial', { type: 'INTEGER' }),
      told('outcome', {
        say: ({ scores }) => ('auc' in scores ? 'COMPLETE' : 'PRUNED'),
        fit: (cell, { seenScores }) => ('auc' in seenScores === (cell === 'COMPLETE') ? 0 : NEVER),
      }),
      sometimes(0.4, setting('max_depth', 'depth', { type: 'INTEGER' })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.08, noRun: 0.15 }),
  };
};

/** Ultralytics: folders train, train2, train3 on each machine; the row names machine and folder, the run the folder. */
export const countedFolders: LabRecipe = (dice) => {
  const hosts = ['workstation', 'lab-pc-2', 'colab-7f2'] as const;
  const counters = new Map<string, number>();
  const times = officeTimes(dice, { from: at('2025-08-18T00:00:00Z'), days: 40, count: 150 });
  const launches = times.map((launchedAt) => {
    const host = dice.pick(hosts);
    const folder = (counters.get(host) ?? 0) + 1;
    counters.set(host, folder);
    const map = dice.normal(0.52, 0.06);
    return launch({
      settings: { folder, model: dice.pick(['yolo11n', 'yolo11s', 'yolov8m']), imgsz: dice.pick([640, 1280]) },
      launchedAt,
      wait: dice.between(3, 15),
      seconds: dice.logBetween(400, 20_000),
      scores: { map: courseOf(dice, map, 0.004), map50: courseOf(dice, map + 0.2, 0.004) },
      host,
      state: stateOf(dice, 0.15),
    });
  });
  const folderOf = ({ settings }: Launch): string => `train${settings['folder'] === 1 ? '' : settings['folder']}`;
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { folder: null, model: 'model' },
        metricPaths: { map: 'metrics/mAP50-95(B)', map50: 'metrics/mAP50(B)' },
        nameOf: folderOf,
        extras: () => ({ task: 'detect', epochs: 100, patience: 50, optimizer: 'auto', lr0: 0.01, mosaic: 1 }),
        noSummary: 0.15,
      },
      dice,
    ),
  );
  return {
    table: 'detectors',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      {
        ...told('weights', {
          say: (job) => `/${job.host}/runs/detect/${folderOf(job)}/weights/best.pt`,
          fit: (cell, other) => (String(cell).includes(`/${folderOf(other)}/`) ? 0 : NEVER),
        }),
      },
      setting('size', 'imgsz', { type: 'INTEGER' }),
      sometimes(0.3, figure('mAP', 'map', { spell: (value) => fixed(1)(value * 100) })),
      sometimes(
        0.3,
        calendarDay('day', { zone: zoneOf('Asia/Kolkata'), spell: (date) => date.toDateString().slice(4, 10) }),
      ),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.2 }),
  };
};
