import { rivals } from '../fifth/kit.ts';
import type { LabRecipe } from '../world.ts';
import { few } from './kit.ts';
import { adapters, elsewhere, harness, students } from './models.ts';
import { coarse, configs, names, neither, noMetrics, noTimes, thirdMissing } from './only.ts';
import { backups, mails, renamed } from './people.ts';
import { machines, pods, requeues } from './schedulers.ts';
import { folding, returns } from './science.ts';
import { homework } from './strangers.ts';
import { experiments, lightning, multirun } from './trackers.ts';

/** A sixth sitting, blind: trackers, schedulers, benchmarks and people that the others left out. */
export const SIXTH_LABS: Readonly<Record<string, LabRecipe>> = {
  'trackers: lightning': lightning,
  'trackers: multirun': multirun,
  'trackers: experiments': experiments,
  'schedulers: requeues': requeues,
  'schedulers: pods': pods,
  'schedulers: three machines': machines,
  'models: adapters': adapters,
  'models: students': students,
  'models: harness': harness,
  'models: elsewhere': elsewhere,
  'people: mails': mails,
  'people: backups': backups,
  'people: renamed': renamed,
  'science: folding': folding,
  'science: returns': returns,
  'only: no metrics': noMetrics,
  'only: no times': noTimes,
  'only: neither': neither,
  'only: names': names,
  'only: configs': configs,
  'only: third missing': thirdMissing,
  'only: coarse': coarse,
  'few: one mail': few(mails, 1),
  'few: four machines': few(machines, 4),
  'strangers: sweeps': rivals(multirun),
  'strangers: harness': rivals(harness),
  'strangers: machines': rivals(machines),
  'strangers: students': rivals(homework),
};
