import { summerTime, syncedAtNight, travellingLaptop, wrongClocks } from './clocks.ts';
import { ensembles, instanceNames, jobNumbers, logPaths, wrongClients } from './custody.ts';
import { evaluations, fineTuning, movedCopies, pretraining, renamedLater } from './language.ts';
import {
  diverged,
  gaps,
  mostlyDeleted,
  namesOnly,
  needles,
  outputFolders,
  registeredTwice,
  rowPerTest,
  someLinked,
} from './mess.ts';
import { epochInName, firstTry, lastTry, restartLoops, schedulerArrays } from './reinforcement.ts';
import { labBook, screeningLoop, spreadsheet } from './science.ts';
import { fewStrangers, otherTeam, publicBenchmark, repeatedStudy, sisterProject, timesOfOthers } from './strangers.ts';
import { agentSweep, configsOnly, scoresOnly, studyTrials, twoTeams } from './sweeps.ts';
import { eightRows, fiveRows, newLab, oneRow, threeRows, twelveRows } from './tiny.ts';
import { germanFolds, hydraImages, ranks } from './vision.ts';
import type { LabRecipe } from './world.ts';

/** Labs that the matching was not made after. */
export const LABS: Readonly<Record<string, LabRecipe>> = {
  'hydra images': hydraImages,
  'german folds': germanFolds,
  ranks,
  'fine-tuning': fineTuning,
  pretraining,
  'evaluations beside': evaluations,
  'renamed later': renamedLater,
  'moved copies': movedCopies,
  'scheduler arrays': schedulerArrays,
  'epoch in the name': epochInName,
  'preempted, last try': lastTry,
  'preempted, first try': firstTry,
  'restart loops': restartLoops,
  'agent sweep': agentSweep,
  'study of 1,200 trials': studyTrials,
  'configs only': configsOnly,
  'scores only': scoresOnly,
  'two teams, one project': twoTeams,
  spreadsheet,
  'lab book': labBook,
  'screening loop': screeningLoop,
  'wrong machine clocks': wrongClocks,
  'summer time': summerTime,
  'synced at night': syncedAtNight,
  'travelling laptop': travellingLaptop,
  'mostly deleted': mostlyDeleted,
  needles,
  'some linked wrongly': someLinked,
  diverged,
  'row per test': rowPerTest,
  'registered twice': registeredTwice,
  'output folders': outputFolders,
  gaps,
  'names only': namesOnly,
  'instance names': instanceNames,
  'job numbers': jobNumbers,
  'log paths': logPaths,
  ensembles,
  'wrong client clocks': wrongClients,
  'one row': oneRow,
  'three rows': threeRows,
  'five rows': fiveRows,
  'eight rows': eightRows,
  'twelve rows': twelveRows,
  'new lab': newLab,
  'strangers: other team': otherTeam,
  'strangers: eight rows': fewStrangers,
  'strangers: sister project': sisterProject,
  'strangers: study repeated': repeatedStudy,
  'strangers: benchmark': publicBenchmark,
  'strangers: times only': timesOfOthers,
};
