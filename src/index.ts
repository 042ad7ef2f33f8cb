export { applyPlan, planBackfill, rollbackMatch, verifyRegistry } from './library/backfill.ts';
export type {
  ApplyPlanOptions,
  PlanBackfillOptions,
  RollbackMatchOptions,
  VerifyRegistryOptions,
} from './library/backfill.ts';
export { compareRuns, drawCurves, readCurves } from './library/curves.ts';
export type { CacheCallerOptions, CompareRunsOptions, DrawCurvesOptions, ReadCurvesOptions } from './library/curves.ts';
export { exportDataset } from './library/export.ts';
export type { ExportDatasetOptions } from './library/export.ts';
export { getRunById, histograms, scanHistories, scanHistory, systemMetrics } from './library/history.ts';
export type { HistoryReadOptions } from './library/history.ts';
export { linkRun, refreshLinks } from './library/links.ts';
export type { LinkRunOptions, RefreshLinksOptions } from './library/links.ts';
export type { CallerOptions, ProjectOptions } from './library/open.ts';

export { queryRuns } from './commands/runs.ts';
export type { RunsOptions } from './commands/runs.ts';
export type { ApplyReport } from './commands/apply.ts';
export type { CompareReport } from './commands/compare.ts';
export type { CurvesReport } from './commands/curves.ts';
export type { ExportReport } from './commands/export.ts';
export type { OneHistory } from './commands/histories.ts';
export type { LinkReport } from './commands/link.ts';
export type { PlanReport } from './commands/plan.ts';
export type { RefreshReport } from './commands/refresh.ts';
export type { RollbackReport } from './commands/rollback.ts';
export type { RunWithHistory } from './commands/run-history.ts';
export type { VerifyReport } from './commands/verify.ts';
export type { Histogram } from './model/histogram.ts';
export type { HistoryCheck, HistoryRow } from './model/history.ts';
export type { RowRecord } from './registry/query.ts';
export {
  ConflictError,
  IncompleteListingError,
  LockedError,
  PlanRefusedError,
  RunlinkError,
  StoppedError,
  UndecidedError,
  UsageError,
} from './errors.ts';
