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
import { fiveMinuteAgent, magnitudes, sentinels } from './second/blanks.ts';
import { curricula, rankShares, testedModels } from './second/families.ts';
import { checkpointRows, halving, repeats, seedMeans } from './second/grids.ts';
import { mergedCells, sentences, threeHands } from './second/hand.ts';
import { cards, debugRuns, forked, offlineMonths, requeued, resumedSessions } from './second/launches.ts';
import { countedFolders, population, studyNumbers, trialNames } from './second/naming.ts';
import { copiedProject, mergedTables, oneOfFour } from './second/projects.ts';
import { averagedWeights, counts, otherScript, otherUnits } from './second/results.ts';
import { commandLines, containers, nightly, overridesOnly, shortCommits } from './second/settings.ts';
import { homework, means, middleOf, otherBranch, saturated, wiped, anotherTeam } from './second/strangers.ts';
import { checkpointPaths, dayLetters, reusedNumbers, stampedScenes, unicode } from './second/traces.ts';
import {
  children,
  formerNames,
  printedArguments,
  settingHashes,
  spokenDurations,
  taggedNumbers,
} from './second/texts.ts';
import { threeEras } from './second/eras.ts';
import { accounting, mlflow, neptune, pipelines } from './third/tools.ts';
import { attempts, federated, rounds, testedLater, twoStages } from './third/stages.ts';
import { bestSeedKept, quota, ranAgain, sameNumbers } from './third/gone.ts';
import { brokered, multirun, shops } from './third/loops.ts';
import { cited, defaults, mistyped, shifted, twoWords } from './third/hand.ts';
import { derived, perfect, tensors, turned } from './third/values.ts';
import { earlyStopped, joinedFrames, rewritten, tagsOnly, winners } from './third/sides.ts';
import { evaluationsOnly, forkedCode, nextStudent, numberedAlike, oneBaseline, reproduced } from './third/strangers.ts';
import { evenings, fileTimes, spokenHours, swapped, weeks } from './third/dates.ts';
import { failedCleared, neverLogged, ownAccounts, refitted } from './third/elsewhere.ts';
import { kaggle, lastLine, matrix, service } from './third/jobs.ts';
import { translated } from './third/words.ts';
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

/** A second sitting, by another judge, of other kinds of difficulty. */
export const SECOND_LABS: Readonly<Record<string, LabRecipe>> = {
  'hand: merged cells': mergedCells,
  'hand: sentences': sentences,
  'hand: three writers': threeHands,
  'hand: orders of magnitude': magnitudes,
  'hand: filled-in blanks': sentinels,
  'hand: five-minute agent': fiveMinuteAgent,
  'names: trials': trialNames,
  'names: population': population,
  'names: trials of studies': studyNumbers,
  'names: counted folders': countedFolders,
  'names: checkpoint paths': checkpointPaths,
  'names: stamped scenes': stampedScenes,
  'names: unicode': unicode,
  'names: day and letter': dayLetters,
  'names: numbers used twice': reusedNumbers,
  'launches: requeued': requeued,
  'launches: forked': forked,
  'launches: eight cards': cards,
  'launches: command lines': commandLines,
  'launches: overrides only': overridesOnly,
  'launches: debug runs': debugRuns,
  'launches: offline for months': offlineMonths,
  'launches: resumed sessions': resumedSessions,
  'launches: containers': containers,
  'launches: short commits': shortCommits,
  'launches: nightly': nightly,
  'results: other units': otherUnits,
  'results: other script': otherScript,
  'results: averaged weights': averagedWeights,
  'results: means of seeds': seedMeans,
  'results: row per checkpoint': checkpointRows,
  'results: counts': counts,
  'results: repeats': repeats,
  'results: halving': halving,
  'projects: one of four': oneOfFour,
  'projects: copied': copiedProject,
  'projects: merged tables': mergedTables,
  'projects: curricula': curricula,
  'projects: tested models': testedModels,
  'projects: shares of ranks': rankShares,
  'texts: printed arguments': printedArguments,
  'texts: spoken durations': spokenDurations,
  'texts: former names': formerNames,
  'texts: tagged numbers': taggedNumbers,
  'texts: hashes of settings': settingHashes,
  'texts: three eras': threeEras,
  'few: two rows': middleOf(otherUnits, 2),
  'few: four rows': middleOf(containers, 4),
  'few: twenty of four projects': middleOf(oneOfFour, 20),
  'strangers: means of seeds': means,
  'strangers: saturated benchmark': saturated,
  'strangers: other branch': otherBranch,
  'strangers: wiped project': wiped,
  'strangers: children': children,
  'strangers: homework': homework,
  'strangers: agent, twice': anotherTeam(fiveMinuteAgent),
  'strangers: sentences, twice': anotherTeam(sentences),
  'strangers: trials, twice': anotherTeam(trialNames),
  'strangers: studies, twice': anotherTeam(studyNumbers),
  'strangers: folders, twice': anotherTeam(countedFolders),
  'strangers: numbers, twice': anotherTeam(reusedNumbers),
  'strangers: cards, twice': anotherTeam(cards),
  'strangers: commands, twice': anotherTeam(commandLines),
  'strangers: overrides, twice': anotherTeam(overridesOnly),
  'strangers: offline, twice': anotherTeam(offlineMonths),
  'strangers: counts, twice': anotherTeam(counts),
  'strangers: halving, twice': anotherTeam(halving),
  'strangers: one of four, twice': anotherTeam(oneOfFour),
  'strangers: curricula, twice': anotherTeam(curricula),
  'strangers: requeued, twice': anotherTeam(requeued),
  'strangers: population, twice': anotherTeam(population),
  'strangers: eight rows of a branch': middleOf(otherBranch, 8),
  'strangers: two wiped rows': middleOf(wiped, 2),
};

