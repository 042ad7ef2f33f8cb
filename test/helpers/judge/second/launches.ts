import { evenDelay, filler, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs } from '../labour.ts';
import { at, DAY_MS, EPOCH_S, HOUR, ISO_Z, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, told, withRun } from './parts.ts';

/** A preempted job is queued again as a new run; its one row has the result and the end of the last piece. */
export const requeued: LabRecipe = (dice) => {
  const launches: Launch[] = [];
  const lastPieces = new Set<number>();
  let now = at('2025-10-01T08:00:00Z');
  for (let no = 0; no < 110; no += 1) {
    now += dice.between(0.2, 4) * HOUR;
    let start = now;
    const settings = {
      model: dice.pick(['s', 'b', 'l']),
      lr: dice.pick([1e-3, 5e-4, 1e-4]),
      data: dice.pick(['a', 'b']),
    };
    const pieces = dice.chance(0.45) ? dice.whole(2, 4) : 1;
    const seconds = dice.logBetween(2000, 12_000);
    for (let piece = 0; piece < pieces; piece += 1) {
      const isLast = piece === pieces - 1;
      launches.push(
        launch({
          settings,
          launchedAt: start,
          wait: dice.between(10, 60),
          seconds,
          scores: { loss: courseOf(dice, (isLast ? 2.1 : 2.4) + dice.normal(0, 0.15), -0.01) },
          state: isLast ? 'finished' : 'crashed',
        }),
      );
      if (isLast) lastPieces.add(start);
      start += (seconds + dice.between(300, 7000)) * 1000;
    }
  }
  const jobs = recordJobs(launches, { metricPaths: { loss: 'eval/loss' }, noClock: 0.1 }, dice);
  const { present, gone } = splitJobs(dice, byStart(jobs), { noRun: 0.12 });
  return {
    table: 'jobs',
    columns: [
      filler('job', 'INTEGER', (_job, _dice, no) => 300 + no),
      setting('model', 'model', { spell: (value) => `vit-${value}` }),
      setting('lr', 'lr', { type: 'REAL' }),
      moment('ended', { style: NAIVE, zone: zoneOf('America/Toronto'), of: 'end', delay: evenDelay(0, 4) }),
      sometimes(0.25, score('final_loss', 'loss', { digits: 2 })),
    ],
    registered: byStart(jobs).filter(({ launchedAt }) => lastPieces.has(launchedAt) && dice.chance(0.9)),
    present,
    gone,
  };
};

/** Forks begin with their parent's summary and config; those that crashed at once still show the parent's numbers. */
export const forked: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-09-01T00:00:00Z'), days: 40, count: 70 });
  const families = times.flatMap((launchedAt): Launch[] => {
    const settings = {
      base: dice.pick(['qwen', 'llama', 'gemma']),
      lr: dice.pick([2e-5, 1e-5]),
      beta: dice.pick([0.1, 0.2]),
    };
    const parent = launch({
      settings,
      launchedAt,
      wait: dice.between(10, 40),
      seconds: dice.logBetween(4000, 20_000),
      scores: {
        reward: courseOf(dice, dice.normal(1.2, 0.4), 0.02),
        kl: courseOf(dice, dice.logBetween(0.5, 9), -0.05),
      },
    });
    const forks = Array.from({ length: dice.chance(0.6) ? dice.whole(1, 2) : 0 }, (_item, no) => {
      const isCrash = dice.chance(0.4);
      return launch({
        settings: isCrash ? settings : { ...settings, beta: dice.pick([0.01, 0.05]) },
        launchedAt: launchedAt + (parent.seconds + dice.between(1, 20) * 3600 + no * 400) * 1000,
        wait: dice.between(10, 40),
        seconds: isCrash ? dice.between(10, 90) : dice.logBetween(2000, 9000),
        scores: isCrash
          ? parent.scores
          : {
              reward: courseOf(dice, parent.scores['reward']!.last + dice.normal(0.2, 0.1), 0.02),
              kl: courseOf(dice, dice.logBetween(2, 15), -0.05),
            },
        state: isCrash ? 'crashed' : 'finished',
      });
    });
    return [parent, ...forks];
  });
  const jobs = recordJobs(
    families,
    {
      paths: { base: 'model_name', beta: 'kl_beta' },
      metricPaths: { reward: 'train/reward', kl: 'objective/kl' },
      nameOf: ({ settings }) => `grpo-${settings['base']}`,
    },
    dice,
  );
  return {
    table: 'rl',
    columns: [
      filler('exp', 'TEXT', (_job, _dice, no) => `E${no + 100}`),
      setting('model', 'base'),
      sometimes(0.3, setting('kl_beta', 'beta', { type: 'REAL' })),
      figure('reward', 'reward', { spell: fixed(3) }),
      figure('kl', 'kl', { spell: fixed(2) }),
      sometimes(
        0.15,
        moment('when', { style: NAIVE_MINUTE, zone: zoneOf('America/Los_Angeles'), delay: evenDelay(10, 40) }),
      ),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.2, noRun: 0.15 }),
  };
};

