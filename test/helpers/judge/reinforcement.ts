import type { Dice } from './dice.ts';
import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes, trace } from './columns.ts';
import { recordJobs } from './job.ts';
import type { Job, Launch } from './job.ts';
import { burstsOf, byStart, courseOf, gridOf, splitJobs, stateOf } from './labour.ts';
import { at, DAY, NAIVE_MICROS, STAMP, UTC, zoneOf, NAIVE, EPOCH_MS } from './times.ts';
import type { LabRecipe } from './world.ts';

const ENVS = ['HalfCheetah-v4', 'Hopper-v4', 'Walker2d-v4', 'Ant-v4'] as const;

function returnOf(dice: Dice, env: string): number {
  return dice.normal({ 'HalfCheetah-v4': 9000, 'Hopper-v4': 2800, 'Walker2d-v4': 3900 }[env] ?? 5000, 700);
}

/** Arrays of a scheduler: forty starts in a second, the registry keeps the mean of the last returns. */
export const schedulerArrays: LabRecipe = (dice) => {
  const grid = dice.shuffle(
    gridOf({ env: ENVS, algo: ['sac', 'td3', 'ppo'], seed: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], ent: ['auto', 'low'] }),
  );
  let array = 8_812_300;
  const launches = Array.from({ length: 6 }, (_item, block) => block).flatMap((block) => {
    array += dice.whole(3, 400);
    const submitted = at('2025-09-29T15:00:00Z') + block * 86_400_000 + dice.whole(0, 20_000) * 1000;
    return grid.slice(block * 40, block * 40 + 40).map((own, task): Launch => {
      const state = stateOf(dice, 0.08);
      return {
        settings: { ...own, array, task },
        launchedAt: submitted + task * dice.between(0, 120),
        wait: dice.logBetween(5, 200),
        seconds: state === 'finished' ? dice.normal(21_000, 2500) : dice.logBetween(60, 20_000),
        scores: { ret: courseOf(dice, returnOf(dice, String(own['env'])), 60) },
        host: `node${dice.whole(100, 140)}`,
        state,
      };
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { array: null, task: null, env: 'env_id' },
      metricPaths: { ret: 'charts/episodic_return' },
      nameOf: ({ settings: own }) => `${own['algo']}/${own['env']}/${own['seed']}`,
      extras: (launch, own) => ({
        total_timesteps: 1e6,
        _wandb: { e: { host: launch.host, slurm: own.chance(0.5) ? 'yes' : 'no' } },
      }),
      showsHost: true,
    },
    dice,
  );
  return {
    table: 'rl_runs',
    columns: [
      joined(
        'id',
        [
          filler('', 'TEXT', ({ settings }) => `${settings['array']}`),
          filler('', 'TEXT', ({ settings }) => `${settings['task']}`),
        ],
        ([a, t]) => `${a}_${t}`,
      ),
      setting('environment', 'env', { spell: (value) => String(value).replace('-v4', '') }),
      setting('algorithm', 'algo', { spell: (value) => String(value).toUpperCase() }),
      sometimes(0.4, setting('seed', 'seed', { type: 'INTEGER' })),
      moment('created_at', { style: NAIVE_MICROS, zone: zoneOf('America/New_York'), delay: skewDelay(32, 1.1) }),
      score('avg_return', 'ret', { digits: 1, noise: 60 }),
      lasted('hours', { scale: 1 / 3600, digits: 2 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.1 }),
  };
};

/** The display name ends in the start's epoch; the registry has day and seed, and at times the folder. */
export const epochInName: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-07-01T10:00:00Z'),
    count: 260,
    size: [5, 10],
    step: [1, 3],
    pause: [1, 12],
  });
  const launches = times.map((launchedAt): Launch => ({
    settings: {
      env: dice.pick(ENVS),
      exp: dice.pick(['ppo_continuous', 'ddpg_cont', 'rpo']),
      seed: dice.whole(1, 10),
      lr: dice.pick([3e-4, 1e-3]),
    },
    launchedAt,
    wait: dice.between(1, 3),
    seconds: dice.normal(3000, 700),
    scores: { ret: courseOf(dice, dice.normal(3000, 900), 50) },
    host: 'ws',
    state: 'finished',
  }));
  const folderOf = (job: Launch): string =>
    `${job.settings['env']}__${job.settings['exp']}__${job.settings['seed']}__${Math.floor(job.launchedAt / 1000)}`;
  const jobs = recordJobs(
    launches,
    { nameOf: folderOf, paths: { env: 'env_id', exp: 'exp_name', lr: 'learning_rate' } },
    dice,
  );
  return {
    table: 'agents',
    columns: [
      filler('agent_id', 'INTEGER', (_job, _dice, no) => no + 1),
      moment('day', { style: DAY, zone: zoneOf('Europe/London'), delay: evenDelay(1, 3) }),
      setting('env', 'env'),
      setting('method', 'exp'),
      setting('seed', 'seed', { type: 'INTEGER' }),
      sometimes(
        0.5,
        trace('tb_dir', (job) => `/data/runs/${folderOf(job)}`),
      ),
      score('ret', 'ret', { digits: 0, keeps: 'last' }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.25 }),
  };
};

