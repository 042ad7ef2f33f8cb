import { evenDelay, filler, lasted, moment, score, setting, skewDelay, sometimes } from './columns.ts';
import { recordJobs } from './job.ts';
import type { Launch, Scalar } from './job.ts';
import { burstsOf, byStart, courseOf, officeTimes, splitJobs } from './labour.ts';
import { AMERICAN, at, NAIVE, SPREADSHEET, zoneOf } from './times.ts';
import type { LabRecipe } from './world.ts';

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  lung_adenocarcinoma: 'LUAD',
  breast_invasive: 'BRCA',
  colon_adeno: 'COAD',
  random_forest: 'RF',
  gradient_boosting: 'XGB',
  graph_attention: 'GAT',
};
const abbreviate = (value: Scalar): string => ABBREVIATIONS[String(value)] ?? String(value);
const comma = (value: number): string => String(value).replace('.', ',');

/** A biologist's spreadsheet, kept by hand and imported: serial dates, decimal commas, abbreviations, slips. */
export const spreadsheet: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-03-10T00:00:00Z'), days: 90, count: 75 });
  const launches = times.map((launchedAt): Launch => ({
    settings: {
      cohort: dice.pick(['lung_adenocarcinoma', 'breast_invasive', 'colon_adeno']),
      model: dice.pick(['random_forest', 'gradient_boosting', 'graph_attention']),
      genes: dice.pick([500, 1000, 2000, 5000]),
      split: dice.whole(1, 5),
    },
    launchedAt,
    wait: dice.between(30, 1200),
    seconds: dice.logBetween(60, 7000),
    scores: {
      auroc: courseOf(dice, dice.normal(0.79, 0.05), 0.01),
      auprc: courseOf(dice, dice.normal(0.55, 0.08), 0.01),
    },
    host: 'biostation',
    state: 'finished',
  }));
  const jobs = recordJobs(
    launches,
    {
      paths: { genes: 'n_top_genes', split: 'cv_split' },
      metricPaths: { auroc: 'test/AUROC', auprc: 'test/AUPRC' },
      noClock: 0.2,
    },
    dice,
  );
  return {
    table: 'Experimente',
    columns: [
      filler('Nr', 'INTEGER', (_job, _dice, no) => no + 1),
      sometimes(
        0.1,
        moment('Datum', { style: SPREADSHEET, zone: zoneOf('Europe/Zurich'), delay: evenDelay(30, 1200) }),
      ),
      setting('Kohorte', 'cohort', { spell: abbreviate, slip: 0.03, slipTo: () => 'lung_adenocarcinoma' }),
      setting('Modell', 'model', { spell: abbreviate }),
      sometimes(
        0.15,
        setting('Gene', 'genes', {
          spell: (value) => (Number(value) >= 1000 ? `${Number(value) / 1000}k` : String(value)),
        }),
      ),
      score('AUC', 'auroc', { type: 'TEXT', digits: 3, spell: comma }),
      sometimes(0.4, score('AP', 'auprc', { type: 'TEXT', digits: 2, spell: comma })),
      filler('Kommentar', 'TEXT', (_job, own) =>
        own.chance(0.3) ? own.pick(['siehe Folie 7', 'neu gerechnet', 'ok']) : null,
      ),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.1, noRun: 0.2 }),
  };
};

/** An American lab book: dates with AM and PM, whole minutes, results in percent. */
export const labBook: LabRecipe = (dice) => {
  const times = officeTimes(dice, { from: at('2025-09-15T04:00:00Z'), days: 60, count: 55 });
  const launches = times.map((launchedAt): Launch => ({
    settings: {
      protein: dice.pick(['GFP', 'AAV', 'TEM1', 'Spike']),
      encoder: dice.pick(['esm2_8M', 'esm2_35M', 'onehot']),
      pool: dice.pick(['mean', 'cls']),
    },
    launchedAt,
    wait: dice.between(20, 240),
    seconds: dice.logBetween(200, 9000),
    scores: { spearman: courseOf(dice, dice.normal(0.61, 0.07), 0.01) },
    host: 'lab-mac',
    state: 'finished',
  }));
  const jobs = recordJobs(launches, { metricPaths: { spearman: 'test_spearmanr' }, noConfig: 0.15 }, dice);
  return {
    table: 'notebook',
    columns: [
      filler('Entry', 'TEXT', (_job, _dice, no) => `NB-${201 + no}`),
      moment('When', { style: AMERICAN, zone: zoneOf('America/Los_Angeles'), delay: evenDelay(20, 240) }),
      setting('Protein', 'protein'),
      setting('Encoder', 'encoder', { spell: (value) => String(value).replace('_', ' ').toUpperCase() }),
      score('Rho (%)', 'spearman', { scale: 100, digits: 1 }),
      lasted('Minutes', { scale: 1 / 60, digits: 0, noise: 20 }),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.05, noRun: 0.15 }),
  };
};

/** A shell loop over molecules: hundreds of runs of half a minute, end to end. */
export const screeningLoop: LabRecipe = (dice) => {
  const times = burstsOf(dice, {
    from: at('2025-11-17T09:00:00Z'),
    count: 520,
    size: [100, 180],
    step: [28, 44],
    pause: [2, 8],
  });
  const launches = times.map((launchedAt, no): Launch => ({
    settings: { ligand: `CHEMBL${100_000 + ((no * 7919) % 90_000)}`, pocket: dice.pick(['A', 'B']), exhaustiveness: 8 },
    launchedAt,
    wait: dice.between(0.5, 3),
    seconds: dice.between(18, 27),
    scores: { affinity: courseOf(dice, dice.normal(-7.5, 1), -0.1) },
    host: 'dock1',
    state: 'finished',
  }));
  const jobs = recordJobs(
    launches,
    { paths: { ligand: 'input.ligand_id', pocket: 'input.pocket' }, noConfig: 0.2, nameOf: () => 'dock' },
    dice,
  );
  return {
    table: 'docking',
    columns: [
      filler('dock_id', 'INTEGER', (_job, _dice, no) => no),
      sometimes(0.5, setting('compound', 'ligand', { common: 0.002 })),
      moment('finished_at', { style: NAIVE, of: 'end', zone: zoneOf('Asia/Tokyo'), delay: skewDelay(1.5, 0.5) }),
      sometimes(0.2, score('best_affinity', 'affinity', { digits: 1 })),
    ],
    ...splitJobs(dice, byStart(jobs), { noRow: 0.2, noRun: 0.2 }),
  };
};
