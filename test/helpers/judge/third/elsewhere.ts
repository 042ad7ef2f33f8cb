import { evenDelay, filler, joined, lasted, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Launch } from '../job.ts';
import { burstsOf, byStart, courseOf, gridOf, officeTimes, powerOf } from '../labour.ts';
import { at, DAY, DAY_MS, NAIVE, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { launch, NEVER, told } from '../second/parts.ts';
import { splitBy } from './parts.ts';

/** Seven of ten jobs ran with WANDB_MODE=disabled on nodes without network; their names are those of the logged ones. */
export const neverLogged: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-11-03T07:00:00Z'),
    count: 300,
    size: [8, 32],
    step: [1, 20],
    pause: [2, 20],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        prob: dice.pick(['burgers', 'darcy', 'ns2d', 'swe']),
        net: dice.pick(['pinn', 'deeponet', 'fno']),
        n: dice.pick([100, 1000, 10_000]),
      },
      launchedAt,
      wait: dice.logBetween(5, 300),
      seconds: dice.logBetween(300, 15_000),
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { n: 'n_train' }, nameOf: ({ settings: own }) => `${own['prob']}-${own['net']}-${own['n']}` },
    dice,
  );
  return {
    table: 'queue',
    columns: [
      filler('qid', 'INTEGER', (_job, _dice, no) => 88_100 + no),
      joined('job', [setting('', 'prob'), setting('', 'net'), setting('', 'n')], (parts) => parts.join('_')),
      moment('submitted', { style: NAIVE, zone: zoneOf('Europe/Zurich'), delay: skewDelay(39, 1.1) }),
      sometimes(0.5, lasted('wall_h', { scale: 1 / 3600, digits: 2 })),
    ],
    ...splitBy(dice, byStart(jobs), { lost: () => 0.7 }),
  };
};

/** A nightly script deletes failed and crashed runs; the registry wrote a row at each start, the relaunches minutes apart. */
export const failedCleared: LabRecipe = (dice) => {
  const tasks = officeTimes(dice, { from: at('2025-04-07T00:00:00Z'), days: 40, count: 130 });
  const launches = tasks.flatMap((from): Launch[] => {
    const settings = {
      task: dice.pick(['pick', 'stack', 'pour', 'wipe']),
      cams: dice.pick([1, 2, 3]),
      chunk: dice.pick([16, 50, 100]),
    };
    let now = from;
    const tries = dice.chance(0.5) ? dice.whole(2, 5) : 1;
    return Array.from({ length: tries }, (_item, no) => {
      const isLast = no === tries - 1;
      const seconds = isLast ? dice.logBetween(4000, 20_000) : dice.logBetween(5, 500);
      const own = launch({
        settings,
        launchedAt: now,
        wait: dice.logBetween(4, 30),
        seconds,
        scores: isLast ? { success: courseOf(dice, dice.whole(0, 20) / 20, 0) } : {},
        state: isLast ? 'finished' : 'failed',
      });
      now += (seconds + dice.between(60, 900)) * 1000;
      return own;
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { cams: 'n_cameras', chunk: 'policy.chunk_size' },
      metricPaths: { success: 'eval/success_rate' },
      nameOf: ({ settings }) => `act_${settings['task']}`,
    },
    dice,
  );
  return {
    table: 'training_runs',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('task', 'task'),
      setting('chunk', 'chunk', { type: 'INTEGER' }),
      moment('start', { style: NAIVE_MINUTE, zone: zoneOf('Asia/Tokyo'), delay: skewDelay(11, 0.55) }),
      filler('state', 'TEXT', ({ state }, own) => (own.chance(0.3) ? 'started' : state)),
      sometimes(0.3, score('success', 'success', { digits: 2 })),
    ],
    ...splitBy(dice, byStart(jobs), { noRow: 0.05, lost: ({ state }) => (state === 'failed' ? 0.9 : 0.05) }),
  };
};

/** Two of four people logged to their own account: the same grid in the same weeks, but their runs are elsewhere. */
export const ownAccounts: LabRecipe = (dice) => {
  const people = ['mira', 'tom', 'jun', 'eva'] as const;
  const times = officeTimes(dice, { from: at('2025-02-17T00:00:00Z'), days: 50, count: 170 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        who: dice.pick(people),
        asr: dice.pick(['ctc', 'rnnt', 'aed']),
        lang: dice.pick(['sw', 'yo', 'ha', 'zu']),
        spec: dice.pick(['on', 'off']),
      },
      launchedAt,
      wait: dice.logBetween(5, 40),
      seconds: dice.logBetween(2000, 30_000),
      scores: { wer: courseOf(dice, dice.normal(28, 6), -0.4) },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { who: null, asr: 'decoder', spec: 'specaug' },
      metricPaths: { wer: 'dev/wer' },
      about: ({ settings }) => ({ user: `${settings['who']}-l` }),
    },
    dice,
  );
  const initial = ({ run }: Job): string => run.user!.slice(0, 1).toUpperCase();
  const logsElsewhere = ({ settings }: Job): boolean => settings['who'] === 'jun' || settings['who'] === 'eva';
  return {
    table: 'low_resource',
    columns: [
      filler('entry', 'INTEGER', (_job, _dice, no) => no + 1),
      sometimes(0.4, told('by', { say: initial, fit: (cell, other) => (initial(other) === cell ? 0 : NEVER) })),
      setting('language', 'lang'),
      setting('model', 'asr', { spell: (value) => String(value).toUpperCase() }),
      moment('day', { style: DAY, zone: zoneOf('Africa/Nairobi'), delay: evenDelay(5, 40) }),
      score('WER', 'wer', { digits: 1 }),
    ],
    ...splitBy(dice, byStart(jobs), { noRow: 0.1, lost: (job) => (logsElsewhere(job) ? 1 : 0.05) }),
  };
};