/** Spot machines: each job is tried one to five times, a run a try. */
function preemptedTries(dice: Dice): { readonly tries: readonly Job[]; readonly groups: readonly Job[][] } {
  const grid = dice.shuffle(gridOf({ env: ENVS, seed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], lr: [1e-4, 3e-4, 1e-3] }));
  const launches = grid.slice(0, 90).flatMap((own, no): Launch[] => {
    let now = at('2025-04-07T08:00:00Z') + no * dice.between(300, 1500) * 1000;
    const count = dice.whole(1, 5);
    return Array.from({ length: count }, (_item, part): Launch => {
      const isLast = part === count - 1;
      const seconds = isLast ? dice.normal(9000, 800) : dice.logBetween(100, 6000);
      const launchedAt = now;
      now += seconds * 1000 + dice.logBetween(60, 4000) * 1000;
      return {
        settings: { ...own, job: no },
        launchedAt,
        wait: dice.between(10, 45),
        seconds,
        scores:
          isLast || seconds > 1000
            ? { ret: courseOf(dice, returnOf(dice, String(own['env'])) * (isLast ? 1 : 0.6), 40) }
            : {},
        host: `spot-${dice.hex(6)}`,
        state: isLast ? 'finished' : dice.pick(['preempted', 'crashed']),
      };
    });
  });
  const tries = recordJobs(
    launches,
    {
      paths: { job: null, lr: 'agent.lr', env: 'task' },
      metricPaths: { ret: 'eval/return' },
      nameOf: ({ settings: own }) => `${own['env']}_s${own['seed']}`,
    },
    dice,
  );
  const groups = [...Map.groupBy(byStart(tries), ({ settings }) => settings['job']).values()];
  return { tries, groups };
}

/** The registry writes a row anew with each try. */
export const lastTry: LabRecipe = (dice) => {
  const { tries, groups } = preemptedTries(dice);
  return {
    table: 'training_runs',
    columns: [
      filler('run_id', 'TEXT', ({ settings: own }) => `${own['env']}_${own['seed']}_lr${own['lr']}`),
      setting('env', 'env'),
      setting('lr', 'lr', { type: 'REAL' }),
      moment('started', { style: NAIVE, zone: UTC, delay: evenDelay(10, 45) }),
      score('return', 'ret', { digits: 2, noise: 40 }),
      filler('status', 'TEXT', () => 'finished'),
    ],
    registered: groups.map((group) => group.at(-1)!),
    present: tries,
    gone: [],
  };
};

/** The registry writes a row at the first try and keeps it: no result, no end. */
export const firstTry: LabRecipe = (dice) => {
  const { tries, groups } = preemptedTries(dice);
  return {
    table: 'training_runs',
    columns: [
      filler('run_id', 'TEXT', ({ settings: own }) => `${own['env']}_${own['seed']}_lr${own['lr']}`),
      setting('seed', 'seed', { type: 'INTEGER' }),
      setting('lr', 'lr', { type: 'REAL' }),
      moment('created_at', { style: EPOCH_MS, delay: evenDelay(10, 45) }),
      filler('status', 'TEXT', () => 'running'),
    ],
    registered: groups.map(([first]) => first!),
    present: tries,
    gone: [],
  };
};

/** The same command again every few minutes until it runs; the row's folder is the run's folder. */
export const restartLoops: LabRecipe = (dice) => {
  const launches = Array.from({ length: 40 }, (_item, no) => no).flatMap((no): Launch[] => {
    let now = at('2025-10-20T07:00:00Z') + no * 5 * 3_600_000;
    const settings = { env: dice.pick(ENVS), width: dice.pick([256, 512]), gamma: dice.pick([0.99, 0.995]) };
    return Array.from({ length: dice.whole(2, 9) }, (): Launch => {
      const launchedAt = now;
      now += dice.between(120, 700) * 1000;
      return {
        settings,
        launchedAt,
        wait: dice.logBetween(3, 25),
        seconds: dice.logBetween(4, 400),
        scores: {},
        host: 'ws7',
        state: 'failed',
      };
    });
  });
  const jobs = recordJobs(
    launches,
    {
      nameOf: () => 'debug',
      noConfig: 0.1,
      noSummary: 0.4,
      extras: (launch) => ({ logdir: `/scratch/out/${STAMP.render(launch.launchedAt)}` }),
    },
    dice,
  );
  return {
    table: 'attempts',
    columns: [
      filler('attempt', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('env', 'env'),
      setting('width', 'width', { type: 'INTEGER' }),
      moment('at', { style: NAIVE, zone: zoneOf('Asia/Kolkata'), delay: skewDelay(9, 0.7) }),
      sometimes(0.3, lasted('seconds', { digits: 0, noise: 2 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.3, noRun: 0.2 }),
  };
};
