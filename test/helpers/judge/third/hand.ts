import { evenDelay, filler, moment, score, setting, skewDelay, sometimes } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { recordJobs } from '../job.ts';
import type { Job } from '../job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs, stateOf } from '../labour.ts';
import { at, DAY, NAIVE_MINUTE, zoneOf } from '../times.ts';
import type { Lab, LabRecipe } from '../world.ts';
import { figure, fixed, launch, NEVER, open, told } from '../second/parts.ts';
import { lying } from './parts.ts';

const MOODS =
  'amber brisk calm daring eager fading gentle honest icy jolly kind lively mellow noble olive proud quiet ruby solar tough upbeat velvet warm young'.split(
    ' ',
  );
const THINGS =
  'armadillo bush cloud donkey elevator fog grass haze island jazz kite leaf mountain night oath pond rain sun thunder universe vortex water yogurt star'.split(
    ' ',
  );

/** A letter left out, doubled, swapped with the next, or another in its place. */
function misspelt(text: string, dice: Dice): string {
  const spot = dice.whole(1, text.length - 3);
  const [before, own, next, after] = [text.slice(0, spot), text[spot]!, text[spot + 1]!, text.slice(spot + 2)];
  return dice.pick([
    before + next + after,
    before + own + own + next + after,
    before + next + own + after,
    `${before}${dice.pick([...'aeinrst'])}${next}${after}`,
  ]);
}

/** The generated name was copied from the browser by hand: a typo in each fifth, at times without its number. */
export const mistyped: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-09-01T00:00:00Z'), days: 50, count: 90 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        lat: dice.pick([16, 32, 64]),
        beta: dice.pick([0.5, 1, 4]),
        data: dice.pick(['celeba', 'dsprites', '3dshapes']),
      },
      launchedAt,
      wait: dice.between(2, 20),
      seconds: dice.logBetween(600, 9000),
      scores: { mig: courseOf(dice, dice.normal(0.3, 0.08), 0.005) },
    }),
  );
  const jobs = recordJobs(
    launches,
    {
      paths: { lat: 'latent_dim', data: 'dataset' },
      metricPaths: { mig: 'mig' },
      nameOf: (_launch, no) => `${dice.pick(MOODS)}-${dice.pick(THINGS)}-${no}`,
    },
    dice,
  );
  const nameOf = ({ run }: Job): string => run.displayName!;
  const wordsOf = (name: string): string => name.split('-').slice(0, 2).join('-');
  return {
    table: 'notes',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      {
        name: 'run',
        type: 'TEXT',
        write: (job, own) => {
          const name = nameOf(job);
          const [hasTypo, isShort] = [own.chance(0.2), own.chance(0.25)];
          const text = isShort ? wordsOf(name) : name;
          return {
            cell: (hasTypo ? misspelt(text, own) : text).replaceAll('-', own.chance(0.3) ? ' ' : '-'),
            fit: (other) => ((isShort ? wordsOf(nameOf(other)) : nameOf(other)) === text ? 0 : NEVER),
          };
        },
      },
      sometimes(0.3, setting('z', 'lat', { type: 'INTEGER' })),
      sometimes(0.5, setting('dataset', 'data')),
      sometimes(0.5, figure('MIG', 'mig', { spell: fixed(2) })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.25, noRun: 0.12 }),
  };
};

/** Remarks name other runs by id: the baseline it should beat, the run it goes on from, the one that looked better. */
export const cited: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-05-05T00:00:00Z'), days: 50, count: 160 });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        reward: dice.pick(['sparse', 'dense', 'learned']),
        h: dice.pick([8, 16, 32]),
        data: dice.pick(['bridge', 'droid']),
      },
      launchedAt,
      wait: dice.logBetween(5, 40),
      seconds: dice.logBetween(3000, 30_000),
      scores: { succ: courseOf(dice, dice.normal(0.55, 0.12), 0.02) },
      state: stateOf(dice, 0.15),
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { h: 'horizon', reward: 'reward.kind' }, metricPaths: { succ: 'eval/success' } },
    dice,
  );
  const split = splitJobs(dice, byStart(jobs), { noRow: 0.15, noRun: 0.2 });
  return {
    table: 'experiments',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('reward', 'reward'),
      sometimes(0.3, setting('horizon', 'h', { type: 'INTEGER' })),
      moment('created', { style: NAIVE_MINUTE, zone: zoneOf('America/Los_Angeles'), delay: skewDelay(14, 0.6) }),
      sometimes(0.4, figure('success', 'succ', { type: 'TEXT', spell: (value) => `${Math.round(value * 100)}%` })),
      filler('remark', 'TEXT', (job, own) => {
        if (own.chance(0.55)) return null;
        const other = own.pick(jobs).runId;
        return job.runId === other
          ? null
          : own.pick([
              `baseline is ${other}`,
              `continues https://wandb.ai/rail/bridge/runs/${other}`,
              `worse than ${other}??`,
              `same as ${other} but new data`,
            ]);
      }),
    ],
    ...split,
  };
};