/** Good settings were trained again on all data under the same name, after which the runs of the search were deleted. */
export const refitted: LabRecipe = (dice) => {
  const grid = dice
    .shuffle(
      gridOf({
        net: ['tft', 'nhits', 'patchtst'],
        window: [48, 96, 192],
        hid: [64, 128, 256],
        lr: [1e-3, 1e-4],
        drop: [0, 0.1, 0.2],
      }),
    )
    .slice(0, 150);
  const times = burstsOf(dice, {
    from: at('2025-07-14T06:00:00Z'),
    count: 150,
    size: [5, 25],
    step: [10, 90],
    pause: [2, 14],
  });
  const search = grid.map((settings, no) =>
    launch({
      settings: { ...settings, full: false },
      launchedAt: times[no]!,
      wait: dice.logBetween(3, 20),
      seconds: dice.logBetween(500, 3000),
      scores: { mae: courseOf(dice, dice.logBetween(0.2, 0.5), -0.003) },
    }),
  );
  const again = search
    .filter(() => dice.chance(0.4))
    .map((one) =>
      launch({
        ...one,
        settings: { ...one.settings, full: true },
        launchedAt: one.launchedAt + dice.between(8, 16) * DAY_MS,
        seconds: one.seconds * dice.normal(1.3, 0.05),
        scores: { mae: courseOf(dice, one.scores['mae']!.last * dice.normal(0.97, 0.02), -0.003) },
      }),
    );
  const jobs = recordJobs(
    [...search, ...again],
    {
      paths: { full: null, hid: 'hidden_size', window: 'input_chunk_length', drop: 'dropout' },
      metricPaths: { mae: 'val_mae' },
      nameOf: ({ settings: own }) => `${own['net']}-w${own['window']}-h${own['hid']}-lr${own['lr']}-d${own['drop']}`,
    },
    dice,
  );
  const split = splitBy(dice, byStart(jobs), { lost: ({ settings }) => (settings['full'] === true ? 0 : 0.75) });
  const isSearch = ({ settings }: Job): boolean => settings['full'] === false;
  return {
    table: 'search',
    columns: [
      filler('trial', 'INTEGER', (_job, _dice, no) => no),
      joined(
        'name',
        [
          setting('', 'net'),
          setting('', 'window'),
          setting('', 'hid'),
          setting('', 'lr', { spell: powerOf }),
          setting('', 'drop'),
        ],
        ([net, window, hid, lr, drop]) => `${net}/win${window}/${hid}/${lr}/do${drop}`,
      ),
      score('val_mae', 'mae', { digits: 4 }),
      sometimes(0.5, moment('at', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Madrid'), delay: skewDelay(8, 0.55) })),
    ],
    registered: split.registered.filter(isSearch),
    present: split.present,
    gone: split.gone.filter(isSearch),
  };
};
