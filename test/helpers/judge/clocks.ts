import type { Dice } from './dice.ts';
import { evenDelay, filler, joined, lasted, machine, moment, score, setting, skewDelay, sometimes } from './columns.ts';
import { recordJobs } from './job.ts';
import type { Launch } from './job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from './labour.ts';
import { at, DAY_MS, HOUR, ISO_Z, NAIVE, NAIVE_MINUTE, zoneOf, UTC } from './times.ts';
import type { LabRecipe } from './world.ts';

function speechLaunches(dice: Dice, times: readonly number[], hosts: readonly string[]): Launch[] {
  return times.map((launchedAt): Launch => {
    const state = stateOf(dice, 0.2);
    return {
      settings: {
        arch: dice.pick(['conformer', 'wav2vec']),
        lang: dice.pick(['de', 'fr', 'ru', 'en']),
        lr: dice.pick([1e-3, 5e-4, 1e-4]),
        seed: dice.whole(1, 3),
      },
      launchedAt,
      wait: dice.logBetween(4, 30),
      seconds: state === 'finished' ? dice.logBetween(2000, 20_000) : dice.logBetween(10, 2000),
      scores: state === 'finished' ? { wer: courseOf(dice, dice.normal(12, 3), -0.2) } : {},
      host: dice.pick(hosts),
      state,
    };
  });
}

/** Each machine's clock is wrong by its own: minutes, an hour, a day. */
export const wrongClocks: LabRecipe = (dice) => {
  const hosts = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
  const wrong = new Map(
    hosts.map((host) => [host, dice.pick([0, 0, -420_000, 3_600_000, 194_000, -86_400_000, 47_000])]),
  );
  const times = burstsOf(dice, {
    from: at('2025-02-10T08:00:00Z'),
    count: 240,
    size: [2, 8],
    step: [20, 400],
    pause: [1, 9],
  });
  const jobs = recordJobs(speechLaunches(dice, times, hosts), { metricPaths: { wer: 'test/wer' } }, dice);
  return {
    table: 'asr',
    columns: [
      filler('no', 'INTEGER', (_job, _dice, no) => no),
      joined(
        'label',
        [setting('', 'arch'), setting('', 'lang'), machine('', (host) => host, false)],
        ([arch, lang, host]) => `${host}:${arch}:${lang}`,
      ),
      moment('created_at', { style: ISO_Z, wrong: ({ host }) => wrong.get(host) ?? 0, delay: skewDelay(11, 0.6) }),
      setting('lr', 'lr', { type: 'REAL' }),
      score('wer', 'wer', { digits: 1 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** Naive local time through the end of summer time: an hour comes twice. */
export const summerTime: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-10-20T05:00:00Z'),
    count: 260,
    size: [3, 9],
    step: [60, 500],
    pause: [0.2, 2],
  });
  const jobs = recordJobs(
    speechLaunches(dice, times, ['a']),
    { nameOf: ({ settings: own }) => `${own['lang']}-${own['arch']}` },
    dice,
  );
  return {
    table: 'runs',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('architecture', 'arch'),
      setting('language', 'lang'),
      sometimes(0.2, setting('lr', 'lr', { type: 'REAL' })),
      moment('started', { style: NAIVE, zone: zoneOf('Europe/Berlin'), delay: skewDelay(11, 0.6) }),
      moment('ended', { style: NAIVE, of: 'end', zone: zoneOf('Europe/Berlin'), delay: evenDelay(0, 5) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.2, noRun: 0.2 }),
  };
};

/** Compute nodes without network: all of a day's runs are synced at half past two; half of them hold no clock. */
export const syncedAtNight: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-05-05T00:00:00Z'), days: 30, count: 220 });
  const launches = speechLaunches(dice, times, ['c1', 'c2', 'c3']);
  const jobs = recordJobs(
    launches,
    {
      noClock: 0.4,
      syncedAt: ({ launchedAt, seconds }, own) => {
        const end = launchedAt + seconds * 1000;
        return Math.ceil((end - 2.5 * HOUR) / DAY_MS) * DAY_MS + 2.5 * HOUR + own.between(0, 900_000);
      },
      paths: { arch: 'model.name', lang: 'data.lang' },
      metricPaths: { wer: 'wer' },
    },
    dice,
  );
  return {
    table: 'offline_runs',
    columns: [
      filler('slurm_id', 'INTEGER', (_job, _dice, no) => 441_200 + no * 3),
      setting('model', 'arch'),
      setting('lang', 'lang'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('seed', 'seed', { type: 'INTEGER' }),
      moment('submit_time', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Helsinki'), delay: skewDelay(11, 0.6) }),
      sometimes(0.3, score('wer', 'wer', { digits: 2 })),
      lasted('elapsed_min', { scale: 1 / 60, digits: 1 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.15 }),
  };
};

/** A laptop that travelled: naive local time of four zones, one of them half an hour off. */
export const travellingLaptop: LabRecipe = (dice) => {
  const legs = ['America/Los_Angeles', 'Asia/Kolkata', 'Europe/London', 'America/Los_Angeles'].map((name) =>
    zoneOf(name),
  );
  const from = at('2025-06-01T00:00:00Z');
  const times = officeTimes(dice, { from, days: 48, count: 150 });
  const jobs = recordJobs(speechLaunches(dice, times, ['laptop']), { nameOf: () => null }, dice);
  return {
    table: 'history',
    columns: [
      filler('id', 'TEXT', (_job, own) => own.hex(10)),
      moment('logged_at', {
        style: NAIVE,
        zone: (ms) => (legs[Math.min(3, Math.max(0, Math.floor((ms - from) / (12 * DAY_MS))))] ?? UTC)(ms),
        delay: skewDelay(11, 0.6),
      }),
      setting('model', 'arch'),
      sometimes(0.5, lasted('took_s', { digits: 0, noise: 10 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.4, noRun: 0.1 }),
  };
};
