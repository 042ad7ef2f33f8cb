import { evenDelay, filler, joined, moment, score, setting, skewDelay, sometimes, trace } from '../columns.ts';
import { recordJobs } from '../job.ts';
import type { Job, Scalar } from '../job.ts';
import { burstsOf, byStart, courseOf, gridOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, ISO_Z, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, told, withRun } from './parts.ts';

const python = (value: Scalar): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : typeof value === 'number' ? String(value) : `'${value}'`;

/** The settings are Python's own print of its arguments, in one cell, lists and None among them; runs have them nested. */
export const printedArguments: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-06-30T05:00:00Z'),
    count: 200,
    size: [3, 15],
    step: [10, 400],
    pause: [2, 24],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        lr: dice.pick([0.001, 0.0005, 0.0001]),
        hidden: dice.pick(['64,64', '128,128', '256,128,64']),
        dropout: dice.pick([0, 0.1, 0.3]),
        amp: dice.chance(0.5),
        task: dice.pick(['tox21', 'bbbp', 'hiv']),
        seed: dice.whole(0, 4),
      },
      launchedAt,
      wait: dice.logBetween(3, 20),
      seconds: dice.logBetween(200, 4000),
      scores: { auc: courseOf(dice, dice.normal(0.8, 0.05), 0.004) },
      state: stateOf(dice, 0.08),
    }),
  );
  const jobs = recordJobs(launches, { paths: { hidden: null }, metricPaths: { auc: 'test_auc' } }, dice).map(
    (job): Job => {
      const hidden = String(job.settings['hidden']).split(',').map(Number);
      return {
        ...withRun(job, { config: { ...job.run.config, model: { hidden_sizes: hidden }, resume: null } }),
        seen: job.settings,
      };
    },
  );
  const textOf = (own: Readonly<Record<string, Scalar>>): string => {
    const plain = Object.entries(own).map(([key, value]) =>
      key === 'hidden' ? `hidden=[${String(value).replaceAll(',', ', ')}]` : `${key}=${python(value)}`,
    );
    return `Namespace(${[...plain, 'resume=None', 'workers=4'].join(', ')})`;
  };
  return {
    table: 'runs',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      told('args', {
        say: ({ settings }) => textOf(settings),
        fit: (cell, { seen }) => (textOf(seen) === cell ? 0 : NEVER),
      }),
      moment('date', { style: DAY, zone: zoneOf('Europe/Warsaw'), delay: evenDelay(3, 20) }),
      sometimes(0.3, score('auc', 'auc', { digits: 2 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.15 }),
  };
};

/** How long it took is written as people say it: 1h 23m, 45m, 2:05:17; nothing else tells the runs of a day apart. */
export const spokenDurations: LabRecipe = (dice) => {
  const spell = (seconds: number): string => {
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
    return hours > 0 ? `${hours}h ${String(minutes).padStart(2, '0')}m` : `${minutes}m`;
  };
  const times = officeTimes(dice, { from: at('2025-09-08T00:00:00Z'), days: 30, count: 140 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: { voice: dice.pick(['amy', 'lessac', 'ryan']), quality: dice.pick(['low', 'medium']) },
      launchedAt,
      wait: dice.between(4, 30),
      seconds: dice.logBetween(600, 40_000),
    }),
  );
  const jobs = recordJobs(launches, { nameOf: ({ settings }) => `tts-${settings['voice']}`, noSummary: 0.3 }, dice);
  return {
    table: 'voices',
    columns: [
      filler('voice_id', 'TEXT', (_job, own) => own.hex(6)),
      setting('voice', 'voice'),
      setting('quality', 'quality', { spell: (value) => String(value)[0]!.toUpperCase() }),
      moment('day', { style: DAY, zone: zoneOf('America/Denver'), delay: evenDelay(4, 30) }),
      told('took', {
        say: ({ seconds }) => spell(seconds),
        fit: (cell, { seenSeconds }) =>
          seenSeconds === null ? Math.log(0.01) : spell(seenSeconds) === cell ? 0 : NEVER,
      }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.12 }),
  };
};

/** People renamed the runs for the paper; half of the notes tell the former name, by which the row goes. */
export const formerNames: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-01-13T00:00:00Z'), days: 60, count: 150 });
  const launches = times.map((launchedAt, no) =>
    launch({
      settings: { former: `${dice.pick(['kelp', 'fern', 'moss', 'reed'])}_${100 + no}`, k: dice.pick([4, 8, 16]) },
      launchedAt,
      wait: dice.between(3, 25),
      seconds: dice.logBetween(300, 9000),
      scores: { nmi: courseOf(dice, dice.normal(0.6, 0.1), 0.01) },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { former: null },
      metricPaths: { nmi: 'cluster/nmi' },
      nameOf: () => `Fig. ${dice.whole(2, 6)}${dice.pick(['a', 'b', 'c'])}`,
      about: ({ settings }) => ({
        notes: dice.chance(0.5) ? `was ${settings['former']}, renamed for the camera-ready` : null,
      }),
      noConfig: 0.2,
    },
    dice,
  );
  const former = ({ settings }: Job): string => String(settings['former']);
  return {
    table: 'clusterings',
    columns: [
      told('exp', {
        say: former,
        fit: (cell, other) => (other.run.notes === null ? Math.log(0.01) : former(other) === cell ? 0 : NEVER),
      }),
      sometimes(0.3, setting('k', 'k', { type: 'INTEGER' })),
      sometimes(0.4, moment('ran', { style: NAIVE_MINUTE, zone: zoneOf('Europe/Lisbon'), delay: evenDelay(3, 25) })),
      sometimes(0.3, figure('nmi', 'nmi', { spell: fixed(2) })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.12, noRun: 0.15 }),
  };
};

