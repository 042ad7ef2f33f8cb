import { fineTuning, pretraining } from './language.ts';
import { hydraImages } from './vision.ts';
import { labBook } from './science.ts';
import { schedulerArrays } from './reinforcement.ts';
import { teamColumns, teamJobs } from './sweeps.ts';
import { byStart } from './labour.ts';
import type { LabRecipe } from './world.ts';

/** So many rows of a lab are all that was registered; the project is what it was. */
function fewOf(recipe: LabRecipe, count: number): LabRecipe {
  return (dice) => {
    const lab = recipe(dice);
    const from = dice.whole(0, Math.max(0, lab.registered.length - count));
    return { ...lab, registered: lab.registered.slice(from, from + count) };
  };
}

export const oneRow = fewOf(hydraImages, 1);
export const threeRows = fewOf(labBook, 3);
export const fiveRows = fewOf(schedulerArrays, 5);
export const eightRows = fewOf(fineTuning, 8);
export const twelveRows = fewOf(pretraining, 12);

/** A lab that has just begun: six rows, seven runs. */
export const newLab: LabRecipe = (dice) => {
  const jobs = byStart(teamJobs(dice, { count: 7 }));
  return { table: 'runs', columns: teamColumns(), registered: jobs.slice(0, 6), present: jobs, gone: [] };
};