/** Some links were pasted by hand, one stretch of them a row too low: a fifth of the known links are wrong. */
export const shifted: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-03-17T07:00:00Z'),
    count: 260,
    size: [3, 10],
    step: [30, 900],
    pause: [2, 16],
  });
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        net: dice.pick(['egnn', 'painn', 'gemnet', 'mace']),
        rc: dice.pick([4, 5, 6]),
        lr: dice.pick([1e-3, 5e-4]),
      },
      launchedAt,
      wait: dice.logBetween(5, 40),
      seconds: dice.logBetween(2000, 30_000),
      scores: { mae: courseOf(dice, dice.logBetween(3, 60), -0.2) },
    }),
  );
  const jobs = recordJobs(
    launches,
    { paths: { net: 'model.name', rc: 'model.r_max' }, metricPaths: { mae: 'val/energy_mae_mev' } },
    dice,
  );
  const lab: Lab = {
    table: 'potentials',
    columns: [
      filler('id', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('model', 'net', { spell: (value) => String(value).toUpperCase() }),
      setting('cutoff', 'rc', { type: 'REAL' }),
      moment('date', { style: DAY, zone: zoneOf('Europe/Vienna'), delay: evenDelay(5, 40) }),
      figure('MAE (meV)', 'mae', { spell: fixed(1) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.12 }),
  };
  const present = new Set(lab.present.map(({ runId }) => runId));
  const [from, wrongFrom, wrongTo] = [30, 62, 74];
  const links = lab.registered.flatMap(({ runId }, no): [number, string][] => {
    if (no < from || no >= from + 60) return [];
    const isShifted = no >= wrongFrom && no < wrongTo;
    const pasted = isShifted ? lab.registered[no - 1]!.runId : runId;
    // The row above the stretch keeps its own, so that its lower neighbour stayed empty.
    return present.has(pasted) && no !== wrongFrom && no !== wrongTo ? [[no, pasted]] : [];
  });
  return { ...lab, links: new Map(links) };
};

/** The form fills in its defaults and what stood above: seed 42 always, the rate of the row before in each third row. */
export const defaults: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-08-11T07:00:00Z'),
    count: 210,
    size: [2, 9],
    step: [40, 1200],
    pause: [2, 18],
  });
  const rates = [3e-4, 1e-4, 3e-5] as const;
  const launches = times.map((launchedAt) =>
    launch({
      settings: {
        lr: dice.pick(rates),
        ep: dice.pick([30, 50, 100]),
        seed: dice.whole(0, 99),
        view: dice.pick(['axial', 'coronal', 'sagittal']),
      },
      launchedAt,
      wait: dice.logBetween(5, 60),
      seconds: dice.logBetween(1000, 20_000),
      scores: { auc: courseOf(dice, dice.normal(0.87, 0.04), 0.004) },
    }),
  );
  const jobs = recordJobs(launches, { paths: { ep: 'max_epochs' }, metricPaths: { auc: 'val_auroc' } }, dice);
  return {
    table: 'form_entries',
    columns: [
      filler('entry', 'INTEGER', (_job, _dice, no) => no + 1),
      setting('view', 'view'),
      lying('lr', 'lr', { type: 'REAL', share: 0.33, lie: (own) => own.pick(rates), odds: () => 1 / 3 }),
      lying('epochs', 'ep', { type: 'INTEGER', share: 0.5, lie: () => 100, odds: (cell) => (cell === 100 ? 1 : 0) }),
      filler('seed', 'INTEGER', () => 42),
      moment('date', { style: DAY, zone: zoneOf('Europe/Brussels'), delay: evenDelay(5, 60) }),
      score('auc', 'auc', { digits: 3 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.15 }),
  };
};

/** Twenty-odd lines in a text file: what was tried in three words, and what came out, no date. */
export const twoWords: LabRecipe = (dice) => {
  const launches = Array.from({ length: 34 }, (_item, no) =>
    launch({
      settings: {
        trick: dice.pick(['label smoothing', 'cutmix', 'longer warmup', 'no bias decay', 'ema', 'bigger crop']),
        base: dice.pick(['r50', 'r101']),
      },
      launchedAt: at('2025-11-03T09:00:00Z') + no * dice.between(6, 9) * 3_600_000,
      seconds: dice.logBetween(9000, 20_000),
      scores: { top1: courseOf(dice, dice.normal(77.5, 1.2), 0.1) },
    }),
  );
  const jobs = open(
    recordJobs(
      launches,
      {
        paths: { trick: null, base: 'arch' },
        metricPaths: { top1: 'val/top1' },
        about: ({ settings }) => ({ notes: dice.chance(0.5) ? `trying ${settings['trick']}` : null }),
      },
      dice,
    ),
  );
  const noted = (job: Job): string | null => (job.run.notes === null ? null : String(job.settings['trick']));
  return {
    table: 'todo_txt',
    columns: [
      filler('line', 'INTEGER', (_job, _dice, no) => no + 1),
      told('what', {
        say: ({ settings }) => settings['trick'] as string,
        fit: (cell, other) => (noted(other) === null ? Math.log(0.17) : noted(other) === cell ? 0 : NEVER),
      }),
      figure('top1', 'top1', { spell: fixed(2) }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.2, noRun: 0.15 }),
  };
};
