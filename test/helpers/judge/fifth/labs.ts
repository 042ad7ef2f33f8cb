import { middleOf } from '../second/strangers.ts';
import type { LabRecipe } from '../world.ts';
import { onlyDurations, ownClocks, shellHistory, twoDigitMetrics } from './alone.ts';
import { rivals } from './kit.ts';
import { adapters, distillation, pretraining, speech } from './language.ts';
import { alteredDefaults, halfLinked, importedTwice, keyboard, shiftedCells, unitsChanged } from './mess.ts';
import { onlyConfig, onlyNames, thirdGone, withoutBoth, withoutMetrics, withoutTimes } from './only.ts';
import { ciNights, retrains, silos, soups } from './operations.ts';
import { ablation, course, hospital, notebooks } from './people.ts';
import { downscaling, folding, horizons, robots } from './physical.ts';
import { sameSampler, sameSeeds, sameTimer } from './strangers.ts';
import { eventFiles } from './traces.ts';
import { automl, population, templates, tuneTrials } from './tuning.ts';

/** The fifth sitting, blind as well: other trades, clocks that stand in ids, tables changed half-way. */
export const FIFTH_LABS: Readonly<Record<string, LabRecipe>> = {
  'real: sim to real': robots,
  'real: folding': folding,
  'real: downscaling': downscaling,
  'real: horizons': horizons,
  'real: automl': automl,
  'real: shaken population': population,
  'real: tune trials': tuneTrials,
  'real: name templates': templates,
  'real: pretraining': pretraining,
  'real: adapters': adapters,
  'real: speech in japanese': speech,
  'real: distillation': distillation,
  'real: daily retrains': retrains,
  'real: ci nights': ciNights,
  'real: silos': silos,
  'real: soups': soups,
  'real: notebooks': notebooks,
  'real: course': course,
  'real: french hospital': hospital,
  'real: ablation': ablation,
  'real: event files': eventFiles,
  'only: no metrics': withoutMetrics,
  'only: no times': withoutTimes,
  'only: neither': withoutBoth,
  'only: names': onlyNames,
  'only: config': onlyConfig,
  'only: a third gone': thirdGone,
  'only: two digits': twoDigitMetrics,
  'only: own clocks': ownClocks,
  'only: durations': onlyDurations,
  'only: shell history': shellHistory,
  'mess: units changed': unitsChanged,
  'mess: altered defaults': alteredDefaults,
  'mess: keyboard': keyboard,
  'mess: imported twice': importedTwice,
  'mess: half linked': halfLinked,
  'mess: shifted cells': shiftedCells,
  'few: one robot': middleOf(robots, 1),
  'strangers: same timer': sameTimer,
  'strangers: same sampler': sameSampler,
  'strangers: same seeds': sameSeeds,
  'strangers: course': rivals(course),
  'strangers: retrains': rivals(retrains),
  'strangers: four trials': middleOf(sameSampler, 4),
};
