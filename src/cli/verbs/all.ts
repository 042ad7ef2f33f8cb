import type { VerbHost } from '../verb.ts';

type AddVerb = (host: VerbHost) => void;

/**
 * In the order of a backfill, which is also the order of the help. Each is loaded by itself: a command line names one of
 * them, and reading the others would take longer than most verbs need for their work.
 */
export const VERBS: Readonly<Record<string, () => Promise<AddVerb>>> = {
  doctor: async () => (await import('./doctor.ts')).addDoctor,
  plan: async () => (await import('./plan.ts')).addPlan,
  evaluate: async () => (await import('./evaluate.ts')).addEvaluate,
  show: async () => (await import('./show.ts')).addShow,
  decide: async () => (await import('./decide.ts')).addDecide,
  apply: async () => (await import('./apply.ts')).addApply,
  verify: async () => (await import('./verify.ts')).addVerify,
  status: async () => (await import('./status.ts')).addStatus,
  log: async () => (await import('./log.ts')).addLog,
  rollback: async () => (await import('./rollback.ts')).addRollback,
  link: async () => (await import('./link.ts')).addLink,
  refresh: async () => (await import('./refresh.ts')).addRefresh,
  runs: async () => (await import('./runs.ts')).addRuns,
  history: async () => (await import('./history.ts')).addHistory,
  export: async () => (await import('./export.ts')).addExport,
  curves: async () => (await import('./curves.ts')).addCurves,
  compare: async () => (await import('./compare.ts')).addCompare,
  demo: async () => (await import('./demo.ts')).addDemo,
  help: async () => (await import('./help.ts')).addHelp,
};
