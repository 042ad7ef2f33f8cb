import { ranksLab, slurmLab, slurmLabWithoutNumbers } from './cluster.ts';
import { driftingLab, nightSyncLab, travellingLab } from './clocks.ts';
import { languageLab } from './language.ts';
import { handKept, insideLab, nightlyLab, untypedLab } from './mess.ts';
import { gridLab, smoothedLab, variantsLab } from './metrics.ts';
import { designLab, designLabHalfLinked, designLabOrphans } from './optimisation.ts';
import type { Habit } from './records.ts';
import { reinforcementLab } from './reinforcement.ts';
import { allAlike, allMatched, everythingTwice, firstRows, halfStrangersOf, strangersOf } from './strangers.ts';
import { foldLab, studyLab, sweepLab } from './sweeps.ts';
import { doubleRowsLab, resultsGrid, triesLab } from './tries.ts';
import { visionLab } from './vision.ts';

/** Labs as they are, each with conventions of its own; none is tuned to. */
export const HABITS: Readonly<Record<string, Habit>> = {
  'rendering, stamps in folder names': visionLab,
  'reinforcement, env__algo__seed': reinforcementLab,
  'slurm arrays, synced at the end': slurmLab,
  'slurm arrays without numbers': slurmLabWithoutNumbers,
  'ranks of a launch': ranksLab,
  'sweeps over one key': sweepLab,
  'studies in parallel workers': studyLab,
  'folds from 1 and from 0': foldLab,
  'travelling author': travellingLab,
  'workstations with own clocks': driftingLab,
  'robot synced at night': nightSyncLab,
  'tries, resumes and copies': triesLab,
  'rows registered twice': doubleRowsLab,
  'results grid': resultsGrid,
  'fine-tuning, texts cut': languageLab,
  'best and last, no times': variantsLab,
  'scores on a grid, days': gridLab,
  'smoothed metrics, ends': smoothedLab,
  'ids inside': insideLab,
  'everything is text': untypedLab,
  'kept by hand': handKept,
  'nightly benchmarks': nightlyLab,
  'design, eight in a second': designLab,
  'design, half linked': designLabHalfLinked,
  'design, mostly orphans': designLabOrphans,
  'strangers: rendering': strangersOf(visionLab),
  'strangers: reinforcement': strangersOf(reinforcementLab),
  'strangers: slurm': strangersOf(slurmLab),
  'strangers: sweeps': strangersOf(sweepLab),
  'strangers: fine-tuning': strangersOf(languageLab),
  'strangers: nightly': strangersOf(nightlyLab),
  'strangers: days and grids': strangersOf(gridLab),
  'strangers: no times': strangersOf(variantsLab),
  'strangers: six rows': firstRows(strangersOf(designLab), 6),
  'half strangers: rendering': halfStrangersOf(visionLab),
  'half strangers: fine-tuning': halfStrangersOf(languageLab),
  'half strangers: reinforcement': halfStrangersOf(reinforcementLab),
  'one row': firstRows(designLab, 1),
  'two rows and their runs': firstRows(designLab, 2, 'theirs'),
  'six rows': firstRows(triesLab, 6),
  'six rows and their runs': firstRows(languageLab, 6, 'theirs'),
  'thirty rows': firstRows(visionLab, 30),
  'all rows alike': allAlike(designLab, 'run_id'),
  'everything twice': everythingTwice(designLab, 'run_id'),
  'all have their run': allMatched(designLab),
};
