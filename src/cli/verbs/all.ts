import type { VerbHost } from '../verb.ts';
import { addApply } from './apply.ts';
import { addCompare } from './compare.ts';
import { addCurves } from './curves.ts';
import { addDecide } from './decide.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addEvaluate } from './evaluate.ts';
import { addExport } from './export.ts';
import { addHelp } from './help.ts';
import { addHistory } from './history.ts';
import { addLink } from './link.ts';
import { addLog } from './log.ts';
import { addPlan } from './plan.ts';
import { addRefresh } from './refresh.ts';
import { addRollback } from './rollback.ts';
import { addRuns } from './runs.ts';
import { addShow } from './show.ts';
import { addStatus } from './status.ts';
import { addVerify } from './verify.ts';

/** In the order of a backfill, which is also the order of the help. */
export const ADD_VERBS: readonly ((host: VerbHost) => void)[] = [
  addDoctor,
  addPlan,
  addEvaluate,
  addShow,
  addDecide,
  addApply,
  addVerify,
  addStatus,
  addLog,
  addRollback,
  addLink,
  addRefresh,
  addRuns,
  addHistory,
  addExport,
  addCurves,
  addCompare,
  addDemo,
  addHelp,
];