/** The lab tags its runs `exp-41`; the row is EXP 041, or EXP 041b where the experiment had to be repeated. */
export const taggedNumbers: LabRecipe = (dice) => {
  let exp = 30;
  const launches = officeTimes(dice, { from: at('2025-10-01T00:00:00Z'), days: 50, count: 90 }).flatMap(
    (launchedAt) => {
      exp += dice.whole(1, 2);
      return Array.from({ length: dice.chance(0.3) ? 2 : 1 }, (_item, part) =>
        launch({
          settings: { exp, part },
          launchedAt: launchedAt + part * dice.between(26, 60) * 3_600_000,
          wait: dice.between(3, 25),
          seconds: dice.logBetween(300, 9000),
          state: stateOf(dice, 0.1),
        }),
      );
    },
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { exp: null, part: null },
      extras: () => ({ config_file: 'base.yaml' }),
      about: ({ settings }) => ({ tags: [dice.pick(['gpu', 'paper', 'wip']), `exp-${settings['exp']}`] }),
    },
    dice,
  ).map((job): Job => ({ ...job, seen: { exp: job.settings['exp']! } }));
  return {
    table: 'protocol',
    columns: [
      joined(
        'nr',
        [setting('', 'exp'), filler('', 'TEXT', ({ settings }) => (settings['part'] === 1 ? 'b' : ''))],
        ([no, letter]) => `EXP ${no!.padStart(3, '0')}${letter}`,
      ),
      moment('when', { style: DAY, zone: zoneOf('Europe/Helsinki'), delay: evenDelay(3, 25) }),
      filler('goal', 'TEXT', (_job, own) => own.pick(['check baseline', 'larger batch', 'new data', 'again'])),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** The run's group is a hash of its settings, cut to eight; the row's key is the long hash and the seed. */
export const settingHashes: LabRecipe = (dice) => {
  const hashes = new Map<string, string>();
  const grid = gridOf({ width: [1, 2, 4], depth: [2, 3], reg: [0, 0.01, 0.1], seed: [0, 1, 2, 3, 4] });
  const times = burstsOf(dice, {
    from: at('2025-04-28T06:00:00Z'),
    count: grid.length,
    size: [5, 20],
    step: [1, 30],
    pause: [1, 8],
  });
  const launches = dice.shuffle(grid).map((settings, no) => {
    const point = `${settings['width']}/${settings['depth']}/${settings['reg']}`;
    if (!hashes.has(point)) hashes.set(point, dice.hex(40));
    return launch({
      settings: { ...settings, hash: hashes.get(point)! },
      launchedAt: times[no]!,
      wait: dice.logBetween(3, 60),
      seconds: dice.logBetween(100, 2000),
    });
  });
  const jobs = recordJobs(
    launches,
    {
      paths: { hash: null, width: null, depth: null, reg: null },
      about: ({ settings }) => ({ group: String(settings['hash']).slice(0, 8) }),
      noSummary: 0.2,
    },
    dice,
  ).map((job): Job => ({ ...job, seen: { ...job.seen, hash: job.settings['hash']! } }));
  return {
    table: 'cells',
    columns: [
      joined(
        'key',
        [trace('', ({ settings }) => String(settings['hash'])), setting('', 'seed')],
        ([hash, seed]) => `${hash}-${seed}`,
      ),
      sometimes(0.6, moment('queued', { style: ISO_Z, delay: skewDelay(13, 0.9) })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

/** The paged project fine-tunes what the registry's trainings made: each row's key stands in the configs of its children. */
export const children: LabRecipe = (dice) => {
  const parents = officeTimes(dice, { from: at('2025-05-05T00:00:00Z'), days: 40, count: 80 }).map((launchedAt) =>
    launch({
      settings: {
        key: `pt-${dice.hex(6)}`,
        model: dice.pick(['small', 'base']),
        lr: dice.pick([6e-4, 3e-4]),
        steps: dice.pick([50_000, 100_000]),
      },
      launchedAt,
      seconds: dice.logBetween(20_000, 80_000),
      scores: { loss: courseOf(dice, dice.normal(2.8, 0.1), -0.01) },
    }),
  );
  const tuned = parents.flatMap((parent) =>
    Array.from({ length: dice.whole(0, 2) }, (_item, no) =>
      launch({
        settings: {
          ...parent.settings,
          lr: dice.pick([2e-5, 5e-5]),
          steps: dice.pick([500, 2000]),
          init: `ckpts/${parent.settings['key']}/last.pt`,
        },
        launchedAt: parent.launchedAt + (parent.seconds + dice.between(600, 90_000) + no * 4000) * 1000,
        seconds: dice.logBetween(500, 4000),
        scores: { loss: courseOf(dice, dice.normal(1.4, 0.2), -0.01) },
      }),
    ),
  );
  return {
    table: 'pretraining',
    columns: [
      trace('key', ({ settings }) => String(settings['key'])),
      setting('model', 'model'),
      setting('lr', 'lr', { type: 'REAL' }),
      setting('steps', 'steps', { type: 'INTEGER' }),
      moment('started', { style: NAIVE_MINUTE, zone: zoneOf('America/New_York'), delay: evenDelay(2, 6) }),
      score('loss', 'loss', { digits: 3 }),
    ],
    registered: recordJobs(parents, {}, dice),
    present: recordJobs(tuned, { paths: { key: null } }, dice),
    gone: [],
  };
};
