import type { Column } from '../columns.ts';
import { filler, lasted, machine, score } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Project } from '../job.ts';
import { HOUR, ISO_Z, NAIVE, UTC } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import {
  HARDLY,
  clock,
  launches,
  settle,
  slurmDuration,
  spelledDuration,
  spoken,
  startOf,
  startsOf,
  told,
} from './kit.ts';

/** What the last session of a requeued job began and lasted; the run was resumed under its id and shows both sums. */
const gapOf = ({ settings }: Job): number => Number(settings['_pause']) * 1000;
const lastedLast = (job: Job): number => job.seconds * (1 - Number(job.settings['_before']));
const lastEnd = (job: Job): number => startOf(job) + job.seconds * 1000 + gapOf(job);
const lastStart = (job: Job): number => lastEnd(job) - lastedLast(job) * 1000;
const isResumed = (job: Job): boolean => gapOf(job) > 0;

/** A resumed run tells its first start, its sum and its end, but not when the last session began. */
function ofLastSession(column: Column, isPossible: (own: Job, other: Job) => boolean): Column {
  return {
    ...column,
    write: (job, dice, no) => {
      const { cell, fit } = column.write(job, dice, no);
      const asResumed = (other: Job): number => (isPossible(job, other) ? -Math.log(other.seconds) : HARDLY * 2);
      return { cell, fit: (other) => (isResumed(other) ? asResumed(other) : fit(other)) };
    },
  };
}

const SACCT: readonly Column[] = [
  told('JobID', ({ _array, _task }) => `${_array}_${_task}`, { common: 1 }),
  filler('JobName', 'TEXT', () => 'nowcast'),
  ofLastSession(
    clock('Start', { style: NAIVE, zone: UTC, of: lastStart, lag: [-60, -10] }),
    (own, other) => lastStart(own) > startOf(other) - 60_000 && lastStart(own) < lastEnd(other),
  ),
  clock('End', { style: NAIVE, zone: UTC, of: lastEnd, lag: [2, 60] }),
  ofLastSession(
    spelledDuration('Elapsed', { of: (job) => lastedLast(job) + 40, spell: slurmDuration }),
    (own, other) => lastedLast(own) <= other.seconds + 2,
  ),
  filler('State', 'TEXT', ({ state }) => (state === 'finished' ? 'COMPLETED' : 'FAILED')),
  filler('MaxRSS', 'TEXT', (_job, dice) => `${dice.whole(20_000, 28_000)}M`),
  filler('NodeList', 'TEXT', (_job, dice) => `gpu${dice.whole(1, 12)}`),
];

/** Array jobs on a preemptible queue: accounting keeps the last session only. */
export const requeues: LabRecipe = (dice) => {
  const starts = startsOf(dice, {
    count: 300,
    from: '2026-01-10',
    days: 40,
    burst: [4, 20],
    gap: [1, 3],
    hours: [0, 24],
  });
  let [array, task, before] = [812_300, 0, 0];
  const work = launches(dice, {
    starts,
    settings: (start) => {
      [array, task] = start - before > 60_000 ? [array + dice.whole(3, 400), 0] : [array, task + 1];
      before = start;
      const isRequeued = dice.chance(0.35);
      return {
        lead: dice.pick([30, 60, 90, 120]),
        lr: dice.pick([0.0002, 0.0005]),
        seed: task,
        _array: array,
        _task: task,
        _pause: isRequeued ? Math.round(dice.logBetween(60, 30_000)) : 0,
        _before: isRequeued ? dice.between(0.1, 0.9) : 0,
      };
    },
    wait: [5, 900],
    seconds: [1200, 60_000],
    metrics: { csi: { from: 0.3, to: 0.6, spread: 0.01 } },
  });
  const hidden = Object.fromEntries(['_array', '_task', '_pause', '_before'].map((name) => [name, null]));
  const project: Project = {
    paths: hidden,
    metricPaths: { csi: 'val/csi_m' },
    nameOf: ({ settings }) => `nowcast-lead${settings['lead']}`,
  };
  const jobs = recordJobs(work, project, dice).map((job): Job => {
    const { _timestamp: stamp } = job.run.summary;
    if (typeof stamp !== 'number') return job;
    const summary = { ...job.run.summary, _timestamp: stamp + gapOf(job) / 1000 };
    return { ...job, run: { ...job.run, heartbeatAt: (job.run.heartbeatAt ?? 0) + gapOf(job), summary } };
  });
  return settle(dice, { table: 'sacct', jobs, columns: SACCT });
};

