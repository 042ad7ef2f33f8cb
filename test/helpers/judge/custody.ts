import type { Column } from './columns.ts';
import {
  evenDelay,
  filler,
  joined,
  lasted,
  machine,
  moment,
  score,
  setting,
  skewDelay,
  sometimes,
  trace,
} from './columns.ts';
import { recordJobs } from './job.ts';
import type { Job, Launch } from './job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from './labour.ts';
import { at, DAY, EPOCH_S, ISO_Z, NAIVE, UTC, zoneOf } from './times.ts';
import type { LabRecipe } from './world.ts';

/** Several scores as one JSON object. */
function scoresJson(name: string, parts: readonly Column[]): Column {
  return {
    name,
    type: 'TEXT',
    write: (job, dice, no) => {
      const written = parts.map((part) => ({ name: part.name, ...part.write(job, dice, no) }));
      const known = written.filter(({ cell }) => cell !== null);
      return {
        cell:
          known.length === 0
            ? null
            : JSON.stringify(Object.fromEntries(known.map(({ name: key, cell }) => [key, cell]))),
        fit: (other) => known.reduce((sum, { fit }) => sum + fit(other), 0),
      };
    },
  };
}

const MACHINES = ['i-0abc123', 'i-0abc124', 'i-0f9e871', 'i-07711de'] as const;