/** Eight processes a box at the same second, told apart by the card alone: a flag of the run, a column of the row. */
export const cards: LabRecipe = (dice) => {
  const launches = Array.from({ length: 30 }, (_item, no) => no).flatMap((no): Launch[] => {
    const host = dice.pick(['dgx-a', 'dgx-b', 'dgx-c']);
    const launchedAt = at('2025-05-12T06:00:00Z') + no * dice.between(1.5, 3) * HOUR;
    const lr = dice.pick([1e-3, 3e-3]);
    return Array.from({ length: 8 }, (_slot, card) =>
      launch({
        settings: { lr, card, device: `cuda:${card}`, fold: (card + no) % 10 },
        launchedAt: launchedAt + dice.whole(0, 1) * 1000,
        wait: dice.between(5, 14),
        seconds: dice.normal(4000, 40),
        host,
        scores: {},
      }),
    );
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { card: null, fold: null, lr: null, device: null },
      noConfig: 1,
      nameOf: () => 'bench',
      about: ({ settings, host }) => ({
        host: `${host}.hpc.example.edu`,
        args: ['--lr', String(settings['lr']), `--device=${settings['device']}`, '--amp'],
      }),
    },
    dice,
  ).map((job): Job => ({ ...job, seen: { card: job.settings['card']!, lr: job.settings['lr']! } }));
  return {
    table: 'slots',
    columns: [
      filler('slot_id', 'TEXT', (_job, own) => own.hex(12)),
      told('node', {
        say: ({ host }) => host.toUpperCase(),
        fit: (cell, other) => (other.host.toUpperCase() === cell ? 0 : NEVER),
      }),
      setting('gpu', 'card', { type: 'INTEGER' }),
      filler('fold', 'INTEGER', ({ settings }) => Number(settings['fold'])),
      moment('t', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Paris'), delay: evenDelay(5, 14) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

/** Nine of ten runs are tests of seconds with an empty config; rows are written when a real one has ended, in local time. */
export const debugRuns: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-03-17T00:00:00Z'), days: 30, count: 420 });
  const launches = times.map((launchedAt) => {
    const isReal = dice.chance(0.2);
    return launch({
      settings: { game: dice.pick(['Pong', 'Breakout', 'Qbert']), real: isReal },
      launchedAt,
      wait: dice.between(2, 8),
      seconds: isReal ? dice.logBetween(700, 20_000) : dice.logBetween(2, 70),
      scores: isReal ? { ret: courseOf(dice, dice.normal(120, 60), 5) } : {},
      state: isReal ? 'finished' : dice.pick(['crashed', 'failed', 'killed']),
    });
  });
  const jobs = recordJobs(
    launches,
    { paths: { game: null, real: null }, metricPaths: { ret: 'charts/episodic_return' }, nameOf: () => 'dqn' },
    dice,
  );
  const split = splitJobs(dice, byStart(jobs), { noRun: 0.1 });
  return {
    table: 'agents',
    columns: [
      filler('agent', 'TEXT', (_job, own) => own.hex(8)),
      filler('game', 'TEXT', ({ settings }) => String(settings['game'])),
      moment('saved_at', { style: NAIVE, zone: zoneOf('America/Sao_Paulo'), of: 'end', delay: skewDelay(2.5, 0.7) }),
      sometimes(0.5, lasted('train_minutes', { scale: 1 / 60, digits: 0 })),
      sometimes(0.5, figure('return', 'ret', { spell: Math.round })),
    ],
    ...split,
    registered: split.registered.filter(({ settings }) => settings['real'] === true),
  };
};

/** Runs of an air-gapped machine, uploaded months later in one afternoon, in the folders' order; a third show no clock. */
export const offlineMonths: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-01-10T08:00:00Z'),
    count: 180,
    size: [2, 8],
    step: [30, 3000],
    pause: [4, 40],
  });
  let upload = at('2025-06-17T13:00:00Z');
  const launches = times.map((launchedAt) =>
    launch({
      settings: { site: dice.pick(['A', 'B', 'C', 'D']), net: dice.pick(['nnunet', 'medsam']), fold: dice.whole(0, 4) },
      launchedAt,
      wait: dice.between(5, 40),
      seconds: dice.logBetween(2000, 40_000),
      scores: { dice: courseOf(dice, dice.normal(0.84, 0.04), 0.003) },
      host: 'secure-01',
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      metricPaths: { dice: 'mean_fg_dice' },
      syncedAt: () => (upload += dice.between(3, 40) * 1000),
      noClock: 0.33,
      noConfig: 0.1,
    },
    dice,
  ).map((job) => withRun(job, { heartbeatAt: job.run.createdAt + 2000 }));
  return {
    table: 'trainings',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('centre', 'site'),
      sometimes(0.3, setting('fold', 'fold', { type: 'INTEGER' })),
      moment('started', { style: EPOCH_S, delay: evenDelay(5, 40) }),
      sometimes(0.2, score('dice', 'dice', { digits: 3 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** One run resumed under its own id over days; the row was written anew by the last session and knows only that. */
export const resumedSessions: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-04-07T00:00:00Z'), days: 50, count: 110 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        lm: dice.pick(['mamba', 'rwkv', 'gpt']),
        ctx: dice.pick([1024, 2048, 4096]),
        sessions: dice.chance(0.5) ? dice.whole(2, 4) : 1,
      },
      launchedAt,
      wait: dice.between(10, 60),
      seconds: dice.logBetween(3000, 20_000),
      scores: { loss: courseOf(dice, dice.normal(2.9, 0.15), -0.01) },
    }),
  );
  const jobs = recordJobs(launches, { paths: { sessions: null }, metricPaths: { loss: 'train/loss' } }, dice).map(
    (job): Job => {
      const sessions = Number(job.settings['sessions']);
      if (sessions === 1) return job;
      // Earlier sessions made the run days before; its own clock counts them all.
      const before = (sessions - 1) * dice.between(3000, 15_000);
      return withRun(job, {
        createdAt: Math.floor((job.launchedAt - (sessions - 1) * dice.between(0.3, 1.5) * DAY_MS) / 1000) * 1000,
        summary: {
          ...job.run.summary,
          _runtime: job.seconds + before,
          _wandb: { runtime: Math.round(job.seconds + before) },
        },
      });
    },
  );
  return {
    table: 'lm',
    columns: [
      filler('run', 'TEXT', (_job, own) => own.hex(6)),
      setting('arch', 'lm'),
      sometimes(0.3, setting('context', 'ctx', { type: 'INTEGER' })),
      moment('ended_at', { style: ISO_Z, of: 'end', delay: skewDelay(2, 0.6) }),
      score('loss', 'loss', { digits: 2 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};