const podOf = ({ settings }: Job): string => `asr-${settings['_job']}-${settings['_pod']}`;

const PODS: readonly Column[] = [
  {
    name: 'pod',
    type: 'TEXT',
    write: (job) => ({
      cell: podOf(job),
      fit: ({ run: { host } }) => (host === null ? Math.log(0.01) : host === podOf(job) ? 0 : -25),
    }),
  },
  filler('node', 'TEXT', (_job, dice) => `gke-a100-pool-${dice.pick(['1f3c', '7b20', 'c9d1'])}`),
  clock('startTime', { style: ISO_Z, of: startOf, lag: [-240, -8] }),
  spelledDuration('age', { of: ({ seenSeconds }) => seenSeconds ?? 0, spell: (seconds) => spoken(seconds + 20) }),
  filler('exitCode', 'INTEGER', ({ state }, dice) => (state === 'finished' ? 0 : dice.pick([1, 137, 139]))),
];

/** `kubectl get pods` as rows: no setting, no metric; the newer client alone tells the pod as its host. */
export const pods: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 220, from: '2026-02-20', days: 25, burst: [1, 6], gap: [1, 400], hours: [0, 24] }),
    settings: () => ({
      encoder: dice.pick(['conformer-s', 'conformer-l', 'zipformer']),
      warmup: dice.pick([2000, 10_000]),
      _job: dice.pick(['ctc', 'rnnt', 'aed']),
      _pod: `${dice.token(5)}-${dice.token(5)}`,
    }),
    wait: [9, 230],
    seconds: [60, 40_000],
    failed: 0.3,
    metrics: { wer: { from: 4, to: 14, spread: 0.2 } },
  });
  const base: Project = { paths: { _job: null, _pod: null }, nameOf: ({ settings }) => `${settings['encoder']}` };
  const half = Math.floor(work.length / 2);
  const sorted = work.toSorted((a, b) => a.launchedAt + a.wait * 1000 - b.launchedAt - b.wait * 1000);
  const jobs = [
    ...recordJobs(sorted.slice(0, half), base, dice),
    ...recordJobs(
      sorted.slice(half),
      { ...base, about: ({ settings }) => ({ host: `asr-${settings['_job']}-${settings['_pod']}` }) },
      dice,
    ),
  ];
  return settle(dice, { table: 'pods', jobs, columns: PODS, deleted: 0.12 });
};

const AHEAD: Readonly<Record<string, number>> = { ada: -412_000, bert: 187_000, carl: HOUR + 5000 };

const CLOCKS: readonly Column[] = [
  filler('no', 'INTEGER', (_job, _dice, no) => no + 1),
  machine('box', (host) => host, false),
  clock('started', { style: NAIVE, of: startOf, lag: [-8, -1], wrong: ({ host }) => AHEAD[host] ?? 0 }),
  told('arch', ({ arch }) => String(arch)),
  told('mixup', ({ mixup }) => (mixup === true ? 'an' : 'aus')),
  told('lr', ({ lr }) => Number(lr), { type: 'REAL' }),
  lasted('hours', { digits: 2, scale: 1 / 3600, noise: 20 }),
  score('top1', 'top1', { digits: 1, scale: 100 }),
];

/** A grid of bird calls over three machines, each with a clock of its own. */
export const machines: LabRecipe = (dice) => {
  const work = launches(dice, {
    starts: startsOf(dice, { count: 300, from: '2026-03-05', days: 20, burst: [3, 12], gap: [3, 120], hours: [6, 23] }),
    settings: () => ({
      arch: dice.pick(['cnn14', 'passt', 'birdnet']),
      lr: dice.pick([0.001, 0.0003]),
      mixup: dice.chance(0.5),
      seed: dice.whole(0, 4),
      _box: dice.pick(['ada', 'bert', 'carl']),
    }),
    wait: [1, 8],
    seconds: [600, 9000],
    hostOf: (settings) => String(settings['_box']),
    metrics: { top1: { from: 0.55, to: 0.85, spread: 0.008 } },
  });
  const project: Project = { paths: { _box: null, mixup: 'aug.mixup' }, metricPaths: { top1: 'valid_top1' } };
  return settle(dice, { table: 'birdcalls', jobs: recordJobs(work, project, dice), columns: CLOCKS, unlisted: 0.12 });
};
