import type { VerbHost } from '../verb.ts';
import { addDecide } from './decide.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addHelp } from './help.ts';
import { addPlan } from './plan.ts';
import { addRuns } from './runs.ts';
import { addShow } from './show.ts';

/** In the order of a backfill, which is also the order of the help. */
export const ADD_VERBS: readonly ((host: VerbHost) => void)[] = [
  addDoctor,
  addPlan,
  addShow,
  addDecide,
  addRuns,
  addDemo,
  addHelp,
];
