import { lasted, machine, setting, sometimes } from '../columns.ts';
import { phrase, splitOf } from '../fourth/kit.ts';
import type { Settings } from '../labour.ts';
import { DAY, EPOCH_S, NAIVE } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { dayColumn, derived, digits, stamp } from './kit.ts';
import { behind, counted, launched, workJobs } from './parts.ts';

/** Four metrics of two digits and a day. */
export const twoDigitMetrics: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    voice: dice.pick(['vits', 'fastpitch', 'matcha']),
    lang: dice.pick(['en', 'pl', 'hi']),
    steps: dice.pick([100, 200, 400]),
  });
  const metrics = { mos: [3.2, 4.4, 0.12], cer: [0.02, 0.11, 0.006], f0: [14, 33, 2], mcd: [4.2, 7.9, 0.25] } as const;
  const jobs = workJobs(
    dice,
    { from: '2026-03-03T00:00:00Z', days: 45, count: 300, settings, metrics },
    {
      metricPaths: { mos: 'utmos', cer: 'asr/cer', f0: 'f0_rmse', mcd: 'mel_cd' },
      paths: { voice: 'model', steps: 'train.k_steps' },
    },
  );
  return {
    table: 'tts',
    columns: [
      counted('id'),
      setting('system', 'voice'),
      setting('language', 'lang', {
        spell: (value) => ({ en: 'English', pl: 'Polish', hi: 'Hindi' })[String(value)] ?? '',
      }),
      ...['mos', 'cer', 'f0', 'mcd'].map((name) => derived(name.toUpperCase(), name, digits(2))),
      dayColumn('day', DAY, { lags: { 0: 1, 1: 1e-3 }, moment: launched }),
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};

/** Fourteen machines, none of which has the right time: by seconds, hours, days; the runs don't say where they ran. */
export const ownClocks: LabRecipe = (dice) => {
  const hosts = Array.from({ length: 14 }, (_item, no) => `box${no + 1}`);
  const off = new Map(
    hosts.map((host) => [host, Math.round(dice.normal(0, 1) * dice.pick([20, 900, 20_000, 200_000])) * 1000]),
  );
  const settings = (): Settings => ({
    agent: dice.pick(['dreamer', 'tdmpc', 'drq']),
    task: dice.pick(['walk', 'run', 'reach', 'spin', 'lift']),
    seed: dice.whole(0, 4),
  });
  const jobs = workJobs(
    dice,
    { from: '2025-10-05T00:00:00Z', days: 40, count: 560, users: ['p', 'q', 'r'], hosts, settings, step: [60, 5000] },
    { paths: { agent: 'algo' }, nameOf: ({ settings: own }) => `${own['agent']}/${own['task']}` },
  );
  return {
    table: 'boxes',
    columns: [
      counted('id'),
      machine('box', (host) => host, false),
      setting('task', 'task'),
      sometimes(0.2, setting('seed', 'seed', { type: 'INTEGER' })),
      stamp('clock', { style: NAIVE, moment: launched, wrong: ({ host }) => off.get(host) ?? 0, delay: behind(3, 40) }),
      lasted('seconds', { digits: 0, noise: 4 }),
    ],
    ...splitOf(dice, jobs, [0.1, 0.12]),
  };
};

/** Start and end of the process take some seconds that the run doesn't see. */
const steady = (seconds: number): number => (seconds > 3.9 && seconds < 5.6 ? -Math.log(1.7) : -27);

/** How long it took, to the tenth of a second by the launcher's watch, and three settings. */
export const onlyDurations: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    solver: dice.pick(['node', 'cde', 'sde']),
    tol: dice.pick([1e-3, 1e-5, 1e-7]),
    batch: dice.pick([16, 64]),
  });
  const jobs = workJobs(
    dice,
    { from: '2026-04-01T00:00:00Z', days: 30, count: 340, settings, seconds: [100, 50_000] },
    { paths: { tol: 'rtol' } },
  );
  return {
    table: 'watch',
    columns: [
      counted('id'),
      setting('method', 'solver', { spell: (value) => `neural_${value}` }),
      setting('tolerance', 'tol', { type: 'REAL' }),
      {
        name: 'elapsed',
        type: 'REAL',
        write: ({ seconds }, own) => {
          const noted = Math.round((seconds + own.between(4, 5.5)) * 10) / 10;
          return { cell: noted, fit: ({ seenSeconds }) => steady(noted - (seenSeconds ?? 0)) };
        },
      },
    ],
    ...splitOf(dice, jobs, [0.12, 0.08]),
  };
};

/** What the shell's history keeps: a command cut off at 52 letters, the time, and nothing else. */
export const shellHistory: LabRecipe = (dice) => {
  const settings = (): Settings => ({
    cfg: dice.pick(['base', 'large', 'tiny']),
    lr: dice.pick([1e-3, 5e-4, 1e-4]),
    seed: dice.whole(0, 9),
    out: `o${dice.hex(4)}`,
  });
  const jobs = workJobs(
    dice,
    { from: '2026-04-20T00:00:00Z', days: 25, count: 300, settings, step: [15, 400] },
    { noConfig: 1, flags: true, paths: {} },
  );
  const parts = ['cfg', 'lr', 'seed'].map((key) => setting(key, key));
  return {
    table: 'history',
    columns: [
      counted('line'),
      stamp('epoch', {
        style: EPOCH_S,
        moment: (job) => Math.floor(job.launchedAt / 1000) * 1000,
        delay: behind(2, 42),
      }),
      phrase('command', parts, ([cfg, lr, seed]) =>
        `python train.py --cfg ${String(cfg)} --lr ${String(lr)} --seed ${String(seed)} --out`.slice(0, 52),
      ),
    ],
    ...splitOf(dice, jobs, [0.12, 0.15]),
  };
};