/** Synthetic names with the machine's instance, scores as JSON; crashed jobs are launched again at once. */
export const instanceNames: LabRecipe = (dice) => {
  const launches = Array.from({ length: 130 }, (_item, no) => no).flatMap((no): Launch[] => {
    const settings = {
      task: dice.pick(['deco_hop', 'scaffold_hop', 'ranolazine', 'perindopril']),
      batch_size: dice.pick([48, 96]),
      gradient_method: dice.pick(['mgda', 'pcgrad', 'cagrad']),
      lr: dice.pick([1e-4, 5e-4]),
      num_objectives: dice.pick([2, 3]),
    };
    const host = dice.pick(MACHINES);
    let now = at('2025-11-03T09:00:00Z') + no * dice.between(2, 4) * 3_600_000;
    const tries = dice.chance(0.3) ? dice.whole(2, 4) : 1;
    return Array.from({ length: tries }, (_try, part): Launch => {
      const isLast = part === tries - 1;
      const seconds = isLast ? dice.normal(15_000, 3000) : dice.logBetween(8, 900);
      const launchedAt = now;
      now += (seconds + dice.between(20, 300)) * 1000;
      return {
        settings,
        launchedAt,
        wait: dice.logBetween(6, 70),
        seconds,
        scores: isLast
          ? {
              objective_COMT: courseOf(dice, dice.normal(0.4, 0.1), 0.01),
              hypervolume: courseOf(dice, dice.normal(0.7, 0.06), 0.01),
            }
          : {},
        host,
        state: isLast ? stateOf(dice, 0.1) : 'crashed',
      };
    });
  });
  const jobs = recordJobs(launches, { paths: { task: 'oracle.name' }, flags: true, noConfig: 0.1 }, dice);
  return {
    table: 'training_runs',
    columns: [
      filler('run_id', 'TEXT', (_job, _dice, no) => `run_${String(no).padStart(5, '0')}`),
      joined(
        'run_name',
        [
          setting('', 'task'),
          setting('', 'batch_size'),
          setting('', 'gradient_method'),
          machine('', (host) => host, false),
        ],
        ([task, batch, method, host]) => `${task}_bs${batch}_${method}_${host}`,
      ),
      filler('status', 'TEXT', () => 'not_running'),
      moment('created_at', { style: NAIVE, zone: UTC, delay: skewDelay(20, 0.7) }),
      moment('finished_at', { style: NAIVE, zone: UTC, of: 'end', delay: evenDelay(0, 5) }),
      setting('num_objectives', 'num_objectives', { type: 'INTEGER' }),
      scoresJson('final_metrics_json', [
        score('objective_COMT', 'objective_COMT', { digits: 4 }),
        score('hv', 'hypervolume', { digits: 4 }),
      ]),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** The scheduler's job number stands in the row's key and among what the client recorded of its machine. */
export const jobNumbers: LabRecipe = (dice) => {
  let number = 4_410_000;
  const times = burstsOf(dice, {
    from: at('2025-12-01T12:00:00Z'),
    count: 200,
    size: [10, 30],
    step: [0, 1],
    pause: [2, 20],
  });
  const launches = times.map((launchedAt): Launch => {
    number += dice.whole(1, 9);
    return {
      settings: { model: dice.pick(['mace', 'nequip']), cutoff: dice.pick([4, 5, 6]), job: number },
      launchedAt,
      wait: dice.logBetween(30, 20_000),
      seconds: dice.logBetween(600, 40_000),
      scores: {},
      host: `tcn${dice.whole(1, 60)}`,
      state: stateOf(dice, 0.2),
    };
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { job: null },
      nameOf: ({ settings: own }) => `${own['model']}`,
      extras: ({ settings: own, host }) => ({
        _wandb: {
          e: { [`w${host}`]: { host, slurm: { job_id: `${own['job']}`, job_name: 'train', partition: 'gpu' } } },
        },
      }),
    },
    dice,
  );
  return {
    table: 'submissions',
    columns: [
      trace('slurm_job_id', ({ settings }) => String(settings['job'])),
      setting('model', 'model'),
      moment('submitted', { style: DAY, zone: zoneOf('Europe/Amsterdam'), delay: evenDelay(30, 20_000) }),
      filler('user', 'TEXT', (_job, own) => own.pick(['jv', 'ks'])),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.35 }),
  };
};

/** The row's log lies in the run's own folder, so that its path ends in the run's id; older rows have none. */
export const logPaths: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-04-14T00:00:00Z'), days: 30, count: 140 });
  const launches = times.map((launchedAt): Launch => ({
    settings: { arch: dice.pick(['fno', 'unet2d']), modes: dice.pick([12, 16, 24]), seed: dice.whole(1, 4) },
    launchedAt,
    wait: dice.between(1, 20),
    seconds: dice.logBetween(100, 9000),
    scores: { l2: courseOf(dice, dice.logBetween(0.005, 0.05), -0.0005) },
    host: 'pde',
    state: stateOf(dice, 0.1),
  }));
  const jobs = recordJobs(launches, { metricPaths: { l2: 'test/rel_l2' } }, dice);
  const older = at('2025-04-24T00:00:00Z');
  return {
    table: 'operators',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => 70 + no),
      trace('log', (job) => (job.launchedAt < older ? null : `./wandb/run-x-${job.runId}/files/output.log`)),
      setting('arch', 'arch'),
      sometimes(0.3, setting('modes', 'modes', { type: 'INTEGER' })),
      sometimes(0.2, score('rel_l2', 'l2', { digits: 4 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.2, noRun: 0.3 }),
  };
};

/** Members of ensembles: one config, one second, told apart by the member's number alone. */
export const ensembles: LabRecipe = (dice) => {
  const launches = Array.from({ length: 36 }, (_item, no) => no).flatMap((no): Launch[] => {
    const launchedAt = at('2025-08-11T08:00:00Z') + no * dice.between(3, 5) * 3_600_000;
    const settings = { width: dice.pick([256, 512]), data: dice.pick(['era5', 'cmip6']), lead: dice.pick([6, 24, 72]) };
    return [0, 1, 2, 3, 4, 5, 6, 7].map((member): Launch => ({
      settings: { ...settings, member },
      launchedAt: launchedAt + member * 40,
      wait: dice.between(8, 16),
      seconds: dice.normal(7200, 25),
      scores: {},
      host: `r${member}`,
      state: 'finished',
    }));
  });
  const jobs: Job[] = recordJobs(
    launches,
    {
      paths: { member: null },
      nameOf: ({ settings: own }) => `${own['data']}-${own['lead']}h/member_${own['member']}`,
    },
    dice,
  )
    // The name shows what the config doesn't.
    .map((job): Job => ({ ...job, seen: job.settings }));
  return {
    table: 'members',
    columns: [
      filler('uid', 'TEXT', (_job, own) => own.hex(12)),
      setting('dataset', 'data', { spell: (value) => String(value).toUpperCase() }),
      setting('lead_hours', 'lead', { type: 'INTEGER' }),
      setting('ens', 'member', { type: 'INTEGER' }),
      moment('t0', { style: EPOCH_S, delay: evenDelay(8, 16) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** The training machines' clocks run wrong, so what the client recorded is off; W&B's own time is right. */
export const wrongClients: LabRecipe = (dice) => {
  const off: Readonly<Record<string, number>> = { north: 0, south: 5400, west: -780 };
  const times = burstsOf(dice, {
    from: at('2025-03-05T07:00:00Z'),
    count: 200,
    size: [2, 7],
    step: [30, 500],
    pause: [0.5, 5],
  });
  const launches = times.map((launchedAt): Launch => ({
    settings: { net: dice.pick(['gan', 'vae', 'flow']), z: dice.pick([32, 64, 128]) },
    launchedAt,
    wait: dice.logBetween(3, 20),
    seconds: dice.logBetween(600, 9000),
    scores: { fid: courseOf(dice, dice.normal(30, 6), -0.5) },
    host: dice.pick(Object.keys(off)),
    state: stateOf(dice, 0.1),
  }));
  const jobs = recordJobs(launches, { showsHost: true, metricPaths: { fid: 'eval/fid' } }, dice).map((job): Job => {
    const stamp = job.run.summary['_timestamp'];
    const shifted = typeof stamp === 'number' ? stamp + (off[job.host] ?? 0) : null;
    return { ...job, run: { ...job.run, summary: { ...job.run.summary, _timestamp: shifted } } };
  });
  return {
    table: 'gen',
    columns: [
      filler('gen_id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('model', 'net'),
      sometimes(0.3, setting('latent', 'z', { type: 'INTEGER' })),
      moment('queued_at', { style: ISO_Z, delay: skewDelay(8, 0.6) }),
      sometimes(0.3, score('fid', 'fid', { digits: 1 })),
      sometimes(0.5, lasted('wall_s', { digits: 0 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.2 }),
  };
};