/** A third sitting, blind: real habits of labs and tools, written without a look at the matching. */
export const THIRD_LABS: Readonly<Record<string, LabRecipe>> = {
  'gone: best seed kept': bestSeedKept,
  'gone: ran again': ranAgain,
  'gone: same numbers': sameNumbers,
  'gone: quota': quota,
  'gone: never logged': neverLogged,
  'gone: failed cleared': failedCleared,
  'gone: own accounts': ownAccounts,
  'gone: refitted': refitted,
  'tools: accounting': accounting,
  'tools: mlflow': mlflow,
  'tools: neptune': neptune,
  'tools: pipelines': pipelines,
  'tools: matrix': matrix,
  'tools: kaggle': kaggle,
  'tools: last line': lastLine,
  'tools: service': service,
  'tools: multirun': multirun,
  'tools: shops': shops,
  'tools: broker': brokered,
  'values: turned': turned,
  'values: derived': derived,
  'values: tensors': tensors,
  'values: perfect': perfect,
  'values: winners': winners,
  'values: early stopped': earlyStopped,
  'values: joined frames': joinedFrames,
  'values: tags only': tagsOnly,
  'values: rewritten': rewritten,
  'dates: swapped': swapped,
  'dates: weeks': weeks,
  'dates: file times': fileTimes,
  'dates: evenings': evenings,
  'dates: spoken hours': spokenHours,
  'notes: mistyped': mistyped,
  'notes: cited': cited,
  'notes: shifted links': shifted,
  'notes: defaults': defaults,
  'notes: two words': twoWords,
  'notes: translated': translated,
  'stages: tested later': testedLater,
  'stages: two stages': twoStages,
  'stages: rounds': rounds,
  'stages: attempts': attempts,
  'stages: federated': federated,
  'few: accounted row': middleOf(accounting, 1),
  'few: two of the same numbers': middleOf(sameNumbers, 2),
  'few: three evenings': middleOf(evenings, 3),
  'few: five seeds': middleOf(bestSeedKept, 5),
  'few: five cited': middleOf(cited, 5),
  'strangers: numbered alike': numberedAlike,
  'strangers: forked code': forkedCode,
  'strangers: reproduced': reproduced,
  'strangers: one baseline': oneBaseline,
  'strangers: next student': nextStudent,
  'strangers: evaluations only': evaluationsOnly,
  'strangers: accounting, twice': anotherTeam(accounting),
  'strangers: kaggle, twice': anotherTeam(kaggle),
  'strangers: shops, twice': anotherTeam(shops),
  'strangers: same numbers, twice': anotherTeam(sameNumbers),
  'strangers: defaults, twice': anotherTeam(defaults),
  'strangers: pipelines, twice': anotherTeam(pipelines),
  'strangers: three mistyped rows': middleOf(anotherTeam(mistyped), 3),
  'strangers: five weeks': middleOf(anotherTeam(weeks), 5),
};
